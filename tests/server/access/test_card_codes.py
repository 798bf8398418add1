"""The code on a card is not misread, and every slip of one letter, or swap of two neighbours, is found."""

import pytest

from server.access.card_codes import (
    ALPHABET,
    LENGTH,
    hash_code,
    is_easy,
    make_code,
    make_pin,
    read_code,
    read_pin,
    show_code,
)


def test_a_code_is_read_as_it_was_printed_and_as_people_type_it():
    code = make_code()
    shown = show_code(code)
    assert len(code) == LENGTH and len(shown) == LENGTH + 2
    wide = "".join(chr(ord(one) + 0xFEE0) for one in code)
    for typed in (
        code,
        shown,
        shown.lower(),
        shown.replace("-", " "),
        wide,
        f"https://a.example/c#{code}",
        f" {code}\n",
    ):
        assert read_code(typed.strip("\n")) == code, typed


def test_no_letter_is_taken_for_another():
    assert not set(ALPHABET) & set("0O1IL2Z5S8BUV") and len(set(ALPHABET)) == len(ALPHABET) == 23


def test_every_slip_of_one_letter_and_every_swap_of_two_is_found():
    code = make_code()
    slips = {code[:at] + other + code[at + 1 :] for at in range(LENGTH) for other in ALPHABET if other != code[at]}
    for first in range(LENGTH):
        for second in range(first):
            letters = list(code)
            letters[first], letters[second] = letters[second], letters[first]
            slips |= {"".join(letters)} - {code}
    assert len(slips) > 198 and {read_code(one) for one in slips} == {None}


@pytest.mark.parametrize("typed", ["", "A", "A" * 10, "0OO1LL2ZZ", "<script>", "三" * 9, "A" * 400, "\x00" * 9])
def test_what_no_card_can_have_is_no_code(typed):
    assert read_code(typed) is None


def test_codes_are_by_lot_and_are_found_by_their_hash():
    codes = {make_code() for _ in range(500)}
    assert len(codes) == 500 and {read_code(one) for one in codes} == codes
    assert len({hash_code(one) for one in codes}) == 500


@pytest.mark.parametrize("pin", ["000000", "123456", "987654", "121212", "135135", "543210"])
def test_what_everybody_tries_first_is_no_number(pin):
    assert is_easy(pin)


@pytest.mark.parametrize("pin", ["402913", "112233", "908172"])
def test_most_numbers_are_good(pin):
    assert not is_easy(pin)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("402913", "402913"),
        ("402 913", "402913"),
        ("４０２９１３", "402913"),
        *((one, None) for one in ("40291", "4029134", "40291a", "٤٠٢٩١٣", "")),
    ],
)
def test_a_number_is_six_digits(typed, read):
    assert read_pin(typed) == read


def test_a_number_by_lot_is_never_an_easy_one():
    made = [make_pin() for _ in range(300)]
    assert all(read_pin(one) == one and not is_easy(one) for one in made) and len(set(made)) > 250
