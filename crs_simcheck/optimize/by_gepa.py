"""A search by GEPA: prompts that are best at any one metric are kept, and gone on from.

GEPA (MIT, one package) says which prompt to go on from, with which cohort of seekers, and which
rewrites to keep. Who is asked, what is kept and what may be taken stay ours: one example of its
is a whole cohort, since a metric belongs to a population, and it sees the seekers to tune on alone.
It is imported by the first search. Its folder of runs (pickle) and its log are never made.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from crs_simcheck.errors import InputError
from crs_simcheck.optimize.loop import Found, Look, Search
from crs_simcheck.optimize.parts import MOST_COHORTS, cohorts_of
from crs_simcheck.prompts import EDITABLE, Prompt

__all__ = ["GepaSearch", "undominated"]

_P = ParamSpec("_P")
_T = TypeVar("_T")
_PROMPTS = 4  # as many at least are to be tried on every cohort
_Texts = dict[str, str]
_Cohort = tuple[str, ...]


@dataclass(frozen=True)
class GepaSearch(Search):
    """Looks for prompts by GEPA: Pareto over the metrics of the task.

    The seekers to tune on are split into cohorts of a batch each, at most four. A rewrite is tried
    on the cohort whose feedback led to it; where its score is higher there, on all of them.
    ``steps`` is how often sections are rewritten; ``fixed`` is of no meaning here.
    """

    def explored(self, prompt: Prompt, train: Sequence[str]) -> Found:
        """Return the steps, and the prompts that no other is better than at every metric.

        Raises
        ------
        InputError
            Where GEPA is not installed.
        """
        parts = _load()
        settings = self.settings
        most = MOST_COHORTS
        if settings.most_asked is not None:  # so that something is left for rewrites
            most = settings.most_asked // (_PROMPTS * settings.batch)
        cohorts = cohorts_of(train, settings.batch, settings.seed, most)
        found = Found([(0, prompt)])
        if not self.affords(found, found.new(prompt, [s for one in cohorts for s in one])):
            return found
        adapter = _Adapter(self, parts, prompt, found, cohorts)
        try:
            result = parts.optimize(
                seed_candidate=_texts_of(prompt),
                trainset=cohorts,
                adapter=adapter,
                frontier_type="hybrid",
                skip_perfect_score=False,
                reflection_minibatch_size=1,
                module_selector="all",
                stop_callbacks=[adapter.ended],
                logger=_Silent(),
                track_best_outputs=False,
                seed=settings.seed,
            )
        except _HaltError as halt:
            raise halt.reason from None
        best = undominated(result.val_aggregate_subscores)
        kept = {adapter.prompt_of(result.candidates[place]).content for place in best}
        # The first stays: all are compared with it.
        found.made = [one for one in found.made if one[0] == 0 or one[1].content in kept]
        return found


def undominated(scores: Sequence[Mapping[str, float]]) -> list[int]:
    """Return the places of those that no other is at least as good as in all, and better in one."""

    def beats(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
        return all(one[k] >= other[k] for k in other) and any(one[k] > other[k] for k in other)

    return [
        place for place, own in enumerate(scores) if not any(beats(other, own) for other in scores)
    ]


def _texts_of(prompt: Prompt) -> _Texts:
    return {section: prompt.section(section).body for section in EDITABLE}


class _HaltError(BaseException):
    """What ends a search; GEPA would catch an ``Exception`` and go on without the rewrite."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _halting(method: Callable[_P, _T]) -> Callable[_P, _T]:
    """Let an error of ours pass through GEPA."""

    @functools.wraps(method)
    def instead(*arguments: _P.args, **named: _P.kwargs) -> _T:
        try:
            return method(*arguments, **named)
        except Exception as error:
            raise _HaltError(error) from error

    return instead


class _Adapter:
    """What GEPA asks: how good a prompt is with cohorts, what is to be improved, new texts."""

    def __init__(
        self,
        search: Search,
        parts: _Parts,
        prompt: Prompt,
        found: Found,
        cohorts: Sequence[_Cohort],
    ) -> None:
        self._search, self._parts, self._found = search, parts, found
        self._cohorts = cohorts
        self._prompts = {_key(_texts_of(prompt)): prompt}
        self._looks: dict[tuple[str, _Cohort], Look] = {}
        self._shown: Look | None = None

    def prompt_of(self, texts: Mapping[str, str]) -> Prompt:
        """Return the prompt whose sections these are; every one was made, and checked, here."""
        return self._prompts[_key(texts)]

    @_halting
    def evaluate(
        self, batch: Sequence[_Cohort], candidate: _Texts, capture_traces: bool = False
    ) -> Any:
        """Return how good a prompt is with each cohort, in all and of each metric."""
        prompt = self.prompt_of(candidate)
        looks = [self._look(prompt, cohort) for cohort in batch]
        return self._parts.batch(
            outputs=[one.score for one in looks],
            scores=[one.score for one in looks],
            trajectories=looks if capture_traces else None,
            objective_scores=[dict(one.objectives) for one in looks],
        )

    def _look(self, prompt: Prompt, cohort: _Cohort) -> Look:
        key = prompt.content, cohort
        if key not in self._looks:
            self._looks[key] = self._search.look(prompt, cohort, self._found)
        return self._looks[key]

    @_halting
    def make_reflective_dataset(
        self, _candidate: _Texts, seen: Any, sections: Sequence[str]
    ) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return what is to be improved; the cohort's look itself waits for the rewriting."""
        (self._shown,) = seen.trajectories
        return {name: [{"Feedback": self._shown.feedback}] for name in sections}

    @_halting
    def propose_new_texts(
        self, _candidate: _Texts, _dataset: Mapping[str, Any], sections: Sequence[str]
    ) -> _Texts:
        """Return the sections anew; none where that leads to no prompt that is not known."""
        assert self._shown is not None
        changed = self._search.rewritten(self._shown, self._found)
        if self._found.knows(changed):
            return {}
        self._found.made.append((len(self._found.steps), changed))
        texts = _texts_of(changed)
        self._prompts[_key(texts)] = changed
        return {name: texts[name] for name in sections}

    @_halting
    def ended(self, _state: Any) -> bool:
        """Tell whether to stop: no step is left, nothing is left to improve, or nobody to ask."""
        done = any(self._is_done(prompt) for _, prompt in self._found.made)
        most = sum(map(len, self._cohorts))  # a rewrite that is kept is tried on every cohort
        over = len(self._found.steps) >= self._search.settings.steps
        return over or done or not self._search.affords(self._found, most)

    def _is_done(self, prompt: Prompt) -> bool:
        looks = [self._looks.get((prompt.content, cohort)) for cohort in self._cohorts]
        return all(look is not None and look.done for look in looks)


def _key(texts: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(texts[section] for section in EDITABLE)


class _Silent:
    """GEPA's log of every prompt and score goes nowhere."""

    def log(self, message: str) -> None:
        """Keep nothing."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is used of GEPA."""

    optimize: Any
    batch: Any


def _load() -> _Parts:
    try:
        from gepa.api import optimize
        from gepa.core.adapter import EvaluationBatch
    except ImportError as error:
        raise InputError(
            f"GEPA cannot be imported: {error}", fix="pip install 'crs-simcheck[optimize]'"
        ) from None
    return _Parts(optimize, EvaluationBatch)
