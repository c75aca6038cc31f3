"""The least answer that obeys a simple JSON Schema."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any, Final

from crs_simcheck.engines.embedded.draws import pick

__all__ = ["NotSimpleError", "instance_of"]

_DEEPEST: Final = 5
_MOST_PROPERTIES: Final = 100
_MOST_ITEMS: Final = 50
_LONGEST_TEXT: Final = 1000
_LOW, _HIGH = 0, 10
_NOT_SIMPLE = frozenset({"$ref", "allOf", "anyOf", "oneOf", "not", "if", "pattern"})


class NotSimpleError(ValueError):
    """The schema asks for more than the embedded engine understands."""


def instance_of(schema: object, text: str, draws: random.Random, depth: int = 0) -> Any:
    """Return a value that obeys a schema.

    Parameters
    ----------
    text:
        The plain answer, which strings get, cut where they may not be so long.

    Raises
    ------
    NotSimpleError
        The schema uses references, alternatives, patterns, bounds that no value meets, or is too
        deep or large.
    """
    if not isinstance(schema, Mapping) or depth > _DEEPEST or _NOT_SIMPLE & schema.keys():
        raise NotSimpleError("no simple schema")
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        if not isinstance(schema["enum"], (list, tuple)) or not schema["enum"]:
            raise NotSimpleError("an empty enum")
        return pick(draws, schema["enum"])
    kind = schema.get("type", "object" if "properties" in schema else None)
    if isinstance(kind, (list, tuple)) and kind:
        kind = kind[0]
    if kind == "object":
        return _object(schema, text, draws, depth)
    if kind == "array":
        least = _bound(schema, "minItems", 0)
        if not 0 <= least <= _MOST_ITEMS:
            raise NotSimpleError("too many items")
        items = schema.get("items", {})
        return [instance_of(items, text, draws, depth + 1) for _ in range(int(least))]
    if kind in {"integer", "number"}:
        return _number(schema, kind, draws)
    if kind == "string":
        return _string(schema, text)
    if kind == "boolean":
        return draws.random() < 0.5
    if kind == "null":
        return None
    raise NotSimpleError(f"type {kind!r}")


def _object(schema: Mapping[str, Any], text: str, draws: random.Random, depth: int) -> Any:
    properties = schema.get("properties", {})
    required = schema.get("required", ())
    if not isinstance(properties, Mapping) or len(properties) > _MOST_PROPERTIES:
        raise NotSimpleError("too many properties")
    if not isinstance(required, (list, tuple)) or any(name not in properties for name in required):
        raise NotSimpleError("a required property of unknown form")
    wanted = required or properties
    return {
        n: instance_of(properties[n], text, draws, depth + 1) for n in properties if n in wanted
    }


def _number(schema: Mapping[str, Any], kind: str, draws: random.Random) -> float | int:
    low = _bound(schema, "minimum", min(_LOW, _bound(schema, "maximum", _LOW)))
    high = _bound(schema, "maximum", max(_HIGH, low))
    if "exclusiveMinimum" in schema or "exclusiveMaximum" in schema or "multipleOf" in schema:
        raise NotSimpleError("bounds that are no minimum and maximum")
    if kind == "integer":
        first, last = -int(-low // 1), int(high // 1)
        if last < first:
            raise NotSimpleError("no such integer")
        return first + int(draws.random() * (last - first + 1))
    if high < low:
        raise NotSimpleError("no such number")
    return round(low + draws.random() * (high - low), 3) if high - low >= 0.01 else low


def _string(schema: Mapping[str, Any], text: str) -> str:
    least = int(_bound(schema, "minLength", 0))
    most = int(_bound(schema, "maxLength", _LONGEST_TEXT))
    if least > min(most, _LONGEST_TEXT) or "format" in schema:
        raise NotSimpleError("a string of a form or length that no answer has")
    cut = text[: min(most, _LONGEST_TEXT)]
    return cut + "." * (least - len(cut))


def _bound(schema: Mapping[str, Any], name: str, usual: float) -> float:
    found = schema.get(name, usual)
    if isinstance(found, bool) or not isinstance(found, (int, float)) or abs(found) > 1e12:
        raise NotSimpleError(f"{name} is no number")
    return found
