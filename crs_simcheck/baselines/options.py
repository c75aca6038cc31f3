"""What a group can be built with, and the command line that says it and is read back.

The command is recorded in every group, so that the group can be built again. It holds base names
only: where somebody kept a file is nobody's business, and would change the bytes.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from crs_simcheck.errors import InputError, UnknownNameError
from crs_simcheck.records import SPEAKERS, TASKS, Speakers, TaskName

__all__ = ["FLAGS", "REPEATED", "BuildOptions", "Recorded", "command_line", "parse_command"]

_PROGRAM = ("crs-simcheck", "baseline", "build")


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How a group is built. Each kind of source knows some of these; see ``Kind.knows``.

    Parameters
    ----------
    seed:
        Of every draw. Who is drawn how depends on the seed and on that speaker alone.
    date:
        Date of the build, ``YYYY-MM-DD``; today where None.
    films:
        bin_pref: number of films that everybody is asked about, or ``"all"``: whatever each person
        rated. None is the kind's own default.
    pool:
        bin_pref: number of the most rated films that these are chosen from.
    asked:
        bin_pref: number of answers that a person must have given (and keeps, where ``films`` is
        ``"all"``).
    like_at:
        Least number of stars, 0.5 to 5, that mean yes.
    cap:
        items_talk: most mentions that are kept of a seeker.
    answers:
        Which answers are read, where a source has two: ``align`` (yes or no) or ``stars``.
    speakers, licence, origin, attribution:
        Who speaks, under which licence the source is, what it is and where it can be had, and whom
        its licence wants to be named, where the kind cannot know.
    catalogue, profiles:
        A catalogue (CSV) and profiles (JSONL) that belong to the source.
    aspects, word_vectors, sentence_model:
        A lexicon of aspects and word vectors (files) instead of those that ship; a sentence model
        (name or folder), without which sentences get no vectors.
    participant, unit:
        dialoguekit: whose turns are read, and who a seeker is: each ``dialogue`` or each id of a
        ``user``.
    people, min_reviews, max_reviews:
        amazon: how many people are drawn by the hash of their ids, or ``"all"``; different reviews
        that a person must have written, and how many of them are kept.
    verified, language, since, until:
        amazon: which reviews count: ``only`` of what was bought in the shop, in a language (two
        letters, guessed), and from one day to another, ``YYYY-MM-DD``, both included.
    only:
        amazon: ``stars``: no word is read.
    meta:
        amazon: the list of products that belongs to the source.
    map, task:
        mapped: ``FIELD=COLUMN`` for each field of a response, and the task that all rows answer.
    """

    seed: int = 0
    date: str | None = None
    films: int | Literal["all"] | None = None
    pool: int = 80
    asked: int = 10
    like_at: float = 3.5
    cap: int = 5
    answers: Literal["align", "stars"] = "align"
    speakers: Speakers | None = None
    licence: str = ""
    origin: str = ""
    attribution: str = ""
    catalogue: Path | None = None
    profiles: Path | None = None
    aspects: Path | None = None
    word_vectors: Path | None = None
    sentence_model: str | None = None
    participant: str = "USER"
    unit: Literal["dialogue", "user"] = "dialogue"
    people: int | Literal["all"] = 2_000
    min_reviews: int = 1
    max_reviews: int = 5
    verified: Literal["any", "only"] = "any"
    language: str | None = None
    since: str | None = None
    until: str | None = None
    only: Literal["stars"] | None = None
    meta: Path | None = None
    map: tuple[str, ...] = ()
    task: TaskName | None = None

    def __post_init__(self) -> None:
        _check_numbers(self)
        _check_words(self)
        _check_reviews(self)

    def dated(self) -> BuildOptions:
        """Return the same options with a date; today's where there is none."""
        if self.date is not None:
            return self
        return dataclasses.replace(self, date=datetime.date.today().isoformat())

    def changed(self) -> tuple[str, ...]:
        """Return the names of the options that are not at their default, in order."""
        return tuple(f.name for f in dataclasses.fields(self) if getattr(self, f.name) != f.default)


def _wrong(option: str, found: object, need: str) -> InputError:
    return InputError(f"found {found!r}, need {need}", field=option)


def _check_numbers(options: BuildOptions) -> None:
    least = {"seed": 0, "pool": 2, "asked": 1, "cap": 1, "min_reviews": 1, "max_reviews": 1}
    for name, low in least.items():
        value = getattr(options, name)
        if not isinstance(value, int) or isinstance(value, bool) or value < low:
            raise _wrong(name, value, f"a whole number from {low}")
    films = options.films
    if films not in (None, "all") and (
        not isinstance(films, int) or isinstance(films, bool) or films < 2
    ):
        raise _wrong("films", films, "'all' or a whole number from 2")
    if isinstance(films, int) and films > options.pool:
        raise _wrong("films", films, f"at most as many as the pool has ({options.pool})")
    if not 0.5 <= options.like_at <= 5:
        raise _wrong("like_at", options.like_at, "stars from 0.5 to 5")


