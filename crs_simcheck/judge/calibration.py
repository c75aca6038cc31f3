"""Whether a judge agrees with people: measured once, kept in a file, and asked for by gates."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from crs_simcheck.errors import InputError
from crs_simcheck.jsonl import write_json
from crs_simcheck.judge.annotations import Annotations
from crs_simcheck.judge.judging import Judged, JudgeSpec
from crs_simcheck.judge.rubric import CRITERIA
from crs_simcheck.stats import (
    Estimate,
    FloatArray,
    bias,
    icc_2k,
    krippendorff_alpha,
    mean_pairwise_pearson,
    pearson_test,
    ppi_mean,
    spearman_test,
)

__all__ = [
    "TOTAL",
    "Agreement",
    "Calibration",
    "calibrate",
    "identity_of",
    "read_calibration",
    "write_calibration",
]

TOTAL = "neg_feedback"
"""The name of ¼ (A + B + C + D) beside those of the criteria."""

_FORMAT = 1
_SEED = 0  # of the bootstrap: the same annotations give the same file


def identity_of(specs: Sequence[JudgeSpec]) -> str:
    """Return who judges by which rubric, in a line; scores of two identities are not compared."""
    names = " + ".join(sorted(spec.name for spec in specs))
    repeats = f" ×{specs[0].repeats}" if specs[0].repeats > 1 else ""
    return f"{names}{repeats}, rubric {specs[0].rubric.sha256[:12]}"


@dataclass(frozen=True)
class Agreement:
    """What is known of one score, or of the mean of all four.

    ``raters`` says how far people agree with each other (``pairwise``, ``icc_2k``, ``alpha``),
    ``judge`` how far the judge does with their mean (``pearson``, ``spearman``, ``bias``).
    """

    raters: Mapping[str, Mapping[str, Any]]
    judge: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Calibration:
    """How far a judge agrees with people, and what that rests on. Frozen.

    Parameters
    ----------
    identity:
        As :func:`identity_of` gives it.
    judges:
        Engine, model, digest and server of each judge, as far as they are known.
    rubric:
        ``name`` and ``sha256``.
    annotations:
        ``sha256``, ``answers``, ``raters``.
    judged:
        ``answers``, and how many of them are ``missing`` a score.
    agreement:
        :data:`TOTAL`, A, B, C, D → what was found.
    ppi:
        The prediction-powered estimate of people's mean.
    smooth:
        Whether correlations that are undefined were given as 0.
    """

    identity: str
    judges: tuple[Mapping[str, Any], ...]
    rubric: Mapping[str, str]
    annotations: Mapping[str, Any]
    judged: Mapping[str, int]
    agreement: Mapping[str, Agreement]
    ppi: Mapping[str, Any]
    date: str = ""
    smooth: bool = False
    path: Path | None = field(default=None, compare=False)

    def problem(self, identity: str, digests: Iterable[str], score: str = TOTAL) -> str:
        """Return why scores of this judge cannot be believed, or nothing where they can.

        Parameters
        ----------
        identity, digests:
            Who gave the scores.
        score:
            :data:`TOTAL` or a letter.
        """
        where = f"the calibration {self.path}" if self.path is not None else "the calibration"
        if identity != self.identity:
            return f"{where} is of another judge: {self.identity}; here judges {identity}"
        known = {str(judge["digest"]) for judge in self.judges if judge.get("digest")}
        models = {(j.get("engine"), j.get("model")) for j in self.judges if j.get("digest")}
        if len(known) > len(models):
            return f"{where} is of several states of one model: {_short(known)}"
        other = set(digests) - known
        if known and other:
            return (
                f"{where} is of another state of the model: {_short(known)}; scores are of "
                f"{_short(other)}"
            )
        found = self.agreement[score].judge["pearson"]
        if found["value"] is None:
            return f"{where} knows no correlation with people: {found['reason']}"
        if found["interval"] is None:
            why = found["reason"] or "none was written"
            return f"{where} knows no interval of its correlation with people: {why}"
        low, high = found["interval"]
        if low <= 0:
            which = "is negative" if high < 0 else "may be none"
            return (
                f"its correlation with people is {found['value']:.3f} [{low:.2f}, {high:.2f}] over "
                f"{found['n']} answers, which {which} ({where})"
            )
        return ""


def _short(digests: Iterable[str]) -> str:
    return ", ".join(sorted(digest.removeprefix("sha256:")[:12] for digest in digests))


def calibrate(
    specs: Sequence[JudgeSpec],
    annotations: Annotations,
    judged: Sequence[Judged],
    *,
    others: Sequence[tuple[str, float]] = (),
    judges: Sequence[Mapping[str, Any]] = (),
    smooth: bool = False,
    date: str = "",
) -> Calibration:
    """Return how far judges agree with people.

    Parameters
    ----------
    judged:
        What the judges gave, in the order of ``annotations.cases``.
    others:
        Persona and judge's score of answers that no people scored, for the prediction-powered
        estimate. Answers in ``annotations`` without any person's score are taken besides.
    judges:
        What is known of the models, for the file.
    smooth:
        Give correlations of scores that do not vary as 0, marked.
    """
    ours = {TOTAL: np.array([np.nan if one.value is None else one.value for one in judged])}
    theirs = {TOTAL: annotations.total}
    for place, letter in enumerate(CRITERIA):
        ours[letter] = np.array([(one.scores or {}).get(letter, np.nan) for one in judged])
        theirs[letter] = annotations.scores[:, :, place]
    personas = [case.persona for case in annotations.cases]
    return Calibration(
        identity=identity_of(specs),
        judges=tuple(judges),
        rubric={"name": specs[0].rubric.name, "sha256": specs[0].rubric.sha256},
        annotations={
            "sha256": annotations.sha256,
            "answers": int(np.isfinite(annotations.scores).any(axis=(1, 2)).sum()),
            "raters": len(annotations.raters),
        },
        judged={"answers": len(judged), "missing": sum(one.value is None for one in judged)},
        agreement={
            name: _agreement(ours[name], theirs[name], personas, smooth)
            for name in (TOTAL, *CRITERIA)
        },
        ppi=_ppi(ours[TOTAL], _mean_of_raters(theirs[TOTAL]), personas, others),
        date=date,
        smooth=smooth,
    )


def _agreement(
    judge: FloatArray, raters: FloatArray, personas: Sequence[str], smooth: bool
) -> Agreement:
    people = _mean_of_raters(raters)
    return Agreement(
        raters={
            "pairwise": _plain(
                mean_pairwise_pearson(raters, np.random.default_rng(_SEED), smooth=smooth)
            ),
            "icc_2k": _plain(icc_2k(raters)),
            "alpha": _plain(krippendorff_alpha(raters, rng=np.random.default_rng(_SEED))),
        },
        judge={
            "pearson": _plain(pearson_test(judge, people, smooth=smooth)),
            "spearman": _plain(spearman_test(judge, people, smooth=smooth)),
            "bias": _plain(bias(judge, people, personas)[0]),
        },
    )


def _mean_of_raters(raters: FloatArray) -> FloatArray:
    """Return (n,) the mean over the raters who gave a score; NaN where none did."""
    there = np.isfinite(raters)
    total = np.where(there, raters, 0.0).sum(axis=1)
    mean: FloatArray = np.full(total.shape, np.nan)
    np.divide(total, there.sum(axis=1), out=mean, where=there.any(axis=1))
    return mean


def _ppi(
    judge: FloatArray,
    people: FloatArray,
    personas: Sequence[str],
    others: Sequence[tuple[str, float]],
) -> dict[str, Any]:
    labelled = np.isfinite(people)
    rest = [
        (p, float(x)) for p, x, known in zip(personas, judge, labelled, strict=True) if not known
    ]
    rest += others
    ours = [persona for persona, known in zip(personas, labelled, strict=True) if known]
    found = ppi_mean(
        people[labelled],
        judge[labelled],
        np.array([score for _, score in rest]),
        tuned=labelled.sum() > 2,
        labelled_clusters=ours,
        unlabelled_clusters=[persona for persona, _ in rest],
    )
    return {**_plain(found), "labelled_only": _plain(found.labelled_only)}


def _plain(found: Estimate) -> dict[str, Any]:
    """Return an estimate as plain JSON values."""
    plain = {
        "value": None if found.value is None else round(found.value, 6),
        "interval": None
        if found.interval is None
        else [round(found.interval.low, 6), round(found.interval.high, 6)],
        "n": int(found.n),
        "reason": found.reason,
        "smoothed": found.smoothed,
    }
    for name in ("p_value", "pairs", "raters", "unlabelled", "weight"):
        more = getattr(found, name, None)
        if more is not None:
            plain[name] = round(more, 6) if isinstance(more, float) else int(more)
    return plain


# ------------------------------------------------------------------------------------ the file


def write_calibration(calibration: Calibration, path: Path) -> None:
    """Write a calibration as JSON that is the same for the same figures.

    Raises :class:`InputError` where it cannot be written.
    """
    document = asdict(calibration)
    document.pop("path")
    write_json({"format": _FORMAT, **document}, path)


def read_calibration(path: str | Path) -> Calibration:
    """Read a calibration.

    Raises
    ------
    InputError
        There is no such file, or it is none.
    """
    file = Path(path)
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else str(error)
        raise InputError(
            f"the calibration cannot be read: {reason}",
            path=file,
            fix="crs-simcheck judge calibrate writes one",
        ) from error
    try:
        if document["format"] != _FORMAT:
            raise InputError(f"found format = {document['format']!r}, need {_FORMAT}", path=file)
        agreement = {
            name: Agreement(
                raters=document["agreement"][name]["raters"],
                judge={k: _checked(v) for k, v in document["agreement"][name]["judge"].items()},
            )
            for name in (TOTAL, *CRITERIA)
        }
        for found in agreement.values():
            found.judge["pearson"]
        return Calibration(
            identity=str(document["identity"]),
            judges=tuple({**judge} for judge in document["judges"]),
            rubric={**document["rubric"]},
            annotations={**document["annotations"]},
            judged={**document["judged"]},
            agreement=agreement,
            ppi={**document["ppi"]},
            date=str(document["date"]),
            smooth=bool(document["smooth"]),
            path=file,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"this is no calibration: {type(error).__name__} at {error}",
            path=file,
            fix="write it anew: crs-simcheck judge calibrate",
        ) from error


def _checked(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a correlation whose numbers are numbers."""
    value, interval = found["value"], found["interval"]
    numbers = [] if value is None else [float(value)]
    if interval is not None:
        low, high = map(float, interval)
        if low > high:
            raise ValueError(f"an interval from {low:g} to {high:g}")
        numbers += [low, high]
    if not all(map(math.isfinite, numbers)):
        raise ValueError("a number that is none")
    return {**found, "interval": interval and [low, high], "n": int(found["n"])}
