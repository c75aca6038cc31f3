"""What is asked, and what is read in an answer: one observation of one response."""

from crs_simcheck.tasks.conduct import (
    conduct_of,
    count_conduct,
    usual_digest,
    was_recorded,
)
from crs_simcheck.tasks.observe import (
    READ_BY,
    TEXT_TASKS,
    Observation,
    Said,
    observe,
    stars_to_yes,
)
from crs_simcheck.tasks.readers import VECTORS, Readers

__all__ = [
    "READ_BY",
    "TEXT_TASKS",
    "VECTORS",
    "Observation",
    "Readers",
    "Said",
    "conduct_of",
    "count_conduct",
    "observe",
    "stars_to_yes",
    "usual_digest",
    "was_recorded",
]
