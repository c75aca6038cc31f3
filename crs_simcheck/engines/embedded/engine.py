"""The embedded engine: reads a prompt, decides by rule, answers from a grammar of its own."""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from crs_simcheck.catalogue import Item
from crs_simcheck.engines.base import About, Reply, Request
from crs_simcheck.engines.embedded import vocabulary
from crs_simcheck.engines.embedded.directives import Directives, read_directives
from crs_simcheck.engines.embedded.draws import draws_for
from crs_simcheck.engines.embedded.naming import Namer
from crs_simcheck.engines.embedded.reading import Asked, read_messages
from crs_simcheck.engines.embedded.reviews import review
from crs_simcheck.engines.embedded.schemas import NotSimpleError, instance_of
from crs_simcheck.engines.embedded.shelf import Shelf
from crs_simcheck.engines.embedded.stars import is_accepted, says_yes, stars_of
from crs_simcheck.engines.embedded.talk import answer, kinds_of, request
from crs_simcheck.engines.embedded.taste import Taste, read_taste, with_history
from crs_simcheck.engines.embedded.version import MODEL

__all__ = ["EmbeddedEngine"]

# How often the naive seeker says more than Yes or No.
_EXPLAINS: Final = 0.12
_EXPLAINED: Final = {
    True: ("Yes, I really loved it!", "Yes, absolutely, it was amazing!"),
    False: ("No, not really.", "No, but it was still good."),
}
_SOME_FILM: Final = "this film"


class EmbeddedEngine:
    """Answers as a seeker by rule, without any language model; for demos, tests and learning.

    What it answers is a function of the messages, the seed and the films, and of nothing else:
    the other options (temperature and the like) change nothing, but for ``num_predict``, after as
    many words of which an answer is cut. No figure of it says anything about a language model.

    Parameters
    ----------
    films:
        What it knows of films: titles, years, genres, and popularity and mean rating where known.
    slots:
        As of any engine; it answers at once.

    Raises
    ------
    InputError
        None of the films can be named: there is none, or none with a plain title and a year.
    """

    kind = "embedded"
    model = MODEL

    def __init__(self, films: Sequence[Item], *, slots: int = 8) -> None:
        self.slots = slots
        self._shelf = Shelf(films)
        self._namer = Namer(self._shelf)

    async def answer(self, request: Request) -> Reply:
        """Return the answer; a schema is obeyed where it is simple, and passed over otherwise."""
        draws = draws_for(self.model, request)
        text = self._say(request, draws)
        if request.schema is not None:
            with contextlib.suppress(NotSimpleError):
                text = json.dumps(instance_of(request.schema, text, draws), ensure_ascii=False)
        words = text.split(" ")
        cut = request.schema is None and len(words) > request.options.num_predict > 0
        if cut:
            words = words[: request.options.num_predict]
        return Reply(
            " ".join(words) if cut else text,
            done_reason="length" if cut else "stop",
            prompt_tokens=sum(len(message.content.split()) for message in request.messages),
            tokens=len(words),
            digest=self._digest,
        )

    async def about(self) -> About:
        """Return kind, model, and the digest of the vocabulary and of the films."""
        return About(self.kind, self.model, digest=self._digest)

    async def aclose(self) -> None:
        """Do nothing: nothing is open."""

    @cached_property
    def _digest(self) -> str:
        of = f"{self.model}\n{vocabulary.digest()}\n{self._shelf.digest()}"
        return f"sha256:{hashlib.sha256(of.encode()).hexdigest()}"

    def _say(self, sent: Request, draws: random.Random) -> str:
        asked = read_messages(sent.messages, self._shelf.knows)
        directives = read_directives(asked.guidelines)
        known = tuple(f for f in map(self._shelf.film, asked.titles) if f is not None)
        taste = with_history(read_taste(asked.persona), known)
        if asked.kind == "name":
            named = self._namer.name(asked.n_items, taste, directives, asked.titles, draws)
            return "\n".join(named)
        if asked.kind == "request":

            def famous() -> str:
                return self._namer.name(1, taste, Directives(), asked.titles, draws)[0]

            return request(taste, famous, directives, draws)
        return self._of_one_film(asked, taste, directives, draws)

    def _of_one_film(
        self, asked: Asked, taste: Taste, directives: Directives, draws: random.Random
    ) -> str:
        label = asked.item or _SOME_FILM
        film = self._shelf.film(label)
        if asked.kind == "yes_no":
            yes = says_yes(label, film, taste, directives, draws)
            if "exactly" not in directives and draws.random() < _EXPLAINS:
                return _EXPLAINED[yes][int(draws.random() * 2)]
            return "Yes" if yes else "No"
        if asked.kind == "review":
            stars = stars_of(label, film, taste, draws)
            return review(label, kinds_of(taste, draws)["genre"], stars, directives, draws)
        accepted = is_accepted(film, label, taste, directives, draws)
        return answer(label, film, accepted, taste, directives, draws)
