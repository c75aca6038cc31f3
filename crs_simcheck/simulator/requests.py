"""From questions to requests: a prompt filled in for one seeker, and the key of its answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from crs_simcheck.engines import Options, Request
from crs_simcheck.errors import SettingsError, UnknownNameError
from crs_simcheck.prompts import Configuration, Prompt, messages
from crs_simcheck.recordings import request_key, seed_of
from crs_simcheck.records import Profile, TaskName
from crs_simcheck.simulator.plan import Question, TaskPlan, plan_task

__all__ = ["LiveSimulator", "Planned"]


@dataclass(frozen=True, slots=True)
class Planned:
    """A question with the request that puts it, and the key of the recorded answer."""

    question: Question
    persona: str
    request: Request
    key: str


@dataclass(frozen=True)
class LiveSimulator:
    """A simulator that is asked: prompts, an engine's name, seekers. It asks nobody itself.

    Parameters
    ----------
    kind, model:
        The engine, as it stands in the key of a recording.
    options:
        How it is to answer; the seed is set anew for every request.
    prompts:
        Task → prompt.
    plans:
        Task → how its seekers are asked.
    profiles:
        The seekers, in the order in which they are asked.
    configuration:
        What of a profile a prompt sees.
    descriptions:
        Label of a film → what it is about; shown where it is recommended.
    """

    name: str
    kind: str
    model: str
    options: Options
    prompts: Mapping[TaskName, Prompt]
    plans: Mapping[TaskName, TaskPlan]
    profiles: tuple[Profile, ...]
    configuration: Configuration = field(default_factory=Configuration)
    seed: int = 0
    descriptions: Mapping[str, str] = field(default_factory=dict)
    _options: Mapping[str, Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for task in self.plans:
            if task not in self.prompts:
                raise SettingsError(
                    f"there is no prompt for {task}",
                    field=f"simulator.{self.name}.tasks.{task}",
                    fix=f"write {task}.md beside {', '.join(f'{t}.md' for t in self.prompts)}",
                )
        object.__setattr__(self, "_options", self.options.as_json())

    def questions(self) -> Iterator[Question]:
        """Yield everything that is asked, task by task."""
        for plan in self.plans.values():
            yield from plan_task(plan, self.profiles)

    def planned(self) -> Iterator[Planned]:
        """Yield everything that is asked, with its request and key."""
        for question in self.questions():
            yield self._plan(question, self._by_seeker[question.seeker])

    def planned_for(self, question: Question) -> Planned:
        """Return the request of any question to one of the seekers, planned or not.

        Raises
        ------
        SettingsError
            Where there is no prompt for its task.
        UnknownNameError
            Where there is no such seeker.
        """
        if question.task not in self.prompts:
            raise SettingsError(
                f"simulator '{self.name}' has no prompt for {question.task}",
                fix=f"it has {', '.join(self.prompts)}",
            )
        if question.seeker not in self._by_seeker:
            raise UnknownNameError("seeker", question.seeker, self._by_seeker)
        return self._plan(question, self._by_seeker[question.seeker])

    @cached_property
    def _by_seeker(self) -> Mapping[str, Profile]:
        return {profile.seeker: profile for profile in self.profiles}

    def _shown(self, task: TaskName, item: str) -> str:
        """Return a film as it stands in a prompt: one that is recommended is described."""
        about = self.descriptions.get(item) if task == "neg_feedback" else None
        return f"{item} ({about})" if about else item

    def _plan(self, question: Question, profile: Profile) -> Planned:
        stimulus = question.stimulus
        item = stimulus.get("item")
        values = {
            **self.configuration.values(question.task, question.seeker, stimulus, profile),
            **({} if item is None else {"item": self._shown(question.task, str(item))}),
            **({"n_items": str(stimulus["n_items"])} if "n_items" in stimulus else {}),
        }
        said = messages(self.prompts[question.task], values)
        seed = seed_of(self.seed, question.seeker, question.task, question.repeat)
        key = request_key(
            self.kind, self.model, {**self._options, "seed": seed}, said, question.repeat
        )
        return Planned(
            question, values["persona"], Request(said, replace(self.options, seed=seed)), key
        )
