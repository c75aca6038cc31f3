"""All benchmarks at full size: speed, an idle plugin, two million reviews, and error rates.

``make bench`` calls this; the error rates take the better part of an hour on two cores.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

# Behind the installed packages, so that a wheel is measured and not the checkout.
sys.path.append(str(Path(__file__).resolve().parent.parent))

from benchmarks import (
    amazon,
    diversity,
    engines,
    error_rates,
    idle,
    plugin_collect,
    prose,
    replay,
    speed,
)


def main() -> int:
    """Run all of them; exit 1 where any promise is not kept."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=1_000, help="runs of each cell of error rates")
    runs = parser.parse_args().runs
    print("# Speed\n", flush=True)
    slow = speed.main([])
    print("\n# Idle\n", flush=True)
    idled = idle.main([])
    print("\n# Prose\n", flush=True)
    wordy = prose.main([]) + diversity.main()
    print("\n# Replay\n", flush=True)
    late = replay.main([])
    print("\n# Engines\n", flush=True)
    waiting = engines.main([])
    print("\n# Asking by pytest\n", flush=True)
    asking = plugin_collect.main([])
    print("\n# Two million reviews\n", flush=True)
    grown = amazon.main([])
    print("\n# Error rates, in per cent within / drifted\n", flush=True)
    wrong = error_rates.main(["--runs", str(runs)])
    return int(bool(slow or idled or wordy or late or waiting or asking or grown or wrong))


if __name__ == "__main__":
    sys.exit(main())
