"""Files of a team's own that simcheck.toml names: what they define can be gated."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from crs_simcheck.errors import SettingsError, SimcheckError
from crs_simcheck.metrics import Metric
from crs_simcheck.metrics.own import own_metric_of
from crs_simcheck.metrics.registry import OWN

__all__ = ["load_plugin", "load_plugins"]

_LOADED: dict[tuple[Path, int], ModuleType] = {}


def load_plugins(value: Any, path: Path) -> tuple[Metric, ...]:
    """Run the files that a settings file names, and return the metrics that they define.

    Raises
    ------
    SettingsError
        Where it is no list of files, or one of them cannot be run, or defines nothing.
    """
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        raise SettingsError(
            f"found {value!r}, need a list of Python files",
            path=path,
            field="plugins",
            fix='plugins = ["my_metrics.py"]',
        )
    found: list[Metric] = []
    for name in value:
        try:
            found += load_plugin(path.parent / name)
        except SettingsError as error:
            raise SettingsError(
                error.problem, path=path, field=f"plugins: {name}", fix=error.fix
            ) from error
    return tuple(found)


def load_plugin(file: Path) -> tuple[Metric, ...]:
    """Run one file, once as long as it does not change, and return the metrics that it defines.

    What lies beside it can be imported by it. Raises :class:`SettingsError`.
    """
    if not file.is_file():
        raise SettingsError("there is no such file", field=str(file))
    key = (file.resolve(), file.stat().st_mtime_ns)
    if key not in _LOADED:
        _LOADED[key] = _run(key[0])
    made = [
        own_metric_of(one)
        for one in vars(_LOADED[key]).values()
        if callable(one) and hasattr(one, "__simcheck_metric__")
    ]
    if not made:
        raise SettingsError(
            "it defines no metric", field=str(file), fix="decorate a function: crs_simcheck.metric"
        )
    OWN.update({metric.name: metric for metric in made})
    return tuple(made)


def _run(file: Path) -> ModuleType:
    name = f"_simcheck_{hashlib.sha256(str(file).encode()).hexdigest()[:12]}_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise SettingsError("it is no Python file", field=str(file), fix="its name ends with .py")
    module = importlib.util.module_from_spec(spec)
    where = str(file.parent)
    added = where not in sys.path
    if added:
        sys.path.insert(0, where)
    sys.modules[name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except SimcheckError as error:
        raise SettingsError(str(error), field=str(file)) from error
    except (Exception, SystemExit) as error:
        raise SettingsError(
            f"it cannot be run: {type(error).__name__}: {error}", field=str(file)
        ) from error
    finally:
        if added:
            sys.path.remove(where)
    return module
