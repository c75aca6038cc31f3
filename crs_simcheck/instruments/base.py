"""What an instrument is: a named, versioned way to read text."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Instrument"]


@dataclass(frozen=True, slots=True)
class Instrument:
    """A named, versioned way to read text.

    Two groups can be compared only where the same versions of the instruments read both, so the
    version goes up with every change after which some text is read otherwise.

    Parameters
    ----------
    name:
        How groups and reports call it.
    version:
        Counts from 1.
    reads:
        What it reads in a text, in a few words.
    """

    name: str
    version: int
    reads: str

    @property
    def label(self) -> str:
        """Name and version as they are kept with a group, such as ``words/1``."""
        return f"{self.name}/{self.version}"
