"""The outside of a package: only the key on her card opens it, nothing in it can be read or changed without, slips are told."""

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import PackageRefused
from server.registry.packages import (
    KEY_DIGITS,
    MAGIC,
    MOST_BYTES,
    SUM_BYTES,
    check_key,
    in_groups,
    keys_of,
    make_key,
    open_package,
    seal_package,
    sum_of,
)

TOLD = {"code": "W-0231", "made_on": "2026-03-02", "items": {"contact": [{"number": "13800000001"}]}}


@pytest.fixture(scope="module")
def sealed():
    return seal_package(TOLD)


def reason_of(file: bytes, key: str) -> str:
    with pytest.raises(PackageRefused) as refused:
        open_package(file, key)
    return str(refused.value.details["reason"])


def test_the_key_on_her_card_opens_it_as_it_was_typed(sealed) -> None:
    opened = open_package(sealed.file, in_groups(sealed.key))
    assert (opened.told, opened.name, opened.proof) == (TOLD, sealed.name, sealed.proof)
    assert str(opened.last_day) == "2026-04-01"
    assert open_package(sealed.file, in_groups(sealed.key).replace(" ", "-")).told == TOLD


def test_nothing_in_the_file_can_be_read_and_its_length_says_little(sealed) -> None:
    for word in (b"W-0231", b"2026", b"13800000001", b"contact", sealed.key.encode(), sealed.proof):
        assert word not in sealed.file
    longer = seal_package(TOLD | {"items": {"contact": [{"number": "13800000001", "shared": "yes"}]}})
    assert len(longer.file) == len(sealed.file)
    assert seal_package(TOLD).file[len(MAGIC) :] != sealed.file[len(MAGIC) :]


def test_what_is_sealed_and_says_nothing_is_refused_as_unreadable(monkeypatch) -> None:
    """Whoever seals a package may be anybody."""
    monkeypatch.setattr("server.registry.packages.orjson.dumps", lambda _told: b"{")
    odd = seal_package({})
    assert reason_of(odd.file, odd.key) == "what is in it cannot be read here"


@pytest.mark.parametrize("name", ["place", "bit"])
def test_every_byte_that_is_flipped_is_noticed(sealed, name) -> None:
    for place in range(len(sealed.file)):
        changed = bytearray(sealed.file)
        changed[place] ^= 0x80 if name == "place" else 1
        word = reason_of(bytes(changed), sealed.key)
        assert word.startswith("this is no package" if place < len(MAGIC) else "it is damaged")


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_who_changes_it_and_mends_the_sum_does_not_get_it_opened_either(sealed, data) -> None:
    place = data.draw(st.integers(len(MAGIC), len(sealed.file) - SUM_BYTES - 1))
    changed = bytearray(sealed.file[:-SUM_BYTES])
    changed[place] ^= data.draw(st.integers(1, 255))
    assert reason_of(bytes(changed) + sum_of(bytes(changed)), sealed.key).startswith("this key does not open it")


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=400))
def test_any_other_bytes_are_refused_with_a_word(noise: bytes) -> None:
    key = "0" * (KEY_DIGITS - 2) + "01"
    assert reason_of(noise, key) == "this is no package of Fangshi"
    assert reason_of(MAGIC + noise, key).startswith("it is damaged")


def test_one_that_is_cut_off_or_too_long_is_damaged(sealed) -> None:
    for length in (len(MAGIC), 40, 80, len(sealed.file) - 1):
        assert reason_of(sealed.file[:length], sealed.key).startswith("it is damaged")
    long = sealed.file + bytes(MOST_BYTES)
    assert reason_of(long + sum_of(long), sealed.key).startswith("it is damaged")


def test_another_key_a_slip_and_a_short_one_are_told_apart(sealed) -> None:
    assert reason_of(sealed.file, make_key()).startswith("this key does not open it")
    slip = ("1" if sealed.key[0] != "1" else "2") + sealed.key[1:]
    swapped = next(
        sealed.key[:at] + sealed.key[at + 1] + sealed.key[at] + sealed.key[at + 2 :]
        for at in range(KEY_DIGITS - 1)
        if sealed.key[at] != sealed.key[at + 1]
    )
    assert reason_of(sealed.file, slip) == reason_of(sealed.file, swapped)
    assert reason_of(sealed.file, slip).startswith("a digit of the key is wrong")
    for typed in ("", "12", sealed.key + "0", "x" * KEY_DIGITS, "１" * KEY_DIGITS, "²" * KEY_DIGITS):
        assert reason_of(sealed.file, typed) == "the key has 32 digits"


@given(st.integers(0, KEY_DIGITS - 1), st.integers(1, 9))
def test_each_single_slip_is_found_without_the_file(place: int, by: int) -> None:
    key = make_key()
    assert check_key(key) == key
    slip = key[:place] + str((int(key[place]) + by) % 10) + key[place + 1 :]
    with pytest.raises(PackageRefused):
        check_key(slip)


def test_who_has_a_package_without_its_key_makes_none_of_its_name(sealed) -> None:
    """Taken over first, it would be the other that was taken over already."""
    key, salt, nonce = make_key(), bytes(16), bytes(12)
    head = MAGIC + sealed.name + salt + nonce
    body = head + keys_of(key, salt)[0].encrypt(nonce, orjson.dumps(TOLD), head)
    assert reason_of(body + sum_of(body), key) == "what is in it cannot be read here"
