"""The command line, ``crs-simcheck``. A door: it reads arguments, calls, prints and exits.

Exit codes: 0 fine, 1 drifted, regressed or nothing better found, 2 undecided, 3 bad input or usage,
70 a fault of ours, 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from crs_simcheck.cli.exits import BAD_INPUT, INTERNAL, INTERRUPTED
from crs_simcheck.errors import SimcheckError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    import click

    from crs_simcheck.cli.app import app

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that cannot show a sign gets a stand-in
            stream.reconfigure(errors="replace")
    try:
        code = app.main(
            args=None if arguments is None else list(arguments),
            prog_name="crs-simcheck",
            standalone_mode=False,
        )
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
    except BrokenPipeError:
        # The reader has gone (… | head). Nothing is left to say, and Python must not try to.
        sys.stdout = None
        return 0
    except Exception:
        import traceback

        traceback.print_exc()
        print("crs-simcheck: this is a fault of crs-simcheck; please report it", file=sys.stderr)
        return INTERNAL
