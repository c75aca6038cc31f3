"""Where servers are: the forms that ``OLLAMA_HOST`` takes, and URLs, read without surprises."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from crs_simcheck.engines.keys import Secret, basic_secret
from crs_simcheck.errors import InputError

__all__ = ["OLLAMA_HOST", "Address", "default_address", "endpoint", "parse_address"]

OLLAMA_HOST = "OLLAMA_HOST"
_OLLAMA_PORT = 11434
_PORTS = {"http": 80, "https": 443}
_FORMS = "host, host:port, :port, [IPv6]:port, http://host:port/path"
# Letters of every script: the name is turned into ASCII by whoever looks it up.
_NAME = re.compile(r"\w(?:[\w.-]*[\w.])?")
_PATH = re.compile(r"[!-~]*")
# Nothing is bound here: a client reads what a server listens on.
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


@dataclass(frozen=True, slots=True)
class Address:
    """Where one server is.

    ``path`` is empty or starts with a slash and ends with none. ``credentials`` come from a URL of
    the environment; they are no part of ``url``, of the text or of what is equal.
    """

    scheme: str
    host: str
    port: int
    path: str = ""
    credentials: Secret | None = field(default=None, compare=False, repr=False)

    @property
    def url(self) -> str:
        """The URL without credentials, as it is asked and as it is shown."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if _PORTS[self.scheme] == self.port else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"

    @property
    def loopback(self) -> bool:
        """Whether it is this machine."""
        import ipaddress

        if self.host.lower() == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.partition("%")[0]).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        return self.url


def default_address() -> Address:
    """Return the Ollama of ``OLLAMA_HOST``, or the one on this machine.

    Raises
    ------
    InputError
        Where the variable cannot be read; it is named.
    """
    found = os.environ.get(OLLAMA_HOST, "")
    what = f"the environment variable {OLLAMA_HOST}"
    # A server's own way of reading it takes quotes off as well.
    return parse_address(found.strip().strip("\"'"), what=what, credentials=True)


def parse_address(
    text: str, *, what: str = "the host", credentials: bool = False, need_scheme: bool = False
) -> Address:
    """Read an address as Ollama does: no scheme means http and port 11434, a scheme its own port.

    ``0.0.0.0`` and ``::`` are what a server listens on: to a client they mean this machine.

    Parameters
    ----------
    text:
        The address; empty for this machine.
    what:
        What the text is, for messages.
    credentials:
        Whether a name and a password may stand in it. They may in the environment, and not in a
        settings file, which is shared.
    need_scheme:
        Whether it must start with ``http://`` or ``https://``.

    Raises
    ------
    InputError
        The message shows nothing before the last ``@``.
    """
    given = text.strip()
    wrong = _Wrong(what, _shown(given))
    scheme, mark, rest = given.partition("://")
    if not mark:
        if need_scheme:
            raise wrong("an http:// or https:// URL is needed")
        scheme, rest, port = "http", given, _OLLAMA_PORT
        if given == "ollama.com":
            scheme, port = "https", 443
    else:
        scheme = scheme.lower()
        if scheme not in _PORTS:
            raise wrong("only http and https are spoken")
        port = _PORTS[scheme]
    if "?" in rest or "#" in rest:
        raise wrong("a query or a fragment cannot stand in it")
    place, _, path = rest.partition("/")
    secret = None
    if "@" in place:
        known, _, place = place.rpartition("@")
        if not credentials:
            raise wrong(
                "a name and a password stand in it", f"leave them out, or set {OLLAMA_HOST}"
            )
        user, _, password = known.partition(":")
        secret = basic_secret(unquote(user), unquote(password))
    elif "@" in path and not credentials:
        raise wrong("an @ stands in its path", "names and passwords belong into the environment")
    host, digits = _split(place, wrong)
    if digits is not None:
        port = _port(digits, wrong)
    if not _PATH.fullmatch(path):
        raise wrong("a space, a line break or a letter that needs escaping stands in its path")
    path = path.strip("/")
    return Address(scheme, _ANY.get(host, host), port, f"/{path}" if path else "", secret)


def _shown(given: str) -> str:
    """Return an address without what may be a password or a key: before an @, in a query."""
    shown = f"***@{given.rpartition('@')[2]}" if "@" in given else given
    return re.sub(r"[?#].*", "?***", shown, flags=re.DOTALL)


def _port(digits: str, wrong: _Wrong) -> int:
    number = int(digits) if re.fullmatch("[0-9]{1,5}", digits) else 0
    if not 1 <= number <= 65535:
        raise wrong("the port is no number from 1 to 65535")
    return number


def endpoint(url: str) -> Address:
    """Return where an endpoint is: its path as it is given, or ``/v1`` where none is."""
    place = parse_address(url, what="the URL of the endpoint", need_scheme=True)
    path = place.path.removesuffix("/chat/completions").rstrip("/")
    return replace(place, path=path or "/v1")


@dataclass(frozen=True)
class _Wrong:
    """Makes the error of one address."""

    what: str
    shown: str

    def __call__(self, problem: str, fix: str | None = None) -> InputError:
        shown = self.shown if len(self.shown) <= 200 else f"{self.shown[:200]}…"
        return InputError(f"{self.what} is {shown!r}: {problem}", fix=fix or f"forms: {_FORMS}")


def _split(place: str, wrong: _Wrong) -> tuple[str, str | None]:
    """Return host and port of ``host:port``; the port is None where none is given."""
    import ipaddress

    if place.startswith("["):
        inside, mark, after = place[1:].partition("]")
        if not mark or (after and not after.startswith(":")):
            raise wrong("an IPv6 address needs its closing bracket, and after it only :port")
        try:
            ipaddress.IPv6Address(inside)
        except ValueError:
            raise wrong("what stands in brackets is no IPv6 address") from None
        return inside, after[1:] or None
    if place.count(":") > 1:
        try:
            return str(ipaddress.IPv6Address(place)), None
        except ValueError:
            raise wrong("it has too many colons") from None
    host, _, digits = place.partition(":")
    if host and not _NAME.fullmatch(host):
        raise wrong("this is no name of a host")
    return host or "127.0.0.1", digits or None
