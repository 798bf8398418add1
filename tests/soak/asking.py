"""One client's connection in a soak: every answer is timed and checked, and a wait that is asked for is waited."""

import http.client
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.soak.tally import Tally

PATIENCE = 120.0
MOST_WAITS = 20
LONGEST_WAIT = 10.0
BROKEN = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    etag: str | None


@dataclass
class Asking:
    """`headers` go with every request. Answers that are not expected are told to the tally, and given as None."""

    url: str
    tally: Tally
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: Callable[[float], None] = time.sleep
    connection: http.client.HTTPConnection | None = None
    etags: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        operation: str,
        path: str,
        expected: tuple[int, ...] = (200,),
        method: str = "GET",
        body: bytes | None = None,
        **headers: str,
    ) -> Answer | None:
        """`path` may be a whole address of this server. The time of an answer begins with the request that got it."""
        path = path.removeprefix(self.url)
        for _ in range(MOST_WAITS):
            began = time.monotonic()
            try:
                answer, retry_after = self.request(method, path, body, headers)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                self.tally.fail(operation, f"{type(error).__name__} {error}")
                return None
            if answer.status != 503 or retry_after is None:
                break
            self.tally.set_apart(f"503 with Retry-After, {operation}")
            self.wait(min(LONGEST_WAIT, max(0.1, retry_after)))
        if answer.status not in expected:
            self.tally.fail(operation, f"{answer.status} {answer.body[:300]!r}")
            return None
        self.tally.add(f"{operation} (304)" if answer.status == 304 else operation, time.monotonic() - began)
        return answer

    def ask_again(self, operation: str, path: str) -> bytes | None:
        """The body if it is another than the last time: asked with the tag of what is known."""
        known = {"If-None-Match": self.etags[path]} if path in self.etags else {}
        answer = self.ask(operation, path, (200, 304), **known)
        if answer is None or answer.status == 304:
            return None
        if answer.etag:
            self.etags[path] = answer.etag
        return answer.body

    def request(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[Answer, float | None]:
        """On the open connection; once more on a new one where that was closed meanwhile, as phones do."""
        if self.connection is not None:
            try:
                return self.exchange(self.connection, method, path, body, headers)
            except BROKEN:
                self.close()
                self.tally.set_apart("connections that had been closed meanwhile")
        self.connection = http.client.HTTPConnection(str(urlsplit(self.url).netloc), timeout=PATIENCE)
        return self.exchange(self.connection, method, path, body, headers)

    def exchange(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
    ) -> tuple[Answer, float | None]:
        connection.request(method, f"/{path.lstrip('/')}", body, {**self.headers, **headers})
        with connection.getresponse() as response:
            retry_after = response.headers.get("Retry-After")
            answer = Answer(response.status, response.read(), response.headers.get("ETag"))
            return answer, float(retry_after) if retry_after else None

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None
