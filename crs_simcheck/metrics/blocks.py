"""From columns of numbers to rows that pool: one function for each table of seeker statistics.

Parameters named ``owner`` are (R,) arrays of seeker numbers, sorted; films are numbered as in the
frame of the comparison.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from crs_simcheck.stats import FloatArray, IntArray, Rows, one_hot

__all__ = [
    "ADDED",
    "ASPECTS",
    "ASPECTS_READ",
    "CONDUCT_NUMBERS",
    "FIT",
    "FIT_REJECTED",
    "JUDGED",
    "JUDGED_ANSWERS",
    "JUDGED_WHOLE",
    "MENTIONS",
    "MISSING",
    "NAMING",
    "NAMING_READ",
    "RESPONSE_NUMBERS",
    "SENTENCES",
    "SENTENCES_READ",
    "SENTIMENTS",
    "STARRED",
    "UNFIT",
    "UNFIT_REJECTED",
    "UNKNOWN",
    "WORDS_READ",
    "answer_rows",
    "column_of",
    "conduct_rows",
    "judged_column",
    "judged_rows",
    "known_column_of",
    "mention_rows",
    "reaction_rows",
    "response_rows",
    "text_rows",
    "vector_rows",
]

# Columns of the block "sums" of mentions.
MENTIONS, UNKNOWN = range(2)
# Columns of the block "sums" of texts: what was counted, and in how many responses it was read.
SENTENCES, SENTENCES_READ, ASPECTS, ASPECTS_READ, NAMING, NAMING_READ, STARRED, WORDS_READ = range(
    8
)
SENTIMENTS = ("neg", "neu", "pos")
# Columns of the block "counts" of vectors.
ADDED, MISSING = range(2)
# What is kept of a response. Each number has two columns in the block "sums": its sum, and in how
# many responses it could be read.
RESPONSE_NUMBERS = ("words", "violation", "role", "leak")
# Columns of the block "sums" of reactions: films that do not fit, and ones that do, each with how
# many were turned down and how many were answered.
UNFIT_REJECTED, UNFIT, FIT_REJECTED, FIT = range(4)
# The criteria of the judge. In the block "sums" of what was judged each has two columns, the sum of
# its scores and how many there are; behind them stands how many answers have all four, and how many
# should have been scored.
JUDGED = ("A", "B", "C", "D")
JUDGED_WHOLE, JUDGED_ANSWERS = 2 * len(JUDGED), 2 * len(JUDGED) + 1
# The same of how an answer was given; see the table "conduct".
CONDUCT_NUMBERS = (
    "empty",
    "refusal",
    "thinking",
    "cut_short",
    "truncated",
    "other_model",
    "unrepeated",
)


def column_of(number: str) -> int:
    """Return the column of the block "sums" that adds up one of :data:`RESPONSE_NUMBERS`."""
    return 2 * RESPONSE_NUMBERS.index(number)


def known_column_of(number: str) -> int:
    """Return the column that counts the responses in which a number could be read."""
    return column_of(number) + 1


def mention_rows(owner: IntArray, n_seekers: int, film: IntArray, n_known: int, width: int) -> Rows:
    """Return the rows of items_talk, one a mention.

    Blocks: ``titles`` (R × F one-hot), ``pairs`` (R × P one-hot of seeker and title, so that what
    a seeker names twice can be told), ``sums`` (R × 2: mentions, titles no catalogue knows).
    """
    _, pair = np.unique(owner * max(width, 1) + film, return_inverse=True)
    blocks = {
        "titles": one_hot(film, width),
        "pairs": one_hot(pair, int(pair.max(initial=-1)) + 1),
        "sums": np.stack([np.ones(film.size), (film >= n_known).astype(np.float64)], axis=1),
    }
    return Rows(owner, n_seekers, blocks)


def answer_rows(
    owner: IntArray,
    n_seekers: int,
    film: IntArray,
    yes: FloatArray,
    rating: FloatArray,
    width: int,
) -> Rows:
    """Return the rows of bin_pref, one a film that a seeker was asked about.

    Parameters
    ----------
    yes, rating:
        (R,) 1 or 0, and stars; NaN where there is none.

    Blocks, all (R × F): ``asked`` and ``yes`` (clear answers), ``rated`` and ``stars``.
    """
    clear = np.isfinite(yes)
    rated = np.isfinite(rating)
    blocks = {
        "asked": one_hot(film, width, clear.astype(np.float64)),
        "yes": one_hot(film, width, np.where(clear, yes, 0.0)),
        "rated": one_hot(film, width, rated.astype(np.float64)),
        "stars": one_hot(film, width, np.where(rated, rating, 0.0)),
    }
    return Rows(owner, n_seekers, blocks)


def response_rows(
    owner: IntArray, n_seekers: int, numbers: Mapping[str, FloatArray], text: IntArray
) -> Rows:
    """Return the rows of any task, one a response.

    Parameters
    ----------
    numbers:
        Each of :data:`RESPONSE_NUMBERS` → (R,) values, NaN where it could not be read: violation,
        role and leak are 1 or 0 (leak is NaN where no history is known).
    text:
        (R,) number of the normalised text; equal numbers are equal texts, −1 is no text.

    Blocks: ``sums`` (R × 8, see :func:`column_of`), ``texts_read`` (R × 1) and ``shared`` (R × P
    one-hot of seeker and text, of texts that several seekers gave), with the map ``texts``
    (P × texts).
    """
    shared, texts = _shared_texts(owner, text)
    blocks = {
        "sums": _sums([numbers[name] for name in RESPONSE_NUMBERS]),
        "texts_read": (text >= 0).astype(np.float64)[:, None],
        "shared": shared,
    }
    return Rows(owner, n_seekers, blocks, {"texts": texts})


def conduct_rows(owner: IntArray, n_seekers: int, numbers: Mapping[str, FloatArray]) -> Rows:
    """Return the rows of how answers were given, one a response.

    Parameters
    ----------
    numbers:
        Each of :data:`CONDUCT_NUMBERS` → (R,) 1 or 0, NaN where nobody could tell.

    Block: ``sums`` (R × 14): of each number its sum, and in how many responses it could be told.
    """
    return Rows(owner, n_seekers, {"sums": _sums([numbers[name] for name in CONDUCT_NUMBERS])})


def reaction_rows(owner: IntArray, n_seekers: int, rejected: FloatArray, fit: FloatArray) -> Rows:
    """Return the rows of answers to a recommendation, one a response.

    Parameters
    ----------
    rejected:
        (R,) 1 where it was turned down, else 0.
    fit:
        (R,) 1 where the film fits the seeker, 0 where not, NaN where nobody knows.

    Block: ``sums`` (R × 4: films that do not fit: turned down, answered; the same of ones that do).
    """
    columns = []
    for wanted in (0.0, 1.0):
        of_kind = np.asarray(fit == wanted)
        columns += [np.where(of_kind, np.nan_to_num(rejected), 0.0), of_kind.astype(np.float64)]
    return Rows(owner, n_seekers, {"sums": np.stack(columns, axis=1)})


def judged_column(letter: str) -> int:
    """Return the column of the block "sums" that adds up the scores of a criterion."""
    return 2 * JUDGED.index(letter)


def judged_rows(owner: IntArray, n_seekers: int, numbers: Mapping[str, FloatArray]) -> Rows:
    """Return the rows of what was judged, one an answer.

    Parameters
    ----------
    numbers:
        Each of :data:`JUDGED` → (R,) scores, 0 to 10; NaN where there is none.

    Block: ``sums`` (R × 10): of each criterion the sum of its scores and how many there are, the
    answers with a score on all four, and the answers.
    """
    scores = np.stack([numbers[letter] for letter in JUDGED], axis=1)
    whole = np.isfinite(scores).all(axis=1)
    sums = np.concatenate(
        [_sums(list(scores.T)), np.stack([whole, np.ones_like(whole)], axis=1)], axis=1
    )
    return Rows(owner, n_seekers, {"sums": sums})


def _sums(numbers: Sequence[FloatArray]) -> FloatArray:
    """Return (R × 2K): each number with 0 for NaN, and whether it is known."""
    columns = []
    for values in numbers:
        columns += [np.nan_to_num(values), np.isfinite(values).astype(np.float64)]
    return np.stack(columns, axis=1)


def _shared_texts(owner: IntArray, text: IntArray) -> tuple[csr_array, csr_array]:
    """Return (R × P) seeker-and-text pairs and (P × T) pairs to texts, of shared texts alone."""
    n_texts = int(text.max(initial=-1)) + 1
    given = text >= 0
    pairs, pair_of_row = np.unique(
        np.where(given, owner * (n_texts + 1) + text, -1), return_inverse=True
    )
    text_of_pair = np.where(pairs >= 0, pairs % (n_texts + 1), -1)
    givers = np.bincount(text_of_pair[text_of_pair >= 0], minlength=max(n_texts, 1))
    keep = (text_of_pair >= 0) & (givers[text_of_pair] >= 2)
    column = np.where(keep, np.cumsum(keep) - 1, 0)
    n_pairs = max(1, int(keep.sum()))
    rows = one_hot(column[pair_of_row], n_pairs, keep[pair_of_row].astype(np.float64))
    _, compact = np.unique(text_of_pair[keep], return_inverse=True)
    compact = compact if compact.size else np.zeros(n_pairs, dtype=np.int64)
    return rows, one_hot(compact, int(compact.max()) + 1)


def text_rows(
    owner: IntArray,
    n_seekers: int,
    numbers: Mapping[str, FloatArray],
    stars: IntArray,
    aspects: tuple[csr_array, NDArray[np.bool_]],
    types: tuple[csr_array, NDArray[np.bool_]],
) -> Rows:
    """Return the rows of prose, one a response.

    Parameters
    ----------
    numbers:
        ``neg``, ``neu``, ``pos`` (sentences) and ``title`` (1 where one is named) → (R,) values,
        NaN where it was not read.
    stars:
        (R,) 0, 1, 2 for negative, neutral, positive stars; −1 where there are none.
    aspects, types:
        (R × A) and (R × V) counts of aspects and of different words, and (R,) whether they were
        read.

    Blocks: ``sentiments`` (R × 3), ``stars`` (R × 3), ``aspects``, ``types``, and ``sums`` (R × 8:
    sentences, responses with sentences read; the same of aspects; responses that name a title,
    responses in which titles were looked for; responses with stars; responses with words read).
    """
    sentences = np.stack([numbers[name] for name in SENTIMENTS], axis=1)
    sentences_read = np.asarray(np.isfinite(sentences).all(axis=1))
    sentences = np.where(sentences_read[:, None], sentences, 0.0)
    starred = stars >= 0
    named = numbers["title"]
    sums = [
        sentences.sum(axis=1),
        sentences_read,
        np.asarray(aspects[0].sum(axis=1)).reshape(-1),
        aspects[1],
        np.nan_to_num(named),
        np.isfinite(named),
        starred,
        types[1],
    ]
    blocks = {
        "sentiments": sentences,
        "stars": one_hot(np.where(starred, stars, 0), 3, starred.astype(np.float64)).toarray(),
        "aspects": aspects[0],
        "types": types[0],
        "sums": np.stack([np.asarray(s, dtype=np.float64) for s in sums], axis=1),
    }
    return Rows(owner, n_seekers, blocks)


def vector_rows(
    owner: IntArray, n_seekers: int, mean: FloatArray, n: FloatArray, missing: FloatArray
) -> Rows:
    """Return the rows of vectors, one a response.

    Parameters
    ----------
    mean:
        (R × d) mean of the unit vectors of a response.
    n, missing:
        (R,) how many vectors these are, and how many words have none.

    Blocks: ``vectors`` (R × d sums of unit vectors) and ``counts`` (R × 2: vectors, words without).
    """
    n, missing = np.nan_to_num(n), np.nan_to_num(missing)
    blocks = {"vectors": mean * n[:, None], "counts": np.stack([n, missing], axis=1)}
    return Rows(owner, n_seekers, blocks)
