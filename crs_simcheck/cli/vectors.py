"""``crs-simcheck vectors``: train word vectors, look at a model, fill the cache of vectors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crs_simcheck.cli.options import task_option
from crs_simcheck.records import TaskName

if TYPE_CHECKING:
    from crs_simcheck.instruments.vectors import SentenceVectors, WordVectors

__all__ = ["vectors"]


@click.group()
def vectors() -> None:
    """Train word vectors, look at a model, and read vectors ahead so that CI needs no torch."""


@vectors.command()
@click.argument("sources", nargs=-1, required=True, metavar="[KIND=]SOURCE...")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), metavar="FILE.npz")
@click.option("--dimension", type=int, default=50, show_default=True)
@click.option("--min-count", type=int, default=5, show_default=True, help="Least uses of a word.")
@click.option(
    "--min-speakers", type=int, default=3, show_default=True, help="Least people who use it."
)
@click.option("--epochs", type=int, default=40, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--licence", default="", help="Of response rows.")
@click.option("--origin", default="", help="Of response rows: what they are, where they are had.")
@click.option("--attribution", default="", help="Of response rows: whom the licence names.")
def train(sources: tuple[str, ...], out: Path, **settings: Any) -> None:
    """Train word vectors on what people wrote: response rows, or a source as in baseline build.

    Words in lower case; only those that enough people use. Needs gensim. The same sources and
    options give the same bytes on one machine.
    """
    from crs_simcheck.baselines.train import TrainOptions, parse_source
    from crs_simcheck.baselines.train import train as train_vectors

    about = train_vectors([parse_source(text) for text in sources], out, TrainOptions(**settings))
    _print_about(about)
    click.echo(f"written to {out} and {out.with_suffix('.toml')}")


@vectors.command()
@click.argument("model", required=False, metavar="[FILE_OR_MODEL]")
def show(model: str | None) -> None:
    """Show what a model is: word vectors (the shipped ones by default) or a sentence model."""
    import tomllib

    from crs_simcheck.instruments.vectors import DEFAULT_WORD_VECTORS

    path = DEFAULT_WORD_VECTORS if model is None else Path(model)
    reader = _reader(path if model is None else model)
    about = path.with_suffix(".toml") if path.suffix == ".npz" else None
    told: dict[str, Any] = {"identity": reader.identity, "dimension": reader.dimension}
    if hasattr(reader, "__len__"):
        told["words"] = len(reader)
    if about is not None and about.is_file():
        try:
            read = tomllib.loads(about.read_text(encoding="utf-8"))
        except ValueError as error:
            from crs_simcheck.errors import InputError

            raise InputError(f"not TOML: {error}", path=about) from error
        if read.get("identity") == told["identity"]:
            told = read | told
        else:
            click.echo(f"{about} is about other vectors: {read.get('identity')}", err=True)
    _print_about(told)


@vectors.command()
@click.argument("answers", type=click.Path(path_type=Path))
@click.option(
    "--model",
    metavar="NAME_OR_PATH",
    help="A sentence model (default: all-MiniLM-L6-v2), or a file of word vectors.",
)
@click.option("--download", is_flag=True, help="Fetch the model where it is not on this machine.")
@click.option("--skip-broken", is_flag=True, help="Leave broken rows out.")
@task_option(multiple=True, help="Only this task.")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE.ndjson")
def add(
    answers: Path,
    model: str | None,
    download: bool,
    skip_broken: bool,
    task: tuple[TaskName, ...],
    out: Path | None,
) -> None:
    """Read the vectors of ANSWERS and keep them in the folder 'vectors' beside them.

    Commit that folder with the answers: a gate then needs neither torch nor the model. Answers
    whose vectors are there already are not read again.
    """
    from crs_simcheck.errors import EmptyInputError
    from crs_simcheck.instruments.vectors import (
        DEFAULT_SENTENCE_MODEL,
        CachedReader,
        cache_path,
    )
    from crs_simcheck.recordings import read_responses
    from crs_simcheck.tasks import TEXT_TASKS

    rows = read_responses(answers, skip_broken=skip_broken).rows
    texts = [row.text for row in rows if row.task in (task or TEXT_TASKS)]
    if not texts:
        raise EmptyInputError(
            "there is no answer that is text of the speaker's own",
            path=answers,
            fix=f"vectors are read of the answers to {', '.join(TEXT_TASKS)}",
        )
    reader = _reader(model or DEFAULT_SENTENCE_MODEL, download=download)
    path = out or cache_path(answers, reader.identity)
    cached = CachedReader(reader, path, reader.identity, reader.splitter, strict=True)
    missing = cached.missing(texts)
    readings = cached.read(texts)
    for note in cached.notes:
        click.echo(note, err=True)
    known, unknown = sum(r.n for r in readings), sum(r.missing for r in readings)
    click.echo(f"{reader.identity}: {len(texts):,} answers, {known:,} vectors")
    if unknown:
        click.echo(f"{unknown:,} words ({unknown / (known + unknown):.1%}) are not known to it")
    click.echo(f"{missing:,} texts were read and added to {path}")


def _reader(model: str | Path, *, download: bool = False) -> WordVectors | SentenceVectors:
    """Return the reader of a model: word vectors by the ending of the file, else sentences."""
    from crs_simcheck.instruments.vectors import (
        WORD_SUFFIXES,
        load_sentence_vectors,
        load_word_vectors,
    )

    if str(model).lower().endswith(WORD_SUFFIXES) and not Path(model).is_dir():
        return load_word_vectors(model)
    return load_sentence_vectors(model, download=download)


def _print_about(about: Any) -> None:
    import textwrap

    for key, value in about.items():
        if isinstance(value, list):
            for one in value:
                click.echo("")
                _print_about(one)
        elif isinstance(value, dict):
            for name, text in value.items():
                click.echo(f"{key + ' of ' + name}: {text}")
        else:
            text = f"{value:.1%}" if key == "out_of_vocabulary" else str(value)
            indent = " " * 19
            label = key.replace("_", " ").ljust(17)
            for line in textwrap.wrap(f"{label}  {text}", 100, subsequent_indent=indent):
                click.echo(line)
