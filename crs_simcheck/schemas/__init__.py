"""JSON Schema (draft 2020-12) of every format that other tools may read or write."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from crs_simcheck.errors import UnknownNameError

__all__ = ["SCHEMAS", "load_schema"]

SCHEMAS: tuple[str, ...] = (
    "calibration",
    "catalogue",
    "compare",
    "group",
    "lock",
    "matrix",
    "power",
    "profile",
    "report",
    "response",
    "simcheck",
)


def load_schema(name: str) -> dict[str, Any]:
    """Return the schema of a format as a new dict.

    Raises
    ------
    UnknownNameError
        Where ``name`` is none of ``SCHEMAS``.
    """
    if name not in SCHEMAS:
        raise UnknownNameError("schema", name, SCHEMAS)
    text = resources.files(__name__).joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
