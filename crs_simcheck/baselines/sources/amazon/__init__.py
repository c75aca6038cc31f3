"""Amazon's reviews, two editions and copies of them, read in memory that does not grow."""

from crs_simcheck.baselines.sources.amazon.kinds import KINDS

__all__ = ["KINDS"]
