"""Reviews and titles as the shop's pages hold them, made into what their writer typed."""

from __future__ import annotations

import html
import re

from crs_simcheck.catalogue import split_year

__all__ = ["review_text", "title_and_year"]

# Tags that pages of the shop hold. "<3" and "<sarcasm>" are words of the writer and stay.
_TAGS = (
    "a|abbr|b|big|blockquote|body|center|cite|code|dd|div|dl|dt|em|font|h[1-6]|hr|i|iframe|img|"
    "input|label|li|link|ol|p|pre|s|script|small|span|strike|strong|style|sub|sup|table|tbody|td|"
    "th|thead|tr|tt|u|ul"
)
_BREAK = re.compile(r"<\s{0,3}/?\s{0,3}(?:br|p|div|li|tr|h[1-6])\s{0,3}/?\s{0,3}>", re.IGNORECASE)
_TAG = re.compile(rf"</?(?:{_TAGS}|br)(?:\s[^<>]{{0,4000}})?/?>", re.IGNORECASE)
# "[[VIDEOID:3a9f]]" stands for a film of the writer's own, "[[ASIN:B00X Title]]" for a link.
_VIDEO = re.compile(r"\[\[VIDEOID:[^\[\]]{0,200}\]\]", re.IGNORECASE)
_LINK = re.compile(r"\[\[ASIN:\s*\w{5,20}\s*([^\[\]]{0,400})\]\]", re.IGNORECASE)
_SPACES = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r" ?\n[ \n]*")

_EDITION = re.compile(
    r"\b(?:dvds?|blu[\s-]?rays?|vhs|uhd|4k|ultra[\s-]?hd|hd[\s-]?dvd|umd|laser[\s-]?disc|3d|"
    r"digital(?:\s+(?:copy|hd))?|ultra[\s-]?violet|widescreen|wide\s+screen|full[\s-]?screen|"
    r"pan\s*&\s*scan|ntsc|pal|region\s*(?:free|\d)|import|subtitled|dubbed|"
    r"(?:\w+[\s-])?(?:disc|disk|tape)s?(?:\s+set)?|box(?:ed)?\s+set|"
    r"(?:\S+\s+){0,4}(?:edition|version|collection|release|print))\b",
    re.IGNORECASE,
)
_LAST_BRACKET = re.compile(r"\s*(?:\(([^()]*)\)|\[([^\[\]]*)\])$")
_LAST_WORDS = re.compile(
    r"(?:\s*[-:,/+|]\s*|\s+)(?:on\s+)?(?:dvd|blu[\s-]?ray|vhs|4k ultra hd|hd dvd)$", re.IGNORECASE
)


def review_text(raw: str) -> str:
    """Return a review without markup: entities are signs, breaks are line ends, tags are gone."""
    text = raw
    if "&" in text:
        # Part of the reviews were escaped twice.
        text = html.unescape(html.unescape(text))
    if "[[" in text:
        text = _LINK.sub(r"\1", _VIDEO.sub(" ", text))
    if "<" in text:
        text = _TAG.sub(" ", _BREAK.sub("\n", text))
    text = _SPACES.sub(" ", text.replace("\r", "\n"))
    return _LINE_ENDS.sub("\n", text).strip()


def title_and_year(raw: str) -> tuple[str, int | None]:
    """Return the film of a product's name and its year, where the name says one.

    What names the disc and not the film is taken from the end: ``[DVD]``, ``(Blu-ray)``,
    ``(Two-Disc Special Edition)``. The title is empty where nothing is left.

    >>> title_and_year("Paper Lions (1995) (Widescreen Edition) [DVD]")
    ('Paper Lions', 1995)
    """
    text = " ".join(review_text(raw).split())
    year: int | None = None
    while True:
        if year is None:
            plain, year = split_year(text)
            if year is not None:
                text = plain
                continue
        shorter = _without_edition(text)
        if shorter == text:
            return text, year
        text = shorter


def _without_edition(text: str) -> str:
    found = _LAST_BRACKET.search(text)
    if found is not None and found.start() and _EDITION.search(found[1] or found[2] or ""):
        return text[: found.start()].rstrip()
    found = _LAST_WORDS.search(text)
    if found is not None and found.start():
        return text[: found.start()].rstrip(" -:,/+|")
    return text
