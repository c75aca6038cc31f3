"""``check``: the Python door to one comparison."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from crs_simcheck.gate import Verdict
from crs_simcheck.project.session import SimulatorRun
from crs_simcheck.project.settings import SimulatorSettings

__all__ = ["check"]


def check(  # noqa: PLR0913 - a door to everything: all but the first have a default
    responses: str | Path,
    baseline: str | Path | Mapping[str, str] | None = None,
    *,
    metrics: Iterable[str] | None = None,
    catalogue: str | Path | None = None,
    profiles: str | Path | None = None,
    aspects: str | Path | None = None,
    word_vectors: str | Path | None = None,
    sentence_model: str | Path | None = None,
    seed: int = 0,
    draws: int = 1000,
    allow_not_people: bool = False,
) -> tuple[Verdict, ...]:
    """Hold recorded answers against people and return a verdict for each metric.

    Parameters
    ----------
    responses:
        File or folder of response rows.
    baseline:
        Shipped name or folder, or task → such; what ships for each task by default.
    metrics:
        Names; every metric that both sides can be measured on by default.
    catalogue, profiles:
        Files, where there are any.
    aspects, word_vectors, sentence_model:
        Instruments of your own; by default those that read the people.
    seed, draws:
        Fix and number the groups of people that are drawn.

    Raises
    ------
    InputError
        Where a file cannot be used, or has no answers that a metric stands on.
    UnknownNameError
        Where a metric or a baseline does not exist.
    """
    baselines = dict(baseline) if isinstance(baseline, Mapping) else {}
    if isinstance(baseline, (str, Path)):
        baselines = {"": str(baseline)}
    run = SimulatorRun(
        SimulatorSettings(
            name=Path(responses).name,
            folder=Path(),
            responses=str(responses),
            catalogue=None if catalogue is None else str(catalogue),
            profiles=None if profiles is None else str(profiles),
            aspects=None if aspects is None else str(aspects),
            word_vectors=None if word_vectors is None else str(word_vectors),
            sentence_model=None if sentence_model is None else str(sentence_model),
            baselines=baselines,
            seed=seed,
            draws=draws,
            allow_not_people=allow_not_people,
        )
    )
    if metrics is None:
        return tuple(run.verdict(spec) for spec in run.gates)
    return tuple(run.verdict(spec) for spec in run.gates_of(metrics))
