"""What the feedback is worth: the example of ``optimize``, with its feedback blanked and shuffled.

The editor by rule knows sentences that help; only the feedback tells it which. Blanked, it is told
nothing; shuffled, each metric is told what was measured of another one. In both cases fewer than
half of the gates that drifted may end within: else the script, and not the feedback, did the work.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))

from benchmarks.tables import markdown
from crs_simcheck.optimize import Edit, EditRequest, LoopSettings, RuleEditor, Search, criteria_for
from crs_simcheck.optimize.checks import MOST_TOKENS
from crs_simcheck.project import read_settings
from crs_simcheck.project.optimizing import OptimizeRun
from examples.optimize.demo import RUNS, prepare

Feedback = Callable[[str], str]

_LINE = re.compile(r"^(- [a-z0-9_]+ \(.*?\): )(.*)$", re.MULTILINE)


def as_it_is(feedback: str) -> str:
    """Return the feedback."""
    return feedback


def blanked(feedback: str) -> str:
    """Return feedback that names the metrics and says nothing of them."""
    return _LINE.sub(r"\1", feedback)


def shuffled(seed: int) -> Feedback:
    """Return what tells each metric of another one, by a seeded ring."""

    def of(feedback: str) -> str:
        told = [found[2] for found in _LINE.finditer(feedback)]
        order = random.Random(seed).sample(range(len(told)), len(told))
        follows = {order[i]: told[order[i - 1]] for i in range(len(order))}
        number = iter(range(len(told)))
        return _LINE.sub(lambda found: found[1] + follows[next(number)], feedback)

    return of


class Misled:
    """The editor by rule, who reads other feedback than there was."""

    name = "rules, misled"

    def __init__(self, feedback: Feedback) -> None:
        self._feedback, self._editor = feedback, RuleEditor()

    def rewrite(self, asked: EditRequest) -> Edit:
        """Rewrite a section."""
        return self._editor.rewrite(replace(asked, feedback=self._feedback(asked.feedback)))


def ended_within(folder: Path, feedback: Feedback, seed: int = 0) -> dict[str, tuple[int, int]]:
    """Return, for each task, how many gates drifted, and how many of these ended within."""
    simulators = {s.name: s for s in read_settings(folder / "simcheck.toml").simulators}
    found = {}
    for simulator, task in RUNS:
        run = OptimizeRun(simulators[simulator], task, folder / f"run-{task}")
        search = Search(
            task,
            run.evaluate,
            run.rescore,
            Misled(feedback),
            partial(criteria_for, task),
            run.checks(MOST_TOKENS),
            LoopSettings(seed=seed),
        )
        done = search.run(run.prompt, run.seekers)
        after = {v.gate.metric.name: v.outcome for v in (done.after or done.before).verdicts}
        off = [v.gate.metric.name for v in done.before.verdicts if v.outcome != "within"]
        found[task] = (len(off), sum(after[name] == "within" for name in off))
    return found


def main(arguments: list[str] | None = None) -> int:
    """Print the table; exit 1 where the feedback is not what does it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--shuffles", type=int, default=3)
    shuffles = parser.parse_args(arguments).shuffles
    kinds = {"as it is": as_it_is, "blanked": blanked}
    kinds |= {f"shuffled, {seed}": shuffled(seed) for seed in range(shuffles)}
    rows, wrong = [], 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "optimize")
        prepare(folder)
        for kind, feedback in kinds.items():
            found = ended_within(folder, feedback)
            off, within = map(sum, zip(*found.values(), strict=True))
            right = within == off if kind == "as it is" else within < off / 2
            wrong += not right
            each = (f"{w} of {o}" for o, w in found.values())
            rows.append([kind, *each, f"{within} of {off}", "ok" if right else "NOT AS PROMISED"])
    head = ["feedback", *(task for _, task in RUNS), "in all", ""]
    print("\n".join(markdown(head, rows)))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
