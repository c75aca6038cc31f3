"""What a good prompt makes its simulator do, task by task: a text file each, with people's ranges.

The words are in the folder ``templates`` and may be edited in a copy of it. The ranges are never
typed in: they come from the verdicts at hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from crs_simcheck.errors import InputError, shown_path
from crs_simcheck.gate import Verdict
from crs_simcheck.optimize.feedback import span_words
from crs_simcheck.records import TaskName

__all__ = ["CRITERIA_TEMPLATES", "RANGES", "criteria_for", "read_criteria"]

CRITERIA_TEMPLATES = Path(__file__).parent / "templates"
"""The folder of the templates that ship: ``TASK.md`` for each task."""

RANGES = "{ranges}"
"""Where a template has the ranges put."""

_MOST_BYTES = 64 * 1024


def read_criteria(task: TaskName, folder: str | Path | None = None) -> str:
    """Return the template of a task, with ``{ranges}`` where the ranges go.

    Parameters
    ----------
    folder:
        With a ``TASK.md``; the templates that ship where there is none.

    Raises
    ------
    InputError
        Where it cannot be read, or has no place for the ranges.
    """
    path = (CRITERIA_TEMPLATES if folder is None else Path(folder)) / f"{task}.md"
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("not UTF-8", path=path, fix="save the file as UTF-8") from None
    except OSError as error:
        raise InputError(
            f"the criteria of {task} cannot be read: {error.strerror or error}",
            path=path,
            fix=f"copy {task}.md from {shown_path(CRITERIA_TEMPLATES)}",
        ) from None
    if len(data) > _MOST_BYTES:
        raise InputError(f"more than {_MOST_BYTES:,} bytes; criteria are a page", path=path)
    found = text.count(RANGES)
    if found != 1:
        raise InputError(
            f"found {RANGES} {found} times, need it once",
            path=path,
            fix=f"write {RANGES} on a line of its own where people's ranges are to stand",
        )
    return text.replace("\r\n", "\n").strip()


def criteria_for(
    task: TaskName, verdicts: Iterable[Verdict], folder: str | Path | None = None
) -> str:
    """Return what a good prompt of a task does, with the ranges that these verdicts hold.

    What has no range is left out; raises as :func:`read_criteria` does.
    """
    lines = [
        _range_line(one) for one in sorted(verdicts, key=lambda v: v.gate.metric.name) if one.target
    ]
    ranges = "\n".join(dict.fromkeys(lines)) or "- None is known."
    return read_criteria(task, folder).replace(RANGES, ranges)


def _range_line(verdict: Verdict) -> str:
    metric, target = verdict.gate.metric, verdict.target
    assert target is not None
    span = span_words(target.low, target.high, f" {metric.unit}" if metric.unit else "")
    return f"- {metric.name} ({metric.title}): {span}"
