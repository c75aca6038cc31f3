"""The fixture ``human_baseline``: what a metric is in groups of n people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crs_simcheck.baselines import Group
from crs_simcheck.catalogue import Catalogue
from crs_simcheck.errors import EmptyInputError
from crs_simcheck.gate import GateSpec
from crs_simcheck.gate.distribution import Distribution
from crs_simcheck.project.estimating import TargetRange
from crs_simcheck.records import TaskName
from crs_simcheck.stats import FloatArray
from pytest_crs_simcheck.plain import plainly
from pytest_crs_simcheck.simulator import gate_on

__all__ = ["HumanBaseline"]


@plainly
class HumanBaseline:
    """The people that simulators are compared with.

    Parameters
    ----------
    people:
        Task → the group of those who were asked it.
    catalogue:
        The user's films, or None.
    seed, draws:
        Fix and number the groups that are drawn.
    """

    def __init__(
        self,
        people: Mapping[TaskName, Group],
        catalogue: Catalogue | None = None,
        *,
        seed: int = 0,
        draws: int = 1000,
    ) -> None:
        self.people = dict(people)
        self._catalogue, self._seed, self._draws = catalogue, seed, draws
        self._made: dict[TaskName, Distribution] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the groups, each once."""
        return tuple(dict.fromkeys(group.name for group in self.people.values()))

    @property
    def tasks(self) -> tuple[TaskName, ...]:
        """The tasks that there are people for."""
        return tuple(self.people)

    def n(self, metric: str, task: TaskName | None = None) -> int:
        """Return how many people a metric can be measured on."""
        spec = self._gate(metric, task)
        return self._of(spec.task).n_people(spec)

    def groups(self, metric: str, n: int, task: TaskName | None = None) -> FloatArray:
        """Return the values of a metric in groups of ``n`` people drawn at random, an array.

        The same groups every time; NaN where the value of one does not exist.

        Raises
        ------
        InputError
            Where the metric cannot be measured on these people, or there are not so many.
        """
        spec = self._gate(metric, task)
        return self._of(spec.task).values(spec, n)

    def range(self, metric: str, n: int, task: TaskName | None = None, **keys: Any) -> TargetRange:
        """Return where a simulator with ``n`` seekers should lie: ``assert estimate in range``.

        Parameters
        ----------
        keys:
            As in a gate's table of ``simcheck.toml``: ``margin``, ``rule``, …
        """
        spec = self._gate(metric, task, **keys)
        return TargetRange(spec, n, self._of(spec.task).range(spec, n), self.people[spec.task])

    def _gate(self, metric: str, task: TaskName | None, **keys: Any) -> GateSpec:
        return gate_on(metric, task, self.tasks, **keys)

    def _of(self, task: TaskName) -> Distribution:
        if task not in self._made:
            if task not in self.people:
                raise EmptyInputError(f"there are no people for {task}", field="human_baseline")
            self._made[task] = Distribution(
                task,
                self.people[task],
                self._catalogue,
                seed=self._seed,
                n_draws=self._draws,
            )
        return self._made[task]

    def __repr__(self) -> str:
        return f"<people of {', '.join(self.names)}>"
