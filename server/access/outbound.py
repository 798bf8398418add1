"""Where this server may call out to, and the one way it does: to the very address that was looked at, and nowhere else.

Whoever types the address of a bot or a hook could name a machine inside of the town's network. So a name is resolved once,
all of its addresses are looked at, and the connection goes to one of those; no answer leads elsewhere, since redirects are
not followed, and neither proxies nor cookies are known. Hosts of FANGSHI_OUTBOUND_ALLOW may lie anywhere, and only those may
be spoken to without TLS.
"""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from server.config import Network
from server.errors import UnexpectedValue
from server.workplaces import HERE

PATIENCE: Final = 8.0  # seconds for everything, from looking up the name to the end of the answer
MOST_BYTES: Final = 65_536  # of an answer's body, where nothing else is said
PORTS: Final = {"https": 443, "http": 80}
NOT_FOR_US: Final[tuple[Network, ...]] = (
    ipaddress.ip_network("168.63.129.16/32"),
    ipaddress.ip_network("192.0.0.0/24"),
)
"""Public by their numbers, and yet a cloud's own inside: they tell a machine's secrets to whoever asks from it."""
NAT64: Final = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Place = tuple[socket.AddressFamily, Any]


class AddressRefused(Exception):
    """We do not call out to there; nothing was sent."""


class NotReached(Exception):
    """No connection came about; nothing was sent."""


class AnswerUnheard(Exception):
    """The request was on its way and no answer came."""


@dataclass(frozen=True)
class Call:
    """One request. `body` is sent as it is; of the answer's body `most` bytes are heard."""

    method: str
    address: str
    headers: Mapping[str, str]
    body: bytes
    most: int = MOST_BYTES


@dataclass(frozen=True)
class Answer:
    """What came back. `is_whole` is False for a body that broke off or was longer than was to be heard."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_whole: bool


@HERE.rest()
def exchange(call: Call, allowed: frozenset[str], may_hand_over: Callable[[], bool]) -> Answer | None:
    """Makes one request. Raises AddressRefused, NotReached or AnswerUnheard.

    `may_hand_over` is asked once the other side has proved who it is, just before the request goes; None when it said no.
    """
    parts = split(call.address, allowed)
    port = parts.port or PORTS[parts.scheme]
    places = find_places(str(parts.hostname), port, allowed)
    with connect(places, str(parts.hostname), parts.scheme == "https") as wire:
        if not may_hand_over():
            return None
        connection = HTTPConnection(str(parts.hostname), port)
        connection.default_port = PORTS[parts.scheme]
        connection.sock = wire
        return _ask(connection, call, parts)


def split(address: str, allowed: frozenset[str]) -> SplitResult:
    """An address that may be asked for, before its name is looked up. Raises AddressRefused."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise AddressRefused("it is no address") from None
    if not parts.hostname or parts.username or parts.password or port == 0 or not address.isascii():
        raise AddressRefused("it is no address of a host")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in allowed):
        raise AddressRefused("it is not https")
    return parts


def find_places(host: str, port: int, allowed: frozenset[str]) -> list[Place]:
    """Where a host is, all of it looked at: one bad address among them spoils it. Raises AddressRefused, NotReached."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotReached("its name is not known") from None
    if host not in allowed and not all(is_public(str(place[0])) for *_, place in found):
        raise AddressRefused("it lies in a network that is not public")
    return [(family, place) for family, *_, place in found]


def is_public(text: str) -> bool:
    """Whether an address lies in the open internet, whatever other address is folded into it."""
    address = ipaddress.ip_address(text.partition("%")[0])
    return all(_is_global(one) for one in (address, *_inside(address)))


def _is_global(address: Address) -> bool:
    forbidden = any(address.version == one.version and address in one for one in NOT_FOR_US)
    return address.is_global and not address.is_multicast and not address.is_reserved and not forbidden


def _inside(address: Address) -> Iterator[Address]:
    """The IPv4 addresses that an IPv6 one stands for: mapped (RFC 4291), 6to4 (3056), Teredo (4380) and NAT64 (6052)."""
    if isinstance(address, ipaddress.IPv4Address):
        return
    folded = (address.ipv4_mapped, address.sixtofour, *(address.teredo or ()))
    yield from (one for one in folded if one is not None)
    if address in NAT64:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


@contextmanager
def connect(places: list[Place], host: str, secure: bool) -> Iterator[socket.socket]:
    """A connection to the first place that takes it; over TLS the other side proves that it is the host.

    It is cut when PATIENCE is over, however slowly the other side goes on talking.
    """
    wire = _open(places)
    watch = threading.Timer(PATIENCE, _cut, [wire])
    watch.daemon = True
    watch.start()
    try:
        if secure:
            context = ssl.create_default_context()
            wire = context.wrap_socket(wire, server_hostname=host, do_handshake_on_connect=False)
            watch.args = [wire]
            wire.do_handshake()
    except (OSError, ValueError) as error:
        watch.cancel()
        wire.close()
        raise NotReached("no secure connection came about") from error
    try:
        yield wire
    finally:
        watch.cancel()
        wire.close()


def connect_for_long(places: list[Place], host: str, secure: bool, silence: float) -> socket.socket:
    """As `connect`, for somebody who waits for a lot: it lasts until it is closed, or nothing came for `silence` seconds."""
    wire = _open(places)
    try:
        wire.settimeout(silence)
        return ssl.create_default_context().wrap_socket(wire, server_hostname=host) if secure else wire
    except (OSError, ValueError) as error:
        wire.close()
        raise NotReached("no secure connection came about") from error


def _open(places: list[Place]) -> socket.socket:
    for family, place in places:
        wire = socket.socket(family, socket.SOCK_STREAM)
        wire.settimeout(PATIENCE / 2)
        try:
            wire.connect(place)
        except OSError:
            wire.close()
        else:
            return wire
    raise NotReached("nobody answers there")


def _cut(wire: socket.socket) -> None:
    try:
        wire.shutdown(socket.SHUT_RDWR)
    except OSError:  # it is gone already
        return


def _ask(connection: HTTPConnection, call: Call, parts: SplitResult) -> Answer:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(call.method, path, call.body, {**call.headers, "Connection": "close"})
        answer = connection.getresponse()
    except (OSError, HTTPException, ValueError) as error:
        raise AnswerUnheard from error
    body, is_whole = _read(answer, call.most)
    return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body, is_whole)


def _read(answer: HTTPResponse, most: int) -> tuple[bytes, bool]:
    try:
        with answer:
            body = answer.read(most + 1)
    except (OSError, HTTPException, ValueError):
        return b"", False
    cut = answer.length not in (None, 0)  # what was announced and did not come
    return body[:most], len(body) <= most and not cut


def check_address(address: str, allowed: frozenset[str]) -> None:
    """Raises UnexpectedValue; looked at again, and then for good, whenever something is sent there."""
    try:
        parts = split(address, allowed)
        find_places(str(parts.hostname), parts.port or PORTS[parts.scheme], allowed)
    except AddressRefused:
        raise UnexpectedValue(field="address", value="…", reason="it is no public https address") from None
    except NotReached:
        return  # who keeps names may be away for a while
