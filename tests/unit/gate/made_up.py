"""Groups for comparisons: people and simulators who do not exist, of any size and fault."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from crs_simcheck.baselines import Group, SeekerStatistics, measure, measure_group
from crs_simcheck.baselines.synthetic import (
    named_films,
    rated_films,
    synthetic_namers,
    synthetic_raters,
)
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.gate import Comparison, GateSpec, Settings
from crs_simcheck.metrics import metric_named

FAST = Settings(n_draws=200)


def group_of(tasks, catalogue, name="people", speakers="people") -> Group:
    return Group(name, speakers, MappingProxyType(tasks), catalogue)


def namers(n, seed=0, speakers="people", **fault) -> Group:
    statistics = synthetic_namers(n, np.random.default_rng(seed), **fault)
    return group_of({"items_talk": statistics}, named_films(), f"namers-{n}", speakers)


def raters(n, seed=0, speakers="people", **fault) -> Group:
    statistics = synthetic_raters(n, np.random.default_rng(seed), **fault)
    return group_of({"bin_pref": statistics}, rated_films(), f"raters-{n}", speakers)


def answers_of(seekers, catalogue, design=None, **more) -> Group:
    """A bin_pref group of (film, yes, stars) rows, one list a seeker."""
    statistics = SeekerStatistics.of_seekers(
        [{"answers": one} for one in seekers], ("answers",), design
    )
    return group_of({"bin_pref": statistics}, catalogue, **more)


def mentions_of(seekers, catalogue, **more) -> Group:
    """An items_talk group of labels, one list a seeker."""
    statistics = SeekerStatistics.of_seekers(
        [{"mentions": [(film,) for film in one]} for one in seekers], ("mentions",)
    )
    return group_of({"items_talk": statistics}, catalogue, **more)


def measured(responses, catalogue=None, name="sim", speakers="simulator", histories=None) -> Group:
    films = Catalogue("none", ()) if catalogue is None else catalogue
    seen = measure(responses, films, histories=histories)
    return measure_group(seen, films, name=name, speakers=speakers)


def verdict(simulator, baseline, metric, settings=FAST, catalogue=None, **gate):
    task = next(iter(simulator.tasks))
    comparison = Comparison(task, simulator, baseline, catalogue=catalogue, settings=settings)
    return comparison.verdict(GateSpec(task, metric_named(metric), **gate))
