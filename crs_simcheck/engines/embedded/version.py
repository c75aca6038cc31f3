"""The name of the embedded engine's model: importing this costs nothing."""

from __future__ import annotations

from typing import Final

__all__ = ["MODEL"]

MODEL: Final = "agenda-1"
"""Goes up with every change after which some answer is another: recordings are kept under it."""
