"""A made-up simulator: what a prompt comes to is read off its guidelines."""

from __future__ import annotations

from collections.abc import Sequence

from crs_simcheck.gate import GateSpec, Verdict
from crs_simcheck.metrics import METRICS
from crs_simcheck.optimize import Edit, EditRequest, Evaluation
from crs_simcheck.prompts import Prompt, parse_prompt
from crs_simcheck.stats import ConfidenceInterval, Range

TEXT = """\
# Task

Name {{ n_items }} films.

# Persona

{{ persona }}

# Guidelines

- Answer as this person would.

# Output

One title per line.
"""
SEEKERS = tuple(f"u{number:03}" for number in range(120))
GOAL = Range(7.8, 8.6)


def prompt(text: str = TEXT) -> Prompt:
    return parse_prompt(text.encode(), None, "items_talk")


def verdict(value: float | None, metric: str = "item_entropy", target: Range = GOAL) -> Verdict:
    spec = GateSpec("items_talk", METRICS[metric], named=True)
    if value is None:
        return Verdict(spec, "inconclusive", 0, reason="nothing to measure")
    outcome = "within" if value in target else "drifted"
    half = (target.high - target.low) / 2
    score = max(1.0, 10 - 4.5 * abs(value - target.middle) / half)
    return Verdict(
        spec, outcome, 50, value, ConfidenceInterval(value - 0.1, value + 0.1), target, half, score
    )


class MadeUp:
    """More lines of advice, more variety: 6 bits, and .7 for each line with the word "vary"."""

    def __init__(self, each: float = 0.7, noise: float = 0.0) -> None:
        self.each, self.noise = each, noise
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def value(self, prompt: Prompt, seekers: Sequence[str]) -> float:
        lines = prompt.section("Guidelines").text.lower().count("vary")
        wobble = sum(map(ord, "".join(seekers))) % 7 / 7 - 0.5
        return 6.0 + self.each * lines + self.noise * wobble * (lines + 1)

    def evaluate(self, prompt: Prompt, seekers: Sequence[str]) -> Evaluation:
        self.asked.append((prompt.content, tuple(seekers)))
        return Evaluation((verdict(self.value(prompt, seekers)),), (), ("Heat (1995)",) * 5)

    def rescore(self, prompt: Prompt, seekers: Sequence[str]) -> float:
        return Evaluation((verdict(self.value(prompt, seekers)),)).score


class Scripted:
    """An editor that says what it was told to say."""

    name = "scripted"

    def __init__(self, *texts: str | Exception | None) -> None:
        self.texts, self.asked = list(texts), list[EditRequest]()

    def rewrite(self, asked: EditRequest) -> Edit:
        if asked.section != "Guidelines":
            return Edit(asked.text)
        self.asked.append(asked)
        text = self.texts.pop(0) if self.texts else asked.text
        if isinstance(text, Exception):
            raise text
        return Edit(text, "do better", 1, "" if text is not None else "no tags")


class MoreEachTime(Scripted):
    """Adds a line with every step."""

    def rewrite(self, asked: EditRequest) -> Edit:
        if asked.section != "Guidelines":
            return Edit(asked.text)
        self.asked.append(asked)
        return Edit(f"{asked.text}\n- Vary the films.", "vary", 1)
