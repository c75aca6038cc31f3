"""What ``compare`` sees, at a small size; ``benchmarks/comparing.py`` has the whole table."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.comparing import PLANTED, Plan, compared, least_cover, power_table

SMALL = Plan(swaps=299, draws=100)
DIFFERENT = ("better", "worse", "different")


@pytest.mark.parametrize("kind,task", PLANTED.items())
def test_a_fault_planted_in_the_same_answers_is_seen(kind, task):
    changes, differing = compared(task, 100, 0.0, kind, SMALL, 0)
    assert 0.01 < differing < 0.1
    assert any(change.outcome in DIFFERENT for change in changes)
    assert all(change.n_pairs == 100 for change in changes)


@pytest.mark.parametrize("task", ["bin_pref", "items_talk"])
def test_the_same_answers_are_not(task):
    changes, differing = compared(task, 100, 0.0, "", SMALL, 0)
    assert differing == 0.0
    assert {change.outcome for change in changes} == {"none seen"}


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_power_false_alarms_and_cover():
    runs = 40
    found = power_table(Plan(runs=runs, anew=(0.0, 0.2), workers=1))
    for (task, kind, share), seen in found.items():
        rate = float(np.mean([one.different for one in seen]))
        if not kind:
            assert rate <= 0.05 + 3 * (0.05 * 0.95 / runs) ** 0.5, (task, share, rate)
            assert least_cover(kind, seen)[0] >= 0.87 - 3 * (0.87 * 0.13 / runs) ** 0.5
        elif share == 0.0:
            assert rate >= 0.8, (task, kind, rate)
