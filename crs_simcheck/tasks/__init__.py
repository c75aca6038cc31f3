"""What is asked, and what is read in an answer: one observation of one response."""

from crs_simcheck.tasks.observe import READ_BY, Observation, observe, stars_to_yes

__all__ = ["READ_BY", "Observation", "observe", "stars_to_yes"]
