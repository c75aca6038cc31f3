"""Engines: what turns messages into text.

The live ones are imported when they are first used: a replay asks nobody, and is not to pay for
them. Models of an Ollama server are managed by ``engines.models``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crs_simcheck.engines.base import About, Engine, Message, Options, Reply, Request
from crs_simcheck.engines.named import (
    ENGINE_FORMS,
    ENGINE_KINDS,
    EngineSpec,
    open_engine,
    parse_engine,
)
from crs_simcheck.engines.scripted import ScriptedEngine

if TYPE_CHECKING:
    from crs_simcheck.engines.ollama import OllamaEngine
    from crs_simcheck.engines.openai import OpenAIEngine
    from crs_simcheck.engines.retries import Retries

__all__ = [
    "ENGINE_FORMS",
    "ENGINE_KINDS",
    "About",
    "Engine",
    "EngineSpec",
    "Message",
    "OllamaEngine",
    "OpenAIEngine",
    "Options",
    "Reply",
    "Request",
    "Retries",
    "ScriptedEngine",
    "open_engine",
    "parse_engine",
]

_LIVE = {"OllamaEngine": "ollama", "OpenAIEngine": "openai", "Retries": "retries"}


def __getattr__(name: str) -> Any:
    """Import a live engine from its module."""
    if name in _LIVE:
        from importlib import import_module

        return getattr(import_module(f"crs_simcheck.engines.{_LIVE[name]}"), name)
    raise AttributeError(f"module 'crs_simcheck.engines' has no attribute '{name}'")
