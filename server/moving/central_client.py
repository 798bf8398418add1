"""Reading from a server that speaks ODK Central's API. It never writes there but the session by which it reads.

The address was typed at the terminal, so it may lie in the town's own network; without https only where
FANGSHI_OUTBOUND_ALLOW names the host, since a password goes over the wire. Files may lie elsewhere (a Central keeps them in
an object store and sends one on there): that address must be a public one, and gets no password.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, InvalidURL
from itertools import count
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import quote, urlencode, urljoin

import orjson

from server.access.outbound import PORTS, AddressRefused, NotReached, connect_for_long, find_places, split
from server.blobs import BlobStore, Stored
from server.moving.answers import Whole, wait_of
from server.moving.came_files import file_type

SILENCE: Final = 120.0  # seconds without a byte
GAPS: Final = (1.0, 5.0, 20.0, 60.0)  # seconds before it is tried again
AT_ONCE: Final = 4  # connections beside that of the caller's own thread
PAGE: Final = 500  # rows of a list
MOST_JSON: Final = 300_000_000
MOST_XML: Final = 20_000_000
SENT_ON: Final = (301, 302, 303, 307, 308)
MOST_HOPS: Final = 3
AWAY: Final = (429, 502, 503, 504)  # it would answer, later
COME_AGAIN: Final = (*AWAY, 500)
PIECE: Final = 1 << 20

T = TypeVar("T")
U = TypeVar("U")


class SourceRefuses(Exception):
    """The other server said no; `status` as by HTTP, `code` as Central numbers it, and its own sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code or status} {message}".strip())
        self.status, self.code = status, code


class SourceAway(Exception):
    """The other server does not answer, or breaks off, however often it is asked."""


@dataclass(frozen=True)
class Came:
    """A whole answer. `etag` without its quotes."""

    body: bytes
    etag: str | None
    content_type: str


@dataclass(frozen=True)
class CameFile:
    """A file that is in our store now; `etag` is what the other server calls its content, where it says so itself."""

    stored: Stored
    content_type: str
    etag: str | None


class Arrived(NamedTuple):
    """An answer, and whether it is the other server's own; else of a place that it sent us on to."""

    answer: HTTPResponse
    is_own: bool


