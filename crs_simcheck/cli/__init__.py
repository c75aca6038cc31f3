"""The command line, ``crs-simcheck``. A door: it reads arguments, calls, prints and exits.

Exit codes: 0 fine, 1 drifted, regressed or nothing better found, 2 undecided, 3 bad input or usage,
70 a fault of ours, 130 interrupted, 141 nobody reads on (``… | head``).
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Sequence

from crs_simcheck.cli.exits import BAD_INPUT, INTERNAL, INTERRUPTED, NO_READER
from crs_simcheck.errors import SimcheckError

__all__ = ["main"]

_COMPLETION = "_CRS_SIMCHECK_COMPLETE"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    import click

    from crs_simcheck.cli.app import app

    _prepare_streams()
    try:
        code = app.main(
            args=None if arguments is None else list(arguments),
            prog_name="crs-simcheck",
            standalone_mode=False,
        )
        if sys.stdout is not None:
            sys.stdout.flush()
        return int(code or 0)
    except click.exceptions.Exit as stop:
        return int(stop.exit_code)
    except click.ClickException as error:
        error.show()
        return BAD_INPUT
    except SimcheckError as error:
        print(f"crs-simcheck: {error}", file=sys.stderr)
        return BAD_INPUT
    except (KeyboardInterrupt, click.Abort):
        print("crs-simcheck: interrupted", file=sys.stderr)
        return INTERRUPTED
    except (BrokenPipeError, SystemExit) as stop:
        return _left_early(stop)
    except Exception as error:
        full = (errno.ENOSPC, errno.EDQUOT)
        if isinstance(error, OSError) and (error.filename or error.errno in full):
            where = f"{error.filename}: " if error.filename else ""
            print(f"crs-simcheck: {where}cannot be used: {error.strerror}", file=sys.stderr)
            _hush()
            return BAD_INPUT
        import traceback

        traceback.print_exc()
        print("crs-simcheck: this is a fault of crs-simcheck; please report it", file=sys.stderr)
        return INTERNAL


def _left_early(stop: BrokenPipeError | SystemExit) -> int:
    """Return the exit code where the reader has gone, or a shell wanted the names of commands."""
    if _COMPLETION in os.environ and isinstance(stop, SystemExit):
        return int(stop.code or 0)
    # The reader has gone. click has a way out of its own there, and its 1 would read as drift.
    _hush()
    return NO_READER


def _prepare_streams() -> None:
    """Have signs that a terminal cannot show replaced, rather than fail on them."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            if (stream.encoding or "utf").lower().startswith("utf"):
                stream.reconfigure(errors="replace")
            else:
                from crs_simcheck.report import STAND_INS

                stream.reconfigure(errors=STAND_INS)


def _hush() -> None:
    """Let what was not printed go nowhere, so that Python does not complain of it at its end."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
