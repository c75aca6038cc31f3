"""The table of changes: a task stands once, in whatever order its metrics come."""

from __future__ import annotations

from crs_simcheck.gate import Change, GateSpec
from crs_simcheck.metrics import metric_named
from crs_simcheck.report.changes import change_table


def test_metrics_of_a_task_stand_together():
    tasks = ("items_talk", "bin_pref", "items_talk")
    names = ("item_entropy", "acceptance_rate", "leakage_rate")
    changes = [
        Change(GateSpec(task, metric_named(name)), 30, reason="too few")
        for name, task in zip(names, tasks, strict=True)
    ]
    first = [line.split()[0] for line in change_table(changes).splitlines() if line.strip()]
    assert first[2:] == ["items_talk", "item_entropy", "leakage_rate", "bin_pref", *names[1:2]]
