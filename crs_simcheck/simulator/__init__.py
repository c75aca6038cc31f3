"""Simulators that are asked: what each seeker is asked, the requests, and how answers are had."""

from crs_simcheck.simulator.callables import CallableAnswerer, SeekerRequest, load_function
from crs_simcheck.simulator.collect import (
    MOST_FAILURES,
    Answerer,
    Collected,
    EngineAnswerer,
    Progress,
    collect,
    side_by_side,
)
from crs_simcheck.simulator.plan import (
    DEFAULT_ASKED,
    POOL,
    Question,
    TaskPlan,
    has_ratings,
    plan_task,
    rated_films,
)
from crs_simcheck.simulator.requests import LiveSimulator, Planned

__all__ = [
    "DEFAULT_ASKED",
    "MOST_FAILURES",
    "POOL",
    "Answerer",
    "CallableAnswerer",
    "Collected",
    "EngineAnswerer",
    "LiveSimulator",
    "Planned",
    "Progress",
    "Question",
    "SeekerRequest",
    "TaskPlan",
    "collect",
    "has_ratings",
    "load_function",
    "plan_task",
    "rated_films",
    "side_by_side",
]
