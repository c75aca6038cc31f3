"""Engines: what turns messages into text."""

from __future__ import annotations

from crs_simcheck.engines.base import About, Engine, Message, Options, Reply, Request
from crs_simcheck.engines.scripted import ScriptedEngine

__all__ = ["About", "Engine", "Message", "Options", "Reply", "Request", "ScriptedEngine"]
