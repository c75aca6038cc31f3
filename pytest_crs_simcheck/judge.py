"""The fixture ``crs_judge``: the judge of ``simcheck.toml``, for answers in a test of your own."""

from __future__ import annotations

from crs_simcheck.judge import Case, Judged
from crs_simcheck.project import SimulatorSettings
from crs_simcheck.project.judge_besides import JudgeBesides
from pytest_crs_simcheck.plain import plainly

__all__ = ["CrsJudge"]


@plainly
class CrsJudge:
    """Scores answers to a recommendation that does not fit.

    What an engine replies is replayed where it is recorded; ``--simcheck-record=new`` asks and
    keeps what is not. The judge by rule needs neither server nor recording.
    """

    def __init__(self, settings: SimulatorSettings) -> None:
        self.settings = settings
        self._judge = JudgeBesides(settings)

    @property
    def identity(self) -> str:
        """Who judges by what, in a line."""
        return self._judge.identity

    def score(self, answer: str, *, persona: str, film: str, description: str = "") -> Judged:
        """Return what the judge says of an answer.

        Parameters
        ----------
        answer:
            The text.
        persona:
            Of the seeker who gave it.
        film:
            What was recommended, as ``Title (year)``; ``description`` says what it is about.

        Returns
        -------
        judged:
            ``value`` is the mean of the four scores, 0 to 10, or None where there is no score:
            ``missing`` then says why. ``scores`` holds A (clarity), B (grounds), C (guidance) and
            D (tone).
        """
        return self._judge.judged(Case(persona, film, answer, description))

    def __repr__(self) -> str:
        return f"<judge {self.identity}>"
