"""What engines are asked for while profiles are built, in one place to be read and judged.

Titles and years are all that an engine is given of a history. Traits, stars and reviews stay here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from crs_simcheck.engines.base import Options, Request
from crs_simcheck.profiles.checks import MOST_WORDS
from crs_simcheck.records import Message

__all__ = ["PERSONA", "TRAITS", "again", "persona_request", "traits_request"]

PERSONA = f"""\
You describe people by what they watch. You are given a few films that one person has watched,
with their years. Describe this person's taste and how they watch: which kinds of stories, moods,
settings and times they like, what they look for, what may bore them.

Rules:
- Name no film and no show, no character and no line from one. Not even those that you are given.
- Write three to five short sentences in plain English, at most {MOST_WORDS // 2} words.
- Write about "this person" and "they". No list, no heading, no introduction, no remark on the task.
"""

TRAITS = """\
You invent people for a study of how films are chosen. You are told a few habits of a person. Make
up who this could be, as varied as people are: any age from 18 on, any gender, any line of work or
none. What you make up must fit together and fit the habits. Answer with a JSON object and nothing
else, with the fields age_group, gender and occupation; occupation is one to four words in English.
"""

# Enough for the longest persona that is taken, and for a JSON object.
_PERSONA_TOKENS, _TRAITS_TOKENS = 300, 120
# Of a text that is quoted back to whoever wrote it.
_MOST_QUOTED = 2_000


def persona_request(titles: Sequence[str], options: Options) -> Request:
    """Return the request for a persona of somebody who watched these films."""
    films = "\n".join(f"- {' '.join(title.split())}" for title in titles)
    return _request(PERSONA, f"Films:\n{films}", options, _PERSONA_TOKENS)


def traits_request(
    traits: Mapping[str, Any], schema: Mapping[str, Any], options: Options
) -> Request:
    """Return the request for age group, gender and occupation, bound to a schema."""
    habits = [f"watches films: {traits.get('activity', 'regular')}"]
    habits += [f"judges: {traits['pickiness']}"] if "pickiness" in traits else []
    for name, said in (("genres", "likes"), ("eras", "films from"), ("dislikes", "dislikes")):
        habits += [f"{said}: {', '.join(traits[name])}"] if traits.get(name) else []
    text = "Habits:\n" + "\n".join(f"- {habit}" for habit in habits)
    return _request(TRAITS, text, options, _TRAITS_TOKENS, schema)


def again(request: Request, answer: str, wish: str, seed: int) -> Request:
    """Return the request with an answer that cannot be used, what is wished instead, and a seed."""
    messages = (
        *request.messages[:2],
        Message("assistant", answer[:_MOST_QUOTED]),
        Message("user", wish),
    )
    return replace(request, messages=messages, options=replace(request.options, seed=seed))


def _request(
    system: str,
    user: str,
    options: Options,
    tokens: int,
    schema: Mapping[str, Any] | None = None,
) -> Request:
    messages = (Message("system", system), Message("user", user))
    return Request(messages, replace(options, num_predict=tokens), schema)
