"""Read and write catalogues: CSV, plain or compressed.

The columns ``title``, ``year`` and ``genres`` are needed; ``region``, ``popularity``,
``mean_rating`` and ``description`` may be there; others are kept in ``Item.extra``.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from crs_simcheck.catalogue.items import Catalogue, Item
from crs_simcheck.catalogue.joining import filled
from crs_simcheck.catalogue.normalise import article_title
from crs_simcheck.catalogue.row import (
    KNOWN_COLUMNS,
    NEEDED_COLUMNS,
    OPTIONAL_COLUMNS,
    Row,
    all_sound,
    check_text,
    clean,
    shown,
)
from crs_simcheck.errors import EmptyInputError, InputError, nearest_name

__all__ = ["read_catalogue", "read_catalogue_counted", "write_catalogue"]

_MAX_BYTES = 512 * 1024 * 1024
_GZIP_MAGIC = b"\x1f\x8b"


def read_catalogue(
    path: str | Path, *, name: str | None = None, skip_broken: bool = False
) -> Catalogue:
    """Read a catalogue; see ``read_catalogue_counted``, which also tells what was skipped."""
    return read_catalogue_counted(path, name=name, skip_broken=skip_broken)[0]


def read_catalogue_counted(
    path: str | Path, *, name: str | None = None, skip_broken: bool = False
) -> tuple[Catalogue, tuple[InputError, ...]]:
    """Read a catalogue, and the errors of the rows that were skipped.

    Parameters
    ----------
    path:
        A CSV file in UTF-8, compressed with gzip or not.
    name:
        What to call the catalogue; the file's name without its endings where None.
    skip_broken:
        Leave rows out that cannot be used, rather than raise for the first of them. What makes
        the whole file unusable (no such file, a missing column) is raised all the same.

    Returns
    -------
    tuple
        The catalogue, and one error per skipped row (none unless ``skip_broken``).

        A row that says the same of a film again, in whatever spelling, is left out. Rows with one
        title and year that differ count as one film, which a note of the catalogue tells: no text
        could tell them apart, and it is the better known that is likely to be meant. It is the
        one with the larger popularity, or else with more genres, or else the first; what it
        leaves empty the others fill.

    Raises
    ------
    InputError
        The file or, without ``skip_broken``, one of its rows cannot be used.
    EmptyInputError
        There is no film in it.
    """
    place = Path(path)
    return _parse(_read_bytes(place), place, name or _stem(place), skip_broken=skip_broken)


def write_catalogue(catalogue: Catalogue, path: str | Path) -> None:
    r"""Write a catalogue as CSV, compressed where ``path`` ends in ``.gz``.

    The bytes depend on the catalogue alone: lines end in ``\n`` and a compressed file holds no
    time. Optional columns that no film has a value for are left out.

    Raises
    ------
    InputError
        ``read_catalogue`` could not read what would be written (a year out of range, a genre with
        ``|`` in it, one label twice with different attributes), or the file cannot be written.
        An existing file is then left as it was.
    """
    place = Path(path)
    for item, label in zip(catalogue.items, catalogue.labels, strict=True):
        if any("|" in genre for genre in item.genres):
            raise InputError(
                f"a genre of {shown(label)} has '|' in it, which separates genres: "
                f"{shown('|'.join(item.genres))}",
                path=place,
                field="genres",
                fix="make it two genres",
            )
        if catalogue[catalogue.places[label]] != item:
            raise InputError(
                f"{shown(label)} is there twice, with other attributes",
                path=place,
                field="title",
                fix="keep one of the two",
            )
    try:
        data = _format(catalogue).encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            f"text that is not Unicode cannot be written: {shown(error.object[error.start :])}",
            path=place,
            fix="remove the lone surrogate",
        ) from error
    except csv.Error as error:
        raise InputError(f"cannot be written as CSV: {error}", path=place) from error
    _parse(data, place, catalogue.name, skip_broken=False)
    if place.suffix == ".gz":
        data = _compressed(data)
    try:
        place.write_bytes(data)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be written: {error}", path=place) from error


def _stem(path: Path) -> str:
    """File name without ``.csv`` or ``.csv.gz``."""
    return path.name.removesuffix(".gz").removesuffix(".csv") or path.name


def _read_bytes(path: Path) -> bytes:
    """Return what the file holds, decompressed."""
    try:
        if path.is_dir():
            raise InputError(
                "a folder, not a file", path=path, fix="name the CSV file of the catalogue in it"
            )
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(
            "no such file", path=path, fix="check the path; it is relative to where you run"
        ) from error
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read: {error}", path=path) from error
    if path.suffix != ".gz" and not data.startswith(_GZIP_MAGIC):
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            data = stream.read(_MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            f"not a whole gzip file: {error}", path=path, fix="copy or compress it again"
        ) from error
    if len(data) > _MAX_BYTES:
        raise InputError(f"more than {_MAX_BYTES:,} bytes when decompressed", path=path)
    return data


def _parse(
    data: bytes, path: Path, name: str, *, skip_broken: bool
) -> tuple[Catalogue, tuple[InputError, ...]]:
    """Read the bytes of a CSV file; ``path`` is for messages."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError("UTF-16, not UTF-8", path=path, line=1, fix="save the file as UTF-8")
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="surrogateescape")
    rows = _rows(text, path)
    first = next(rows, None)
    if first is None:
        raise EmptyInputError(
            "empty; a header line and one film at least are needed",
            path=path,
            fix="the header is 'title,year,genres'",
        )
    if isinstance(first, InputError):
        raise first
    header = _header(first, path)
    sound = all_sound(text)
    films = _Films()
    broken: list[InputError] = []
    for row in rows:
        try:
            if isinstance(row, InputError):
                raise row
            films.add(Row(header, *row, path, sound=sound).item(), row[0])
        except InputError as error:
            if not skip_broken:
                raise
            broken.append(error)
    if not films.items:
        problem = "no film in it" + (f"; all {len(broken)} rows are broken" if broken else "")
        raise EmptyInputError(
            problem, path=path, fix=f"the first: {broken[0]}" if broken else "add a row for a film"
        )
    return Catalogue(name, tuple(films.items), films.notes(path)), tuple(broken)


