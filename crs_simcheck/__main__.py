"""``python -m crs_simcheck`` is ``crs-simcheck``."""

import sys

from crs_simcheck.cli import main

if __name__ == "__main__":
    sys.exit(main())
