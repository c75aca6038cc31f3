"""The records that move through crs-simcheck, all frozen: what was asked, and what was answered.

Shapes on disk are DESIGN's response row and profile row; see ``crs_simcheck/schemas``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

__all__ = [
    "SPEAKERS",
    "TASKS",
    "HistoryItem",
    "Message",
    "Profile",
    "Response",
    "Speakers",
    "TaskName",
]

TaskName = Literal["items_talk", "bin_pref", "open_pref", "rec_request", "neg_feedback"]
TASKS: tuple[TaskName, ...] = (
    "items_talk",
    "bin_pref",
    "open_pref",
    "rec_request",
    "neg_feedback",
)

Speakers = Literal["people", "simulator", "synthetic"]
SPEAKERS: tuple[Speakers, ...] = ("people", "simulator", "synthetic")

_EMPTY: Mapping[str, Any] = MappingProxyType({})


def _empty() -> Mapping[str, Any]:
    return _EMPTY


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat, as every engine takes it."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Response:
    """One answer of one seeker.

    ``rating`` is in stars, 0.5 to 5, where people gave one. ``history`` holds titles and is set
    only in rows that come from elsewhere; our own recordings hold none. ``extra`` keeps unknown
    keys, so that reading and writing a row loses nothing. ``line`` is where the row stands
    in its file (from 1), or 0 where it came from no file.
    """

    task: TaskName
    seeker: str
    text: str
    stimulus: Mapping[str, Any] = field(default_factory=_empty)
    rating: float | None = None
    dialogue: str | None = None
    turn: int | None = None
    persona: str | None = None
    request: str | None = None
    meta: Mapping[str, Any] | None = None
    history: tuple[str, ...] | None = None
    extra: Mapping[str, Any] = field(default_factory=_empty)
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One film of a history: title with year, stars (0.5 to 5) and a review, where known."""

    item: str
    rating: float | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of one seeker. The persona names no title; no prompt sees the history."""

    seeker: str
    persona: str = ""
    traits: Mapping[str, Any] = field(default_factory=_empty)
    history: tuple[HistoryItem, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=_empty)
    line: int = field(default=0, compare=False)
