"""Ollama by its native protocol, which says what ``/v1`` keeps silent about.

Every option is sent, and with it ``truncate: false`` and ``shift: false``: an Ollama left to itself
cuts a prompt that is too long, or drops its beginning while it answers, and says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from crs_simcheck.engines.addresses import Address, default_address, parse_address
from crs_simcheck.engines.base import About, Reply, Request
from crs_simcheck.engines.client import Answer, HttpClient
from crs_simcheck.engines.failures import Failure
from crs_simcheck.engines.hosts import Host, HostPool, check_limits
from crs_simcheck.engines.keys import Secret, bearer_from
from crs_simcheck.engines.retries import Retries
from crs_simcheck.engines.words import (
    as_rows,
    count,
    full_name,
    is_too_long,
    same_model,
    was_cut,
)

__all__ = ["OLLAMA_SLOTS", "OllamaEngine", "ollama_secret"]

OLLAMA_SLOTS = 4
OLLAMA_API_KEY = "OLLAMA_API_KEY"
# One constant: a model that was let go between two answers has to be loaded again.
_KEEP_ALIVE = "30m"


@dataclass(frozen=True, slots=True)
class _Facts:
    """What one host serves."""

    digest: str | None
    server: str | None


class OllamaEngine:
    """Answers by one model on one or more Ollama servers.

    Parameters
    ----------
    model:
        Its name; without a tag it means ``:latest``.
    hosts:
        Addresses, as text or read already; None for the one of ``OLLAMA_HOST``.
    slots:
        Requests that each host takes at a time. A server answers ``OLLAMA_NUM_PARALLEL`` of them at
        once (1 by default) and lets the others wait.
    timeout:
        Seconds that one answer may take.
    retries:
        How long to try again what can pass.

    Raises
    ------
    InputError
        Where an address cannot be read, or a number makes no sense.
    """

    kind = "ollama"

    def __init__(
        self,
        model: str,
        hosts: Sequence[str | Address] | None = None,
        *,
        slots: int = OLLAMA_SLOTS,
        timeout: float = 300.0,
        retries: Retries | None = None,
    ) -> None:
        check_limits(slots, timeout)
        self.model = full_name(model)
        read = [h if isinstance(h, Address) else parse_address(h) for h in hosts or ()]
        # A host that is named twice would be asked for twice as much as it has.
        places = tuple(dict.fromkeys(read)) or (default_address(),)
        self._pool = HostPool(
            [Host(place, ollama_secret(place)) for place in places],
            slots=slots,
            retries=retries or Retries(),
            name=f"ollama:{self.model}",
            check=self._check,
            down="is 'ollama serve' running there?",
        )
        self.slots = self._pool.slots
        self._client = HttpClient(connections=self.slots, timeout=timeout)
        self._facts: dict[Address, _Facts] = {}

    # ------------------------------------------------------------------------------ answers

    async def answer(self, request: Request) -> Reply:
        """Return the reply to a request; see :class:`~crs_simcheck.engines.base.Engine`."""
        payload = self._payload(request)

        async def attempt(host: Host) -> Reply | Failure:
            url = f"{host.address.url}/api/chat"
            found = await self._client.ask("POST", url, payload, authorization=host.authorization)
            if isinstance(found, Failure):
                return self._explain(found, request)
            return self._read(found, request, self._facts[host.address])

        reply, failed = await self._pool.run(attempt)
        return replace(reply, retries=failed) if failed else reply

    def _payload(self, request: Request) -> dict[str, Any]:
        options = request.options
        payload: dict[str, Any] = {
            "model": self.model,
            "messages": as_rows(request.messages),
            "stream": False,
            "truncate": False,
            "shift": False,
            "think": options.think,
            "keep_alive": _KEEP_ALIVE,
            "options": {
                "seed": options.seed,
                "temperature": options.temperature,
                "top_p": options.top_p,
                "top_k": options.top_k,
                "num_ctx": options.num_ctx,
                "num_predict": options.num_predict,
            },
        }
        if request.schema is not None:
            payload["format"] = dict(request.schema)
        return payload

    def _read(self, answer: Answer, request: Request, facts: _Facts) -> Reply | Failure:
        """Take an answer apart; whatever is not one is a failure."""
        found = answer.value
        message = found.get("message") if isinstance(found, dict) else None
        text = message.get("content") if isinstance(message, dict) else None
        if not isinstance(found, dict) or not isinstance(message, dict):
            return _no_answer("there is no message in it", found)
        reason = found.get("done_reason")
        if found.get("done") is not True:
            return _no_answer("it is not done: the model repeated itself until it was stopped")
        if not isinstance(text, str) or (not text and reason in ("load", "unload")):
            return _no_answer(f"there is no text in it, and its done_reason is {reason!r}")
        name = found.get("model")
        if not isinstance(name, str) or not same_model(name, self.model):
            return _no_answer(f"it comes from the model {str(name)[:100]!r}")
        thinking = message.get("thinking")
        read = count(found.get("prompt_eval_count"))
        return Reply(
            text=text,
            done_reason=reason if isinstance(reason, str) else None,
            prompt_tokens=read,
            tokens=count(found.get("eval_count")),
            thinking=thinking if isinstance(thinking, str) and thinking else None,
            truncated=was_cut(request.messages, read, request.options.num_ctx),
            digest=facts.digest,
            server=facts.server,
        )

    def _explain(self, failure: Failure, request: Request | None = None) -> Failure:
        """Add to what a server refused the next thing to do."""
        words = failure.words.lower()
        if failure.status == 404 and "model" in words:
            return self._missing(failure.what)
        if failure.status == 404:
            return replace(failure, fix="is it an Ollama? name the address without /api or /v1")
        if failure.status in (401, 403):
            return replace(failure, fix=f"is {OLLAMA_API_KEY} set, and the address https?")
        if failure.kind == "refused" and request is not None and is_too_long(words):
            fix = f"raise num_ctx, now {request.options.num_ctx}, or shorten the prompt"
            return replace(failure, kind="too_long", fix=fix)
        if failure.kind == "refused" and "does not support thinking" in words:
            return replace(failure, fix="leave 'think' off for this model")
        return failure

    def _missing(self, what: str) -> Failure:
        return Failure("refused", what, f"ollama pull {self.model}", status=404)

    # ------------------------------------------------------------------------------- facts

    async def about(self) -> About:
        """Return digest and version, and check every host that is up.

        Raises
        ------
        EngineRefusedError
            Where a host does not have the model, or another one under the same name.
        EngineUnavailableError
            Where no host answers.
        """

        async def nothing(host: Host) -> Address:
            return host.address

        place, _ = await self._pool.run(nothing)
        await self._pool.check_all()
        facts = self._facts[place]
        return About(self.kind, self.model, facts.digest, facts.server)

    async def _check(self, host: Host) -> Failure | None:
        """Read digest and version of a host; all hosts must serve the same model."""
        url, secret = host.address.url, host.authorization
        tags = await self._client.ask("GET", f"{url}/api/tags", authorization=secret)
        if isinstance(tags, Failure):
            return self._explain(tags)
        listed = tags.value.get("models") if isinstance(tags.value, dict) else None
        if not isinstance(listed, list):
            return _no_answer("its /api/tags lists no models", tags.value)
        rows = [row for row in listed if isinstance(row, dict)]
        names = [str(row.get("name") or row.get("model")) for row in rows]
        mine = [row for row, name in zip(rows, names, strict=True) if same_model(name, self.model)]
        if not mine:
            return self._missing(f"it has no model '{self.model}'")
        digest = mine[0].get("digest")
        version = await self._client.ask("GET", f"{url}/api/version", authorization=secret)
        if isinstance(version, Failure):
            return self._explain(version)
        said = version.value.get("version") if isinstance(version.value, dict) else None
        facts = _Facts(
            digest if isinstance(digest, str) else None,
            f"ollama {said}" if isinstance(said, str) else None,
        )
        for place, known in self._facts.items():
            if known.digest != facts.digest:
                return _two_digests(self.model, (place, known), (host.address, facts))
        self._facts[host.address] = facts
        return None

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()
        await self._client.aclose()

    def __repr__(self) -> str:
        places = ",".join(str(host.address) for host in self._pool.hosts)
        return f"OllamaEngine({self.model!r}, {places!r}, slots={self.slots})"


def ollama_secret(place: Address) -> Secret | None:
    """Return what is sent to an address: its own credentials, or the key where it is https."""
    if place.credentials is not None or place.scheme != "https":
        return place.credentials
    return bearer_from(OLLAMA_API_KEY)


def _no_answer(why: str, found: Any = None) -> Failure:
    said = found.get("error") if isinstance(found, dict) else None
    told = f" ({said[:200]})" if isinstance(said, str) else ""
    return Failure("reply", f"an answer that is none: {why}{told}", status=200)


def _two_digests(model: str, one: tuple[Address, _Facts], other: tuple[Address, _Facts]) -> Failure:
    if one[0] == other[0]:
        return Failure(
            "refused",
            f"the model '{model}' was replaced while it was asked: its digest was "
            f"{_short(one[1].digest)} and is {_short(other[1].digest)}",
            "start again, so that one model answers everything",
        )
    return Failure(
        "refused",
        f"two models of the name '{model}': {one[0]} serves {_short(one[1].digest)}, "
        f"{other[0]} serves {_short(other[1].digest)}",
        f"'ollama pull {model}' on both, or leave one out",
    )


def _short(digest: str | None) -> str:
    return "none" if digest is None else digest.removeprefix("sha256:")[:12]
