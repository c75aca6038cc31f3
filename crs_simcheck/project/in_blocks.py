"""The part of a simulator's run that says whether it is asked at once or in blocks."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from crs_simcheck.gate import Comparison, GateSpec, Verdict
from crs_simcheck.project.settings import SimulatorSettings

if TYPE_CHECKING:
    from crs_simcheck.gate.sequential import Look
    from crs_simcheck.project.live import LiveRun
    from crs_simcheck.project.sequential import Ask, Looked, SequentialRun

__all__ = ["InBlocks"]


class InBlocks:
    """What a run does where its simulator is asked in blocks; nothing is imported where not.

    Parameters
    ----------
    look:
        Which look this is, in a run that is one of several.
    """

    def __init__(self, settings: SimulatorSettings, look: Look | None) -> None:
        self.settings = settings
        self._look = look

    @cached_property
    def live(self) -> LiveRun | None:
        """The simulator as one that is asked, or None where its answers are given."""
        raise NotImplementedError

    def _looked(self, run: LiveRun, look: Look) -> Looked:
        """Return the run of those who were asked so far."""
        raise NotImplementedError

    @cached_property
    def sequential(self) -> SequentialRun | None:
        """The simulator as one that is asked in blocks, or None where it is asked at once."""
        live = self.live
        if live is None or live.live.stop is None:
            return None
        mode = live.live.record
        if mode == "none":
            return self.in_blocks(None)
        from crs_simcheck.project.record import PROBE, record

        return self.in_blocks(lambda run, look: record(run, mode, probe=0 if look.place else PROBE))

    def in_blocks(self, ask: Ask | None) -> SequentialRun:
        """Return it as one that is asked in blocks, by this."""
        from crs_simcheck.project.sequential import SequentialRun

        assert self.live is not None
        return SequentialRun(self.live, self._looked, ask)

    @property
    def asked(self) -> LiveRun:
        """What was asked in the end."""
        assert self.live is not None
        return self.live if self.sequential is None else self.sequential.stopped.live

    def _comparison_at(self) -> Callable[..., Comparison]:
        """Return what makes a comparison at this look."""
        if self._look is None:
            return Comparison
        from crs_simcheck.gate.sequential import SequentialComparison

        return partial(SequentialComparison, look=self._look)

    def _decided_early(self, spec: GateSpec) -> Verdict | None:
        """Return what asking in blocks came to, of gates that it could look at."""
        if self.sequential is None or spec.metric.table == "judged":
            return None
        return self.sequential.stopped.verdicts.get(spec)
