"""The pytest plugin of crs-simcheck, and the assertions that tests import from here.

``plugin`` is what pytest loads; neither it nor this module imports anything heavy: the names below
are imported when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

_HOMES = {
    "CrsJudge": "judge",
    "CrsSimulator": "simulator",
    "HumanBaseline": "baseline",
    "Simcheck": "repository",
    "SimcheckWarning": "gates",
    "assert_aspect_entropy": "assertions",
    "assert_bin_pref_correlation": "assertions",
    "assert_item_entropy": "assertions",
    "assert_neg_feedback": "assertions",
    "assert_no_leakage": "assertions",
    "assert_sentiment_entropy": "assertions",
    "assert_within": "assertions",
}

__all__ = [
    "CrsJudge",
    "CrsSimulator",
    "HumanBaseline",
    "Simcheck",
    "SimcheckWarning",
    "assert_aspect_entropy",
    "assert_bin_pref_correlation",
    "assert_item_entropy",
    "assert_neg_feedback",
    "assert_no_leakage",
    "assert_sentiment_entropy",
    "assert_within",
]

if TYPE_CHECKING:
    from pytest_crs_simcheck.assertions import (
        assert_aspect_entropy,
        assert_bin_pref_correlation,
        assert_item_entropy,
        assert_neg_feedback,
        assert_no_leakage,
        assert_sentiment_entropy,
        assert_within,
    )
    from pytest_crs_simcheck.baseline import HumanBaseline
    from pytest_crs_simcheck.gates import SimcheckWarning
    from pytest_crs_simcheck.judge import CrsJudge
    from pytest_crs_simcheck.repository import Simcheck
    from pytest_crs_simcheck.simulator import CrsSimulator


def __getattr__(name: str) -> Any:
    """Import a public name from its home."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"pytest_crs_simcheck.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'pytest_crs_simcheck' has no attribute '{name}'")


def __dir__() -> list[str]:
    """Return the public names."""
    return list(__all__)
