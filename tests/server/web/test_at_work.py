"""A request has its place while it is worked on, and none while its answer goes."""

from collections.abc import Iterator
from typing import Any

import pytest

from server.web.at_work import AtWork, in_place
from server.workplaces import HERE, STREAMS, Workplaces


@pytest.fixture
def places() -> Workplaces:
    return Workplaces(1)


def test_a_request_is_worked_on_in_a_place_and_its_answer_goes_without_one(places: Workplaces) -> None:
    seen = []

    def application(_environ: dict[str, Any], _start: Any) -> list[bytes]:
        seen.append(places.is_mine)
        return [b"a"]

    assert AtWork(application, places)({}, None) == [b"a"]
    assert seen == [True] and not places.is_mine
    assert places.since == {}


def test_a_request_that_fails_leaves_its_place(places: Workplaces) -> None:
    def application(_environ: dict[str, Any], _start: Any) -> list[bytes]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        AtWork(application, places)({}, None)
    assert places.since == {}


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
    assert places.since == {}


def test_pieces_of_a_long_answer_take_no_place_of_those_who_ask_meanwhile() -> None:
    made = []

    def pieces() -> Iterator[bytes]:
        made.append((HERE.is_mine, STREAMS.is_mine))
        yield b"a"

    assert list(in_place(pieces())) == [b"a"]
    assert made == [(False, True)]
