"""The request's address as it was sent: raw path segments, key prefixes, and the address this server goes by.

WSGI hands over a decoded path, in which the `%2F` of a form id looks like a slash. So the raw request line is read again
here, an encoded slash is kept as a private character through routing, and turned back in the view's arguments.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from flask import request
from werkzeug.routing import Rule

from server.config import Network
from server.errors import HostUnknown
from server.web.syntax_trees import GROWING

SLASH_INSIDE = "\ue000"  # private use: cannot come from a client unencoded, and no name of ours has it
SLASH_BYTES = b"%EE%80%80"
KEY_PREFIX = "/v1/key/"
# RFC 1918 and RFC 4193. Python's `is_private` also holds networks that are no town's, those of documentation for one.
PRIVATE = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))

StartResponse = Callable[..., Any]
WsgiApp = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class LateRule(Rule):
    """An address whose functions that put it together are made when the first one is put together.

    Werkzeug makes two of each at a start, a third of what the whole start takes for addresses, and most are never called.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        def build_first(rule: Rule, /, **values: Any) -> tuple[str, str]:
            with GROWING:
                made = Rule._compile_builder(rule, append_unknown).__get__(rule, None)
            setattr(rule, "_build_unknown" if append_unknown else "_build", made)
            found: tuple[str, str] = made(**values)
            return found

        return build_first


class Addresses:
    """WSGI middleware: proxies believed only when trusted, the raw path restored, `/v1/key/{token}` taken off the front."""

    def __init__(self, app: WsgiApp, trusted: tuple[Network, ...]) -> None:
        self.app = app
        self.trusted = trusted

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        self.read_proxy(environ)
        hold_to_length(environ)
        raw = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or "")
        if raw.startswith("/"):
            environ["PATH_INFO"] = decode_path(raw.partition("?")[0])
        path = environ.get("PATH_INFO", "")
        if path.startswith(KEY_PREFIX):
            token, slash, rest = path[len(KEY_PREFIX) :].partition("/")
            environ["fangshi.key"] = token
            environ["PATH_INFO"] = "/v1" + slash + rest
        return self.app(environ, start_response)

    def read_proxy(self, environ: dict[str, Any]) -> None:
        """X-Forwarded-* counts only when the peer is a proxy we trust; else it is as if it had not been sent."""
        proto = environ.pop("HTTP_X_FORWARDED_PROTO", None)
        host = environ.pop("HTTP_X_FORWARDED_HOST", None)
        client = environ.pop("HTTP_X_FORWARDED_FOR", None)
        if not self.is_trusted(environ.get("REMOTE_ADDR", "")):
            return
        if proto in ("http", "https"):
            environ["wsgi.url_scheme"] = proto
        if host:
            environ["HTTP_HOST"] = host.split(",")[-1].strip()
        if client:
            environ["REMOTE_ADDR"] = client.split(",")[-1].strip()

    def is_trusted(self, address: str) -> bool:
        try:
            peer = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = peer.ipv4_mapped if peer.version == 6 else None  # as a socket for both kinds of addresses puts it
        return any((mapped or peer) in network for network in self.trusted)


def hold_to_length(environ: dict[str, Any]) -> None:
    """A body that ends before its announced length is a broken upload (400), never a shorter file.

    The server's promise to end the stream is kept for chunked bodies only: with it, werkzeug no longer counts.
    """
    if environ.get("CONTENT_LENGTH") and "HTTP_TRANSFER_ENCODING" not in environ:
        environ.pop("wsgi.input_terminated", None)


def decode_path(raw: str) -> str:
    """A raw path as WSGI wants it (Latin-1 of the UTF-8 bytes), with encoded slashes kept apart from real ones."""
    kept = raw.encode("latin-1", "replace").replace(b"%2F", SLASH_BYTES).replace(b"%2f", SLASH_BYTES)
    return unquote_to_bytes(kept).decode("latin-1")


def restore_slashes(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Flask's url_value_preprocessor: the kept slashes become slashes again in the view's arguments."""
    for name, value in (values or {}).items():
        if isinstance(value, str):
            values[name] = value.replace(SLASH_INSIDE, "/")  # type: ignore[index]


def base_url(public_url: str | None) -> str:
    """The address that links are built from: the configured one, else the Host header when it can only mean us.

    A Host header is the caller's to invent; so without FANGSHI_PUBLIC_URL only loopback, private addresses and this
    machine's own name and addresses are believed. Raises HostUnknown (400).
    """
    if public_url:
        return public_url
    if not is_own_host(request.host):
        raise HostUnknown()
    return f"{request.scheme}://{request.host}"


def is_own_host(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name in own_names()
    near = address.is_loopback or address.is_link_local or any(address in network for network in PRIVATE)
    return near or is_of_this_machine(address)


def is_of_this_machine(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether one of this machine's network cards has the address: nobody else's can be bound."""
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((str(address), 0))
        except OSError:
            return False
    return True


def own_names() -> set[str]:
    name = socket.gethostname().lower()
    return {"localhost", name, name.split(".")[0], name.split(".")[0] + ".local"}
