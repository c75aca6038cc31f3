"""Optimizing the prompt of one task of a simulator: what is asked, measured and kept."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date as calendar_date
from functools import cached_property
from pathlib import Path
from typing import Any, overload

from crs_simcheck.engines import Reply
from crs_simcheck.errors import InputError, SettingsError
from crs_simcheck.gate import GateSpec, Verdict
from crs_simcheck.metrics import metrics_of
from crs_simcheck.optimize import (
    Checks,
    Evaluation,
    LoopSettings,
    Optimized,
    most_in_cohorts,
    part_of,
)
from crs_simcheck.project.accepted import told_baseline
from crs_simcheck.project.films import known_films
from crs_simcheck.project.live import LiveRun
from crs_simcheck.project.optimize_budget import Budget, Limits
from crs_simcheck.project.optimize_files import with_provenance
from crs_simcheck.project.provenance import content_digest
from crs_simcheck.project.record import digests_of, record
from crs_simcheck.project.session import SimulatorRun
from crs_simcheck.project.settings import SimulatorSettings
from crs_simcheck.prompts import Prompt, write_prompt
from crs_simcheck.recordings import read_recording, read_summary
from crs_simcheck.records import TaskName
from crs_simcheck.simulator import Progress

__all__ = ["OptimizeRun"]

_NO_LIMITS = Limits()


@dataclass(frozen=True)
class OptimizeRun:
    """One run: a simulator, one of its tasks, and the folder that keeps everything.

    Parameters
    ----------
    settings:
        Of the simulator, which must be asked with prompts.
    out:
        Holds every prompt, answer and figure of the run, and a run that was cut off goes on there;
        by default a folder of its own for each prompt that a run begins with.
    limits:
        What may be spent.
    watch:
        Number of requests that come next → what is told of every answer.
    """

    settings: SimulatorSettings
    task: TaskName
    out: Path | None = None
    limits: Limits = _NO_LIMITS
    watch: Callable[[int], Progress] | None = None

    def __post_init__(self) -> None:
        live = self.settings.live
        if live is None or live.prompts is None:
            raise SettingsError(
                f"simulator '{self.settings.name}' has no prompts to optimize",
                field=f"simulator.{self.settings.name}.prompts",
                fix='give prompts = "FOLDER" and an engine',
            )
        if self.task not in self._whole.prompts:
            raise SettingsError(
                f"simulator '{self.settings.name}' has no prompt for {self.task}",
                fix=f"it has {', '.join(self._whole.prompts)}",
            )

    @cached_property
    def folder(self) -> Path:
        """Where everything is kept."""
        if self.out is not None:
            return self.out
        name = f"{self.task}-{content_digest(self.prompt)[:8]}"
        return self.settings.folder / "optimized" / self.settings.name / name

    @cached_property
    def _run(self) -> SimulatorRun:
        return SimulatorRun(self.settings)

    @property
    def _whole(self) -> LiveRun:
        live = self._run.live
        assert live is not None
        return live

    @property
    def prompt(self) -> Prompt:
        """The prompt that the run begins with."""
        return self._whole.prompts[self.task]

    @property
    def seekers(self) -> tuple[str, ...]:
        """Ids of all seekers."""
        return tuple(profile.seeker for profile in self._whole.profiles)

    def checks(self, most_tokens: int) -> Checks:
        """Return what rewritten prompts must pass: no title of the catalogue or of a history."""
        films = known_films(self._run.catalogue).labels
        histories = {t for titles in self._run.histories.values() for t in titles}
        return Checks.for_prompt(self.prompt, sorted({*films, *histories}), most_tokens)

    def evaluate(self, prompt: Prompt, seekers: Sequence[str]) -> Evaluation:
        """Ask a prompt's simulator what is not recorded, and measure it."""
        run = self._run_of(prompt, seekers)
        live = run.live
        assert live is not None
        missing = len(live.missing(read_recording(live.folder)).planned)
        if missing:
            self.budget.begin(prompt)
        # Also ends what was cut off when all was answered.
        done = record(
            live, "new", probe=0, progress=self._counted, go_on=self.budget.go_on
        ).collected
        if done is not None and done.failed:
            raise InputError(
                f"{done.failed:,} requests got no answer",
                path=live.folder,
                fix="the same command asks for them again",
            )
        if done is not None and done.answered < missing:
            self.budget.stop()
        specs, others = self._gates_of(run)
        texts = run.responses.by_task()[self.task] if run.responses is not None else ()
        return Evaluation(
            tuple(map(run.verdict, specs)),
            _Guards(run, others),
            tuple(one.text for one in texts),
            tuple({**one.stimulus, "answer": one.text} for one in texts),
        )

    @cached_property
    def budget(self) -> Budget:
        """What is spent, and may be."""
        return Budget(self.limits, self.folder)

    def _counted(self, total: int) -> Progress:
        told = None if self.watch is None else self.watch(total)

        def count(reply: Reply | None) -> None:
            self.budget.count(reply)
            if told is not None:
                told(reply)

        return count

    def rescore(self, prompt: Prompt, seekers: Sequence[str]) -> float:
        """Return the mean score with some of the seekers who were asked already."""
        run = self._run_of(prompt, seekers)
        return Evaluation(tuple(map(run.verdict, self._gates_of(run)[0]))).score

    def _gates_of(self, run: SimulatorRun) -> tuple[list[GateSpec], list[GateSpec]]:
        """Return the gates that count, and those that must not drift besides.

        The gates of the settings count, or else every metric that can be measured.
        """
        named = [gate for gate in self.settings.gates or () if gate.task == self.task]
        names = {gate.metric.name for gate in named}
        comparison = run.comparison(self.task)
        others = [
            spec
            for metric in metrics_of(self.task)
            if metric.automatic and metric.name not in names
            if comparison.missing(spec := GateSpec(self.task, metric)) is None
        ]
        if not named and not others:
            raise InputError(
                f"nothing of {self.task} can be measured",
                fix="give people to compare with (baseline), or gates with ends of their own",
            )
        return (named, others) if named else (others, [])

    def most_requests(self, loop: LoopSettings, *, gepa: bool = False) -> int:
        """Return how many requests the simulator's engine may get at most."""
        asked = sum(one.question.task == self.task for one in self._whole.planned)
        each = asked / max(1, len(self.seekers))
        parts = Counter(part_of(seeker, loop.seed) for seeker in self.seekers)
        train = loop.steps * min(loop.batch, parts["train"])
        if gepa:
            train = (loop.steps + 1) * most_in_cohorts(parts["train"], loop.batch)
        train = min(train, loop.most_asked or train)
        seekers = train + (loop.steps + 1) * parts["validation"] + 2 * parts["test"]
        return round(each * seekers)

    def minutes_for(self, requests: int) -> float | None:
        """Return how long so many requests take at the last measured rate; None without one."""
        places = [self._whole.folder, *sorted((self.folder / "answers").glob("*"))]
        rates = [read_summary(place).get("answers_per_minute") for place in places]
        known = [rate for rate in rates if isinstance(rate, int | float) and rate > 0]
        return requests / known[-1] if known else None

    def about(self, loop: LoopSettings) -> dict[str, Any]:
        """Return what a run is made of: whatever differs makes it another run."""
        live = self.settings.live
        assert live is not None
        return {
            "simulator": self.settings.name,
            "task": self.task,
            "engine": live.engine,
            "prompt": content_digest(self.prompt),
            "seekers": hashlib.sha256("\n".join(self.seekers).encode()).hexdigest(),
            **asdict(loop),
            "trade_off": list(loop.trade_off),
        }

    def write(self, found: Optimized, editor: str, seed: int = 0, today: str | None = None) -> Path:
        """Put the best prompt in the place of the old one, with where it comes from."""
        if found.best is None or found.after is None:
            raise ValueError("there is no better prompt")
        live = self.settings.live
        assert live is not None
        assert live.prompts is not None
        path = self.settings.folder / live.prompts / f"{self.task}.md"
        people = self._run.baseline(self.task)
        told = {
            "optimized": f"by {editor} on {today or calendar_date.today().isoformat()}, "
            f"step {found.best.step}",
            "seed": str(seed),
            "model": live.engine,
            "digest": ", ".join(self._digests(found.best.prompt)) or "unknown",
            "people": told_baseline(people),
            "content": content_digest(found.best.prompt),
            "before": _figures(found.before),
            "after": _figures(found.after),
        }
        write_prompt(with_provenance(found.best.prompt, told), path)
        return path

    def _digests(self, prompt: Prompt) -> tuple[str, ...]:
        """Return the digests of the models that answered with a prompt."""
        live = self._run_of(prompt, self.seekers).live
        assert live is not None
        return digests_of(live)

    def _run_of(self, prompt: Prompt, seekers: Sequence[str]) -> SimulatorRun:
        """Return a run of some seekers with a prompt; answers are kept in the folder."""
        live = self.settings.live
        assert live is not None
        digest = content_digest(prompt)[:12]
        place = self.folder / "prompts" / digest
        file = place / f"{self.task}.md"
        if not file.exists():
            place.mkdir(parents=True, exist_ok=True)
            write_prompt(prompt, file)
        judge = self.settings.judge
        few = len(seekers) < len(self.seekers)
        return SimulatorRun(
            replace(
                self.settings,
                only=frozenset(seekers),
                tasks=(self.task,),
                judge=judge and replace(judge, record="new", kept_in=self.folder / "judgements"),
                live=replace(
                    live,
                    prompts=_from(self.settings.folder, place),
                    asked={self.task: live.asked.get(self.task, {})},
                    kept_in=self.folder / "answers" / digest,
                    partial=few,
                    stop=None,  # a prompt is scored by all answers that it was to be scored by
                ),
            )
        )


class _Guards(Sequence[Verdict]):
    """Verdicts of metrics that must not drift; steps do without them."""

    def __init__(self, run: SimulatorRun, specs: Sequence[GateSpec]) -> None:
        self._run, self._specs = run, specs

    def __len__(self) -> int:
        return len(self._specs)

    @overload
    def __getitem__(self, place: int) -> Verdict: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Verdict]: ...

    def __getitem__(self, place: int | slice) -> Verdict | Sequence[Verdict]:
        if isinstance(place, slice):
            return [self._run.verdict(spec) for spec in self._specs[place]]
        return self._run.verdict(self._specs[place])


def _from(folder: Path, place: Path) -> str:
    """Return a place as seen from a folder, so that no path of this machine is written down."""
    try:
        return Path(os.path.relpath(place, folder)).as_posix()
    except ValueError:  # another drive
        return str(place.absolute())


def _figures(evaluation: Evaluation) -> str:
    each = (
        f"{v.gate.metric.name} {v.value:.3g} {v.outcome}"
        for v in evaluation.verdicts
        if v.value is not None
    )
    return ", ".join(each)