class CentralClient:
    """One account on one server. Safe to be used by several threads, each has a connection of its own."""

    def __init__(
        self, address: str, email: str, password: str, allowed: frozenset[str], gaps: tuple[float, ...] = GAPS
    ) -> None:
        """`address` with or without `/v1`. Raises AddressRefused."""
        self.parts = split(address.rstrip("/").removesuffix("/v1"), allowed)
        self.base = f"{self.parts.scheme}://{self.parts.netloc.lower()}{self.parts.path.rstrip('/')}/v1"
        self.email, self.password, self.allowed, self.gaps = email, password, allowed, gaps
        self.token: str | None = None
        self.answered = False
        self.signing_in = threading.Lock()
        self.own = threading.local()
        self.connections: list[HTTPConnection] = []
        self.pool = ThreadPoolExecutor(AT_ONCE)

    def sign_in(self) -> None:
        """Raises SourceRefuses where the account is unknown there or it is no Central, SourceAway."""
        told = orjson.dumps({"email": self.email, "password": self.password})
        try:
            came = self._ask("POST", "/sessions", {"Content-Type": "application/json"}, told)
        except SourceRefuses as refused:
            raise refused if refused.code else SourceRefuses(refused.status, "", "is it a Central?") from refused
        if came.status in SENT_ON:
            raise SourceRefuses(came.status, "", f"it sends us on to {came.headers.get('Location')}: type that address")
        try:
            session = read_json(self._read_whole(came, MOST_XML))
        except HTTPException as error:
            raise SourceAway(str(error)) from error
        if not isinstance(session, dict) or not isinstance(session.get("token"), str):
            raise SourceRefuses(came.status, "", "it gives no session: is it a Central?")
        self.token = session["token"]

    def close(self) -> None:
        """The session ends, and every connection; a server that is away by now ends it by itself."""
        if self.token is not None:
            self.gaps = ()
            with suppress(SourceRefuses, SourceAway, HTTPException):
                self._drain(self._ask("DELETE", "/sessions/current", self._signed({})))
        self.pool.shutdown()
        for connection in self.connections:
            connection.close()

    def in_parallel(self, read: Callable[[T], U], items: Iterable[T]) -> list[U]:
        """Reads several at a time, each over a connection of its own; what was read, in the items' order."""
        return list(self.pool.map(read, items))

    def get_json(self, path: str, **query: object) -> Any:
        """Raises SourceRefuses, SourceAway."""
        return read_json(self._get(path, query, MOST_JSON).body)

    def find_json(self, path: str, **query: object) -> Any:
        """As `get_json`; None for what is not there."""
        try:
            return self.get_json(path, **query)
        except SourceRefuses as refused:
            if refused.status == 404:
                return None
            raise

    def get_pages(self, path: str, **query: object) -> Iterator[dict[str, Any]]:
        """The rows of a list that may be long, as the other server orders them."""
        before: list[dict[str, Any]] = []
        for offset in count(0, PAGE):
            rows = as_rows(self.get_json(path, **query, offset=offset, limit=PAGE))
            if rows == before:  # all of them once more: a server that knows no pages
                return
            yield from rows
            if len(rows) != PAGE:  # fewer: the end; more: that server, too
                return
            before = rows

    def get_bytes(self, path: str) -> Came:
        """A form or a record: XML."""
        return self._get(path, {}, MOST_XML)

    def fetch(self, path: str, store: BlobStore) -> CameFile:
        """A file, straight into our store. Raises SourceRefuses, SourceAway."""

        def keep(arrived: Arrived) -> CameFile:
            stored = store.put(Whole(arrived.answer))  # type: ignore[arg-type]
            told = arrived.answer.headers
            etag = plain_etag(told.get("ETag"))
            return CameFile(stored, file_type(told.get("Content-Type")), etag if arrived.is_own else None)

        return self._take(path, {}, keep)

    def is_same(self, path: str, md5: str) -> bool | None:
        """Whether the file has these bytes; None where the other server does not tell by its ETag.

        An object store's ETag may be something else than the MD5 (of a sealed file, say): only that it is the same counts.
        """

        def compare(arrived: Arrived) -> bool | None:
            answer, etag = arrived.answer, plain_etag(arrived.answer.headers.get("ETag"))
            if answer.status == 304:
                self._drain(answer)
                return True
            self._hang_up()  # the body is not wanted
            differs = False if arrived.is_own and etag and len(etag) == len(md5) else None
            return True if etag == md5 else differs

        return self._take(path, {"If-None-Match": f'"{md5}"'}, compare)

    def _get(self, path: str, query: Mapping[str, object], most: int) -> Came:
        text = urlencode({name: str(value).lower() if value is True else value for name, value in query.items()})

        def read(arrived: Arrived) -> Came:
            told = arrived.answer.headers
            body = self._read_whole(arrived.answer, most)
            return Came(body, plain_etag(told.get("ETag")), told.get("Content-Type") or "")

        return self._take(path + (f"?{text}" if text else ""), {"X-Extended-Metadata": "true"}, read)

    def _take(self, path: str, headers: dict[str, str], use: Callable[[Arrived], T]) -> T:
        """Asks, and asks again where the body breaks off."""
        for last in self._tries():
            try:
                return use(self._follow(self._ask("GET", path, self._signed(headers))))
            except (NotReached, HTTPException) as error:
                self._hang_up()
                if last:
                    raise SourceAway(f"{path} {error}".strip()) from error
        raise AssertionError("the last try returns or raises")

    def _signed(self, headers: dict[str, str]) -> dict[str, str]:
        with self.signing_in:
            if self.token is None:
                self.sign_in()
            return {**headers, "Authorization": f"Bearer {self.token}"}

    def _forget(self, signed: str) -> None:
        """A session is over; not the one that another thread began meanwhile."""
        with self.signing_in:
            if signed == f"Bearer {self.token}":
                self.token = None

    def _tries(self) -> Iterator[bool]:
        """Whether it is the last one; between them it waits, longer where the other server said so to this thread."""
        for gap in self.gaps:
            self.own.wait = 0.0
            yield False
            time.sleep(max(gap, self.own.wait))
        yield True

    def _ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> HTTPResponse:
        """An answer that is no error, its body unread. A session that ended meanwhile is begun anew, once."""
        renewed = False
        for last in self._tries():
            try:
                answer = self._send(method, self.base + path, headers, body)
                self.answered = True
                if answer.status < 400:
                    return answer
                self.own.wait = wait_of(answer)
                refused = refusal(answer.status, self._read_whole(answer, MOST_XML))
            except (NotReached, HTTPException, OSError) as error:
                self._hang_up()
                if last or not self.answered:  # somebody mistyped the address: no reason to wait
                    raise SourceAway(str(error) or type(error).__name__) from error
                continue
            if refused.status == 401 and "Authorization" in headers and not renewed:
                renewed = True
                self._forget(headers["Authorization"])
                headers = self._signed({name: told for name, told in headers.items() if name != "Authorization"})
                continue
            if last and refused.status in AWAY:
                raise SourceAway(str(refused))
            if last or refused.status not in COME_AGAIN:
                raise refused
        raise AssertionError("the last try returns or raises")

    def _send(self, method: str, address: str, headers: Mapping[str, str], body: bytes | None) -> HTTPResponse:
        connection = self._connection()
        path = address.partition("://")[2].partition("/")[2]
        connection.request(method, "/" + path, body, dict(headers))
        return connection.getresponse()

    def _connection(self) -> HTTPConnection:
        kept: HTTPConnection | None = getattr(self.own, "connection", None)
        if kept is None or kept.sock is None:
            if kept is not None:
                self.connections.remove(kept)
            kept = dial(
                str(self.parts.hostname), self.parts.port, self.parts.scheme, self.allowed | {self.parts.hostname}
            )
            self.own.connection = kept
            self.connections.append(kept)
        return kept

    def _connect_elsewhere(self, host: str, port: int | None, scheme: str) -> HTTPConnection:
        """In place of the one before: what was read there is read by now."""
        before: HTTPConnection | None = getattr(self.own, "elsewhere", None)
        if before is not None:
            before.close()
            self.connections.remove(before)
            self.own.elsewhere = None
        self.own.elsewhere = dial(host, port, scheme, self.allowed)
        self.connections.append(self.own.elsewhere)
        return self.own.elsewhere  # type: ignore[no-any-return]

    def _hang_up(self) -> None:
        kept: HTTPConnection | None = getattr(self.own, "connection", None)
        if kept is not None:
            kept.close()

    def _follow(self, answer: HTTPResponse) -> Arrived:
        """Where a file lies elsewhere, it is asked for there, without a word of who asks.

        Raises SourceRefuses, SourceAway; NotReached and HTTPException for what may go well another time.
        """
        for _ in range(MOST_HOPS):
            if answer.status not in SENT_ON:
                return Arrived(answer, True)
            try:
                address = urljoin(self.base, answer.headers.get("Location") or "")
            except ValueError:
                raise SourceRefuses(answer.status, "", "it sends us on to what is no address") from None
            self._drain(answer)
            if not address.startswith(self.base + "/"):
                return Arrived(self._ask_elsewhere(address, answer.status), False)
            answer = self._ask("GET", address.removeprefix(self.base), self._signed({}))
        raise SourceRefuses(answer.status, "", "it sends us on and on")

    def _ask_elsewhere(self, address: str, status: int) -> HTTPResponse:
        try:
            there = split(address, self.allowed)
            connection = self._connect_elsewhere(str(there.hostname), there.port, there.scheme)
            path = there.path + (f"?{there.query}" if there.query else "")
            connection.request("GET", path, headers={"Connection": "close"})
            moved = connection.getresponse()
        except (AddressRefused, InvalidURL) as why:
            raise SourceRefuses(status, "", f"it sends us on to where we do not go: {why}") from why
        except OSError as error:
            raise NotReached(str(error)) from error
        if moved.status in COME_AGAIN:
            self.own.wait = wait_of(moved)
            raise NotReached(str(moved.status))
        if moved.status >= 300:
            raise refusal(moved.status, self._read_whole(moved, MOST_XML))
        return moved

    def _read_whole(self, answer: HTTPResponse, most: int) -> bytes:
        """Raises HTTPException where it breaks off, SourceRefuses where it is longer than that."""
        try:
            body = answer.read(most + 1)
        except OSError as error:
            raise HTTPException(str(error)) from error
        if len(body) > most:
            self._hang_up()
            raise SourceRefuses(answer.status, "", "it is too long")
        if answer.length:
            self._hang_up()
            raise HTTPException("it broke off")
        return body

    def _drain(self, answer: HTTPResponse) -> None:
        try:
            answer.read(PIECE)
        except OSError as error:
            raise HTTPException(str(error)) from error
        if answer.length:
            self._hang_up()


