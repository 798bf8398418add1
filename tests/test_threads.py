"""Every thread of the table in threads.py has its test, and every test that it names is there."""

import pytest

from tests.test_security_page import ROOT, missing_tests
from tests.threads import SEARCHED, THREADS

NOT_BUILT = ("medic/cht-core#5999",)
"""What we do not do at all: their tests show what there is instead."""


def searched() -> list[str]:
    found = []
    for part in SEARCHED.split("; "):
        repository, _, numbers = part.partition(": ")
        found += [f"{repository}#{number}" for number in numbers.split()]
    return found


def test_every_thread_that_was_found_has_its_row_in_order() -> None:
    assert list(THREADS) == searched()


def test_every_named_test_is_there() -> None:
    named = [one for thread in THREADS.values() for one in thread.tests]
    assert missing_tests(" ".join(f"`{one}`" for one in named)) == []


@pytest.mark.parametrize("name", THREADS)
def test_every_thread_has_a_test_that_names_it(name: str) -> None:
    """By its number in the test's name or in what the test says of itself."""
    number = name.partition("#")[2]
    thread = THREADS[name]
    assert thread.complaint and thread.tests
    named = [number in text_of(*one.split("::")) for one in thread.tests]
    assert any(named) or (name in NOT_BUILT and thread.not_here)


def text_of(path: str, name: str) -> str:
    """A test's source."""
    return (ROOT / path).read_text(encoding="utf-8").partition(f"def {name}(")[2].partition("\ndef ")[0] + name


def test_a_test_that_is_named_and_not_there_is_found() -> None:
    assert missing_tests("`tests/test_threads.py::test_no_such`") == ["tests/test_threads.py::test_no_such"]
