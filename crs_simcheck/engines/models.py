"""Models of an Ollama server, managed by the package ``ollama``: list, show, pull with progress.

The package reads the environment when it is imported: a bad ``OLLAMA_HOST`` breaks its import, a
proxy takes requests to this machine, and ``OLLAMA_API_KEY`` goes to every host. It is imported,
and its client made, with none of these in sight.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from crs_simcheck.engines.addresses import OLLAMA_HOST, Address, default_address, parse_address
from crs_simcheck.engines.failures import words_of
from crs_simcheck.engines.keys import Secret
from crs_simcheck.engines.ollama import ollama_secret
from crs_simcheck.engines.words import count, full_name
from crs_simcheck.errors import (
    BadReplyError,
    EngineError,
    EngineRefusedError,
    EngineUnavailableError,
    InputError,
)

if TYPE_CHECKING:
    import ollama

__all__ = ["ModelInfo", "PullProgress", "list_models", "pull_model", "show_model"]

_HIDDEN = (OLLAMA_HOST, "OLLAMA_API_KEY", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_LOCK = threading.Lock()
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One model of a server; what the server does not say is None."""

    name: str
    digest: str | None = None
    bytes: int | None = None
    family: str | None = None
    parameters: str | None = None
    quantization: str | None = None
    context_length: int | None = None
    capabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PullProgress:
    """How far a pull is: ``done`` and ``total`` are bytes of the layer that is on its way."""

    status: str
    layer: str | None = None
    done: int | None = None
    total: int | None = None


def list_models(host: str | Address | None = None, *, timeout: float = 30.0) -> list[ModelInfo]:
    """Return the models that a server has, by name.

    Parameters
    ----------
    host:
        Its address; None for the one of ``OLLAMA_HOST``.
    timeout:
        Seconds to wait for each part of the answer.

    Raises
    ------
    InputError
        Where the extra is not installed, or the address cannot be read.
    EngineError
        Where the server cannot be asked.
    """

    def job(client: ollama.Client) -> list[ModelInfo]:
        return [
            ModelInfo(
                name=each.model or "",
                digest=each.digest,
                bytes=None if each.size is None else int(each.size),
                **_details(each.details),
            )
            for each in client.list().models
        ]

    return sorted(_ask(job, host, timeout, "list its models"), key=lambda each: each.name)


def show_model(
    model: str, host: str | Address | None = None, *, timeout: float = 30.0
) -> ModelInfo:
    """Return what a server tells of one model: its context length and what it is capable of.

    The digest is no part of it; :func:`list_models` has that. Raises like :func:`list_models`, and
    :class:`~crs_simcheck.errors.EngineRefusedError` where the server does not have it.
    """
    name = full_name(model)

    def job(client: ollama.Client) -> ModelInfo:
        found = client.show(name)
        info = found.modelinfo or {}
        lengths = [value for key, value in info.items() if key.endswith(".context_length")]
        return ModelInfo(
            name=name,
            context_length=count(lengths[0]) if lengths else None,
            capabilities=tuple(str(each) for each in found.capabilities or ()),
            **_details(found.details),
        )

    return _ask(job, host, timeout, f"show '{name}'", name)


def pull_model(
    model: str,
    host: str | Address | None = None,
    *,
    progress: Callable[[PullProgress], None] | None = None,
    timeout: float = 300.0,
) -> None:
    """Have a server fetch a model; return when it is there.

    Parameters
    ----------
    model, host:
        What, and where to.
    progress:
        Called with each step.
    timeout:
        Seconds without any news.

    Raises
    ------
    EngineError
        Where it did not end in success; also like :func:`list_models`.
    """
    name = full_name(model)

    def job(client: ollama.Client) -> None:
        last = None
        for step in client.pull(name, stream=True):
            last = step.status
            if progress is not None:
                progress(PullProgress(last or "", step.digest, step.completed, step.total))
        if last != "success":
            raise BadReplyError(f"pulling '{name}' ended with {last!r} (pull it again)")

    _ask(job, host, timeout, f"pull '{name}'")


def _details(details: Any) -> dict[str, Any]:
    return {
        "family": getattr(details, "family", None) or None,
        "parameters": getattr(details, "parameter_size", None) or None,
        "quantization": getattr(details, "quantization_level", None) or None,
    }


def _ask(
    job: Callable[[ollama.Client], T],
    host: str | Address | None,
    timeout: float,
    what: str,
    model: str | None = None,
) -> T:
    """Do a job with a client of the package; whatever that raises becomes an error of ours."""
    if host is None:
        place = default_address()
    else:
        place = host if isinstance(host, Address) else parse_address(host)
    secret = ollama_secret(place)
    client = _client(place, secret, timeout)
    try:
        return job(client)
    except EngineError:
        raise
    except Exception as error:
        failed = _error(error, f"asking {place} to {what}", model)
        if failed is None:
            raise
    finally:
        _close(client)
    # Raised out here, where no error of the library can hang on to it.
    text = str(failed)
    raise type(failed)(secret.scrub(text) if secret is not None else text)


def _error(error: Exception, what: str, model: str | None) -> EngineError | None:
    """Return what an exception of the package means; None for one that is not its own."""
    import httpx
    import ollama
    import pydantic

    if isinstance(error, ollama.ResponseError):
        said = words_of(str(error.error).encode("utf-8", "replace"))
        status = error.status_code
        fix = f" (ollama pull {model})" if status == 404 and model else ""
        text = f"{what}: {said or 'it failed'}{fix}"
        passing = status in (408, 429) or status >= 500
        return EngineUnavailableError(text) if passing else EngineRefusedError(text)
    if isinstance(error, httpx.TimeoutException):
        return EngineUnavailableError(f"{what}: no answer in time")
    if isinstance(error, ConnectionError | httpx.TransportError):
        return EngineUnavailableError(
            f"{what}: no connection, or it broke (is 'ollama serve' running there?)"
        )
    if isinstance(error, httpx.HTTPError | httpx.InvalidURL | httpx.StreamError):
        return EngineRefusedError(f"{what}: the request failed ({type(error).__name__})")
    if isinstance(error, pydantic.ValidationError | json.JSONDecodeError):
        return BadReplyError(f"{what}: the answer is not one of Ollama's (is it an Ollama?)")
    return None


def _close(client: ollama.Client) -> None:
    # Versions before 0.6.2 have no way to close but that of what lies below.
    close = getattr(client, "close", None) or client._client.close
    close()


def _client(place: Address, secret: Secret | None, timeout: float) -> ollama.Client:
    with _LOCK, _hidden_environment():
        try:
            import httpx
            import ollama
        except ImportError:
            raise InputError(
                "managing models needs the package 'ollama', which is not installed",
                fix="pip install 'crs-simcheck[live]'",
            ) from None
        return ollama.Client(
            host=place.url,
            timeout=httpx.Timeout(timeout, connect=10.0),
            trust_env=False,
            follow_redirects=False,
            headers={} if secret is None else {"authorization": secret.reveal()},
        )


@contextlib.contextmanager
def _hidden_environment() -> Iterator[None]:
    """Take what the package would read out of the environment, and put it back."""
    names = [name for name in os.environ if name.upper() in _HIDDEN]
    held = {name: os.environ.pop(name) for name in names}
    try:
        yield
    finally:
        os.environ.update(held)
