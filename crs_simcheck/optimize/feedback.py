"""What was measured, as advice: which metric is off, which way, how far, and what answers show."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crs_simcheck.gate import Asked, Criteria, Events, Lengths, Named, Shares, Verdict

__all__ = ["Finding", "feedback_text", "findings", "span_words"]

_MOST_EXAMPLES = 3
_LONGEST_EXAMPLE = 200
_HALF_WAY = 7.75  # the score half-way from the middle of a range to one of its ends


@dataclass(frozen=True, slots=True)
class Finding:
    """What one gate says.

    Parameters
    ----------
    metric:
        Its name.
    side:
        ``too low``, ``too high``, or ``fine`` where nothing is to be changed.
    score:
        1 to 10, or None where it could not be measured.
    sentence:
        Value, range and meaning.
    """

    metric: str
    side: str
    score: float | None
    sentence: str


def findings(verdicts: Iterable[Verdict]) -> tuple[Finding, ...]:
    """Return what each gate says, the worst first; what could not be measured is left out."""
    found = [_finding(v) for v in verdicts if v.value is not None and v.target is not None]
    return tuple(sorted(found, key=lambda f: (f.score or 0.0, f.metric)))


def _finding(verdict: Verdict) -> Finding:
    metric, target, value = verdict.gate.metric, verdict.target, verdict.value
    if target is None or value is None:
        raise ValueError("nothing was measured")
    unit = f" {metric.unit}" if metric.unit else ""
    span = span_words(target.low, target.high, unit)
    start = f"{metric.name} ({metric.title}): {_number(value)}{unit}; people and limits: {span}."
    if value in target:
        side, rest = "fine", "Inside. Keep what makes it so."
        half_way = verdict.score is not None and verdict.score < _HALF_WAY
        if verdict.outcome != "within" or half_way:
            side = "too high" if verdict.too_high else "too low"
            rest = f"Inside, but near the end: a little {side}. {_meaning(verdict)}"
    else:
        side = "too high" if verdict.too_high else "too low"
        past = max(target.low - value, value - target.high)
        rest = f"It is {side} by {_number(past)}{unit}. {_meaning(verdict)}"
    return Finding(metric.name, side, verdict.score, f"{start} {rest} {_shown(verdict)}".strip())


def span_words(low: float, high: float, unit: str) -> str:
    """Return a range in words: ``7.8 to 8.6 bits``, ``at most 0.05``."""
    if math.isinf(low):
        return f"at most {_number(high)}{unit}"
    if math.isinf(high):
        return f"at least {_number(low)}{unit}"
    return f"{_number(low)} to {_number(high)}{unit}"


def _number(value: float) -> str:
    return f"{value:.4g}"


def _meaning(verdict: Verdict) -> str:
    metric = verdict.gate.metric
    meant = metric.too_high if verdict.too_high else metric.too_low
    return f"That means: {meant}." if meant else ""


def _shown(verdict: Verdict) -> str:
    """Return what the answers show: the figures behind the value."""
    match verdict.evidence:
        case Named(top=top, top_share=share, people_top_share=people):
            named = ", ".join(f"{label} ×{count}" for label, count in top)
            theirs = "" if people is None else f", of people's {100 * people:.0f} %"
            return f"Named most: {named}; these make {100 * share:.0f} % of all mentions{theirs}."
        case Asked(films=films):
            far = ", ".join(
                f"{film}: Yes by {100 * own:.0f} %, of people by {100 * theirs:.0f} %"
                for film, own, theirs in films
            )
            return f"Farthest from people: {far}." if far else ""
        case Lengths(quartiles=own, people_quartiles=theirs):
            text = f"Half of the answers have {own[0]:.0f} to {own[2]:.0f} words"
            if theirs is None:
                return f"{text}."
            return f"{text}; people's have {theirs[0]:.0f} to {theirs[2]:.0f}."
        case Events(events=events, responses=responses):
            return f"Seen in {events:,} of {responses:,} answers."
        case Shares(of=what, shares=shares):
            made = ", ".join(
                f"{label} {100 * own:.0f} %"
                + ("" if theirs is None else f" (people {100 * theirs:.0f} %)")
                for label, own, theirs in shares
            )
            return f"Most {what}: {made}."
        case Criteria(means=means):
            given = ", ".join(f"{letter} {own:.1f}" for letter, own, _ in means if own is not None)
            return f"The judge gave on average: {given}."
    return ""


def feedback_text(found: Sequence[Finding], answers: Iterable[str] = ()) -> str:
    """Return the feedback in plain text: the findings, the worst first, and a few answers.

    Parameters
    ----------
    answers:
        Texts of answers; the first few are shown, shortened, each on a line and quoted.
    """
    lines = [f"- {one.sentence}" for one in found]
    shown: list[str] = []
    for text in answers:
        if len(shown) == _MOST_EXAMPLES:
            break
        line = " / ".join(text.split("\n"))
        cut = line if len(line) <= _LONGEST_EXAMPLE else f"{line[:_LONGEST_EXAMPLE]}…"
        shown.append(f"> {cut}")
    if shown:
        lines += ["", "Some answers that this prompt gave:", *shown]
    return "\n".join(lines)
