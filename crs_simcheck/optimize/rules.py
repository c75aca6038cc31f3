"""An editor by rule: reads the feedback, and adds or takes back advice. No language model.

For tests, demos and learning, with the embedded engine, which understands such advice. It knows
nothing but the feedback: what is not told to be off is not touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from crs_simcheck.metrics import METRICS
from crs_simcheck.optimize.base import Edit, EditRequest

__all__ = ["RuleEditor"]

_LINE = re.compile(r"^- (?P<metric>[a-z0-9_]+) \(.*?\): (?P<rest>.*)$", re.MULTILINE)
_SIDE = re.compile(r"(?:It is|a little) (?P<side>too low|too high)")
_NUMBER = r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?"
_FIGURES = re.compile(
    rf"(?P<value>{_NUMBER})[^;]*; people and limits: "
    rf"(?:at most |(?P<least>{_NUMBER}) to )(?P<most>{_NUMBER})"
)
_WORDS = re.compile(r"about (\d+) words")
_BRIEF = re.compile(r"- Be brief: about \d+ words\.$")
_SELECTIVE = "Be selective: say Yes only to films that are worth at least {} stars to this person."
_STARS = re.compile("- " + re.escape(_SELECTIVE).replace(r"\{\}", r"(?P<stars>[\d.]+)"))
_FIRST_STARS = 3.5
_AGREEMENT = "bin_pref_correlation"
_YES_PER_STAR = 0.4  # by how much the share of Yes falls, about, where one star more is asked for
_OTHER = {"too low": "too high", "too high": "too low"}
_TOO_LONG = frozenset({("words_per_response", "too high"), ("aspects_per_response", "too high")})

_SCENE = "Think of a specific scene that you remember."

# Metric and side → advice that moves it back.
_ADVICE: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("item_entropy", "too low"): "Vary the films: think of films that others with the same "
        "taste would not name.",
        ("popularity_share", "too high"): "Do not name only the famous ones; mix well-known films "
        "with lesser-known ones.",
        ("mean_log_rank", "too low"): "Do not name only the famous ones; mix well-known films "
        "with lesser-known ones.",
        ("era_entropy", "too low"): "Let the films come from different decades.",
        ("item_bin_entropy", "too low"): "Let the films come from different genres.",
        ("acceptance_rate", "too high"): _SELECTIVE.format(_FIRST_STARS),
        ("bin_pref_correlation", "too low"): _SELECTIVE.format(_FIRST_STARS),
        ("format_violation_rate", "too high"): "Answer in exactly the form that is asked for: "
        "where it is Yes or No, one word and nothing else.",
        ("aspect_entropy", "too low"): "Speak of several aspects, not only of the story.",
        ("aspect_entropy", "too high"): _SCENE,
        ("aspects_per_response", "too high"): _SCENE,
        ("aspects_per_response", "too low"): "Speak of several aspects, not only of the story.",
        ("sentiment_entropy", "too low"): "Be honest: say what disappointed as well as what was "
        "good.",
        ("ttr", "too low"): "Vary the wording.",
        ("response_repetition", "too high"): "Vary the wording.",
        ("title_mention_rate", "too high"): "Name no title; describe the kind of film instead.",
        ("leakage_rate", "too high"): "Never repeat a title from your history.",
        ("role_confusion_rate", "too high"): "Stay in your role: never recommend anything.",
        ("rejection_rate_unfit", "too low"): "Reject clearly what does not fit.",
        ("rejection_clarity", "too low"): "Reject clearly what does not fit.",
        ("neg_feedback", "too low"): "Reject clearly what does not fit, give a reason that comes "
        "from your taste, and say what you would like instead.",
    }
)


class RuleEditor:
    """Adds a line of advice for each metric that is off, and takes back what went too far."""

    name = "rules"

    def rewrite(self, asked: EditRequest) -> Edit:
        """Return the guidelines with advice added or taken back; other sections as they are."""
        if asked.section != "Guidelines":
            return Edit(asked.text)
        before = asked.text.split("\n")
        lines, said = list(before), []
        off = list(_off(asked.feedback))
        counts = [n for one in off if (n := _shorter(*one, before)) is not None]
        longer = _longer(off, before)
        if counts or longer is not None:
            brief = f"Be brief: about {min(counts) if counts else longer} words."
            lines = [*(line for line in lines if not _BRIEF.match(line)), f"- {brief}"]
            said.append(f"answers are too {'long' if counts else 'short'}: {brief}")
        for metric, side, rest in off:
            if any(map(_STARS.match, before)) and metric in ("acceptance_rate", _AGREEMENT):
                if metric == "acceptance_rate":
                    lines = [_other_stars(line, rest) for line in lines]
                    said.append(f"{metric} is {side}: ask for other stars")
                continue
            advice = _ADVICE.get((metric, side))
            gone_too_far = _ADVICE.get((metric, _OTHER[side]))
            if advice is not None and f"- {advice}" not in lines:
                lines.append(f"- {advice}")
                said.append(f"{metric} is {side}: {advice}")
            elif (
                gone_too_far is not None
                and f"- {gone_too_far}" in before
                # What is near the end is not taken back: that would be as far off again.
                and "near the end" not in rest
                and (metric, side) not in _TOO_LONG
            ):
                lines = [line for line in lines if line != f"- {gone_too_far}"]
                said.append(f"{metric} is {side}: take back '{gone_too_far}'")
        return Edit("\n".join(lines), gradient="\n".join(said) or "nothing to change")


def _off(feedback: str) -> Iterator[tuple[str, str, str]]:
    """Yield each metric that the feedback says is off, to which side, and what it says of it.

    A line that gives a metric the meaning of another one is not believed.
    """
    for found in _LINE.finditer(feedback):
        side = _SIDE.search(found["rest"])
        metric = METRICS.get(found["metric"])
        if side is None or metric is None:
            continue
        meant = metric.too_high if side["side"] == "too high" else metric.too_low
        if meant in found["rest"]:
            yield metric.name, side["side"], found["rest"]


def _other_stars(line: str, rest: str) -> str:
    """Return advice to be selective with so many stars that the share of Yes is people's."""
    told, figures = _STARS.match(line), _FIGURES.match(rest)
    if told is None or figures is None or figures["least"] is None:
        return line
    past = float(figures["value"]) - (float(figures["least"]) + float(figures["most"])) / 2
    stars = min(5.0, max(0.5, float(told["stars"]) + past / _YES_PER_STAR))
    return "- " + _SELECTIVE.format(round(stars, 2))


def _shorter(metric: str, side: str, rest: str, before: Sequence[str]) -> int | None:
    """Return in how many words to answer, where answers are too long or speak of too much."""
    figures = _FIGURES.match(rest)
    if (metric, side) not in _TOO_LONG or figures is None:
        return None
    value, most = float(figures["value"]), float(figures["most"])
    now = next((int(n[1]) for line in before if (n := _WORDS.search(line))), None)
    if metric != "words_per_response" and f"- {_SCENE}" not in before:
        return None  # who thinks of a scene speaks of fewer things, in as many words
    if now is None:
        return round(0.9 * most) if metric == "words_per_response" else 60
    return max(1, round(0.85 * now * most / value))


def _longer(off: Sequence[tuple[str, str, str]], before: Sequence[str]) -> int | None:
    """Return in how many words to answer, where advice to be brief made answers too short."""
    now = next((int(n[1]) for line in before if (n := _WORDS.search(line))), None)
    if now is None or ("words_per_response", "too low") not in {one[:2] for one in off}:
        return None
    return round(1.12 * now)
