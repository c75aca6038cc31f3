"""A simulator of a project that is asked: what it is asked, what is recorded, what is missing."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from crs_simcheck.baselines import Group
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.engines.named import EngineSpec, parse_engine
from crs_simcheck.errors import SettingsError
from crs_simcheck.project.conduct import conduct_line
from crs_simcheck.project.films import descriptions_of, known_films, shown_films
from crs_simcheck.project.keys import RECORDINGS
from crs_simcheck.project.live_settings import LiveSettings
from crs_simcheck.project.sampling import chosen
from crs_simcheck.project.settings import SimulatorSettings
from crs_simcheck.prompts import (
    BM25Retriever,
    Configuration,
    Examples,
    Prompt,
    Retriever,
    VectorRetriever,
    default_prompts,
    read_prompts,
)
from crs_simcheck.recordings import Recording, read_recording, read_responses
from crs_simcheck.records import TASKS, Profile, Response, TaskName
from crs_simcheck.simulator import (
    DEFAULT_ASKED,
    LiveSimulator,
    Planned,
    TaskPlan,
    has_ratings,
)

__all__ = ["LiveRun", "Missing", "made_of"]

_NOBODYS = 100  # seekers where there are no profiles and nobody says how many


@dataclass(frozen=True)
class Missing:
    """What is planned and not recorded. ``asked`` counts everything that is planned."""

    planned: tuple[Planned, ...]
    asked: int

    def __bool__(self) -> bool:
        return bool(self.planned)

    def by_task(self) -> Mapping[TaskName, int]:
        """Return how many answers are missing, of the tasks that lack any."""
        return Counter(one.question.task for one in self.planned)


class LiveRun:
    """What one simulator is asked, and what of it is recorded. Each step is done once.

    Parameters
    ----------
    settings:
        Of the simulator; ``settings.live`` says how it is asked.
    profiles:
        Its seekers, or None where there is no file of them.
    catalogue:
        The user's films, or None.
    people:
        Task → the people that it is compared with, or None.
    """

    def __init__(
        self,
        settings: SimulatorSettings,
        profiles: Sequence[Profile] | None,
        catalogue: Callable[[], Catalogue | None],
        people: Callable[[TaskName], Group | None],
    ) -> None:
        if settings.live is None:
            raise ValueError("this simulator is not asked: its answers are given")
        self.settings = settings
        self.live: LiveSettings = settings.live
        # Absolute: a simulator of a team's own may change the working folder.
        usual = settings.folder / RECORDINGS / settings.name
        self._folder = (self.live.kept_in or usual).absolute()
        self._profiles = profiles
        self._catalogue_of, self._people = catalogue, people
        self._whole: tuple[Planned, ...] = ()

    @property
    def folder(self) -> Path:
        """Where its answers are recorded."""
        return self._folder

    @property
    def catalogue(self) -> Catalogue | None:
        """The user's films."""
        return self._catalogue_of()

    # -- what it is made of -------------------------------------------------------------------

    @cached_property
    def engine(self) -> EngineSpec | None:
        """The engine, or None where a function answers."""
        if not self.live.engine:
            return None
        return parse_engine(self.live.engine)

    @cached_property
    def prompts(self) -> Mapping[TaskName, Prompt]:
        """The prompts, by task."""
        if self.live.prompts is None:
            return default_prompts()
        return read_prompts(self.settings.folder / self.live.prompts)

    @cached_property
    def profiles(self) -> tuple[Profile, ...]:
        """The seekers that are asked, chosen by a hash of their ids where fewer are wanted."""
        only = self.settings.only
        return tuple(p for p in self._all_profiles() if only is None or p.seeker in only)

    def _all_profiles(self) -> tuple[Profile, ...]:
        wanted = self.settings.seekers
        if self._profiles is None:
            if self.live.configuration in ("pag", "rag"):
                raise SettingsError(
                    f"the configuration '{self.live.configuration}' needs profiles",
                    field=f"simulator.{self.settings.name}.profiles",
                    fix="'crs-simcheck profiles build' makes them; "
                    'configuration = "zero_shot" needs none',
                )
            return tuple(Profile(f"seeker-{i + 1:04}") for i in range(wanted or _NOBODYS))
        keep = chosen((p.seeker for p in self._profiles), wanted, self.settings.seed)
        return tuple(p for p in self._profiles if p.seeker in keep)

    @cached_property
    def simulator(self) -> LiveSimulator:
        """The simulator, ready to say what it is asked."""
        tasks = tuple(self.live.asked) or tuple(self.prompts)
        kind, model = ("python", self.live.python or "")
        if self.engine is not None:
            kind, model = self.engine.kind, self.engine.model
        return LiveSimulator(
            name=self.settings.name,
            kind=kind,
            model=model,
            options=self.live.options,
            prompts=self.prompts,
            plans={task: self._plan(task) for task in TASKS if task in tasks},
            profiles=self.profiles,
            configuration=self._configuration(),
            seed=self.settings.seed,
            descriptions=descriptions_of(self.catalogue),
        )

    def _configuration(self) -> Configuration:
        name, seed = self.live.configuration, self.settings.seed
        if name == "icl":
            file = self.settings.folder / (self.live.examples or "")
            return Configuration(name, seed, examples=Examples(read_responses(file).rows))
        if name == "rag":
            return Configuration(name, seed, retriever=self._retriever(), about=self._genres)
        return Configuration(name, seed)

    def _retriever(self) -> Retriever:
        if self.live.retrieval == "bm25":
            return BM25Retriever()
        from crs_simcheck.instruments.vectors import load_sentence_vectors

        folder = self.settings.folder / self.live.retrieval
        return VectorRetriever(
            load_sentence_vectors(folder if folder.is_dir() else self.live.retrieval)
        )

    def _genres(self, label: str) -> str:
        films = known_films(self.catalogue)
        index = films.index_of(label)
        return "" if index is None else " ".join(films[index].genres)

    def _plan(self, task: TaskName) -> TaskPlan:
        people = self._people(task)
        films, fixed = Catalogue("none", ()), tuple[str, ...]()
        if task == "bin_pref":
            films, fixed = self._films_of_people(people)
        elif task in ("open_pref", "neg_feedback"):
            films = shown_films(self.catalogue)
        named = _mentions_per_person(people) if task == "items_talk" else ()
        return TaskPlan(
            task,
            films,
            self.live.asked.get(task, {}),
            people_named=named,
            fixed_films=fixed,
            repeats=self.live.repeats,
            seed=self.settings.seed,
        )

    def _films_of_people(self, people: Group | None) -> tuple[Catalogue, tuple[str, ...]]:
        """Return the films that can be asked about, and those that must: what people were asked.

        People and simulator are asked about the same films. People with a list of their own fix
        it; of others, the films that they answered about are those to choose from.
        """
        statistics = None if people is None else people.tasks.get("bin_pref")
        if people is None or statistics is None:
            return shown_films(self.catalogue), ()
        fixed = statistics.design.get("films")
        if fixed:
            return Catalogue("none", ()), tuple(sorted(map(str, fixed)))
        asked = set(statistics.films)
        films = tuple(item for item in people.catalogue if item.label in asked)
        wanted = self.live.asked.get("bin_pref", {}).get(
            "films", DEFAULT_ASKED["bin_pref"]["films"]
        )
        if len(films) <= wanted:
            return Catalogue("none", ()), tuple(sorted(item.label for item in films))
        return Catalogue(people.name, films), ()

    @cached_property
    def planned(self) -> tuple[Planned, ...]:
        """Everything that is asked.

        Raises ``SettingsError`` where nobody can be asked a task.
        """
        planned = tuple(self.simulator.planned())
        asked = {one.question.task for one in planned}
        for task in self.simulator.plans:
            if task not in asked:
                raise SettingsError(
                    f"nobody can be asked {task}",
                    field=f"simulator.{self.settings.name}.tasks.{task}",
                    fix="of no seeker's taste anything is known: give profiles with favourite "
                    "genres or rated films, and films with genres"
                    if task == "neg_feedback"
                    else "check the seekers and the numbers of this task",
                )
        return planned

    @property
    def whole(self) -> tuple[Planned, ...]:
        """The same, of a simulator that :meth:`of_seekers` has narrowed: as it was before."""
        return self._whole or self.planned

    def of_seekers(self, asked: Mapping[TaskName, frozenset[str]]) -> LiveRun:
        """Return the run of some seekers, which may be others in each task.

        What they are asked is what they would be asked among all.
        """
        fewer = copy(self)
        for name in ("recording", "answers", "notes"):
            fewer.__dict__.pop(name, None)
        fewer.live = replace(self.live, partial=True, stop=None, record="none")
        fewer._whole = self.whole
        fewer.__dict__["planned"] = tuple(
            p for p in self.whole if p.question.seeker in asked.get(p.question.task, ())
        )
        return fewer

    # -- what is recorded ---------------------------------------------------------------------

    def missing(self, recording: Recording) -> Missing:
        """Return what is planned and not recorded."""
        planned = tuple(p for p in self.planned if not recording.has(p.question.task, p.key))
        return Missing(planned, len(self.planned))

    def unused(self, recording: Recording) -> Mapping[TaskName, tuple[str, ...]]:
        """Return the keys of recorded answers that nothing planned asks for.

        Where fewer seekers are looked at for once, the others' answers are still needed: then
        nobody can tell, and there are none.
        """
        if self.live.partial:
            return {}
        wanted = {planned.key for planned in self.planned}
        found = {
            task: tuple(key for key in rows if key not in wanted)
            for task, rows in recording.rows.items()
        }
        return {task: keys for task, keys in found.items() if keys}

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a reader of results should know of how the answers came about."""
        notes = []
        if self.engine is not None and self.engine.kind == "embedded":
            notes.append("embedded engine: no LLM; it says nothing about any")
        asked = self.simulator.plans.get("bin_pref")
        chosen_here = asked is not None and not asked.fixed_films
        if asked and chosen_here and not has_ratings(asked.films, asked.number("films")):
            notes.append(
                "bin_pref asks about films at equal steps of fame: too few of them have "
                "people's mean rating, so no correlation with it can be measured"
            )
        for prompt in (self.prompts[task] for task in self.simulator.plans):
            notes += [f"{prompt.task}.md: {note}" for note in prompt.notes]
        line = conduct_line(self.answers)
        notes += [f"{line}; each of it can be gated"] if line else []
        unused = sum(map(len, self.unused(self.recording).values()))
        if unused:
            notes.append(
                f"{unused:,} recorded answers are asked for by nothing; "
                f"crs-simcheck record {self.settings.name} --prune removes them"
            )
        return tuple(notes)

    @cached_property
    def recording(self) -> Recording:
        """What is recorded; read once, when it is first asked for."""
        return read_recording(self.folder)

    @cached_property
    def answers(self) -> tuple[Response, ...]:
        """The recorded answers to what is asked, as far as there are any."""
        found = ((p, self.recording.get(p.question.task, p.key)) for p in self.planned)
        # Who was asked what is known from the plan: a row may be of before a genre was put right,
        # or changed by hand, and its key does not hold all of it.
        return tuple(
            replace(response, seeker=p.question.seeker, stimulus=p.question.stimulus)
            for p, response in found
            if response is not None
        )


def _mentions_per_person(people: Group | None) -> tuple[int, ...]:
    """Return how many films each person named, of those who named any."""
    named = None if people is None else people.tasks.get("items_talk")
    table = None if named is None else named.tables.get("mentions")
    if table is None:
        return ()
    return tuple(sorted(Counter(table.owner.tolist()).values()))


def made_of(run: LiveRun, planned: Iterable[Planned]) -> dict[TaskName, dict[str, Any]]:
    """Return what the requests of each task were made of, as a summary keeps it."""
    live, simulator = run.live, run.simulator
    by_task: dict[TaskName, list[Planned]] = {}
    for one in planned:
        by_task.setdefault(one.question.task, []).append(one)
    made: dict[TaskName, dict[str, Any]] = {}
    shown = _shown(run)
    for task, asked in by_task.items():
        prompt = simulator.prompts[task]
        made[task] = {
            "engine": f"{simulator.kind}:{simulator.model}",
            "options": {k: v for k, v in live.options.as_json().items() if k != "seed"},
            "configuration": live.configuration,
            "seed": run.settings.seed,
            "repeats": live.repeats,
            "prompt": {
                "file": "" if live.prompts is None else f"{live.prompts}/{task}.md",
                "sha256": prompt.sha256,
                "sections": dict(prompt.section_sha256),
            },
            "shown": shown,
            "questions": len(asked),
            "stimuli": _hash(
                (p.question.seeker, sorted(p.question.stimulus.items())) for p in asked
            ),
            "personas": _hash(sorted({(p.question.seeker, p.persona) for p in asked})),
        }
    return made


def _shown(run: LiveRun) -> str:
    """Return a hash of what a configuration shows beside persona and stimulus; empty of nothing."""
    live = run.live
    if live.configuration == "icl" and live.examples is not None:
        data = (run.settings.folder / live.examples).read_bytes()
        return hashlib.sha256(data).hexdigest()[:16]
    if live.configuration == "rag":
        return _hash((p.seeker, p.history, live.retrieval) for p in run.profiles)
    return ""


def _hash(parts: Iterable[object]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(repr(part).encode(errors="surrogatepass") + b"\n")
    return digest.hexdigest()[:16]
