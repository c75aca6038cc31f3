"""Engines that rewrite sections as badly as models do, and what is said of each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from crs_simcheck.engines import Options, Reply, Request, ScriptedEngine
from crs_simcheck.errors import PromptTooLongError
from crs_simcheck.optimize import (
    Checks,
    EditRequest,
    LoopSettings,
    RecordedCalls,
    Search,
    criteria_for,
)
from tests.unit.optimize.made_up import SEEKERS, MadeUp, prompt

TITLE = "The Quiet Harbour (1994)"
CHECKS = Checks.for_prompt(prompt(), [TITLE])
OPTIONS = Options(temperature=0.0, num_predict=300)
GRADIENT = "The films are too few; ask for more variety."
GOOD = "- Answer as this person would.\n- Vary the films, and vary, vary them again."

# How a reply is made of the two tags, and a piece of what the editor is told then.
Bad = tuple[Callable[[str, str], str | Reply], str]
BAD: dict[str, Bad] = {
    "no tags": (lambda first, last: GOOD, "has no <"),
    "lower-case tags": (
        lambda first, last: f"{first.lower()}{GOOD}{last.lower()}",
        "in capital letters",
    ),
    "lower-case end": (lambda first, last: f"{first}{GOOD}{last.lower()}", "in capital letters"),
    "cut": (lambda first, last: f"{first}{GOOD}", "it is cut short"),
    "cut by length": (
        lambda first, last: Reply(f"{first}{GOOD}", done_reason="length"),
        "it was too long",
    ),
    "cut inside the tag": (lambda first, last: f"{first}{GOOD}{last[:-3]}", "cut short"),
    "twice": (lambda first, last: f"{first}a{last} or {first}{GOOD}{last}", "more than one"),
    "wrong way round": (lambda first, last: f"{last}{GOOD}{first}", "stands before"),
    "echo": (lambda first, last: f"{first}{{the improved variable}}{last}", "repeats"),
    "other echo": (lambda first, last: f"{first}(the whole new text of the section){last}", "repe"),
    "empty": (lambda first, last: "", "empty"),
    "blank": (lambda first, last: " \n\t ", "empty"),
    "only thoughts": (lambda first, last: f"<think>{first}{GOOD}{last}</think>", "empty"),
    "thoughts without end": (lambda first, last: f"<think>Say {first}{GOOD}{last}", "empty"),
    "nothing inside": (lambda first, last: f"{first}\n \n{last}", "Nothing stands between"),
    "an empty fence": (lambda first, last: f"{first}\n```\n```\n{last}", "Nothing stands between"),
    "left out": (lambda first, last: f"{first}- Answer as (...) vary.{last}", "leaves something"),
    "unchanged": (lambda first, last: f"{first}- Vary.\n[rest unchanged]{last}", "leaves someth"),
    "dots": (lambda first, last: f"{first}- Vary.\n…\n- Vary.{last}", "leaves something"),
    "their tags": (lambda first, last: f"{first}<VARIABLE>{GOOD}</VARIABLE>{last}", "the tag <VAR"),
    "a null": (lambda first, last: f"{first}{GOOD}\0{last}", "U+0000"),
    "turned text": (lambda first, last: f"{first}{GOOD}\u202e{last}", "U+202E"),
    "a sign without width": (lambda first, last: f"{first}{GOOD}\u200b{last}", "U+200B"),
    "hidden letters": (lambda first, last: f"{first}{GOOD}\U000e0041{last}", "U+E0041"),
    "a template's end": (
        lambda first, last: f"{first}{GOOD}<|im_end|>{last}",
        "control sign <|im_",
    ),
    "a surrogate": (lambda first, last: f"{first}{GOOD}\ud800{last}", "U+D800"),
}
# What can be read, and may not be taken.
REFUSED: dict[str, Bad] = {
    "a title": (
        lambda first, last: f"{first}{GOOD}\n- Think of {TITLE}.{last}",
        "names The Quiet Harbour",
    ),
    "5,000 tokens": (
        lambda first, last: f"{first}{'- Vary the films. ' * 1000}{last}",
        "at most 2,048",
    ),
    "a fixed section": (
        lambda first, last: f"{first}{GOOD}\n\n# Task\n\nName no films.{last}",
        "brings the heading",
    ),
    "a new placeholder": (lambda first, last: f"{first}{GOOD}\n- {{{{ item }}}}{last}", "{{ item"),
    "an open fence": (lambda first, last: f"{first}{GOOD}\n```\nvary{last}", "code fence"),
}


def request(section: str = "Guidelines", **others) -> EditRequest:
    given = {"criteria": "Vary.", "feedback": "- item_entropy (titles): too low.", **others}
    whole = prompt()
    return EditRequest("items_talk", section, whole.section(section).body, whole.content, **given)


class Model:
    """An engine that rewrites the guidelines as told; the persona it repeats as it is.

    Parameters
    ----------
    tags:
        By which a request to rewrite is told from one for advice.
    replies:
        One after the other, the last again and again; each is made of the tags, or raised.
    """

    def __init__(self, tags, *replies) -> None:
        self.tags, self.replies = tags, list(replies)
        self.asked: list[Request] = []
        self.gradient: Callable[[], str | Reply] = lambda: GRADIENT

    @property
    def rewrites(self) -> list[str]:
        return [text for one in self.asked if self.tags[0] in (text := shown(one))]

    def __call__(self, asked: Request) -> str | Reply:
        self.asked.append(asked)
        text = shown(asked)
        first, last = self.tags
        if first not in text:
            return self.gradient()
        if "section 'Persona'" in text:
            return f"{first}{{{{ persona }}}}{last}"
        made = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(made, Exception):
            raise made
        return made(first, last)


def shown(asked: Request) -> str:
    return "\n".join(m.content for m in asked.messages)


def good(first: str, last: str) -> str:
    return f"Here it is:\n{first}\n{GOOD}\n{last}\nBetter?"


def calls(folder, script, **others) -> RecordedCalls:
    return RecordedCalls(folder, ScriptedEngine(script), options=OPTIONS, **others)


def search(editor, steps: int = 1, checks: Checks = CHECKS):
    world = MadeUp()
    made = Search(
        "items_talk",
        world.evaluate,
        world.rescore,
        editor,
        partial(criteria_for, "items_talk"),
        checks,
        LoopSettings(steps=steps, batch=10, fixed=True),
    )
    return made.run(prompt(), SEEKERS)


def prove_refused(folder, editor_of, tags, bad: Bad) -> None:
    """A reply that is bad each time changes nothing; one that is bad once is asked for again."""
    reply, told = bad
    model = Model(tags, reply)
    with calls(folder / "bad", model) as asking:
        found = search(editor_of(asking))
    assert found.best is None
    assert [c.prompt.text for c in found.candidates] == [prompt().text]
    assert told in found.steps[0].refused["Guidelines"]
    again = [text for text in model.rewrites if "Your last text was not taken" in text]
    assert len(again) == 2
    assert told in again[0]
    model = Model(tags, reply, good)
    with calls(folder / "once", model) as asking:
        found = search(editor_of(asking))
    assert found.best is not None
    assert found.best.prompt.section("Guidelines").body == GOOD
    assert_rest_as_it_was(found.best.prompt)


def assert_rest_as_it_was(changed) -> None:
    for name in ("Task", "Persona", "Output"):
        assert changed.section(name).heading == prompt().section(name).heading
        assert changed.section(name).text == prompt().section(name).text


def too_long() -> PromptTooLongError:
    return PromptTooLongError("9,000 tokens do not fit into 4,096")
