"""Which instruments read a simulator's prose: the user's own, else those that read the people."""

from __future__ import annotations

from functools import lru_cache, partial
from pathlib import Path

from crs_simcheck.baselines import Group
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.instruments import TitleFinder, read_lexicon
from crs_simcheck.instruments.vectors import (
    DEFAULT_SENTENCE_MODEL,
    SENTENCE_SPLITTER,
    WORD_SPLITTER,
    CachedReader,
    ModelUnavailable,
    VectorReader,
    cache_path,
    default_word_vectors,
    load_sentence_vectors,
    load_word_vectors,
    word_identity,
)
from crs_simcheck.project.settings import SimulatorSettings
from crs_simcheck.tasks import Readers

__all__ = ["readers_for"]


@lru_cache(maxsize=4)
def _finder(catalogue: Catalogue) -> TitleFinder:
    """Return what finds a catalogue's titles; simulators of one repository share its index."""
    return TitleFinder(catalogue.labels)


def readers_for(settings: SimulatorSettings, films: Catalogue, people: Group | None) -> Readers:
    """Return the instruments for a simulator's answers.

    Nothing heavy is loaded here: a model is, once a text has no vector in the cache.

    Parameters
    ----------
    films:
        Whose titles are looked for in requests.
    people:
        Whom it is compared with; what they were read by is what the simulator is read by, unless
        the settings name another (the comparison then says that the two differ).
    """
    read_by = {} if people is None else people.instruments
    vectors: dict[str, VectorReader] = {
        "word-vectors": _words(settings, _identity(read_by.get("word-vectors")))
    }
    unavailable: dict[str, str] = {}
    try:
        sentences = _sentences(settings, _identity(read_by.get("sentence-vectors")))
    except ModelUnavailable as error:
        unavailable["sentence-vectors"] = f"the model is not at hand: {error}"
    else:
        vectors |= {} if sentences is None else {"sentence-vectors": sentences}
    lexicon = None if settings.aspects is None else read_lexicon(settings.folder / settings.aspects)
    return Readers(titles=_finder(films), lexicon=lexicon, vectors=vectors, unavailable=unavailable)


def _identity(version: int | str | None) -> str | None:
    return version if isinstance(version, str) else None


def _answers(settings: SimulatorSettings) -> Path:
    return settings.folder / settings.source


def _words(settings: SimulatorSettings, wanted: str | None) -> VectorReader:
    if settings.word_vectors is not None:
        file = settings.folder / settings.word_vectors
        identity = word_identity(file)
        place = cache_path(_answers(settings), identity)
        return CachedReader(partial(load_word_vectors, file), place, identity, WORD_SPLITTER)
    own = default_word_vectors()
    if wanted in (None, own.identity):
        return own
    return CachedReader(None, cache_path(_answers(settings), wanted), wanted, WORD_SPLITTER)


def _sentences(settings: SimulatorSettings, wanted: str | None) -> VectorReader | None:
    """Return the reader of sentences, or None where nobody asks for one."""
    if settings.sentence_model is not None:
        path = settings.folder / settings.sentence_model
        name = path if path.is_dir() else settings.sentence_model
        if wanted is None:
            model = load_sentence_vectors(name)
            place = cache_path(_answers(settings), model.identity)
            return CachedReader(model, place, model.identity, SENTENCE_SPLITTER)
    else:
        name = DEFAULT_SENTENCE_MODEL
    if wanted is None:
        return None
    place = cache_path(_answers(settings), wanted)
    return CachedReader(partial(load_sentence_vectors, name), place, wanted, SENTENCE_SPLITTER)
