"""Acknowledgements: a short code that tells the day, which nobody guesses and which is read however it is typed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.registry.receipts import LENGTH, LETTERS, make_receipt, read_receipt

PROOF, MADE_ON = bytes(range(32)), date(2026, 3, 2)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 30))
def test_it_tells_on_which_day_the_package_was_taken_over(proof: bytes, after: int) -> None:
    day = MADE_ON + timedelta(days=after)
    code = make_receipt(proof, MADE_ON, day)
    assert len(code) == LENGTH and set(code) <= set(LETTERS)
    assert read_receipt(code, proof, MADE_ON) == day


def test_it_is_read_however_it_is_typed() -> None:
    code = make_receipt(PROOF, MADE_ON, MADE_ON)
    assert code[0] == "0"
    for typed in (code.lower(), f" {code[:4]}-{code[4:8]} {code[8:]} ", "O" + code[1:], "o" + code[1:]):
        assert read_receipt(typed, PROOF, MADE_ON) == MADE_ON
    assert read_receipt(code.replace("1", "l"), PROOF, MADE_ON) == MADE_ON


@given(st.integers(0, LENGTH - 1), st.sampled_from(LETTERS))
def test_another_letter_is_another_code(place: int, letter: str) -> None:
    code = make_receipt(PROOF, MADE_ON, MADE_ON + timedelta(days=4))
    changed = code[:place] + letter + code[place + 1 :]
    assert (read_receipt(changed, PROOF, MADE_ON) is None) == (changed != code)


@pytest.mark.parametrize("typed", ["", "0", "0" * LENGTH, "U" * LENGTH, "Z" * LENGTH, "一" * LENGTH, "0" * 400])
def test_what_is_no_receipt_is_none(typed: str) -> None:
    assert read_receipt(typed, PROOF, MADE_ON) is None


def test_that_of_another_package_is_none() -> None:
    code = make_receipt(PROOF[::-1], MADE_ON, MADE_ON)
    assert read_receipt(code, PROOF, MADE_ON) is None


def test_a_day_outside_of_its_life_counts_as_the_nearest_in_it() -> None:
    late, early = make_receipt(PROOF, MADE_ON, date(2027, 1, 1)), make_receipt(PROOF, MADE_ON, date(2026, 1, 1))
    assert read_receipt(late, PROOF, MADE_ON) == MADE_ON + timedelta(days=30)
    assert read_receipt(early, PROOF, MADE_ON) == MADE_ON
