"""Verdicts in words: what a person reads, and what to do next."""

from __future__ import annotations

import math
import shlex
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crs_simcheck.gate import Asked, Criteria, Events, Lengths, Named, Shares, Verdict
from crs_simcheck.metrics import CRITERION_NAMES, Metric
from crs_simcheck.metrics.registry import OWN
from crs_simcheck.recordings import SUMMARY_FILE, recording_file
from crs_simcheck.records import TaskName

__all__ = [
    "WIDTH",
    "Where",
    "amount",
    "answers_file",
    "describe",
    "headline",
    "interval_words",
    "range_words",
    "verdict_words",
    "wrapped",
]

WIDTH = 100
# Where values of a unit end: an interval beyond would only puzzle.
_BOUNDS = {"": (0.0, 1.0), "r": (-1.0, 1.0)}
# Digits behind the point, where they are not two.
_DIGITS = {"words": 1, "types per word": 3, "1 − cos": 3}
# Instrument → the flag that chooses it.
INSTRUMENT_FLAGS: Mapping[str, str] = {
    "aspects": "--aspects",
    "word-vectors": "--word-vectors",
    "sentence-vectors": "--sentence-model",
}
_OUTCOMES = {"within": "WITHIN", "drifted": "DRIFTED", "inconclusive": "INCONCLUSIVE"}


@dataclass(frozen=True, slots=True)
class Where:
    """Whose verdict it is, and where its answers are, as a reader would type them.

    Parameters
    ----------
    baselines:
        Task → name or folder of the baseline that was given; ``""`` stands for all others.
    is_group:
        Whether the answers are a group (counts), not response rows.
    flags:
        What else the answers must be read with, for instance ``("--skip-broken",)``.
    instruments:
        Instrument that was chosen (as in ``Metric.chosen``) → file or name of it.
    plugins:
        Files that define metrics of a team's own.
    """

    simulator: str
    source: str
    catalogue: str | None = None
    profiles: str | None = None
    baselines: Mapping[str, str] = field(default_factory=dict)
    is_group: bool = False
    flags: tuple[str, ...] = ()
    instruments: Mapping[str, str | None] = field(default_factory=dict)
    plugins: tuple[str, ...] = ()

    def answers_to(self, task: TaskName) -> str:
        """Return where the answers to a task are: a recording has a file for each."""
        return answers_file(self.source, task)

    def command(self, verdict: Verdict) -> tuple[str, ...]:
        """Return the next command, one that shows what lies behind the value, in quoted pieces."""
        if self.is_group:
            return ("crs-simcheck baseline show", shlex.quote(self.source))
        gate = verdict.gate
        if gate.metric.table == "judged":
            return ("crs-simcheck judge show", shlex.quote(self.simulator))
        options = {"--metric": gate.metric.name}
        if len(gate.metric.tasks) > 1:
            options["--task"] = gate.task
        names_films = gate.task in ("items_talk", "bin_pref")
        if names_films or gate.metric.name == "title_mention_rate":
            options["--catalogue"] = self.catalogue or ""
        chosen = gate.metric.chosen
        if names_films or chosen is not None:
            options["--baseline"] = self.baselines.get(gate.task, self.baselines.get("", ""))
        if chosen is not None and chosen in INSTRUMENT_FLAGS:
            options[INSTRUMENT_FLAGS[chosen]] = self.instruments.get(chosen) or ""
        if gate.metric.name == "leakage_rate":
            options["--profiles"] = self.profiles or ""
        given = [f"{flag} {shlex.quote(value)}" for flag, value in options.items() if value]
        if gate.metric.name in OWN:
            given += [f"--plugin {shlex.quote(file)}" for file in self.plugins]
        answers = shlex.quote(self.answers_to(gate.task))
        return ("crs-simcheck show", answers, *given, *self.flags)


def answers_file(source: str, task: TaskName) -> str:
    """Return the file of a task where the source is the folder of a recording, else the source."""
    file = recording_file(Path(source), task)
    recorded = file.is_file() and file.with_name(SUMMARY_FILE).is_file()
    return str(file) if recorded else source


def amount(metric: Metric, value: float | None, *, unit: bool = True) -> str:
    """Return a value of a metric as people write it: shares in per cent, bits with two digits."""
    if value is None or not math.isfinite(value):
        return "–"
    if metric.unit == "":
        return f"{round(100 * value, 1) + 0.0:.1f}" + (" %" if unit else "")
    digits = _DIGITS.get(metric.unit, 2)
    written = f"{round(value, digits) + 0.0:.{digits}f}"  # never minus zero
    if not unit or metric.unit == "log10 rank":
        return written
    return f"{written} {metric.unit}" if metric.unit != "r" else f"r = {written}"


