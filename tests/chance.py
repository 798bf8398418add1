"""What chance gives inside a test: other bytes in each test, and the same ones in each run of it.

Where ids, keys and digests differ from run to run, an assertion that finds a short number in one of them fails once in
a hundred runs, and nobody can see it fail again. A process that a test starts draws real chance.
"""

import os
import random
from collections.abc import Callable
from random import Random

import pytest

_REAL = os.urandom


class Chance:
    """Bytes in place of those of the machine."""

    def __init__(self, test: str) -> None:
        self.source = Random(f"{test} on {make_kind(os.environ.get('TEST_DATABASE_URL', ''))}")

    def give(self, size: int) -> bytes:
        return self.source.randbytes(size)


def make_kind(url: str) -> str:
    """The kind of database: both kinds run side by side, and never with the same ids."""
    return url.partition(":")[0] or "sqlite"


def draw_from(give: Callable[[int], bytes]) -> None:
    """Has uuid, secrets and whoever asks for os.urandom draw there: `random` keeps a name of its own for it."""
    os.urandom = give
    random._urandom = give  # type: ignore[attr-defined]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    draw_from(Chance(item.nodeid).give)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    draw_from(_REAL)


os.register_at_fork(after_in_child=lambda: draw_from(_REAL))
