"""Options of pytest with which a run is that of an environment that holds crs-simcheck alone.

The environment of the tests holds hypothesis and anyio as well. Their plugins come with every run
there and take more than a tenth of it; an environment that gates simulators need not have them.
"""

from __future__ import annotations

__all__ = ["ALONE"]

ALONE = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:anyio")
