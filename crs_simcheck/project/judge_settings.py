"""The part of ``simcheck.toml`` that says who judges answers to a recommendation, and by what."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crs_simcheck.errors import SettingsError
from crs_simcheck.project.keys import JUDGE_KEYS
from crs_simcheck.project.live_settings import RecordMode
from crs_simcheck.project.table import TableReader

__all__ = ["RULES", "JudgeSettings", "check_judge", "judge_settings"]

RULES = "rules"
"""The judge that is no language model."""


@dataclass(frozen=True)
class JudgeSettings:
    """Who judges.

    Parameters
    ----------
    judges:
        ``rules``, or engines as in :class:`LiveSettings`; at least one.
    rubric:
        File of the rubric; None for the one that ships.
    repeats:
        How often each judge scores an answer.
    calibration:
        File of the calibration that gates rest on which name none themselves.
    kept_in:
        Where replies are recorded; None for the usual place.
    record:
        As in :class:`LiveSettings`.
    """

    judges: tuple[str, ...]
    rubric: str | None = None
    repeats: int = 1
    calibration: str | None = None
    kept_in: Path | None = None
    record: RecordMode = "none"


def judge_settings(read: TableReader) -> JudgeSettings | None:
    """Return who judges, or None where nobody does.

    Raises
    ------
    SettingsError
        Where a value is not what it must be, or would be passed over.
    """
    if "group" in read.table:
        _check_group(read)
    rubric, calibration = read.text("rubric"), read.text("calibration")
    repeats = read.whole("judge_repeats", 1, 1)
    value = read.table.get("judge")
    if value is None:
        _check_needed(read)
        return None
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) and name.strip() for name in names):
        raise read.fail("judge", f"'{RULES}', an engine, or a list of them")
    return JudgeSettings(tuple(dict.fromkeys(names)), rubric, repeats, calibration)


def _check_group(read: TableReader) -> None:
    for key in JUDGE_KEYS:
        if key in read.table:
            raise SettingsError(
                f"found {key} beside group: a group holds its scores, and nobody judges it again",
                path=read.path,
                field=f"{read.place}.{key}",
                fix='name the file in the gate: neg_feedback = { calibration = "FILE" }'
                if key == "calibration"
                else 'take it out, or give the answers: responses = "FILE"',
            )


def _check_needed(read: TableReader) -> None:
    for key in JUDGE_KEYS:
        if key in read.table:
            raise SettingsError(
                f"found {key}, and no judge: nobody reads it",
                path=read.path,
                field=f"{read.place}.{key}",
                fix='name the judge, for instance judge = "ollama:MODEL", or take it out',
            )


def check_judge(name: str) -> None:
    """Refuse a judge that there is not, or that cannot judge."""
    if name == RULES:
        return
    from crs_simcheck.engines.named import parse_engine

    if parse_engine(name).kind == "embedded":
        raise SettingsError(
            "the embedded engine plays seekers and judges nobody",
            field="judge",
            fix=f"judge = '{RULES}' needs no server either, or name an engine: ollama:MODEL",
        )