def dial(host: str, port: int | None, scheme: str, allowed: frozenset[Any]) -> HTTPConnection:
    """A connection, not used yet. Raises AddressRefused, NotReached."""
    number = port or PORTS[scheme]
    connection = HTTPConnection(host, number)
    connection.default_port = PORTS[scheme]
    connection.sock = connect_for_long(find_places(host, number, allowed), host, scheme == "https", SILENCE)
    return connection


def read_json(body: bytes) -> Any:
    """Raises SourceRefuses for what is none: a page of another program, say."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise SourceRefuses(200, "", "what it answers is no JSON") from None


def as_rows(told: Any) -> list[dict[str, Any]]:
    """Raises SourceRefuses for what is no list of objects."""
    if not isinstance(told, list) or not all(isinstance(row, dict) for row in told):
        raise SourceRefuses(200, "", "what it answers is no list")
    return told


def refusal(status: int, body: bytes) -> SourceRefuses:
    try:
        told = orjson.loads(body)
        return SourceRefuses(status, str(told.get("code", "")), str(told.get("message", ""))[:300])
    except (orjson.JSONDecodeError, AttributeError):
        return SourceRefuses(status, "", "")


def plain_etag(etag: str | None) -> str | None:
    return etag.removeprefix("W/").strip('"') if etag else None


def path_of(*parts: object) -> str:
    """A path of an address, each part with all that is special in it encoded: form ids hold slashes."""
    return "".join("/" + quote(str(part), safe="") for part in parts)
