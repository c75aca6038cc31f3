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
    comparing,
    diversity,
    engines,
    error_rates,
    feedback,
    idle,
    plugin_collect,
    prose,
    replay,
    sequential,
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
    print("\n# What feedback is worth to optimize\n", flush=True)
    misled = feedback.main([])
    print("\n# Asking by pytest\n", flush=True)
    asking = plugin_collect.main([])
    print("\n# Two million reviews\n", flush=True)
    grown = amazon.main([])
    print("\n# Comparing\n", flush=True)
    unseen = comparing.main(["--runs", str(max(20, runs // 5))])
    print("\n# Error rates, in per cent within / drifted\n", flush=True)
    wrong = error_rates.main(["--runs", str(runs)])
    print("\n# Asked in blocks, in per cent within / drifted\n", flush=True)
    stopped = sequential.main(["--runs", str(runs)])
    kept = (slow, idled, wordy, late, waiting, misled, asking, grown, unseen, wrong, stopped)
    return int(any(kept))


if __name__ == "__main__":
    sys.exit(main())
