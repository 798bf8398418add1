"""Long answers that leave as they are read: a session of their own, flat memory; what is wrong shows before the first byte."""

from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import chain

import orjson
from flask import Response
from sqlalchemy.orm import Session

from server.memory import give_back
from server.web.at_work import in_place
from server.web.session import database, hold_stream

CHUNK_BYTES = 1 << 16
LARGE = 1 << 20


def stream(pieces: Callable[[Session], Iterable[bytes]], content_type: str, first_alone: bool = False) -> Response:
    """A response of what `pieces` yields, read in a session that lives as long as the sending does.

    `first_alone`: the first piece leaves at once, where what follows may take a while.
    """
    source = database()

    def generate() -> Generator[bytes]:
        sent = 0
        with source.reading_long() as session:
            made = iter(pieces(session))
            if first_alone:
                yield next(made, b"")
            for chunk in gather(made):
                sent += len(chunk)
                yield chunk
        if sent >= LARGE:
            give_back()  # else an export's 20 MB stay in the process, and the next one of another kind takes others

    body = generate()
    hold_stream(body)
    first = next(body, b"")  # what is wrong with the question shows before 200 has left
    response = Response(chain((first,), in_place(body)), content_type=content_type)
    response.call_on_close(body.close)
    return response


def gather(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Small pieces in chunks worth sending."""
    waiting, size = [], 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= CHUNK_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def json_array(values: Iterable[object]) -> Iterator[bytes]:
    yield b"["
    for number, value in enumerate(values):
        yield (b"," if number else b"") + orjson.dumps(value)
    yield b"]"
