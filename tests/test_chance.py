"""Chance inside a test is the same in each run of it, and real in every process that a test starts."""

import multiprocessing
import secrets
import uuid
from multiprocessing.queues import SimpleQueue

import pytest

from tests.chance import Chance


def draw() -> tuple[uuid.UUID, str]:
    return uuid.uuid4(), secrets.token_hex(16)


def test_ids_and_keys_are_those_of_the_test(request: pytest.FixtureRequest) -> None:
    again = Chance(request.node.nodeid)
    drawn = draw()
    assert drawn == (uuid.UUID(bytes=again.give(16), version=4), again.give(16).hex())
    assert drawn != draw() and Chance("another").give(16) != Chance(request.node.nodeid).give(16)


def test_a_child_draws_real_chance() -> None:
    context = multiprocessing.get_context("fork")
    drawn: SimpleQueue[str] = context.SimpleQueue()
    for _ in range(2):
        child = context.Process(target=lambda: drawn.put(secrets.token_hex(16)))
        child.start()
        child.join()
    assert len({drawn.get(), drawn.get(), secrets.token_hex(16)}) == 3