def range_words(verdict: Verdict, *, short: bool = False) -> str:
    """Return the target range: of groups of people of this size, or as it was given by hand."""
    metric, target = verdict.gate.metric, verdict.target
    if target is None:
        return "–"
    low = amount(metric, target.low, unit=short and metric.unit == "")
    high = amount(metric, target.high, unit=metric.unit == "")
    if math.isinf(target.low):
        span = f"at most {high}"
    elif math.isinf(target.high):
        span = f"at least {amount(metric, target.low, unit=metric.unit == '')}"
    else:
        span = f"{low.removesuffix(' %')} to {high}"
    if short:
        return span
    people = verdict.people
    if verdict.published is not None:
        return f"{span} goes around the figure published in '{verdict.published}'"
    if people is None:
        return f"{span} is asked for"
    return f"groups of {people.size} {_speakers(people.speakers)}: {span}"


def _speakers(speakers: str) -> str:
    return {"people": "people", "synthetic": "synthetic speakers (not people)"}.get(
        speakers, "simulated speakers (not people)"
    )


def headline(verdict: Verdict, simulator: str) -> str:
    """Return value, interval, range, verdict and score in one sentence."""
    metric = verdict.gate.metric
    start = f"{metric.name} of simulator '{simulator}' in {verdict.gate.task}: "
    outcome = _OUTCOMES[verdict.outcome]
    if verdict.value is None:
        return f"{start}{outcome}: {verdict.reason}"
    if verdict.outcome == "drifted":
        outcome += " (too high)" if verdict.too_high else " (too low)"
    interval = interval_words(verdict)
    interval = interval and f" [{interval}]"
    if metric.unit == "":
        # The unit goes behind the interval: 4.1 [3.0, 5.5] %.
        value = f"{amount(metric, verdict.value, unit=False)}{interval} %"
    else:
        value = f"{amount(metric, verdict.value)}{interval}"
    score = "" if verdict.score is None else f", score {verdict.score:.1f}/10"
    return f"{start}{value}; {range_words(verdict)}. {outcome}{score}"


def interval_words(verdict: Verdict, between: str = ", ") -> str:
    """Return both ends of the interval, as far as values can lie; empty where there is none."""
    if verdict.interval is None:
        return ""
    metric = verdict.gate.metric
    low, high = _BOUNDS.get(metric.unit, (-math.inf, math.inf))
    ends = (max(verdict.interval.low, low), min(verdict.interval.high, high))
    return between.join(amount(metric, end, unit=False) for end in ends)


def describe(verdict: Verdict) -> Iterator[str]:
    """Yield what a reader should know beside the headline, a sentence a line."""
    reason = verdict.reason if verdict.value is not None else ""
    parts = [
        p
        for p in (reason, _meaning(verdict), _ceiling(verdict), _rank(verdict), _power(verdict))
        if p
    ]
    if parts:
        yield "; ".join(parts)
    evidence = _evidence(verdict)
    if evidence:
        yield evidence
    yield from verdict.notes


def verdict_words(verdict: Verdict, where: Where, *, width: int = WIDTH, before: int = 0) -> str:
    """Return the whole message of a verdict, at most ``width`` columns wide.

    A longer command is broken as a shell reads it, so that it can be copied. ``before`` columns of
    the first line are left free, for what somebody puts there.
    """
    lines = [wrapped(headline(verdict, where.simulator), width=width, before=before)]
    lines += [wrapped(sentence, "  ", width=width) for sentence in describe(verdict)]
    if where.source:
        lines.append(f"  answers: {where.answers_to(verdict.gate.task)}")
        lines += _command_lines("  next:    ", where.command(verdict), width)
    return "\n".join(lines)


def _command_lines(start: str, pieces: tuple[str, ...], width: int) -> Iterator[str]:
    line, begun = start + pieces[0], False
    for piece in pieces[1:]:
        if begun and len(f"{line} {piece} \\") > width:
            yield f"{line} \\"
            line = " " * (len(start) + 2) + piece
        else:
            line += f" {piece}"
        begun = True
    yield line


def wrapped(sentence: str, indent: str = "", width: int = WIDTH, *, before: int = 0) -> str:
    """Return a sentence at most ``width`` columns wide, further lines indented by two more.

    ``before`` columns of the first line are left free.

    Titles and names are data of others: what would steer a terminal is shown, not obeyed.
    """
    lines = textwrap.wrap(
        printable(sentence),
        width,
        initial_indent=indent + " " * before,
        subsequent_indent=indent + "  ",
        break_on_hyphens=False,
        break_long_words=False,
    )
    return "\n".join(lines)[before:]