def _check_words(options: BuildOptions) -> None:
    if options.answers not in ("align", "stars"):
        raise _wrong("answers", options.answers, "'align' or 'stars'")
    if options.speakers is not None and options.speakers not in SPEAKERS:
        raise _wrong("speakers", options.speakers, f"one of {', '.join(SPEAKERS)}")
    for name in ("date", "since", "until"):
        day = getattr(options, name)
        if day is not None and not _is_day(day):
            raise _wrong(name, day, "a date as YYYY-MM-DD")
    if options.unit not in ("dialogue", "user"):
        raise _wrong("unit", options.unit, "'dialogue' or 'user'")
    if options.task is not None and options.task not in TASKS:
        raise _wrong("task", options.task, f"one of {', '.join(TASKS)}")
    for name in ("licence", "origin", "attribution", "participant", "map"):
        value = getattr(options, name)
        for text in (value,) if isinstance(value, str) else value:
            if re.search(r"[\x00-\x1f\ud800-\udfff]", text):
                raise _wrong(name, text, "one line of text")


def _is_day(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check_reviews(options: BuildOptions) -> None:
    people: object = options.people
    if people != "all" and (not isinstance(people, int) or isinstance(people, bool) or people < 1):
        raise _wrong("people", people, "'all' or a whole number from 1")
    if options.verified not in ("any", "only"):
        raise _wrong("verified", options.verified, "'any' or 'only'")
    if options.only not in (None, "stars"):
        raise _wrong("only", options.only, "'stars'")
    if options.since and options.until and options.since > options.until:
        raise _wrong("until", options.until, f"a day that is not before {options.since}")


def _films(text: str) -> int | Literal["all"]:
    return "all" if text == "all" else int(text)


# Option → its flag and how its text is read.
FLAGS: Mapping[str, tuple[str, Callable[[str], Any]]] = MappingProxyType(
    {
        "seed": ("--seed", int),
        "films": ("--films", _films),
        "pool": ("--pool", int),
        "asked": ("--asked", int),
        "like_at": ("--like-at", float),
        "cap": ("--cap", int),
        "answers": ("--answers", str),
        "speakers": ("--speakers", str),
        "licence": ("--licence", str),
        "origin": ("--origin", str),
        "attribution": ("--attribution", str),
        "catalogue": ("--catalogue", Path),
        "profiles": ("--profiles", Path),
        "aspects": ("--aspects", Path),
        "word_vectors": ("--word-vectors", Path),
        "sentence_model": ("--sentence-model", str),
        "participant": ("--participant", str),
        "unit": ("--unit", str),
        "people": ("--people", _films),
        "min_reviews": ("--min-reviews", int),
        "max_reviews": ("--max-reviews", int),
        "verified": ("--verified", str),
        "language": ("--language", str),
        "since": ("--since", str),
        "until": ("--until", str),
        "only": ("--only", str),
        "meta": ("--meta", Path),
        "map": ("--map", str),
        "task": ("--task", str),
        "date": ("--date", str),
    }
)
# Said also where they are at their default: another default would change the figures.
_ALWAYS = ("seed", "date")
# Options whose flag may stand several times; each gives one value more.
REPEATED = ("map",)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a recorded command says; ``source`` and ``out`` are base names."""

    kind: str
    source: str | None
    out: str
    name: str
    options: BuildOptions


def command_line(
    kind: str, source: Path | None, out: Path, name: str, options: BuildOptions
) -> str:
    """Return the command that builds a group: base names, and every option not at its default."""
    words = [*_PROGRAM]
    if source is not None:
        words.append(source.resolve().name)
    words += ["--kind", kind]
    changed = options.changed()
    for option, (flag, _) in FLAGS.items():
        value = getattr(options, option)
        if value is not None and (option in changed or option in _ALWAYS):
            for one in value if option in REPEATED else (value,):
                words += [flag, one.name if isinstance(one, Path) else str(one)]
    folder = out.resolve().name
    if name != folder:
        words += ["--name", name]
    return shlex.join([*words, "-o", folder])


def parse_command(command: str) -> Recorded:
    """Return what a recorded command says, the inverse of :func:`command_line`.

    Raises
    ------
    InputError
        The text is no such command, or an option in it is unknown or has a value it cannot have.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise InputError(f"no command: {error}", field="command") from error
    if tuple(words[:3]) != _PROGRAM:
        raise InputError(
            f"found '{command}', need a command that begins with '{' '.join(_PROGRAM)}'",
            field="command",
            fix="run that command again yourself: it asks a judge, or is of another program",
        )
    rest = words[3:]
    source = rest.pop(0) if rest and not rest[0].startswith("-") else None
    if len(rest) % 2:
        raise InputError(f"'{rest[-1]}' has no value", field="command")
    given: dict[str, list[str]] = {}
    for flag, text in zip(rest[::2], rest[1::2], strict=True):
        given.setdefault(flag, []).append(text)
    several = {FLAGS[option][0] for option in REPEATED}
    twice = [flag for flag, texts in given.items() if len(texts) > 1 and flag not in several]
    if twice:
        raise InputError(f"{twice[0]} stands twice", field="command")
    (kind,), (out,) = given.pop("--kind", [""]), given.pop("-o", [""])
    if not kind or not out:
        raise InputError("--kind and -o are needed", field="command")
    (name,) = given.pop("--name", [out])
    return Recorded(kind, source, out, name, _options(given))


def _options(given: Mapping[str, list[str]]) -> BuildOptions:
    by_flag = {flag: (option, read) for option, (flag, read) in FLAGS.items()}
    values: dict[str, Any] = {}
    for flag, texts in given.items():
        if flag not in by_flag:
            raise UnknownNameError("option", flag, by_flag)
        option, read = by_flag[flag]
        try:
            read_texts = tuple(read(text) for text in texts)
        except ValueError as error:
            raise InputError(f"{flag} cannot be '{texts[0]}'", field="command") from error
        values[option] = read_texts if option in REPEATED else read_texts[0]
    return BuildOptions(**values)
