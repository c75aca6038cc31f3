"""Errors as a test should show them: the test's own line and the message, and no frame of ours."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any, TypeVar

from crs_simcheck.errors import SimcheckError

__all__ = ["plainly"]

_C = TypeVar("_C", bound=type)


def plainly(kind: _C) -> _C:
    """Have all that is public of a class raise its errors without what led to them."""
    for name, member in list(vars(kind).items()):
        if name.startswith("_"):
            continue
        if isinstance(member, property) and member.fget is not None:
            setattr(kind, name, property(_plain(member.fget)))
        elif isinstance(member, cached_property):
            made: cached_property[Any] = cached_property(_plain(member.func))
            made.__set_name__(kind, name)
            setattr(kind, name, made)
        elif callable(member):
            setattr(kind, name, _plain(member))
    return kind


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def inner(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        try:
            return function(*args, **kwargs)
        except SimcheckError as error:
            raise error.with_traceback(None) from None

    return inner
