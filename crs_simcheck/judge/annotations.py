"""What people gave: the sheet that they fill in, and the tables that come back."""

from __future__ import annotations

import csv
import hashlib
import io
import math
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crs_simcheck.errors import EmptyInputError, InputError, nearest_name
from crs_simcheck.judge.asking import Case
from crs_simcheck.judge.rubric import CRITERIA, HIGHEST, LOWEST, Rubric
from crs_simcheck.stats import FloatArray

__all__ = ["SHEET_COLUMNS", "Annotations", "guide_for", "read_annotations", "sheet_for"]

SHEET_COLUMNS = ("case", "rater", "persona", "film", "description", "answer", *CRITERIA)
"""The columns of a sheet; whose answers they are is none of them."""

_TEXTS = ("persona", "film", "description", "answer")
_MOST_CELL = 16 * 2**20
_SURROGATE = re.compile("[\ud800-\udfff]")
# What a spreadsheet program would work out instead of showing it.
_NUMBER = re.compile(r"\d+(?:[.,]\d*)?")
_FORMULA = re.compile(r"[=+\-@\t\r]")


@dataclass(frozen=True, eq=False)
class Annotations:
    """People's scores of answers.

    Parameters
    ----------
    cases:
        n answers, in the order in which they were met.
    raters:
        Names of the k raters, sorted.
    scores:
        (n × k × 4) by :data:`CRITERIA`, 0 to 10; NaN where a rater gave none.
    sha256:
        Of the files, in the order in which they were given.
    """

    cases: tuple[Case, ...]
    raters: tuple[str, ...]
    scores: FloatArray
    sha256: str

    @property
    def total(self) -> FloatArray:
        """(n × k) ¼ (A + B + C + D) of each rater; NaN where one of the four is missing."""
        total: FloatArray = self.scores.mean(axis=2)
        return total


# ----------------------------------------------------------------------------------- the sheet


def sheet_for(cases: Iterable[Case], *, answers: int, seed: int, rater: str = "") -> str:
    """Return a sheet of different answers as CSV: drawn, shuffled, and without anybody's name.

    The same answers are drawn for every rater of one seed; each rater gets an order of their own.

    Parameters
    ----------
    answers:
        How many; all where there are fewer.
    """
    distinct = {case.id: case for case in cases}
    if not distinct:
        raise EmptyInputError("there are no answers to judge")
    ids = sorted(distinct)
    chosen = random.Random(f"{seed}").sample(ids, min(answers, len(ids)))
    random.Random(f"{seed} {rater}").shuffle(chosen)
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(SHEET_COLUMNS)
    for name in chosen:
        case = distinct[name]
        texts = (_cell(getattr(case, column)) for column in _TEXTS)
        writer.writerow([name, _cell(rater), *texts, *[""] * len(CRITERIA)])
    return file.getvalue()


def _cell(text: str) -> str:
    """Return a text that a spreadsheet program shows as it is."""
    shown = _SURROGATE.sub("\ufffd", text).replace("\0", "\ufffd")
    return f"'{shown}" if _FORMULA.match(shown) or shown[:1] == "'" else shown


def _uncelled(cell: str) -> str:
    quoted = cell[:1] == "'" and (cell[1:2] == "'" or _FORMULA.match(cell, 1))
    return cell[1:] if quoted else cell


def guide_for(rubric: Rubric) -> str:
    """Return what raters are told, in plain text."""
    lines = [
        "How to fill in the sheet",
        "",
        "Each row shows a person (persona), a film that was recommended to them, and their answer.",
        "The film was chosen so that it should not suit this person. Score the answer from",
        f"{LOWEST} to {HIGHEST}, in whole numbers, in each of the columns A to D:",
        "",
    ]
    for c in rubric.criteria:
        lines += [
            f"{c.letter}  {c.name}: {c.asks}",
            f"   {LOWEST}: {c.low}",
            f"   {HIGHEST}: {c.high}",
        ]
    lines += [
        "",
        "Score less for reasons that anybody could give, for titles of films or shows named",
        "outright, and for answers that are far too long. Leave a cell empty where you cannot",
        "say. Do not talk about the answers with other raters before all have finished.",
        "",
    ]
    return "\n".join(lines)


# ---------------------------------------------------------------------------------- the tables


