"""What an engine is: messages go in, one reply comes out. Everything that answers is one of these.

An engine is asked concurrently by whoever holds it: at most ``slots`` calls of ``answer`` at a time
make sense. It owns retries, since it alone knows what can pass. It never knows of tasks, of seekers
or of recordings. It belongs to the event loop that first asks it, and is closed there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol, runtime_checkable

from crs_simcheck.records import Message

__all__ = ["About", "Engine", "Message", "Options", "Reply", "Request"]


@dataclass(frozen=True, slots=True)
class Options:
    """How a model is to answer. Every one is sent, so that no default of a server decides.

    Parameters
    ----------
    seed:
        0 to 2³¹ − 1; the same request with the same seed should give the same text.
    temperature, top_p, top_k:
        Of sampling. ``top_k`` is not known to every endpoint and then not sent.
    num_ctx:
        Tokens of prompt and answer together. One constant for a run: a server may have to load the
        model again for another.
    num_predict:
        The most tokens of an answer.
    think:
        Whether a model that can think before it answers shall.
    """

    seed: int = 0
    temperature: float = 0.8
    top_p: float = 0.9
    top_k: int = 40
    num_ctx: int = 4096
    num_predict: int = 512
    think: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the options as a JSON object, keys in their order here."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Request:
    """What an engine is asked. ``schema`` is a JSON Schema that the answer should obey, or None.

    A schema is a wish: servers do not enforce all of it, so whoever asked checks the answer.
    """

    messages: tuple[Message, ...]
    options: Options = Options()
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What an engine answered.

    Parameters
    ----------
    text:
        The answer; it may be empty.
    done_reason:
        ``"stop"``, or ``"length"`` where ``num_predict`` cut it short; None where nobody says.
    prompt_tokens, tokens:
        Tokens of the prompt that were read, and of the answer; None where nobody says.
    thinking:
        What the model thought before it answered, where the server tells the two apart.
    truncated:
        Whether the server read less of the prompt than there is.
    digest, server:
        What answered: digest of the model and version of the server, where they are known.
    retries:
        How many attempts failed before this one.
    """

    text: str
    done_reason: str | None = None
    prompt_tokens: int | None = None
    tokens: int | None = None
    thinking: str | None = None
    truncated: bool = False
    digest: str | None = None
    server: str | None = None
    retries: int = 0


@dataclass(frozen=True, slots=True)
class About:
    """What stands behind an engine: ``digest`` and ``server`` are None where nobody says."""

    kind: str
    model: str
    digest: str | None = None
    server: str | None = None


@runtime_checkable
class Engine(Protocol):
    """What answers.

    ``kind`` and ``model`` are part of the key of a recording (``"ollama"``, ``"llama3.3:70b"``);
    where the engine runs is not. ``slots`` is how many requests it takes at a time.
    """

    @property
    def kind(self) -> str:
        """The kind of engine."""

    @property
    def model(self) -> str:
        """The name of the model."""

    @property
    def slots(self) -> int:
        """How many requests make sense at the same time."""

    async def answer(self, request: Request) -> Reply:
        """Return the reply to a request.

        Raises
        ------
        EngineError
            Its kin says what it means for other requests: ``PromptTooLongError`` and
            ``BadReplyError`` nothing, the others that they will fare no better, so that whoever
            asks should stop asking.
        InputError
            Where the request is none. A cancelled call leaves nothing open.
        """

    async def about(self) -> About:
        """Return what stands behind the engine, asked once; raises like ``answer``."""

    async def aclose(self) -> None:
        """Close every connection. Calling it twice does no harm."""
