"""The part of ``simcheck.toml`` that says how a simulator is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from crs_simcheck.engines import Options
from crs_simcheck.errors import SettingsError
from crs_simcheck.project.table import TableReader
from crs_simcheck.prompts import CONFIGURATIONS, ConfigurationName
from crs_simcheck.records import TaskName

__all__ = ["STOPS", "LiveSettings", "RecordMode", "Stop", "live_settings"]

RecordMode = Literal["none", "new", "all"]
Stop = Literal["first-drift", "every-gate"]
STOPS: tuple[Stop, ...] = ("first-drift", "every-gate")


@dataclass(frozen=True)
class LiveSettings:
    """How a simulator is asked.

    Parameters
    ----------
    prompts, python:
        Folder of prompt files, or a function as ``module:function``. Exactly one is given.
    engine:
        ``ollama:MODEL``, ``openai:MODEL@URL`` or ``embedded``; empty for a function.
    engine_at:
        The same engine at other hosts; asked instead where it is given.
    options:
        How the engine is to answer.
    asked:
        Task → its table of settings; empty for every task that has a prompt.
    configuration:
        What a prompt sees of a seeker.
    examples:
        File of people's answers, for ``icl``.
    retrieval:
        ``bm25``, or the name of a sentence model, for ``rag``.
    slots:
        Requests at the same time (per host); None for what the engine takes.
    timeout:
        Most seconds of one answer.
    kept_in:
        Where answers are recorded; None for the usual place.
    record:
        ``none``: replay only; ``new``: ask what is not recorded; ``all``: ask everything again.
    partial:
        Fewer seekers are looked at than the settings ask for: what is left is no leftover.
    stop:
        None: all seekers are asked; else they are asked in blocks, until every gate has decided.
        ``first-drift``: or until one has drifted; ``every-gate``: also then.
    """

    prompts: str | None = None
    python: str | None = None
    engine: str = ""
    engine_at: str | None = None
    options: Options = field(default_factory=Options)
    asked: Mapping[TaskName, Mapping[str, Any]] = field(default_factory=dict)
    configuration: ConfigurationName = "pag"
    examples: str | None = None
    retrieval: str = "bm25"
    repeats: int = 1
    slots: int | None = None
    timeout: float = 300.0
    kept_in: Path | None = None
    record: RecordMode = "none"
    partial: bool = False
    stop: Stop | None = None


def _configurations(read: TableReader) -> tuple[ConfigurationName, ...]:
    """Return the configurations that a simulator is asked in, each once; ``pag`` by default."""
    value = read.table.get("configuration", "pag")
    names = value if isinstance(value, list) else [value]
    if not names or any(name not in CONFIGURATIONS for name in names):
        raise read.fail("configuration", f"one or a list of {', '.join(CONFIGURATIONS)}")
    return cast(tuple[ConfigurationName, ...], tuple(dict.fromkeys(names)))


def live_settings(
    read: TableReader, source: str, asked: Mapping[TaskName, Mapping[str, Any]]
) -> Iterator[tuple[ConfigurationName, LiveSettings]]:
    """Yield the settings of each configuration of a simulator.

    Each value is checked also where the answers come from a file, so that a slip of the pen shows
    before anything is asked.

    Parameters
    ----------
    source:
        The key that says where the answers come from: ``prompts``, ``python``, or another.

    Raises
    ------
    SettingsError
        Where a value is not what it must be, or the engine is missing.
    """
    prompts, python, engine = read.text("prompts"), read.text("python"), read.text("engine")
    if source == "prompts" and engine is None:
        raise SettingsError(
            "prompts need an engine",
            path=read.path,
            field=f"{read.place}.engine",
            fix='for instance engine = "ollama:llama3.3:70b", or engine = "embedded" (no LLM)',
        )
    if source == "python" and engine is not None:
        raise SettingsError(
            "found an engine beside python: a function answers by itself",
            path=read.path,
            field=f"{read.place}.engine",
            fix="take one of the two out",
        )
    defaults = Options()
    options = Options(
        temperature=read.number("temperature", defaults.temperature, 0.0, 100.0),
        top_p=read.number("top_p", defaults.top_p, 0.0, 1.0),
        top_k=read.whole("top_k", defaults.top_k, 0),
        num_ctx=read.whole("num_ctx", defaults.num_ctx, 1),
        num_predict=read.whole("num_predict", defaults.num_predict, 1),
        think=read.flag("think"),
    )
    for configuration in _configurations(read):
        yield (
            configuration,
            LiveSettings(
                prompts=prompts,
                python=python,
                engine=engine or "",
                options=options,
                asked=asked,
                configuration=configuration,
                examples=_examples(read, source, configuration),
                retrieval=read.text("retrieval") or "bm25",
                repeats=read.whole("repeats", 1, 1),
                slots=read.whole("slots", 0, 1) or None,
                timeout=read.number("timeout", 300.0, 0.1, 86_400.0),
                stop=_stop(read),
            ),
        )


def _stop(read: TableReader) -> Stop | None:
    value = read.table.get("sequential")
    if value is None:
        return None
    if value not in STOPS:
        raise read.fail("sequential", " or ".join(map(repr, STOPS)))
    return cast(Stop, value)


def _examples(read: TableReader, source: str, configuration: ConfigurationName) -> str | None:
    examples = read.text("examples")
    if source in ("prompts", "python") and configuration == "icl" and examples is None:
        raise SettingsError(
            "the configuration icl shows people's answers, and no file of them is given",
            path=read.path,
            field=f"{read.place}.examples",
            fix='examples = "people.jsonl", a file of response rows that you may use',
        )
    return examples