def read_annotations(
    paths: Sequence[str | Path], known: Mapping[str, Case] | None = None
) -> Annotations:
    """Read tables of people's scores.

    A table is CSV with a header (commas or semicolons) and a row for each answer and rater. It has
    the columns A, B, C, D, and either the texts (``persona``, ``film``, ``answer``, and
    ``description`` where there is one) or a ``case`` that is known. ``rater`` may be left out: a
    file is then one rater. An empty score is one that nobody gave.

    Parameters
    ----------
    known:
        Id of a case → the case.

    Raises
    ------
    InputError
        Names the file, the line and the column, what was found and what is needed.
    EmptyInputError
        There is no score in any of them.
    """
    cases: dict[str, Case] = {}
    given: dict[tuple[str, str], tuple[float, ...]] = {}
    digest = hashlib.sha256()
    for path in map(Path, paths):
        data = _bytes_of(path)
        digest.update(data)
        for line, row in _rows(path, data):
            case = _case_of(row, known or {}, path, line)
            rater = _uncelled(row.get("rater", "")).strip() or path.stem
            cases.setdefault(case.id, case)
            if (case.id, rater) in given:
                raise InputError(
                    f"rater {rater!r} scored this answer twice",
                    path=path,
                    line=line,
                    fix="leave one row of each answer and rater, or name raters apart",
                )
            given[case.id, rater] = tuple(_score(row[c], path, line, c) for c in CRITERIA)
    scored = {rater for (_, rater), scores in given.items() if not all(map(math.isnan, scores))}
    if not scored:
        raise EmptyInputError(
            "no score in it", path=", ".join(map(str, paths)), fix="fill in the columns A to D"
        )
    raters = sorted(scored)
    table = np.full((len(cases), len(raters), len(CRITERIA)), np.nan)
    place = {name: i for i, name in enumerate(cases)}
    for (case_id, rater), scores in given.items():
        if rater in scored:
            table[place[case_id], raters.index(rater)] = scores
    return Annotations(tuple(cases.values()), tuple(raters), table, digest.hexdigest())


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else str(error)
        raise InputError(f"cannot be read: {reason}", path=path) from error


def _rows(path: Path, data: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8: {error}", path=path, fix="save it as CSV in UTF-8") from error
    first = 0
    if text[:4].lower() == "sep=":  # a line that says so to some spreadsheet programs
        first, text = 1, text.partition("\n")[2]
    head = text.partition("\n")[0]
    comma = max(",;\t", key=head.count)
    before = csv.field_size_limit(_MOST_CELL)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=comma, strict=True)
        header = [_column(name) for name in next(reader, [])]
        _check_header(header, path)
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            # Scores at the end of a row may be left out with their commas.
            if len(row) > len(header) or not set(header[len(row) :]) <= set(CRITERIA):
                raise InputError(
                    f"found {len(row)} cells, need {len(header)}",
                    path=path,
                    line=first + reader.line_num,
                )
            cells = [*row, *[""] * (len(header) - len(row))]
            yield first + reader.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise InputError(f"not CSV: {error}", path=path, line=first + reader.line_num) from error
    finally:
        csv.field_size_limit(before)


def _column(name: str) -> str:
    """Return the name of a column as it is known, whatever its case."""
    plain = name.strip()
    return plain.upper() if plain.upper() in CRITERIA else plain.lower()


def _check_header(header: Sequence[str], path: Path) -> None:
    for name in header:
        if name and header.count(name) > 1:
            raise InputError(f"the column '{name}' stands twice", path=path, line=1)
    for name in CRITERIA:
        if name not in header:
            near = nearest_name(name, header)
            raise InputError(
                f"found the columns {', '.join(header)[:120] or 'none'}; need {name}",
                path=path,
                line=1,
                fix=f"is it '{near}'?" if near else "a sheet as `judge sheet` writes it has it",
            )
    if "case" not in header and "answer" not in header:
        raise InputError("need a column 'answer', or 'case'", path=path, line=1)


def _case_of(row: Mapping[str, str], known: Mapping[str, Case], path: Path, line: int) -> Case:
    name = row.get("case", "").strip()
    if name in known:
        return known[name]
    texts = {column: _uncelled(row.get(column, "")) for column in _TEXTS}
    for column in ("persona", "film", "answer"):
        if column not in row:
            raise InputError(
                f"nobody knows the answer '{name}', and there is no column '{column}'",
                path=path,
                line=line,
                fix="give the simulator that it is of (--simulator), or the sheet with its texts",
            )
    return Case(texts["persona"], texts["film"], texts["answer"], texts["description"])


def _score(cell: str, path: Path, line: int, column: str) -> float:
    text = cell.strip()
    if not text:
        return math.nan
    value = float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else math.nan
    if not LOWEST <= value <= HIGHEST:
        raise InputError(
            f"found {cell!r}, need a number from {LOWEST} to {HIGHEST}, or nothing",
            path=path,
            line=line,
            field=column,
        )
    return value
