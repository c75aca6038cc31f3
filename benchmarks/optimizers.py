"""The optimizers side by side on one budget: score against calls of the simulator.

The simulator is the embedded engine, and rewriting is by rule: no language model, so a table says
how the searches go about a budget, and nothing of how well models rewrite. Where TextGrad is
installed, its own graph computes what is asked, and a script answers in its engine's place.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))

from benchmarks.optimize import GATES, write_people  # noqa: E402
from crs_simcheck.engines import Request, ScriptedEngine  # noqa: E402
from crs_simcheck.optimize import (  # noqa: E402
    Editor,
    EditRequest,
    Evaluation,
    GepaSearch,
    LoopSettings,
    RecordedCalls,
    RuleEditor,
    Search,
    TextGradEditor,
    criteria_for,
    split,
)
from crs_simcheck.project import read_settings  # noqa: E402
from crs_simcheck.project.optimizing import OptimizeRun  # noqa: E402
from crs_simcheck.prompts import Prompt, default_prompts, write_prompt  # noqa: E402

__all__ = ["Track", "compare", "main", "scripted"]

TASK = "items_talk"
SETTINGS = """
[simulator.seeker]
prompts  = "prompts"
engine   = "embedded"
profiles = "profiles.jsonl"
draws    = 200
"""
_VARIABLE = re.compile(r"<VARIABLE>(.*?)</VARIABLE>", re.DOTALL)
_LINE = re.compile(r"^- [a-z0-9_]+ \(.*$", re.MULTILINE)


@dataclass
class Track:
    """What a search saw: after so many calls, a prompt and its score there. It grows."""

    name: str
    seen: list[tuple[int, Prompt, float, int]] = field(default_factory=list)

    @property
    def calls(self) -> int:
        """How many calls it made."""
        return self.seen[-1][0] if self.seen else 0

    def best(self, calls: int) -> Prompt | None:
        """Return the prompt that looked best after so many calls, by all that was seen of it."""
        scores: dict[str, list[tuple[float, int]]] = {}
        prompts: dict[str, Prompt] = {}
        for after, prompt, score, seekers in self.seen:
            if after <= calls:
                scores.setdefault(prompt.content, []).append((score, seekers))
                prompts.setdefault(prompt.content, prompt)
        if not scores:
            return None

        def mean(content: str) -> float:
            looks = scores[content]
            return sum(score * n for score, n in looks) / sum(n for _, n in looks)

        return prompts[max(scores, key=mean)]


def scripted(request: Request) -> str:
    """Answer as TextGrad's engine: repeat what is off as the gradient, then rewrite by rule."""
    text = "\n".join(message.content for message in request.messages)
    findings = "\n".join(dict.fromkeys(_LINE.findall(text)))
    if "IMPROVED_VARIABLE" not in text:
        return f"What was measured:\n{findings}" if findings else "Nothing is off."
    found = _VARIABLE.search(text)
    old = found[1].strip() if found else ""
    section = "Persona" if "section 'Persona'" in text else "Guidelines"
    new = RuleEditor().rewrite(EditRequest(TASK, section, old, "", "", findings)).text
    return f"<IMPROVED_VARIABLE>{new}</IMPROVED_VARIABLE>"


@contextmanager
def _by_rule(_folder: Path) -> Iterator[Editor]:
    yield RuleEditor()


@contextmanager
def _by_textgrad(folder: Path) -> Iterator[Editor]:
    with RecordedCalls(folder, ScriptedEngine(scripted)) as calls:
        yield TextGradEditor(calls)


CONTENDERS: dict[str, tuple[type[Search], Callable, str]] = {
    "loop, by rule": (Search, _by_rule, ""),
    "loop, TextGrad": (Search, _by_textgrad, "textgrad"),
    "GEPA, by rule": (GepaSearch, _by_rule, "gepa"),
}


def _tracked(run: OptimizeRun, track: Track, asked: set[tuple[str, str]]) -> Callable:
    def evaluate(prompt: Prompt, seekers: Sequence[str]) -> Evaluation:
        asked.update((prompt.content, seeker) for seeker in seekers)
        found = run.evaluate(prompt, seekers)
        track.seen.append((len(asked), prompt, found.score, len(seekers)))
        return found

    return evaluate


def compare(
    folder: Path, budget: int, batch: int, seed: int, names: Sequence[str]
) -> tuple[list[Track], Callable[[Prompt], Evaluation]]:
    """Let each search spend its budget; return what it saw, and who measures on other seekers."""
    settings = read_settings(folder / "simcheck.toml").simulators[0]
    tracks = []
    for name in names:
        kind, editing, _ = CONTENDERS[name]
        place = folder / re.sub(r"\W+", "-", name)
        run = OptimizeRun(settings, TASK, place)
        track = Track(name)
        with editing(place) as editor:
            search = kind(
                TASK,
                _tracked(run, track, set()),
                run.rescore,
                editor,
                partial(criteria_for, TASK),
                run.checks(2048),
                LoopSettings(steps=100, batch=batch, seed=seed, most_asked=budget),
            )
            train = split(run.seekers, seed, batch // 2)["train"]
            search.explored(run.prompt, train)
        tracks.append(track)
    judge = OptimizeRun(settings, TASK, folder / "judged")
    test = split(judge.seekers, seed, 2)["test"]
    return tracks, partial(judge.evaluate, seekers=test)


def table(
    tracks: Sequence[Track], measured: Callable[[Prompt], Evaluation], budget: int, batch: int
) -> list[str]:
    """Return the lines of the table."""
    lines = [
        "| calls | " + " | ".join(track.name for track in tracks) + " |",
        "|---|" + "---|" * len(tracks),
    ]
    known: dict[str, float] = {}
    for calls in range(batch, budget + 1, batch):
        cells = []
        for track in tracks:
            best = track.best(calls)
            if best is not None and best.content not in known:
                known[best.content] = measured(best).score
            cells.append("–" if best is None else f"{known[best.content]:.2f}")
        lines.append(f"| {calls} | " + " | ".join(cells) + " |")
    spent = ", ".join(f"{track.name} {track.calls}" for track in tracks)
    return [*lines, "", f"Calls made, of at most {budget}: {spent}."]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; exit 1 where somebody spent more than the budget."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--budget", type=int, default=600, help="calls of the simulator, of each")
    parser.add_argument("--batch", type=int, default=60, help="seekers of a step, or of a cohort")
    parser.add_argument("--seekers", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    names = []
    for name, (_, _, needed) in CONTENDERS.items():
        if needed and importlib.util.find_spec(needed) is None:
            print(f"{name}: skipped, '{needed}' is not installed", flush=True)
        else:
            names.append(name)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_people(folder, given.seekers)
        write_prompt(default_prompts()[TASK], folder / "prompts" / f"{TASK}.md")
        (folder / "simcheck.toml").write_text(SETTINGS + GATES, encoding="utf-8")
        tracks, measured = compare(folder, given.budget, given.batch, given.seed, names)
        lines = table(tracks, measured, given.budget, given.batch)
    print(
        f"Score, 1 to 10, on test seekers, of the prompt that looked best after so many calls;\n"
        f"cohorts and batches of {given.batch}, seed {given.seed}. Embedded engine: no LLM.\n"
    )
    print("\n".join(lines))
    return int(any(track.calls > given.budget for track in tracks))


if __name__ == "__main__":
    sys.exit(main())
