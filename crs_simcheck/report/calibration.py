"""A calibration in words: how far a judge agrees with people, and people with each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crs_simcheck.judge import TOTAL, Calibration
from crs_simcheck.metrics import CRITERION_NAMES, JUDGED
from crs_simcheck.report.plain_table import plain_table
from crs_simcheck.report.words import wrapped

__all__ = ["calibration_words"]

_BETWEEN = {"pairwise": "mean r of two", "icc_2k": "ICC(2,k)", "alpha": "Krippendorff α"}
_WITH = {
    "pearson": "Pearson r",
    "pearson.p": "p",
    "spearman": "Spearman ρ",
    "spearman.p": "p",
    "bias": "judge − people",
}


def calibration_words(calibration: Calibration, width: int = 100) -> Iterator[str]:
    """Yield what a calibration says, a line each, at most so wide."""
    about, judged = calibration.annotations, calibration.judged
    yield f"judge       {calibration.identity}"
    raters = "1 rater" if about["raters"] == 1 else f"{about['raters']} raters"
    answers = "1 answer" if about["answers"] == 1 else f"{about['answers']:,} answers"
    yield f"people      {raters} scored {answers}"
    if judged["missing"]:
        yield f"missing     the judge gave {judged['missing']:,} of {judged['answers']:,} no score"
    yield from _table("people among themselves", _BETWEEN, calibration, "raters", width)
    yield from _table("judge and people", _WITH, calibration, "judge", width)
    yield ""
    if calibration.smooth:
        yield "* smoothed: the scores do not vary, and 0 stands for what is undefined"
    yield from _reasons(calibration)
    ppi, alone = calibration.ppi, calibration.ppi["labelled_only"]
    yield wrapped(
        f"people's mean of {TOTAL}: {_estimate(alone)} by what people scored; "
        f"{_estimate(ppi)} with the judge's scores of {ppi['unlabelled']:,} more answers "
        f"(prediction-powered, weight {ppi['weight']:.2f})"
        if ppi["unlabelled"]
        else f"people's mean of {TOTAL}: {_estimate(alone)}; answers that the judge alone has "
        "scored would narrow it (prediction-powered)"
    )


def _table(
    title: str, columns: Mapping[str, str], calibration: Calibration, which: str, width: int
) -> Iterator[str]:
    lines = []
    for name in (TOTAL, *JUDGED):
        found = getattr(calibration.agreement[name], which)
        label = name if name == TOTAL else f"{name} {CRITERION_NAMES[name]}"
        cells = (_p(found[k[:-2]]) if k.endswith(".p") else _estimate(found[k]) for k in columns)
        lines.append([label, *cells])
    # A name of a column stands once in a table: the second p is told apart by a blank.
    header = {title: False, **{name + " " * i: True for i, name in enumerate(columns.values())}}
    table = plain_table(header, lines, width)
    yield "\n".join("  ".join(line) for line in lines) if table is None else table.rstrip("\n")


def _estimate(found: Mapping[str, Any]) -> str:
    """Return a figure with its 95 % interval: ``0.48 [-0.21, 0.85]``."""
    if found["value"] is None:
        return "undefined"
    text = f"{found['value']:.2f}"
    if found["interval"] is not None:
        low, high = found["interval"]
        text += f" [{low:.2f}, {high:.2f}]"
    return f"{text}*" if found["smoothed"] else text


def _p(found: Mapping[str, Any]) -> str:
    p = found.get("p_value")
    return "" if p is None else "< .001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def _reasons(calibration: Calibration) -> Iterator[str]:
    """Yield why something is undefined, or has no interval, each reason once."""
    seen: dict[str, list[str]] = {}
    for name in (TOTAL, *JUDGED):
        agreement = calibration.agreement[name]
        for found in (*agreement.raters.values(), *agreement.judge.values()):
            if found["reason"]:
                names = seen.setdefault(found["reason"], [])
                names += [name] if name not in names else []
    for reason, names in seen.items():
        yield wrapped(f"{', '.join(names)}: {reason}")
