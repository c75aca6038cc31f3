"""Engines by name, as a settings file and a command line have them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crs_simcheck.engines.addresses import endpoint, parse_address
from crs_simcheck.engines.base import Engine
from crs_simcheck.engines.embedded import MODEL
from crs_simcheck.engines.words import full_name
from crs_simcheck.errors import InputError, UnknownNameError

__all__ = ["ENGINE_FORMS", "ENGINE_KINDS", "EngineSpec", "open_engine", "parse_engine"]

ENGINE_KINDS = ("embedded", "ollama", "openai")
ENGINE_FORMS = "ollama:MODEL, ollama:MODEL@HOST,HOST, openai:MODEL@https://HOST/v1, embedded"
_MODEL = re.compile(r"[^\s\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """An engine that is named and not yet opened.

    Parameters
    ----------
    kind, model:
        Part of the key of a recording; ``model`` has its tag, where it is Ollama's.
    hosts:
        URLs without credentials. None of them: the engine's own place.
    """

    kind: str
    model: str
    hosts: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Kind and model, for reports: where it runs is nobody else's business."""
        return self.kind if self.kind == "embedded" else f"{self.kind}:{self.model}"

    def __str__(self) -> str:
        return f"{self.name}@{','.join(self.hosts)}" if self.hosts else self.name


def parse_engine(text: str) -> EngineSpec:
    """Read the name of an engine.

    Names of models may hold ``/`` and ``:``; those of an endpoint ``@`` as well, since its URL
    starts with ``http``. No credentials may stand in it: a settings file is shared.

    Raises
    ------
    UnknownNameError
        Where there is no such kind; the nearest one is offered.
    InputError
        Where the rest cannot be read.

    Examples
    --------
    >>> parse_engine("ollama:llama3.3:70b@gpu1,gpu2:11435").hosts
    ('http://gpu1:11434', 'http://gpu2:11435')
    >>> parse_engine("openai:org/model@http://localhost:8000/v1").model
    'org/model'
    """
    given = text.strip()
    kind, mark, rest = given.partition(":")
    if kind not in ENGINE_KINDS:
        # Whatever follows the kind may hold a password that slipped in.
        raise UnknownNameError(
            "engine", kind.partition("@")[0][:80], ENGINE_KINDS, hint=f"forms: {ENGINE_FORMS}"
        )
    if kind == "embedded":
        if mark:
            raise _wrong("the embedded engine has no model")
        return EngineSpec("embedded", MODEL)
    if not rest:
        raise _wrong(f"'{kind}' needs the name of a model")
    return _ollama(rest) if kind == "ollama" else _openai(rest)


def _ollama(rest: str) -> EngineSpec:
    model, mark, places = rest.partition("@")
    _check_model(model)
    if "://" in model:
        raise _wrong("a URL stands where the name of the model should")
    if not mark:
        return EngineSpec("ollama", full_name(model))
    each = [place.strip() for place in places.split(",")]
    if not all(each):
        raise _wrong("a host is empty")
    hosts = [parse_address(place, what="a host of the engine").url for place in each]
    return EngineSpec("ollama", full_name(model), tuple(dict.fromkeys(hosts)))


def _openai(rest: str) -> EngineSpec:
    found = re.search(r"@(?=https?://)", rest, re.IGNORECASE)
    if found is None:
        raise _wrong("'openai' needs the URL of the endpoint behind an @")
    model = rest[: found.start()]
    _check_model(model)
    return EngineSpec("openai", model, (endpoint(rest[found.end() :]).url,))


def _check_model(model: str) -> None:
    if not _MODEL.fullmatch(model):
        raise _wrong("the name of the model is empty, or holds a space")


def _wrong(problem: str) -> InputError:
    return InputError(f"the engine cannot be read: {problem}", fix=f"forms: {ENGINE_FORMS}")


def open_engine(
    spec: EngineSpec,
    *,
    slots: int | None = None,
    timeout: float = 300.0,
    films: Sequence[Any] | None = None,
) -> Engine:
    """Open an engine; nothing is asked of it yet.

    Parameters
    ----------
    spec:
        What :func:`parse_engine` read.
    slots:
        Requests at a time, of each host where there are several; None for the engine's own.
    timeout:
        Seconds that one answer may take.
    films:
        What the embedded engine knows.

    Raises
    ------
    InputError
        Where it cannot be opened.
    """
    if spec.kind == "ollama":
        from crs_simcheck.engines.ollama import OLLAMA_SLOTS, OllamaEngine

        return OllamaEngine(
            spec.model,
            spec.hosts or None,
            slots=OLLAMA_SLOTS if slots is None else slots,
            timeout=timeout,
        )
    if spec.kind == "openai":
        from crs_simcheck.engines.openai import OPENAI_SLOTS, OpenAIEngine

        return OpenAIEngine(
            spec.model,
            spec.hosts[0],
            slots=OPENAI_SLOTS if slots is None else slots,
            timeout=timeout,
        )
    if spec.kind == "embedded":
        from crs_simcheck.engines.embedded import EmbeddedEngine

        if films is None:
            raise InputError(
                "the embedded engine needs the films that it shall know",
                fix="name a catalogue in simcheck.toml",
            )
        engine: Engine = EmbeddedEngine(films)
        return engine
    raise UnknownNameError("engine", spec.kind, ENGINE_KINDS, hint=f"forms: {ENGINE_FORMS}")
