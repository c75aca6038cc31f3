"""Who a seeker could be: age group, gender and occupation, made up by an engine and checked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

__all__ = ["SCHEMA", "demographic_sentence", "read_demographics"]

_AGES = ("18 to 24", "25 to 34", "35 to 44", "45 to 54", "55 to 64", "65 or older")
_GENDERS = ("woman", "man", "non-binary person")
_MOST_CHARACTERS, _MOST_WORDS = 40, 4

SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "properties": {
            "age_group": {"type": "string", "enum": list(_AGES)},
            "gender": {"type": "string", "enum": list(_GENDERS)},
            "occupation": {"type": "string", "minLength": 2, "maxLength": _MOST_CHARACTERS},
        },
        "required": ["age_group", "gender", "occupation"],
        "additionalProperties": False,
    }
)
"""JSON Schema of the answer. Servers do not enforce all of it: :func:`read_demographics` does."""

_OCCUPATION = re.compile(r"[^\W\d_][^\W\d_]*(?:[ '/-][^\W\d_]+)*")


def read_demographics(text: str) -> dict[str, str] | str:
    """Return the traits that an answer holds, or what is wrong with it, in words for its writer."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return "Your answer is not JSON. Answer with one JSON object and nothing else."
    if not isinstance(found, dict) or set(found) != {"age_group", "gender", "occupation"}:
        return "Answer with the fields age_group, gender and occupation, and no others."
    for name, known in (("age_group", _AGES), ("gender", _GENDERS)):
        if found[name] not in known:
            return f"{name} must be one of: {', '.join(known)}."
    work = found["occupation"]
    if (
        not isinstance(work, str)
        or not 2 <= len(work) <= _MOST_CHARACTERS
        or len(work.split()) > _MOST_WORDS
        or _OCCUPATION.fullmatch(work) is None
    ):
        return f"occupation must be one to {_MOST_WORDS} words in letters."
    return {name: found[name] for name in ("age_group", "gender", "occupation")}


def demographic_sentence(traits: Mapping[str, str]) -> str:
    """Return the traits as a sentence that a persona begins with."""
    return (
        f"This person is a {traits['gender']} aged {traits['age_group']}; "
        f"occupation: {traits['occupation']}."
    )
