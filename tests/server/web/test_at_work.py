"""A request has its place while it is worked on, and none while its body comes or its answer goes."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from server.web.at_work import AtWork, in_place
from server.workplaces import Workplaces


class Body(io.BytesIO):
    """Notes whether the reader has a place while it waits."""

    def __init__(self, data: bytes, places: Workplaces) -> None:
        super().__init__(data)
        self.places, self.waited = places, set[bool]()

    def read(self, size: int | None = -1) -> bytes:
        self.waited.add(self.places.is_mine)
        return super().read(size)

    def readline(self, size: int | None = -1) -> bytes:
        self.waited.add(self.places.is_mine)
        return super().readline(size)

    def readlines(self, hint: int | None = -1) -> list[bytes]:
        self.waited.add(self.places.is_mine)
        return super().readlines(hint or -1)


@pytest.fixture
def places() -> Workplaces:
    return Workplaces(1)


@pytest.mark.parametrize("way", [lambda body: [body.read(2), body.read()], lambda body: body.readlines(), list])
def test_a_body_is_waited_for_in_no_place_and_looked_at_in_one(
    places: Workplaces, way: Callable[[Any], list[bytes]]
) -> None:
    body, seen = Body(b"a\nb\n", places), []

    def application(environ: dict[str, Any], _start: Any) -> list[bytes]:
        got = way(environ["wsgi.input"])
        seen.append((places.is_mine, b"".join(got)))
        return got

    answer = AtWork(application, places)({"wsgi.input": body}, None)
    assert (b"".join(answer), seen, body.waited) == (b"a\nb\n", [(True, b"a\nb\n")], {False})
    assert places.free.acquire(blocking=False)


def test_a_request_that_fails_leaves_its_place(places: Workplaces) -> None:
    def application(_environ: dict[str, Any], _start: Any) -> list[bytes]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        AtWork(application, places)({"wsgi.input": io.BytesIO()}, None)
    assert places.free.acquire(blocking=False)


def test_each_piece_of_an_answer_is_made_in_a_place_and_sent_without_one(places: Workplaces) -> None:
    made = []

    def pieces() -> Iterator[bytes]:
        for one in (b"a", b"", b"b"):
            made.append(places.is_mine)
            yield one

    sent = []
    for piece in in_place(pieces(), places):
        assert not places.is_mine
        sent.append(piece)
    assert (sent, made) == ([b"a", b"", b"b"], [True] * 3)


def test_an_answer_that_breaks_off_leaves_its_place(places: Workplaces) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"a"
        raise ZeroDivisionError

    answer = in_place(pieces(), places)
    assert next(answer) == b"a"
    with pytest.raises(ZeroDivisionError):
        next(answer)
    assert places.free.acquire(blocking=False)
