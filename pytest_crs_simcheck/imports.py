"""How the gates are imported: once, only with ``--crs-simcheck``, and no slower than need be.

Half of a small run is imports. Nothing here changes what is imported, only what comes with it; and
what is read is read as ever, but with no search for garbage in between.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["quick_imports", "quick_reading"]

# Parts of numpy that it loads only when they are asked for, and that nothing here asks for.
_PARTS = ("f2py", "ma", "polynomial", "testing")


@contextmanager
def quick_imports() -> Iterator[None]:
    """Import what is heavy without the work that the imports of other programs bring along.

    What was imported stays until the end, and is left out of later searches for garbage: pytest
    asks for some.
    """
    with _not_rewritten(), _no_garbage_collection():
        _import_sparse()
        yield
        gc.freeze()


@contextmanager
def quick_reading() -> Iterator[None]:
    """Read what stays until the end, such as catalogues of thousands of films."""
    with _no_garbage_collection():
        yield
        gc.freeze()


@contextmanager
def _not_rewritten() -> Iterator[None]:
    """Import without pytest's rewriting of assertions.

    pytest rewrites every module of a distribution that brings a plugin. The core has no assertion
    to show, and where bytecode cannot be written (a read-only image, PYTHONDONTWRITEBYTECODE) the
    rewriting would cost more than a second of every run.
    """
    finders = sys.meta_path[:]
    sys.meta_path[:] = [f for f in finders if type(f).__name__ != "AssertionRewritingHook"]
    try:
        yield
    finally:
        sys.meta_path[:] = finders


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Work without the garbage collector.

    It would look through all that comes in again and again meanwhile, and find nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _import_sparse() -> None:
    """Import ``scipy.sparse`` without the parts of numpy that nobody asks for.

    scipy copies every name of numpy into a module of its own. To look at the name of a part that
    is not loaded loads it: the front end of a Fortran compiler, test helpers and more, two fifths
    of the time that ``scipy.sparse`` takes. So these names are taken while scipy looks; they are
    given back at once, and the parts load as ever when somebody does ask.
    """
    import numpy as np

    away = [part for part in _PARTS if part not in vars(np)]
    for part in away:
        setattr(np, part, None)
    try:
        import scipy.sparse  # noqa: F401
    finally:
        for part in away:
            if getattr(np, part) is None:
                delattr(np, part)
