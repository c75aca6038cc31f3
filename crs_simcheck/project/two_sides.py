"""The two sides of a comparison: files of answers, a working tree, or a git revision of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from crs_simcheck.baselines import GROUP_FILE
from crs_simcheck.errors import (
    EmptyInputError,
    InputError,
    SettingsError,
    SimcheckError,
    UnknownNameError,
)
from crs_simcheck.project.keys import JUDGEMENTS, RECORDINGS
from crs_simcheck.project.revisions import Revision, find_revision
from crs_simcheck.project.session import SimulatorRun
from crs_simcheck.project.settings import (
    SETTINGS_FILE,
    SimulatorSettings,
    find_settings,
    read_settings,
)
from crs_simcheck.prompts import Prompt
from crs_simcheck.recordings import Responses, read_responses
from crs_simcheck.records import TaskName

__all__ = ["Answers", "Wanted", "answers_of"]

_PYPROJECT = "pyproject.toml"


@dataclass(frozen=True)
class Wanted:
    """Which answers are meant.

    Parameters
    ----------
    simulator:
        Of the settings file; may be left out where there is only one.
    config:
        The settings file, where it is not the ``simcheck.toml`` of the folder.
    skip_broken:
        Leave out broken rows of files.
    folder:
        The folder that paths start from.
    """

    simulator: str | None = None
    config: str | None = None
    skip_broken: bool = False
    folder: Path = field(default_factory=Path)


@dataclass(frozen=True)
class Answers:
    """One side.

    Parameters
    ----------
    name:
        As it was given.
    commit:
        Hash of the revision, or None.
    settings:
        Of the simulator; None where the answers are files.
    prompts:
        Task → prompt; empty where there are none.
    notes:
        What a reader should know of where they come from.
    """

    name: str
    responses: Responses
    commit: str | None = None
    settings: SimulatorSettings | None = None
    prompts: Mapping[TaskName, Prompt] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def answers_of(given: str, wanted: Wanted, place: Path) -> Answers:
    """Return the answers that ``given`` stands for.

    What is there as a file or folder is meant before a revision of that name: a settings file or
    the folder of one is a working tree, anything else is response rows. ``REV`` is the working tree
    as it was then, ``REV:PATH`` what the path held then (from the root of the repository; from here
    where it begins with ``./``).

    Parameters
    ----------
    place:
        An empty folder for the files of a revision; it must outlive what is returned.

    Raises
    ------
    InputError
        Where nothing is there, or what is there cannot be paired.
    """
    path = wanted.folder / given
    if given and path.exists():
        settings = find_settings(path, wanted.config if given == "." else None)
        if path.is_file() and path.suffix == ".toml":
            settings = path
        if settings is not None and settings.exists():
            return _of_settings(given, settings, wanted)
        return _of_files(given, path, wanted)
    name, _, within = given.partition(":")
    revision = find_revision(wanted.folder, name)
    if not within:
        config = wanted.config or SETTINGS_FILE
        places = [revision.place(config)]
        if wanted.config is None:
            places.append(revision.place(_PYPROJECT))
    else:
        here = within.startswith(("./", "../")) or within == "."
        at = revision.place(within) if here else within.strip("/")
        held = revision.files(at)
        if not held:
            raise InputError(f"revision '{name}' has no such file or folder", path=within)
        places = [at] if at in held and at.endswith(".toml") else []
        if at not in held:
            places += [f"{at}/{SETTINGS_FILE}", f"{at}/{_PYPROJECT}"]
    try:
        for at_settings in places:
            found = _settings_at(revision, at_settings, place)
            if found is not None:
                return _of_revision(given, revision, found, wanted, place)
        if not within:
            raise SettingsError(
                f"there is no {places[0]}",
                fix=f"name the answers: {name}:PATH, or give --config FILE",
            )
        revision.copy([at], place)
        return replace(_of_files(given, place / at, wanted), commit=revision.commit)
    except SimcheckError as error:
        told = str(error).replace(f"{place}/", f"{name}:").replace(str(place), name)
        raise InputError(f"of revision '{name}': {told}") from error


def _of_files(given: str, path: Path, wanted: Wanted) -> Answers:
    if (path / GROUP_FILE).is_file():
        raise InputError(
            "this is a group: counts without the seekers that they are of, which cannot be paired",
            path=given,
            fix="give the answers themselves",
        )
    return Answers(given, read_responses(path, skip_broken=wanted.skip_broken))


def _of_settings(given: str, path: Path, wanted: Wanted) -> Answers:
    return _replayed(given, _simulator(path, wanted), ())


def _simulator(path: Path, wanted: Wanted) -> SimulatorSettings:
    """Return the settings of the simulator that is meant."""
    simulators = {s.name: s for s in read_settings(path).simulators}
    name = wanted.simulator
    if name is None:
        if len(simulators) > 1:
            raise SettingsError(
                f"there are {len(simulators)} simulators: {', '.join(simulators)}",
                path=path,
                fix="say which: --simulator NAME",
            )
        (name,) = simulators
    if name not in simulators:
        raise UnknownNameError("simulator", name, simulators)
    return simulators[name]


def _replayed(name: str, settings: SimulatorSettings, notes: tuple[str, ...]) -> Answers:
    if settings.group is not None:
        raise SettingsError(
            f"simulator '{settings.name}' is a group: counts without the seekers that they are of, "
            "which cannot be paired"
        )
    run = SimulatorRun(settings)
    responses = run.responses
    if responses is None:
        raise AssertionError("a simulator that is no group has answers")
    prompts: Mapping[TaskName, Prompt] = {}
    if run.live is not None and run.live.live.prompts is not None:
        prompts = {task: run.live.prompts[task] for task in run.live.simulator.plans}
    return Answers(name, responses, None, settings, prompts, notes)


# -- a revision --------------------------------------------------------------------------------


def _settings_at(revision: Revision, at: str, place: Path) -> Path | None:
    """Write the settings file of a revision, and return it; None where there is none."""
    text = revision.read(at)
    if text is None:
        return None
    path = place / at
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    return path if find_settings(path.parent) == path or path.name != _PYPROJECT else None


def _of_revision(
    given: str, revision: Revision, path: Path, wanted: Wanted, place: Path
) -> Answers:
    """Return the answers of a simulator as a revision has them.

    Files that it names and the revision lacks (profiles are private, and not committed) are taken
    from the working tree.
    """
    settings = _simulator(path, wanted)
    inside = path.parent.relative_to(place).as_posix()
    inside = "" if inside == "." else f"{inside}/"
    root = revision.folder / ("../" * len(Path(revision.place()).parts))
    borrowed: dict[str, str] = {}
    folders = [f"{inside}{RECORDINGS}/{settings.name}", f"{inside}{JUDGEMENTS}/{settings.name}"]
    revision.copy(folders, place)
    for file in dict.fromkeys(_named(settings)):
        if Path(file).is_absolute():
            continue
        at = _joined(f"{inside}{file}")
        if revision.files(at):
            revision.copy([at], place)
        elif (root / at).exists():
            borrowed[file] = str((root / at).resolve())
    notes = tuple(
        f"'{revision.name}' has no {file}: that of the working tree is taken" for file in borrowed
    )
    live = settings.live
    if live is not None and not (path.parent / RECORDINGS / settings.name).is_dir():
        raise EmptyInputError(
            f"simulator '{settings.name}' has no recorded answers",
            path=path.parent / RECORDINGS / settings.name,
            fix="commit its recordings with the prompts that they answer",
        )
    found = _replayed(given, _with(settings, borrowed), notes)
    return replace(found, commit=revision.commit)


def _joined(path: str) -> str:
    parts: list[str] = []
    for part in Path(path).parts:
        if part == ".." and parts:
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _named(settings: SimulatorSettings) -> Iterator[str]:
    """Yield the files and folders that a simulator's settings name, as far as they may be paths."""
    live, judge = settings.live, settings.judge
    names = [settings.responses, settings.catalogue, settings.profiles, settings.aspects]
    names += [settings.word_vectors, settings.sentence_model, *settings.baselines.values()]
    if live is not None:
        names += [live.prompts, live.examples, live.retrieval]
    if judge is not None:
        names += [judge.rubric, judge.calibration]
    yield from (name for name in names if name)


def _with(settings: SimulatorSettings, paths: Mapping[str, str]) -> SimulatorSettings:
    """Return settings with other paths in the place of some."""

    def at(name: str | None) -> str | None:
        return None if name is None else paths.get(name, name)

    live, judge = settings.live, settings.judge
    return replace(
        settings,
        responses=at(settings.responses),
        catalogue=at(settings.catalogue),
        profiles=at(settings.profiles),
        aspects=at(settings.aspects),
        word_vectors=at(settings.word_vectors),
        sentence_model=at(settings.sentence_model),
        baselines={task: paths.get(name, name) for task, name in settings.baselines.items()},
        live=live
        and replace(
            live,
            prompts=at(live.prompts),
            examples=at(live.examples),
            retrieval=paths.get(live.retrieval, live.retrieval),
        ),
        judge=judge and replace(judge, rubric=at(judge.rubric), calibration=at(judge.calibration)),
    )
