"""WSGI middleware: a request is worked on in one of few places (server/workplaces.py).

Who reads its body from the connection leaves the place while it waits (server/web_process.py).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from server.web.addresses import StartResponse, WsgiApp
from server.workplaces import HERE, STREAMS, Workplaces


class AtWork:
    """Around an application. What it answers is sent without a place: who takes it slowly keeps nobody else waiting."""

    def __init__(self, app: WsgiApp, places: Workplaces = HERE) -> None:
        self.app = app
        self.places = places

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        with self.places.work():
            return self.app(environ, start_response)


def in_place(pieces: Iterator[bytes], places: Workplaces = STREAMS) -> Iterator[bytes]:
    """Of an answer that leaves while it is made each piece is made in a place of its own kind, and sent without one."""
    while True:
        with places.work():
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece
