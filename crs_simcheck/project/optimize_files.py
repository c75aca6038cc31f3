"""The folder of a run: every prompt, what was said of it, every figure, and a report to review."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from crs_simcheck.errors import InputError
from crs_simcheck.gate import Verdict
from crs_simcheck.jsonl import write_json
from crs_simcheck.optimize import Candidate, Evaluation, Optimized, Rated, Step
from crs_simcheck.prompts import Prompt, parse_prompt, write_prompt

__all__ = [
    "RUN_FILE",
    "begin",
    "page_of",
    "report_of",
    "with_provenance",
    "write_result",
    "write_step",
]

RUN_FILE = "run.json"
_NOTHING: Mapping[str, str] = MappingProxyType({})


def begin(folder: Path, about: Mapping[str, Any]) -> bool:
    """Note what a run is of; return whether it was begun before and goes on.

    Raises
    ------
    InputError
        The folder holds another run.
    """
    path = folder / RUN_FILE
    if path.is_file():
        try:
            then = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise InputError(
                f"not JSON: {error}", path=path, fix="begin anew in another folder: --out"
            ) from error
        if not isinstance(then, dict):
            raise InputError("this is no run", path=path, fix="begin anew in another folder: --out")
        differing = sorted(k for k in {*then, *about} if then.get(k) != about.get(k))
        if differing:
            raise InputError(
                f"the folder holds another run: {', '.join(differing)} differs",
                path=path,
                fix="begin anew in another folder (--out), or give what that run was begun with",
            )
        return True
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    write_json(about, path)
    return False


def write_step(folder: Path, step: Step) -> None:
    """Write what one step saw, said and refused."""
    place = folder / "steps" / str(step.number)
    place.mkdir(parents=True, exist_ok=True)
    write_prompt(step.prompt, place / "prompt.md")
    (place / "feedback.txt").write_text(f"{step.feedback}\n", encoding="utf-8")
    write_json(
        {
            "seekers": len(step.seekers),
            "score": round(step.evaluation.score, 4),
            "verdicts": _verdicts(step.evaluation),
            "gradients": dict(step.gradients),
            "refused": dict(step.refused),
            **({} if step.rated is None else {"rated": _rated(step.rated)}),
        },
        place / "step.json",
    )


def _rated(rated: Rated) -> dict[str, Any]:
    return {
        "value": rated.value,
        "most": rated.most,
        "answers": rated.answers,
        "missing": rated.missing or None,
    }


def _verdicts(evaluation: Evaluation) -> dict[str, Any]:
    return {v.gate.metric.name: v.as_json() for v in evaluation.verdicts}


def write_result(
    folder: Path, found: Optimized, prompt: Prompt, about: Mapping[str, str] = _NOTHING
) -> None:
    """Write what came of a run: the candidates, the result, the report, and the best prompt.

    Parameters
    ----------
    about:
        By whom, and at what cost, in words.
    """
    write_json(
        {
            **about,
            "candidates": [_candidate(one) for one in found.candidates],
            "best": None if found.best is None else found.best.step,
            "test": {
                "before": _verdicts(found.before),
                "after": None if found.after is None else _verdicts(found.after),
            },
        },
        folder / "result.json",
    )
    if found.best is not None:
        write_prompt(found.best.prompt, folder / "best.md")
    (folder / "report.md").write_text(report_of(found, prompt, about), encoding="utf-8")
    from crs_simcheck.report.html import has_extra

    if has_extra():
        (folder / "report.html").write_text(page_of(found, prompt, about), encoding="utf-8")


def page_of(found: Optimized, prompt: Prompt, about: Mapping[str, str] = _NOTHING) -> str:
    """Return the report of a run as a page that stands alone, with how each metric went."""
    from crs_simcheck.report.html import StepShown, optimize_page

    return optimize_page(
        task=found.task,
        best=found.best is not None,
        summary=_summary(found),
        facts=about,
        before=found.before.verdicts,
        after=() if found.after is None else found.after.verdicts,
        prompts=[(_called(one), one.evaluation.verdicts) for one in found.candidates],
        diff=() if found.best is None else _diff(prompt, found.best.prompt),
        steps=[
            StepShown(
                step.number,
                f"{step.evaluation.score:.2f}",
                len(step.seekers),
                step.feedback,
                [pair for pair in step.gradients.items() if pair[1]],
                list(step.refused.items()),
            )
            for step in found.steps
        ],
    )


def _called(one: Candidate) -> str:
    return "at first" if one.step == 0 else f"after step {one.step}"


def _candidate(one: Candidate) -> dict[str, Any]:
    return {
        "step": one.step,
        "score": round(one.evaluation.score, 4),
        "gain": round(one.gain, 4),
        "gain_at_least": round(one.low, 4),
        "leaves": list(one.leaves),
        "prompt": one.prompt.sha256,
    }


def report_of(found: Optimized, prompt: Prompt, about: Mapping[str, str] = _NOTHING) -> str:
    """Return the report of a run in Markdown: what was found, figures, and the diff."""
    best = found.best
    lines = [f"# {found.task}: " + ("a better prompt" if best else "no better prompt"), ""]
    lines += [_summary(found), ""]
    lines += [*(f"- {key}: {value}" for key, value in about.items()), ""] if about else []
    lines += [
        "## On the test seekers",
        "",
        "| metric | before | after | range |",
        "|---|---|---|---|",
    ]
    after = {} if found.after is None else {v.gate.metric.name: v for v in found.after.verdicts}
    for verdict in found.before.verdicts:
        name = verdict.gate.metric.name
        lines.append(
            f"| {name} | {_cell(verdict)} | {_cell(after.get(name))} | {_range(verdict)} |"
        )
    lines += ["", "## Candidates, on the validation seekers", ""]
    lines += [
        "| after step | score | gain | at least | leaves its range |",
        "|---|---|---|---|---|",
    ]
    for one in found.candidates:
        lines.append(
            f"| {one.step} | {one.evaluation.score:.2f} | {one.gain:+.2f} | {one.low:+.2f} | "
            f"{', '.join(one.leaves)} |"
        )
    if best is not None:
        lines += ["", "## The change", "", "```diff", *_diff(prompt, best.prompt), "```"]
    lines += ["", "## Steps", ""]
    for step in found.steps:
        lines.append(
            f"{step.number}. score {step.evaluation.score:.2f} on {len(step.seekers)} seekers"
        )
        if step.rated is not None:
            lines.append(f"   - {step.rated.sentence}")
        for section, problem in step.refused.items():
            lines.append(f"   - {section} was not rewritten: {problem}")
    return "\n".join(lines) + "\n"


def _summary(found: Optimized) -> str:
    best = found.best
    if best is None:
        return "None of the rewritten prompts is better for sure on the validation seekers."
    return (
        f"The prompt after step {best.step} scores {best.evaluation.score:.2f} of 10 on the "
        f"validation seekers, {best.gain:.2f} more than the one before (at least "
        f"{best.low:.2f} more, 95 %)."
    )


def _cell(verdict: Verdict | None) -> str:
    if verdict is None or verdict.value is None:
        return "–"
    return f"{verdict.value:.3g} {verdict.outcome}"


def _range(verdict: Verdict) -> str:
    if verdict.target is None:
        return "–"
    return f"{verdict.target.low:.3g} to {verdict.target.high:.3g}"


def _diff(before: Prompt, after: Prompt) -> list[str]:
    return list(
        difflib.unified_diff(
            before.content.splitlines(), after.content.splitlines(), "before", "after", lineterm=""
        )
    )


def with_provenance(prompt: Prompt, about: Mapping[str, str]) -> Prompt:
    """Return a prompt whose front matter says where it comes from; its sections stay as they are.

    Lines of the front matter that say other things stay; ones of an earlier run are replaced.
    """
    lines = (prompt.front_matter or "").splitlines()
    kept = [line for line in lines if line.partition(":")[0].strip() not in about]
    told = [f"{key}: {' '.join(value.split())}" for key, value in about.items()]
    front = "\n".join(["---", *kept, *told, "---", ""])
    text = front + "".join(section.heading + section.text for section in prompt.sections)
    return parse_prompt(text.encode("utf-8"), prompt.path, prompt.task)