def _rows(text: str, path: Path) -> Iterator[tuple[int, list[str]] | InputError]:
    """Yield each row with the physical line it begins on, or the error that stands in its place."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _csv_error(error, line, path)
            continue
        if cells:
            yield line, cells


def _csv_error(error: csv.Error, line: int, path: Path) -> InputError:
    """Say what the CSV reader ran into, in words that help."""
    words = str(error)
    if "field larger" in words:
        problem = f"a field is longer than {csv.field_size_limit():,} characters"
        fix = "shorten it, or close a quotation mark that is left open"
    elif "unexpected end" in words:
        problem = "a quotation mark is opened and never closed"
        fix = 'close it; a quotation mark inside a quoted field is written twice: ""'
    else:
        problem = f"not CSV: {words}"
        fix = 'quote a field that has a comma in it, and write quotation marks inside it twice: ""'
    return InputError(problem, path=path, line=line, fix=fix)


def _header(row: tuple[int, list[str]], path: Path) -> tuple[str, ...]:
    """Return the names of the columns; known ones in lower case."""
    line, cells = row
    names = []
    for cell in cells:
        check_text(cell, "header", path, line)
        name = clean(cell)
        names.append(name.lower() if name.lower() in KNOWN_COLUMNS else name)
    for needed in NEEDED_COLUMNS:
        if needed not in names:
            near = nearest_name(needed, [name for name in names if name not in KNOWN_COLUMNS])
            found = ", ".join(shown(name, 30) for name in names[:12])
            raise InputError(
                f"column missing; the header has {found}",
                path=path,
                line=line,
                field=needed,
                fix=f"rename column {shown(near)}" if near else f"add a column '{needed}'",
            )
    for name in names:
        if name and names.count(name) > 1:
            raise InputError(
                f"the header has column {shown(name)} {names.count(name)} times",
                path=path,
                line=line,
                field=name if name in KNOWN_COLUMNS else None,
                fix="keep one of them",
            )
    return tuple(names)


class _Films:
    """The films of the rows so far."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self._lines: list[int] = []
        self._places: dict[str, int] = {}
        self._of_key: defaultdict[tuple[str, int | None], list[Item]] = defaultdict(list)
        self._joined: dict[str, list[int]] = {}

    def add(self, item: Item, line: int) -> None:
        """Take the film of a row."""
        label = item.label
        place = self._places.get(label)
        if place is None:
            spellings = self._of_key[item.key]
            if not any(_says_the_same(item, earlier) for earlier in spellings):
                spellings.append(item)
                self._places[label] = len(self.items)
                self.items.append(item)
                self._lines.append(line)
        elif item != self.items[place]:
            known = self.items[place]
            meant = max(known, item, key=lambda film: (film.popularity or 0.0, len(film.genres)))
            self.items[place] = filled(meant, item if meant is known else known)
            self._joined.setdefault(label, [self._lines[place]]).append(line)

    def notes(self, path: Path) -> tuple[str, ...]:
        """Return what is to be told of rows that were joined."""
        if not self._joined:
            return ()
        label, lines = next(iter(self._joined.items()))
        many = len(self._joined)
        return (
            f"{many:,} {'title stands' if many == 1 else 'titles stand'} in {path.name} several "
            "times with other attributes, and no text could tell which is meant: counted as one "
            f"film, the better known or that with more genres; the first is {label}, lines "
            f"{' and '.join(map(str, lines))}",
        )


def _says_the_same(item: Item, earlier: Item) -> bool:
    """Tell whether a row repeats a film in another spelling ("Matrix, The")."""
    return replace(item, title=earlier.title) == earlier and article_title(
        item.title
    ) == article_title(earlier.title)


def _format(catalogue: Catalogue) -> str:
    """Return the text of the CSV file."""
    optional = [column for column in OPTIONAL_COLUMNS if catalogue.has(column)]
    extra = sorted({column for item in catalogue.items for column in item.extra})
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*NEEDED_COLUMNS, *optional, *extra])
    for item in catalogue.items:
        year = "" if item.year is None else str(item.year)
        cells = [item.title, year, "|".join(item.genres)]
        for column in optional:
            value = getattr(item, column)
            if isinstance(value, (int, float)):
                value = repr(float(value))
            cells.append("" if value is None else value)
        cells += [item.extra.get(column, "") for column in extra]
        # A bare "\r" would be a line end when it is read again.
        writer.writerow([clean(cell) for cell in cells])
    return stream.getvalue()


def _compressed(data: bytes) -> bytes:
    """Compress with neither time nor file name in the header."""
    stream = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0) as target:
        target.write(data)
    return stream.getvalue()
