"""The embedded engine: a seeker by rule, without any language model.

It is made for demos, tests and learning, and is no evidence about a language model. Its parts are
imported when they are first used: a replay needs its name alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crs_simcheck.engines.embedded.version import MODEL

__all__ = ["DIRECTIVES", "MODEL", "Directive", "Directives", "EmbeddedEngine"]

if TYPE_CHECKING:
    from crs_simcheck.engines.embedded.directives import DIRECTIVES, Directive, Directives
    from crs_simcheck.engines.embedded.engine import EmbeddedEngine


def __getattr__(name: str) -> Any:
    """Import a public name from its home."""
    if name not in __all__:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from importlib import import_module

    home = "engine" if name == "EmbeddedEngine" else "directives"
    return getattr(import_module(f"{__name__}.{home}"), name)
