"""One simulator of a project: its answers measured, its gates decided, each thing done once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from crs_simcheck.baselines import (
    DEFAULT_BASELINES,
    MEAN_RATINGS_GROUP,
    Group,
    Measured,
    load_baseline,
    measure,
    measure_group,
)
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.errors import EmptyInputError, InputError, SettingsError
from crs_simcheck.gate import (
    Comparison,
    GateSpec,
    JointCatalogue,
    Settings,
    Verdict,
    joint_catalogue,
    left_out,
)
from crs_simcheck.profiles import Profiles
from crs_simcheck.project.files import catalogue_at, joint_at, profiles_at
from crs_simcheck.project.films import descriptions_of
from crs_simcheck.project.gates import NotMeasured, built_like_at, gates_of, plan_gates
from crs_simcheck.project.in_blocks import InBlocks
from crs_simcheck.project.readers import readers_for
from crs_simcheck.project.sampling import sampled, sampled_group
from crs_simcheck.project.settings import SimulatorSettings
from crs_simcheck.recordings import Responses, read_responses
from crs_simcheck.records import TASKS, Response, TaskName
from crs_simcheck.tasks import TEXT_TASKS, Readers

if TYPE_CHECKING:
    from crs_simcheck.gate.sequential import Look
    from crs_simcheck.project.judging import JudgeRun
    from crs_simcheck.project.live import LiveRun

__all__ = ["NotMeasured", "SimulatorRun"]

_NO_JUDGE = {"judge": 'nobody judges: name one in simcheck.toml, judge = "ollama:MODEL"'}
# Least stars that mean Yes where neither the user nor the baseline says so.
_LIKE_AT = 3.5


class SimulatorRun(InBlocks):
    """A simulator whose answers are read, measured and compared; every step happens once.

    Nothing is read before it is needed. Raises :class:`InputError` and its kin where the answers,
    the catalogue, the profiles or the baseline cannot be used.

    Parameters
    ----------
    given:
        Its answers, where they are at hand already.
    live, look:
        Of a simulator that is asked in blocks: who was asked so far, and which look this is.
    """

    def __init__(
        self,
        settings: SimulatorSettings,
        given: Responses | None = None,
        *,
        live: LiveRun | None = None,
        look: Look | None = None,
    ) -> None:
        super().__init__(settings, look)
        self._given = given
        if live is not None:
            self.__dict__["live"] = live
        self._measured: dict[str | None, tuple[tuple[Measured, ...], Group]] = {}
        self._readers: dict[str | None, Readers] = {}
        self._comparisons: dict[TaskName, Comparison] = {}
        self._verdicts: dict[GateSpec, Verdict] = {}

    # -- what was answered -------------------------------------------------------------------

    @cached_property
    def responses(self) -> Responses | None:
        """The response rows, or None where the simulator is a group.

        Where it is asked, these are its recorded answers; ``settings.live.record`` says whether
        what is missing is asked for first.
        """
        if self._given is not None:
            return self._given
        if self.live is not None:
            if self.sequential is None and self.live.live.record != "none":
                from crs_simcheck.project.meanwhile import record_meanwhile

                record_meanwhile(self.live, self.tasks, self._compared)
            from crs_simcheck.project.replay import replay

            return replay(self.asked)
        if self.settings.responses is None:
            return None
        return read_responses(
            self._path(self.settings.responses), skip_broken=self.settings.skip_broken
        )

    @cached_property
    def live(self) -> LiveRun | None:
        """The simulator as one that is asked, or None where its answers are given."""
        if self.settings.live is None:
            return None

        from crs_simcheck.project.live import LiveRun

        return LiveRun(
            self.settings,
            None if self._profiles is None else tuple(self._profiles),
            lambda: self.catalogue,
            self.baseline,
        )

    def _looked(self, run: LiveRun, look: Look) -> SimulatorRun:
        # Who judges is asked once, at the end.
        return SimulatorRun(replace(self.settings, judge=None), live=run, look=look)

    @cached_property
    def judging(self) -> JudgeRun | None:
        """Its judges, or None where nobody judges it."""
        if self.settings.judge is None or self.settings.group is not None:
            return None
        from crs_simcheck.project.judging import JudgeRun

        return JudgeRun(
            self.settings,
            self.rows.get("neg_feedback", ()),
            {profile.seeker: profile.persona for profile in self._profiles or ()},
            descriptions_of(self.catalogue),
        )

    @cached_property
    def _judging(self) -> JudgeRun | None:
        """The same, where there is anything to judge; what is not judged is asked for first."""
        if self.judging is None or not self.judging.asked:
            return None
        if self.judging.judge.record != "none":
            from crs_simcheck.project.judge_record import record_judgements

            record_judgements(self.judging, self.judging.judge.record)
        return self.judging

    @cached_property
    def rows(self) -> Mapping[TaskName, tuple[Response, ...]]:
        """The answers that are looked at, by task; none where the simulator is a group."""
        if self.responses is None:
            return {}
        by_task = self.responses.by_task()
        return {task: sampled(by_task[task], self.settings) for task in TASKS if task in by_task}

    @cached_property
    def group(self) -> Group | None:
        """The group that was given instead of responses, or None."""
        if self.settings.group is None:
            return None
        return sampled_group(
            load_baseline(self.settings.group, self.settings.folder), self.settings
        )

    @cached_property
    def tasks(self) -> tuple[TaskName, ...]:
        """The tasks that have answers, or that will have: nobody is asked for this alone."""
        if self.live is not None and self.live.live.record != "none" and self._given is None:
            return tuple(dict.fromkeys(one.question.task for one in self.live.planned))
        held = self.rows if self.group is None else self.group.tasks
        return tuple(task for task in TASKS if task in held)

    @property
    def broken(self) -> tuple[InputError, ...]:
        """The rows of answers, profiles and catalogue that were left out, being broken."""
        rows = () if self.responses is None else self.responses.broken
        profiles = () if self._profiles is None else self._profiles.broken
        films: tuple[InputError, ...] = ()
        if self.settings.catalogue is not None:
            films = catalogue_at(*self._catalogue_file)[1]
        return (*rows, *profiles, *films)

    @cached_property
    def _profiles(self) -> Profiles | None:
        if self.settings.profiles is None:
            return None
        path = self._path(self.settings.profiles)
        file = path.stat() if path.is_file() else None
        stamp = (0, 0) if file is None else (file.st_mtime_ns, file.st_size)
        return profiles_at(path, stamp, self.settings.skip_broken)

    @cached_property
    def histories(self) -> Mapping[str, tuple[str, ...]]:
        """Seeker → titles of the history, from the profiles."""
        return {p.seeker: tuple(h.item for h in p.history) for p in self._profiles or ()}

    @cached_property
    def catalogue(self) -> Catalogue | None:
        """The user's catalogue."""
        if self.settings.catalogue is None:
            return None
        return catalogue_at(*self._catalogue_file)[0]

    @property
    def _catalogue_file(self) -> tuple[Path, int, bool]:
        """Where the user's catalogue is, a number that changes with the file, how to read it."""
        path = self._path(self.settings.catalogue or "")
        stamp = path.stat().st_mtime_ns if path.is_file() else 0
        return path, stamp, self.settings.skip_broken

    def _path(self, text: str) -> Path:
        return self.settings.folder / text

    # -- who it is compared with -------------------------------------------------------------

    def baseline(self, task: TaskName) -> Group | None:
        """Return the people of a task: the ones given, else those that ship, else None.

        Raises
        ------
        SettingsError
            Where the baseline is not of people and this was not allowed.
        """
        name = self.baseline_name(task)
        if name is None:
            return None
        group = load_baseline(name, self.settings.folder)
        if group.speakers != "people" and not self.settings.allow_not_people:
            raise SettingsError(
                f"baseline '{group.name}' is not of people but of a {group.speakers} group",
                field=f"simulator.{self.settings.name}.baseline",
                fix="give a baseline of people, or set allow_not_people = true "
                "(command line: --allow-not-people); every report then says so",
            )
        return group

    def measured(self, task: TaskName) -> tuple[tuple[Measured, ...], Group]:
        """Return what was read in the answers to a task, and the group that it adds up to."""
        if self.group is not None:
            return (), self.group
        key = self.baseline_name(task)
        if key not in self._measured:
            same = [t for t in self.tasks if self.baseline_name(t) == key]
            rows = [r for t in same for r in self.rows[t]]
            baseline = self.baseline(task)
            films = self.joint(key, baseline).catalogue
            like_at = self._like_at(baseline)
            if any(task in TEXT_TASKS for task in same):
                self._readers[key] = readers_for(self.settings, films, baseline)
            readers = self._readers.get(key)
            seen = measure(rows, films, histories=self.histories, like_at=like_at, readers=readers)
            if "neg_feedback" in same and self._judging is not None and readers is not None:
                readers = replace(readers, judge=self._judging.identity)
                seen = self._judging.scored(seen)
            group = measure_group(
                seen, films, name=self.settings.name, speakers="simulator", readers=readers
            )
            self._measured[key] = (seen, group)
        seen, group = self._measured[key]
        return tuple(m for m in seen if m.response.task == task), group

    def baseline_name(self, task: TaskName) -> str | None:
        """Return the name or folder as it was given: a group need not exist to be told apart."""
        given = self.settings.baselines
        return given.get(task, given.get("")) or DEFAULT_BASELINES.get(task)

    def _like_at(self, baseline: Group | None) -> float:
        """Return the least stars that mean Yes: as given, or as the baseline was built."""
        built = built_like_at(baseline)
        if self.settings.like_at is not None:
            return self.settings.like_at
        return _LIKE_AT if built is None else built

    @cached_property
    def _joints(self) -> dict[str | None, JointCatalogue]:
        return {}

    def joint(self, key: str | None, baseline: Group | None) -> JointCatalogue:
        """Return the films of a baseline (named ``key``) and the user's, joined once."""
        if key not in self._joints:
            # Without a baseline, titles are looked up among the films whose ratings ship.
            known = load_baseline(MEAN_RATINGS_GROUP) if baseline is None else baseline
            self._joints[key] = (
                joint_catalogue(None, known)
                if self.settings.catalogue is None
                else joint_at(*self._catalogue_file, known)
            )
        return self._joints[key]

    def comparison(self, task: TaskName) -> Comparison:
        """Return the comparison of a task, made once."""
        if task not in self._comparisons:
            self._require(task)
            baseline = self.baseline(task)
            _, group = self.measured(task)
            key = self.baseline_name(task)
            readers = self._readers.get(key)
            self._comparisons[task] = self._comparison_at()(
                task,
                group,
                baseline,
                catalogue=self.joint(key, baseline),
                unread={**_NO_JUDGE, **({} if readers is None else readers.problems)},
                settings=Settings(
                    self.settings.seed, self.settings.draws, self.settings.least_seekers
                ),
            )
        return self._comparisons[task]

    def _require(self, task: TaskName) -> None:
        if task not in self.tasks:
            raise EmptyInputError(
                f"simulator '{self.settings.name}' has no answers to {task}",
                path=self.settings.source,
                fix=f"it has answers to {', '.join(self.tasks)}; record {task}, "
                "or take its gate out",
            )

    def _compared(self) -> Iterator[tuple[Group | None, Catalogue]]:
        for key, task in {self.baseline_name(task): task for task in self.tasks}.items():
            people = self.baseline(task)
            yield people, self.joint(key, people).catalogue

    # -- gates -------------------------------------------------------------------------------

    @cached_property
    def gates(self) -> tuple[GateSpec, ...]:
        """The gates to decide: those asked for, or else every metric that can be measured."""
        return self._planned[0]

    def gates_of(
        self, metrics: Iterable[str], tasks: Iterable[TaskName] = ()
    ) -> tuple[GateSpec, ...]:
        """Return a gate for each of these metrics; see :func:`gates_of`."""
        return gates_of(metrics, self.tasks, tasks, self.settings.source)

    @cached_property
    def not_measured(self) -> tuple[NotMeasured, ...]:
        """The metrics that cannot be measured and were not asked for."""
        return self._planned[1]

    def notes_on(self, spec: GateSpec) -> tuple[str, ...]:
        """Return what a reader of a verdict should know: who is not people, what it cannot show."""
        notes = [] if self.live is None else list(self.asked.notes)
        notes += [] if self.sequential is None else [str(self.sequential.stopped)]
        people = self.baseline(spec.task)
        if people is not None and people.speakers != "people":
            notes.append(f"baseline '{people.name}' is not people: {people.speakers}")
        built = built_like_at(people)
        if spec.task == "bin_pref" and built not in (None, self._like_at(people)):
            notes.append(
                f"Yes is {self._like_at(people):g} stars here, and {built:g} in the baseline"
            )
        if self.catalogue is not None and spec.metric.table in ("mentions", "answers"):
            notes += self.catalogue.notes
        readers = self._readers.get(self.baseline_name(spec.task))
        if readers is not None and spec.task in TEXT_TASKS:
            notes += readers.notes
        if spec.metric.table == "judged" and self._judging is not None:
            notes += () if self._judging.problem else self._judging.notes
        decided = self._verdicts.get(spec)
        if decided is not None and decided.uncalibrated and spec.uncalibrated == "allow":
            notes.append(f"{spec.metric.name}: uncalibrated, as allowed; {decided.uncalibrated}")
        sides = self.comparison(spec.task).sides
        silent = left_out(sides, spec.metric.table)
        notes += [] if silent is None else [f"{spec.task}: {silent}"]
        rows = sides.simulator_rows(spec.metric.table)
        if spec.named and rows is not None:
            advice = spec.advice(rows.n_units, len(rows) / rows.n_units)
            notes += [] if advice is None else [advice]
        return tuple(notes)

    @cached_property
    def _planned(self) -> tuple[tuple[GateSpec, ...], tuple[NotMeasured, ...]]:
        return plan_gates(self.settings, self.tasks, self.comparison)

    def verdict(self, spec: GateSpec) -> Verdict:
        """Return the verdict of a gate, decided once."""
        if spec not in self._verdicts:
            judging = self._judging if spec.metric.table == "judged" else None
            if judging is not None and judging.problem is not None:
                raise judging.problem
            verdict = self._decided_early(spec) or self.comparison(spec.task).verdict(spec)
            if spec.metric.table == "judged" and verdict.value is not None:
                from crs_simcheck.project.judging import believed

                who = str(self.measured(spec.task)[1].instruments["judge"])
                digests = () if judging is None else judging.digests
                verdict = believed(verdict, self.settings, who, digests)
            self._verdicts[spec] = verdict
        return self._verdicts[spec]
