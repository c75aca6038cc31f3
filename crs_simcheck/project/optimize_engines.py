"""Who helps a run of optimize: the editor of sections, and the model that rates answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Literal

from crs_simcheck.engines.named import EngineSpec, open_engine, parse_engine
from crs_simcheck.errors import SettingsError
from crs_simcheck.optimize import (
    DirectEditor,
    Editor,
    Evaluation,
    GepaSearch,
    LlmEvaluator,
    LoopSettings,
    Rated,
    RecordedCalls,
    RuleEditor,
    Search,
    TextGradEditor,
    criteria_for,
    read_criteria,
)
from crs_simcheck.project.optimizing import OptimizeRun
from crs_simcheck.records import TaskName

__all__ = ["EDITORS", "OPTIMIZERS", "HelperSettings", "Helpers", "helpers", "search_of"]

EDITORS = ("textgrad", "direct", "rules")
OPTIMIZERS = ("loop", "gepa")


@dataclass(frozen=True, slots=True)
class HelperSettings:
    """Who is to help.

    Parameters
    ----------
    optimizer:
        ``loop``, or ``gepa``.
    editor:
        One of ``EDITORS``; None for ``rules`` where the simulator's engine is embedded, otherwise
        for ``textgrad``, or ``direct`` with GEPA.
    backward, rewriter:
        Engines that say what to improve, and write; None for the simulator's own, and the same.
    evaluator:
        ``numeric``, or ``llm``: a model's number says where to go.
    rater:
        The engine of that model; None for the one that says what to improve.
    max_edits, max_edit_tokens:
        Most requests of all of these, and tokens.
    templates:
        Folder of criteria; None for those that ship.
    """

    optimizer: Literal["loop", "gepa"] = "loop"
    editor: str | None = None
    backward: str | None = None
    rewriter: str | None = None
    evaluator: Literal["numeric", "llm"] = "numeric"
    rater: str | None = None
    max_edits: int | None = None
    max_edit_tokens: int | None = None
    templates: str | None = None

    def by(self, editor: str) -> str:
        """Return who made a prompt, for its front matter."""
        return f"gepa, {editor}" if self.optimizer == "gepa" else editor

    @property
    def about(self) -> dict[str, str]:
        """What a run is made of; whatever differs makes it another run."""
        return {"optimizer": self.optimizer}


@dataclass(frozen=True, slots=True)
class Helpers:
    """Who helps.

    ``evaluator`` says in words what the search goes by.
    """

    editor: Editor
    rater: LlmEvaluator | None = None
    evaluator: str = "numeric"


@contextmanager
def helpers(run: OptimizeRun, how: HelperSettings) -> Iterator[Helpers]:
    """Give who helps; what they say is kept in the run's folder.

    Raises
    ------
    SettingsError
        An engine cannot do what it is asked for.
    """
    live = run.settings.live
    own = "" if live is None else live.engine
    usual = "direct" if how.optimizer == "gepa" else "textgrad"
    chosen = how.editor or ("rules" if own == "embedded" else usual)
    _check_used(how, chosen)
    read_criteria(run.task, how.templates)  # before anybody is asked
    if chosen == "rules":
        if how.evaluator == "llm":
            raise SettingsError(
                "the editor by rule reads measured figures, and a model that rates gives none",
                field="--evaluator",
                fix="take --editor direct or textgrad, with a --backward ENGINE",
            )
        yield Helpers(RuleEditor())
        return
    backward = _spec("backward", how.backward or own)
    rewriter = backward if how.rewriter is None else _spec("rewriter", how.rewriter)
    rated = how.evaluator == "llm"
    rater = _spec("rater", how.rater) if rated and how.rater is not None else backward
    opened = {spec: open_engine(spec) for spec in {backward, rewriter, rater}}
    with RecordedCalls(
        run.folder,
        opened[backward],
        opened[rewriter],
        evaluator=opened[rater],
        max_calls=how.max_edits,
        max_tokens=how.max_edit_tokens,
        before=run.budget.before_edit,
    ) as calls:
        run.budget.editing = calls
        yield Helpers(
            TextGradEditor(calls) if chosen == "textgrad" else DirectEditor(calls),
            LlmEvaluator(calls) if rated else None,
            f"llm ({rater.name})" if rated else "numeric",
        )


def _check_used(how: HelperSettings, editor: str) -> None:
    """Refuse what would be passed over."""
    if how.rater is not None and how.evaluator != "llm":
        raise SettingsError(
            "found a rater, and nobody asks it", field="--rater", fix="give --evaluator llm as well"
        )
    for name in ("backward", "rewriter", "templates", "max_edits", "max_edit_tokens"):
        if editor == "rules" and getattr(how, name) is not None:
            raise SettingsError(
                "the editor by rule asks nobody",
                field=f"--{name.replace('_', '-')}",
                fix="take it out, or take --editor direct or textgrad",
            )


def _spec(option: str, name: str) -> EngineSpec:
    spec = parse_engine(name)
    if spec.kind == "embedded":
        raise SettingsError(
            "the embedded engine plays seekers and rewrites nothing",
            field=f"--{option}",
            fix="name an engine (ollama:MODEL), or take --editor rules",
        )
    return spec


def search_of(
    run: OptimizeRun,
    helping: Helpers,
    how: HelperSettings,
    loop: LoopSettings,
    most_tokens: int,
) -> Search:
    """Return the search that a run makes."""
    kind = GepaSearch if how.optimizer == "gepa" else Search
    rater = helping.rater
    return kind(
        run.task,
        run.evaluate,
        run.rescore,
        helping.editor,
        partial(criteria_for, run.task, folder=how.templates),
        run.checks(most_tokens),
        loop,
        rate=None if rater is None else partial(_rated, rater, run.task, how.templates),
    )


def _rated(
    rater: LlmEvaluator, task: TaskName, templates: str | None, evaluation: Evaluation
) -> Rated:
    criteria = criteria_for(task, evaluation.verdicts, templates)
    return rater.rate(task, criteria, evaluation.material)
