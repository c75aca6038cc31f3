"""The fields of a review in each edition, and what is kept of one line."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from crs_simcheck.baselines.sources.amazon.language import may_be_in
from crs_simcheck.baselines.sources.amazon.text import review_text

__all__ = ["EDITIONS", "Edition", "Filters", "NotReadError", "Review", "parse"]

# Later than any review in seconds, earlier than any in milliseconds.
_MILLISECONDS = 100_000_000_000


class NotReadError(ValueError):
    """A line holds no review; says why."""


@dataclass(frozen=True, slots=True)
class Edition:
    """Where an edition of the reviews keeps what; several names are tried in order.

    Parameters
    ----------
    product:
        A product's own number before that of its family.
    key:
        What joins a review to the list of products.
    """

    name: str
    person: str
    stars: str
    text: str
    product: tuple[str, ...]
    key: tuple[str, ...]
    time: str
    verified: str


EDITIONS: Mapping[str, Edition] = MappingProxyType(
    {
        edition.name: edition
        for edition in (
            Edition(
                name="2018",
                person="reviewerID",
                stars="overall",
                text="reviewText",
                product=("asin",),
                key=("asin",),
                time="unixReviewTime",
                verified="verified",
            ),
            Edition(
                name="2023",
                person="user_id",
                stars="rating",
                text="text",
                product=("asin", "parent_asin"),
                key=("parent_asin", "asin"),
                time="timestamp",
                verified="verified_purchase",
            ),
            # What others made of the edition of 2018: no dates, no mark of a bought copy.
            Edition(
                name="copy",
                person="user",
                stars="rating",
                text="text",
                product=("asin",),
                key=("asin",),
                time="timestamp",
                verified="verified",
            ),
        )
    }
)


@dataclass(frozen=True, slots=True)
class Review:
    """One review. ``day`` is UTC; ``key`` joins it to the list of products."""

    person: str
    stars: float
    text: str
    product: str
    key: str
    seconds: int | None
    verified: bool

    @property
    def day(self) -> datetime.date | None:
        """The day on which it was written, or None where that is not known."""
        if self.seconds is None:
            return None
        begin = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
        try:
            return (begin + datetime.timedelta(seconds=self.seconds)).date()
        except OverflowError:
            return None

    def mark(self, seed: bytes) -> int:
        """Return 64 bits that a repetition of this review shares, its half stars the last four."""
        said = "\0".join((self.person, self.product, str(self.seconds), str(self.stars), self.text))
        digest = hashlib.blake2b(
            said.encode("utf-8", "surrogatepass"), digest_size=8, key=seed
        ).digest()
        return int.from_bytes(digest, "big") >> 4 << 4 | int(2 * self.stars)


def parse(line: bytes, edition: Edition) -> Review:
    """Return the review of a line, or raise :class:`NotReadError`."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise NotReadError(f"not JSON: {error}") from None
    if not isinstance(record, dict):
        raise NotReadError("no object {...}")
    person = record.get(edition.person)
    if not isinstance(person, str) or not person:
        raise NotReadError(f"no field '{edition.person}' that says who wrote it")
    text = record.get(edition.text)
    return Review(
        person=person,
        stars=_stars(record.get(edition.stars), edition.stars),
        text=text if isinstance(text, str) else "",
        product=_first(record, edition.product),
        key=_first(record, edition.key),
        seconds=_seconds(record.get(edition.time)),
        verified=record.get(edition.verified) is True,
    )


def _stars(value: Any, field: str) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    # Half stars are in no edition, but do no harm; a mean of several reviews is no review.
    if number and 1 <= value <= 5 and 2 * value == int(2 * value):
        return float(value)
    raise NotReadError(f"'{field}' is {str(value)[:20]!r}, need stars from 1 to 5")


def _first(record: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        value = record.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def _seconds(value: Any) -> int | None:
    """Return seconds since 1970 of a time in seconds or milliseconds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e16:
        return None
    return int(value) // 1000 if value >= _MILLISECONDS else int(value)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which reviews count at all.

    Parameters
    ----------
    since, until:
        First and last day, UTC. A review without a time is left out where either is given.
    verified:
        Only of what the shop knows to have been bought there.
    language:
        Two letters; see :func:`may_be_in`.
    text:
        Whether a review needs words.
    """

    since: datetime.date | None = None
    until: datetime.date | None = None
    verified: bool = False
    language: str | None = None
    text: bool = True

    def take(self, review: Review) -> bool:
        """Return whether a review counts."""
        if self.verified and not review.verified:
            return False
        if self.since is not None or self.until is not None:
            day = review.day
            if day is None:
                return False
            if (self.since and day < self.since) or (self.until and day > self.until):
                return False
        if not self.text and self.language is None:
            return True
        text = review_text(review.text)
        if self.text and not text:
            return False
        return self.language is None or may_be_in(text, self.language)
