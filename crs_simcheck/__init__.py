"""crs-simcheck tells whether a user simulator behaves like people, and what a change broke.

The names below are the public interface; they are imported when they are first used, so that
``import crs_simcheck`` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "Comparison": "gate",
    "GateSpec": "gate",
    "Group": "baselines",
    "InputError": "errors",
    "Response": "records",
    "SimcheckError": "errors",
    "Simulator": "project.simulator",
    "UnrecordedError": "errors",
    "Verdict": "gate",
    "check": "project",
    "load_baseline": "baselines",
    "metric": "metrics.own",
    "read_catalogue": "catalogue",
    "read_profiles": "profiles",
    "read_responses": "recordings",
}

__all__ = [
    "Comparison",
    "GateSpec",
    "Group",
    "InputError",
    "Response",
    "SimcheckError",
    "Simulator",
    "UnrecordedError",
    "Verdict",
    "__version__",
    "check",
    "load_baseline",
    "metric",
    "read_catalogue",
    "read_profiles",
    "read_responses",
]

if TYPE_CHECKING:
    from crs_simcheck.baselines import Group, load_baseline
    from crs_simcheck.catalogue import read_catalogue
    from crs_simcheck.errors import InputError, SimcheckError, UnrecordedError
    from crs_simcheck.gate import Comparison, GateSpec, Verdict
    from crs_simcheck.metrics.own import metric
    from crs_simcheck.profiles import read_profiles
    from crs_simcheck.project import check
    from crs_simcheck.project.simulator import Simulator
    from crs_simcheck.recordings import read_responses
    from crs_simcheck.records import Response


def __getattr__(name: str) -> Any:
    """Import a public name from its home."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"crs_simcheck.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'crs_simcheck' has no attribute '{name}'")


def __dir__() -> list[str]:
    """Return the public names."""
    return list(__all__)
