"""The base of every page: templates, how texts come into them, and what must be installed."""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from crs_simcheck.errors import InputError
from crs_simcheck.report.texts import shown

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["has_extra", "render", "require_extra"]

_NEEDED = ("jinja2", "matplotlib")


def has_extra() -> bool:
    """Tell whether what pages are made with is installed; nothing is imported."""
    return not _missing()


def _missing() -> list[str]:
    return [name for name in _NEEDED if importlib.util.find_spec(name) is None]


def require_extra() -> None:
    """Check that what pages are made with is installed; nothing is imported.

    Raises
    ------
    InputError
        Names the extra to install.
    """
    missing = _missing()
    if missing:
        raise InputError(
            f"a report needs {' and '.join(missing)}",
            fix="pip install 'crs-simcheck[report]'",
        )


def render(template: str, /, **values: Any) -> str:
    """Return a page, the same text for the same values.

    Parameters
    ----------
    template:
        Name of a template that extends ``base.html.j2``. Whatever it prints is escaped, and what
        cannot be seen in it is spelt out; a value that is missing is an error.
    """
    require_extra()
    page = _environment().get_template(template)
    return page.render(**values, version=version("crs-simcheck")) + "\n"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("crs_simcheck.report.html"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_spelt_out,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = lambda share: f"{100 * share:.0f} %"
    return environment


def _spelt_out(value: Any) -> Any:
    """Return what a template prints, with nothing unseen in it; markup of ours stays as it is."""
    return shown(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
