"""WSGI middleware: a request is worked on in one of few places (server/workplaces.py), which it leaves while its body comes."""

from collections.abc import Iterable, Iterator
from typing import Any

from server.web.addresses import StartResponse, WsgiApp
from server.workplaces import HERE, Workplaces


class AtWork:
    """Around an application. What it answers is sent without a place: who takes it slowly keeps nobody else waiting."""

    def __init__(self, app: WsgiApp, places: Workplaces = HERE) -> None:
        self.app = app
        self.places = places

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"] = Coming(environ["wsgi.input"], self.places)
        with self.places.work():
            return self.app(environ, start_response)


class Coming:
    """A request's body, which is waited for in no place."""

    def __init__(self, body: Any, places: Workplaces) -> None:
        self.body = body
        self.places = places

    def read(self, size: int = -1) -> bytes:
        with self.places.rest():
            return bytes(self.body.read(size))

    def readline(self, size: int = -1) -> bytes:
        with self.places.rest():
            return bytes(self.body.readline(size))

    def readlines(self, hint: int = -1) -> list[bytes]:
        with self.places.rest():
            return list(self.body.readlines(hint))

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")


def in_place(pieces: Iterator[bytes], places: Workplaces = HERE) -> Iterator[bytes]:
    """Of an answer that leaves while it is made each piece is made in a place, and sent without one."""
    while True:
        with places.work():
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece
