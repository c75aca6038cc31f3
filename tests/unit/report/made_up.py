"""Verdicts put together by hand, so that every figure in a golden text can be told by looking."""

from __future__ import annotations

import math

from crs_simcheck.gate import Asked, Events, GateSpec, Lengths, Named, People, Verdict
from crs_simcheck.metrics import metric_named
from crs_simcheck.stats import ConfidenceInterval, Range

INF = math.inf
NAMED = Named(
    (("The Shawshank Redemption (1994)", 37), ("Inception (2010)", 29), ("Heat (1995)", 11),
     ("Paper Lions (2004)", 9), ("The Long Orbit (2001)", 7)),
    0.41,
    0.09,
)  # fmt: skip


def gate(metric, task, **more):
    return GateSpec(task, metric_named(metric), **more)


def people(speakers="people", share_below=0.5, name="redial-seekers", size=100):
    return People(name, speakers, 256, size, 8.19, 0.9, share_below, 1000)


VERDICTS = {
    "within": Verdict(
        gate("item_entropy", "items_talk"), "within", 100, value=8.05,
        interval=ConfidenceInterval(7.9, 8.2), target=Range(7.79, 8.59), margin=0.4, score=8.4,
        people=people(), least_drift=0.61, evidence=NAMED,
    ),
    "drifted": Verdict(
        gate("item_entropy", "items_talk"), "drifted", 100, value=7.55,
        interval=ConfidenceInterval(7.38, 7.72), target=Range(7.79, 8.59), margin=0.4, score=2.8,
        people=people(share_below=0.0), least_drift=0.61, evidence=NAMED,
    ),
    "drifted-words": Verdict(
        gate("words_per_response", "rec_request"), "drifted", 800, value=26.4,
        interval=ConfidenceInterval(25.9, 26.9), target=Range(8.4, 12.6), margin=2.1, score=1.0,
        people=people(share_below=1.0, size=271), least_drift=3.2,
        evidence=Lengths((18.2, 25.0, 33.9), (6.0, 9.5, 13.25)),
        notes=("mean ratings from nowhere",),
    ),
    "drifted-rare": Verdict(
        gate("leakage_rate", "items_talk", maximum=0.02), "drifted", 100, value=0.071,
        interval=ConfidenceInterval(0.041, 0.115), target=Range(-INF, 0.02), margin=0.05, score=5.4,
        least_drift=0.048, evidence=Events(71, 1000, 23),
    ),
    "drifted-lower": Verdict(
        gate("bin_pref_correlation", "bin_pref", minimum=0.6), "drifted", 100, value=0.31,
        interval=ConfidenceInterval(0.2, 0.42), target=Range(0.6, INF), margin=0.15, score=1.3,
        least_drift=0.2, notes=("mean ratings from MovieLens-1M people, as shipped",),
    ),
    "inconclusive": Verdict(
        gate("acceptance_rate", "bin_pref"), "inconclusive", 40, value=0.73,
        interval=ConfidenceInterval(0.64, 0.82), target=Range(0.5, 0.76), margin=0.12, score=6.1,
        people=people(share_below=0.996, size=40, name="raters"),
        reason="the interval crosses an end of the range; about 1,312 seekers would decide",
        seekers_needed=1312, least_drift=0.27,
        evidence=Asked((("Heat (1995)", 0.9, 0.5), ("Cars (2006)", 0.25, 0.61)), 3),
    ),
    "baseline-too-small": Verdict(
        gate("mean_log_rank", "items_talk"), "inconclusive", 60, value=1.93,
        interval=ConfidenceInterval(1.7, 2.16), target=Range(1.75, 2.25), margin=0.25, score=8.9,
        people=people(size=40), people_needed=212, least_drift=0.58,
        reason="baseline too small: 40 people; it takes about 212 people",
    ),
    "not-people": Verdict(
        gate("acceptance_rate", "bin_pref"), "drifted", 100, value=0.95,
        interval=ConfidenceInterval(0.93, 0.97), target=Range(0.5, 0.74), margin=0.12, score=1.0,
        people=people("synthetic", 1.0, "synthetic-raters"), least_drift=0.2,
        evidence=Asked((("Synthetic Film 01 (1990)", 0.98, 0.12),), 0),
        notes=("baseline 'synthetic-raters' is not people: synthetic",),
    ),
    "not-measured": Verdict(
        gate("leakage_rate", "rec_request"), "inconclusive", 0,
        reason="no history of the seekers of the simulator is known: give profiles",
    ),
}  # fmt: skip
