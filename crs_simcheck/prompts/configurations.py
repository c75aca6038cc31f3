"""Prompting configurations: what a request shows of a seeker, beside what is asked.

``zero_shot`` shows nothing, ``icl`` answers of other people, ``rag`` pieces of the seeker's own
history, ``pag`` the persona. DESIGN §5 and the paper's four configurations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from crs_simcheck.errors import InputError, UnknownNameError
from crs_simcheck.prompts.examples import (
    Examples,
    hash_of,
    mixed,
    shortened,
    text_of,
    title_key,
)
from crs_simcheck.prompts.retrieval import BM25Retriever, Retriever
from crs_simcheck.records import HistoryItem, Profile, Response, TaskName

__all__ = ["CONFIGURATIONS", "REVIEW_CHARS", "Configuration", "ConfigurationName"]

ConfigurationName = Literal["zero_shot", "icl", "rag", "pag"]
CONFIGURATIONS: tuple[ConfigurationName, ...] = ("zero_shot", "icl", "rag", "pag")

REVIEW_CHARS = 300
"""A review of the seeker's history is cut to this many characters."""

_TITLE_CHARS = 200
_ICL_INTRO = "What other people answered when they were asked the same:"
_RAG_INTRO = "What you have said about films that you know:"


def _nothing_known(_item: str) -> str:
    return ""


@dataclass(frozen=True)
class Configuration:
    """A prompting configuration, ready to give the values of any request. Frozen.

    Parameters
    ----------
    name:
        One of ``CONFIGURATIONS``.
    seed:
        Of the run; decides on examples, and on the order of pieces that are equally relevant.
    k:
        How many examples or pieces at most.
    examples:
        Of people's answers; needed by ``icl``.
    retriever:
        What ranks a history; by default BM25 over words. Used by ``rag``.
    about:
        Label of a film → words on it, such as its genres, for the retriever alone: no prompt sees
        them. Used by ``rag``, and worth having: the bare titles of two films seldom share a word.

    Raises
    ------
    UnknownNameError
        There is no configuration of that name.
    InputError
        ``k`` is less than 1, or ``icl`` has no examples.
    """

    name: ConfigurationName = "pag"
    seed: int = 0
    k: int = 3
    examples: Examples = field(default_factory=Examples)
    retriever: Retriever = field(default_factory=BM25Retriever)
    about: Callable[[str], str] = _nothing_known

    def __post_init__(self) -> None:
        if self.name not in CONFIGURATIONS:
            raise UnknownNameError("configuration", self.name, CONFIGURATIONS)
        if self.k < 1:
            raise InputError(f"found k = {self.k}; at least 1 is needed", field="k")
        if self.name == "icl" and not len(self.examples):
            raise InputError(
                "the configuration 'icl' shows answers of people, and there are none",
                field="configuration",
                fix="give a file of response rows as examples, or choose another configuration",
            )

    def values(
        self, task: TaskName, seeker: str, stimulus: Mapping[str, Any], profile: Profile | None
    ) -> dict[str, str]:
        """Return the values of ``persona`` and ``context`` for one request.

        A pure function of the configuration and of what is given. A text that the stimulus itself
        brings as its ``context`` comes first in the context of every configuration.

        Parameters
        ----------
        task, seeker, stimulus:
            What is asked, and who is.
        profile:
            Of the seeker; needed by ``rag`` and ``pag``.

        Raises
        ------
        InputError
            The configuration needs what is not there: an example of the task by somebody else, a
            history, a persona.
        """
        persona, context = "", ""
        if self.name == "icl":
            context = self._examples(task, seeker, stimulus)
        elif self.name == "rag":
            context = self._pieces(task, seeker, stimulus, self._known(seeker, profile))
        elif self.name == "pag":
            persona = self._known(seeker, profile).persona.strip()
        own = text_of(stimulus, "context")
        return {"persona": persona, "context": "\n\n".join(part for part in (own, context) if part)}

    def _known(self, seeker: str, profile: Profile | None) -> Profile:
        """Return the profile, which holds what the configuration needs."""
        need = "a persona" if self.name == "pag" else "a history"
        has = profile is not None and (
            bool(profile.persona.strip()) if self.name == "pag" else bool(profile.history)
        )
        if profile is None or not has:
            found = "no profile" if profile is None else f"a profile without {need[2:]}"
            raise InputError(
                f"the configuration '{self.name}' needs {need}, and seeker {seeker!r} has {found}",
                field="configuration",
                fix="'crs-simcheck profiles build' makes profiles; 'zero_shot' needs none",
            )
        return profile

    # ------------------------------------------------------------------------------- icl

    def _examples(self, task: TaskName, seeker: str, stimulus: Mapping[str, Any]) -> str:
        item = text_of(stimulus, "item")
        rows = self.examples.draw(task, seeker, item, seed=self.seed, k=self.k)
        if not rows:
            raise InputError(
                f"the configuration 'icl' has no example of {task} that seeker {seeker!r} did "
                f"not give; there are examples of {', '.join(self.examples.tasks)}",
                field="configuration",
                fix=f"add answers of people to {task} to the file of examples",
            )
        shown = [self._example(number, row) for number, row in enumerate(rows, start=1)]
        return "\n\n".join((_ICL_INTRO, *shown))

    def _example(self, number: int, row: Response) -> str:
        item = shortened(text_of(row.stimulus, "item"), _TITLE_CHARS)
        head = f"Person {number}, on {item}:" if item else f"Person {number}:"
        between = "\n" if row.task == "items_talk" else " "
        return head + between + self.examples.shown(row)

    # ------------------------------------------------------------------------------- rag

    def _pieces(
        self, task: TaskName, seeker: str, stimulus: Mapping[str, Any], profile: Profile
    ) -> str:
        """Return the most relevant pieces of a history; nothing where all of it is the film."""
        item = text_of(stimulus, "item")
        own = title_key(item)
        pieces = [piece for piece in profile.history if not own or title_key(piece.item) != own]
        if not pieces:
            return ""
        # Equals are shown in an order of their own, not in that of a file.
        key = hash_of(str(self.seed), seeker, task, item)
        hashes = np.array([_hash_of_piece(piece) for piece in pieces], dtype=np.uint64)
        pieces = [pieces[place] for place in np.argsort(mixed(hashes, key), kind="stable")]
        query = " ".join(
            part for part in (item, self._about(item), text_of(stimulus, "context")) if part
        )
        if query:
            ranked = self.retriever.rank(query, [self._searched(piece) for piece in pieces])
            pieces = [pieces[place] for place in ranked]
        return "\n".join((_RAG_INTRO, *(_piece_line(piece) for piece in pieces[: self.k])))

    def _about(self, item: str) -> str:
        return self.about(item) if item else ""

    def _searched(self, piece: HistoryItem) -> str:
        review = shortened(piece.text or "", REVIEW_CHARS)
        return f"{piece.item} {self._about(piece.item)} {review}"


def _hash_of_piece(piece: HistoryItem) -> int:
    return hash_of(piece.item, str(piece.rating), piece.text or "")


def _piece_line(piece: HistoryItem) -> str:
    """Return a piece as a line: ``Title (year): 4.5 stars. review``."""
    said: list[str] = []
    if piece.rating is not None:
        said.append(f"{piece.rating:g} star{'' if piece.rating == 1 else 's'}.")
    review = shortened(piece.text or "", REVIEW_CHARS)
    if review:
        said.append(review)
    title = shortened(piece.item, _TITLE_CHARS)
    return f"{title}: {' '.join(said)}" if said else title