def printable(text: str) -> str:
    """Return a text with blanks for every white space, and the rest that cannot be seen escaped."""
    blank = "".join(" " if sign.isspace() else sign for sign in text)
    return "".join(s if s.isprintable() else s.encode("unicode_escape").decode() for s in blank)


def _ceiling(verdict: Verdict) -> str:
    """Return what people reach against other people, where that bounds a simulator's value."""
    people = verdict.people
    if people is None or not verdict.gate.metric.paired:
        return ""
    return f"people themselves reach {amount(verdict.gate.metric, people.center)}, the ceiling"


def _meaning(verdict: Verdict) -> str:
    if verdict.outcome != "drifted":
        return ""
    metric = verdict.gate.metric
    return metric.too_high if verdict.too_high else metric.too_low


def _rank(verdict: Verdict) -> str:
    people = verdict.people
    if people is None or people.share_below is None or verdict.outcome == "within":
        return ""
    groups = f"{people.n_draws:,} groups of {_speakers(people.speakers)}"
    if people.share_below == 0:
        return f"lower than any of {groups}"
    if people.share_below == 1:
        return f"higher than any of {groups}"
    return f"higher than {_share(people.share_below)} of {groups}"


def _share(share: float) -> str:
    """Return a share in per cent; one that is not all, or not none, never reads as if it were."""
    per_cent = 100 * share
    return f"{per_cent:.0f} %" if 1 <= per_cent <= 99 else f"{per_cent:.1f} %"


def _power(verdict: Verdict) -> str:
    drift = verdict.least_drift
    if drift is None or not math.isfinite(drift):
        return ""
    metric = verdict.gate.metric
    if verdict.people is None and metric.rate is not None:
        return f"at this size a rate of {amount(metric, drift)} is found 4 times of 5"
    # "a drift of 15.7 %" would read as a share of people's value.
    shares = metric.unit == ""
    written = f"{100 * drift:.1f} points" if shares else amount(metric, drift).removeprefix("r = ")
    past = "" if verdict.people is not None else " past the end"
    return f"at this size a drift of {written}{past} is found 4 times of 5"


def _evidence(verdict: Verdict) -> str:
    evidence = verdict.evidence
    metric = verdict.gate.metric
    # Synthetic speakers and simulators may be compared with, and are never called people.
    real = verdict.people is None or verdict.people.speakers == "people"
    who, whose = ("people", "people's") if real else ("baseline", "the baseline's")
    match evidence:
        case Named(top=top, top_share=share, people_top_share=people):
            named = ", ".join(f"{label} ×{count}" for label, count in top)
            theirs = "" if people is None else f" ({who}: {100 * people:.0f} %)"
            made = f"the top {len(top)} make {100 * share:.0f} % of mentions"
            return f"named most: {named}; {made}{theirs}"
        case Asked(films=films, unclear=unclear):
            text = ", ".join(
                f"{film} {100 * own:.0f} % ({who} {100 * theirs:.0f} %)"
                for film, own, theirs in films
            )
            more = f"; {unclear:,} answers are neither yes nor no" if unclear else ""
            return f"share of Yes farthest from {whose}: {text}{more}" if text else more[2:]
        case Lengths(quartiles=own, people_quartiles=theirs):
            text = f"half of the seekers have {own[0]:.1f} to {own[2]:.1f} {metric.unit} a response"
            if theirs is not None:
                text += f" ({who}: {theirs[0]:.1f} to {theirs[2]:.1f})"
            return text
        case Events(events=events, responses=responses, seekers=seekers):
            what = "mentions" if metric.table == "mentions" else "answers"
            return f"{events:,} of {responses:,} {what}, of {seekers:,} seekers"
        case Criteria(means=means, answers=answers, missing=missing):
            text = ", ".join(
                f"{letter} {CRITERION_NAMES[letter]} {own:.1f}"
                + ("" if theirs is None else f" ({who} {theirs:.1f})")
                for letter, own, theirs in means
                if own is not None
            )
            return f"{text}; {answers - missing:,} of {answers:,} answers scored"
        case Shares(of=what, shares=shares):
            return f"most {what}: " + ", ".join(
                f"{label} {100 * own:.0f} %"
                + ("" if theirs is None else f" ({who} {100 * theirs:.0f} %)")
                for label, own, theirs in shares
            )
    return ""
