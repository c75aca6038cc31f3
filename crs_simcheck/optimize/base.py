"""What is passed between the loop and whoever rewrites a section of a prompt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from crs_simcheck.records import TaskName

__all__ = ["Edit", "EditRequest", "Editor"]


@dataclass(frozen=True, slots=True)
class EditRequest:
    """One section that is to be rewritten, and why.

    Parameters
    ----------
    task, section:
        Which section of which prompt; the section is one that may be changed.
    text:
        What it says now, without its heading and the blank lines at its ends.
    prompt:
        The whole prompt, for context.
    criteria:
        What a good prompt of this task makes its simulator do, and what may not be done to it.
    feedback:
        What was measured: each metric, which way it is off and how far, and what the answers show.
    step:
        From 1.
    attempt, problem:
        From 0; what was wrong with the last attempt, where there was one.
    """

    task: TaskName
    section: str
    text: str
    prompt: str
    criteria: str
    feedback: str
    step: int = 1
    attempt: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """What an editor made of a section.

    Parameters
    ----------
    text:
        The section anew, or None where the editor gave none that can be read.
    gradient:
        What it said is to be improved, and how.
    calls:
        How many requests it made of an engine, recorded ones not counted.
    problem:
        Why there is no text.
    """

    text: str | None
    gradient: str = ""
    calls: int = 0
    problem: str = ""


@runtime_checkable
class Editor(Protocol):
    """Rewrites sections of prompts."""

    @property
    def name(self) -> str:
        """Who it is, for reports: ``rules``, ``textgrad (ollama:llama3.3:70b)``."""

    def rewrite(self, asked: EditRequest) -> Edit:
        """Return the section anew.

        Raises
        ------
        EngineError
            Where nothing more can be asked.
        """
