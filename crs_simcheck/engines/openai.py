"""Any endpoint that speaks ``/v1/chat/completions``: vLLM, llama.cpp, LM Studio, OpenAI, Ollama.

The protocol has no ``num_ctx`` and no ``top_k``: they are not sent, and the server's own hold. It
has no agreed way to switch thinking off either, so ``think`` is not sent.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from crs_simcheck.engines.addresses import Address, endpoint
from crs_simcheck.engines.base import About, Reply, Request
from crs_simcheck.engines.client import Answer, HttpClient
from crs_simcheck.engines.failures import Failure
from crs_simcheck.engines.hosts import Host, HostPool, check_limits
from crs_simcheck.engines.keys import Secret, bearer_from
from crs_simcheck.engines.retries import Retries
from crs_simcheck.engines.words import as_rows, count, is_too_long, was_cut
from crs_simcheck.errors import InputError

__all__ = ["OPENAI_KEYS", "OPENAI_SLOTS", "OpenAIEngine"]

OPENAI_SLOTS = 8
OPENAI_KEYS = ("CRS_SIMCHECK_API_KEY", "OPENAI_API_KEY")
_IN_CLEAR = "CRS_SIMCHECK_KEY_OVER_HTTP"
_LIMIT, _NEWER_LIMIT = "max_tokens", "max_completion_tokens"


class OpenAIEngine:
    """Answers by one model behind one URL.

    Parameters
    ----------
    model:
        Its name, as the endpoint knows it.
    url:
        Where ``/chat/completions`` lies; a URL without a path means ``/v1``.
    slots:
        Requests at a time.
    timeout:
        Seconds that one answer may take.
    retries:
        How long to try again what can pass.

    Raises
    ------
    InputError
        Where the URL cannot be read, or a key would travel in clear: over ``http://`` a key goes to
        this machine only, unless ``CRS_SIMCHECK_KEY_OVER_HTTP`` is 1.
    """

    kind = "openai"

    def __init__(
        self,
        model: str,
        url: str | Address,
        *,
        slots: int = OPENAI_SLOTS,
        timeout: float = 300.0,
        retries: Retries | None = None,
    ) -> None:
        check_limits(slots, timeout)
        self.model = model
        self.slots = slots
        place = endpoint(url) if isinstance(url, str) else url
        self._pool = HostPool(
            [Host(place, _key_for(place))],
            slots=slots,
            retries=retries or Retries(),
            name=f"openai:{model}",
            down="is the server running, and is this its URL?",
        )
        self._client = HttpClient(connections=slots, timeout=timeout)
        self._limit = _LIMIT
        self._server: str | None = None

    # ------------------------------------------------------------------------------ answers

    async def answer(self, request: Request) -> Reply:
        """Return the reply to a request; see :class:`~crs_simcheck.engines.base.Engine`."""
        payload = self._payload(request)

        async def attempt(host: Host) -> Reply | Failure:
            found = await self._post(host, payload)
            if isinstance(found, Failure):
                return self._explain(found)
            return self._read(found, request)

        reply, failed = await self._pool.run(attempt)
        return replace(reply, retries=failed) if failed else reply

    def _payload(self, request: Request) -> dict[str, Any]:
        options = request.options
        payload: dict[str, Any] = {
            "model": self.model,
            "messages": as_rows(request.messages),
            "stream": False,
            "temperature": options.temperature,
            "top_p": options.top_p,
            "seed": options.seed,
            _LIMIT: options.num_predict,
        }
        if request.schema is not None:
            payload["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": dict(request.schema)},
            }
        return payload

    async def _post(self, host: Host, payload: dict[str, Any]) -> Answer | Failure:
        """Ask; a model that wants its limit under the newer name is asked again with that."""
        url = f"{host.address.url}/chat/completions"
        for _ in range(2):
            limit = self._limit
            sent = {limit if key == _LIMIT else key: value for key, value in payload.items()}
            found = await self._client.ask("POST", url, sent, authorization=host.authorization)
            wanted = isinstance(found, Failure) and found.status == 400 and limit == _LIMIT
            if not (wanted and isinstance(found, Failure) and _NEWER_LIMIT in found.words):
                break
            self._limit = _NEWER_LIMIT
        return found

    def _read(self, answer: Answer, request: Request) -> Reply | Failure:
        """Take an answer apart; whatever is not one is a failure."""
        found = answer.value if isinstance(answer.value, dict) else {}
        choices = found.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        message = choice.get("message") if isinstance(choice, dict) else None
        if not isinstance(choice, dict) or not isinstance(message, dict):
            return _no_answer("there is no message in it", found)
        text = _text(message)
        if text is None:
            return _no_answer("there is no text in it")
        usage = found.get("usage")
        usage = usage if isinstance(usage, dict) else {}
        reason = choice.get("finish_reason")
        server = found.get("system_fingerprint")
        self._server = server if isinstance(server, str) and server else self._server
        read = count(usage.get("prompt_tokens"))
        return Reply(
            text=text,
            done_reason=reason if isinstance(reason, str) else None,
            prompt_tokens=read,
            tokens=count(usage.get("completion_tokens")),
            thinking=_thinking(message),
            truncated=was_cut(request.messages, read, None),
            server=self._server,
        )

    def _explain(self, failure: Failure) -> Failure:
        """Add to what a server refused the next thing to do."""
        if failure.kind == "refused" and is_too_long(failure.words):
            fix = "shorten the prompt, or give the server a longer context"
            return replace(failure, kind="too_long", fix=fix)
        if failure.status == 404:
            fix = f"is '{self.model}' served there, and does the URL end in /v1 if it should?"
            return replace(failure, fix=fix)
        if failure.status in (401, 403):
            return replace(failure, fix=f"check the key in {' or '.join(OPENAI_KEYS)}")
        return failure

    # ------------------------------------------------------------------------------- facts

    async def about(self) -> About:
        """Ask whether the endpoint is there and takes the key; it tells no digest.

        ``server`` is the fingerprint of the answers so far, where the server tells one.
        """

        async def attempt(host: Host) -> bool | Failure:
            url = f"{host.address.url}/models"
            found = await self._client.ask("GET", url, authorization=host.authorization)
            if isinstance(found, Failure) and found.status not in (404, 405):
                return self._explain(found)
            return True

        await self._pool.run(attempt)
        return About(self.kind, self.model, None, self._server)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()
        await self._client.aclose()

    def __repr__(self) -> str:
        return f"OpenAIEngine({self.model!r}, '{self._pool.hosts[0].address}', slots={self.slots})"


def _key_for(place: Address) -> Secret | None:
    """Return the key of the environment, if it may travel to this address."""
    secret = bearer_from(*OPENAI_KEYS)
    if secret is None or place.scheme == "https" or place.loopback:
        return secret
    if os.environ.get(_IN_CLEAR) == "1":
        return secret
    raise InputError(
        f"the key of {' or '.join(OPENAI_KEYS)} would travel to {place} in clear",
        fix=f"use https://; or set {OPENAI_KEYS[0]} to nothing, so that no key is sent; "
        f"or set {_IN_CLEAR}=1 if the network is yours",
    )


def _text(message: dict[str, Any]) -> str | None:
    """Return the text of a message: as a string, in parts, as a refusal, or empty for null."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    if content is not None or "content" not in message:
        return None
    refusal = message.get("refusal")
    return refusal if isinstance(refusal, str) else ""


def _thinking(message: dict[str, Any]) -> str | None:
    for key in ("reasoning_content", "reasoning"):
        found = message.get(key)
        if isinstance(found, str) and found:
            return found
    return None


def _no_answer(why: str, found: Any = None) -> Failure:
    said = found.get("error") if isinstance(found, dict) else None
    said = said.get("message") if isinstance(said, dict) else said
    told = f" ({said[:200]})" if isinstance(said, str) else ""
    return Failure("reply", f"an answer that is none: {why}{told}", status=200)
