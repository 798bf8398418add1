"""Guessing gets slower and slower, of a code and from a network; nobody is locked out for good."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from server.access.card_tries import OF_CODE, OF_NETWORK, count_try, forget_tries
from server.errors import TooManyCardTries
from server.models import CardTry
from tests.conftest import MORNING

MINUTE = timedelta(minutes=1)


def fail(database, code, address, now):
    """Seconds to wait, 0 where the try was let through."""
    try:
        with database.transaction() as db:
            count_try(db, code, address, now)
    except TooManyCardTries as problem:
        return problem.details["seconds"]
    return 0


def test_five_tries_are_free_and_then_each_pause_is_twice_the_one_before(database):
    now, pauses = MORNING, []
    assert [fail(database, "A", f"10.0.0.{one}", now) for one in range(OF_CODE.free)] == [0] * 5
    for number in range(9):
        waits = fail(database, "A", f"10.0.1.{number}", now)
        pauses.append(waits // 60)
        now += timedelta(seconds=waits)
        assert fail(database, "A", f"10.0.2.{number}", now) == 0
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_what_comes_during_a_pause_makes_it_no_longer_and_counts_for_nothing(database):
    for one in range(OF_CODE.free):
        fail(database, "A", f"10.0.0.{one}", MORNING)
    assert [fail(database, "A", "10.0.0.9", MORNING + timedelta(seconds=20 * one)) for one in range(3)] == [61, 41, 21]
    assert fail(database, "A", "10.0.0.9", MORNING + MINUTE) == 0


def test_a_code_that_no_card_has_waits_as_any_other_and_others_do_not(database):
    for one in range(OF_CODE.free):
        fail(database, "nobody's", f"10.0.0.{one}", MORNING)
    assert fail(database, "nobody's", "10.0.0.9", MORNING) == 61
    assert fail(database, "another", "10.0.0.9", MORNING) == 0


def test_a_network_that_tries_many_codes_waits_a_quarter_of_an_hour_at_most(database):
    now = MORNING
    assert {fail(database, f"code {one}", "10.0.0.1", now) for one in range(OF_NETWORK.free)} == {0}
    pauses = []
    for number in range(6):
        waits = fail(database, f"more {number}", "10.0.0.1", now)
        assert fail(database, f"more {number}", "10.0.0.2", now) == 0, "another network goes on"
        pauses.append(waits // 60)
        now += timedelta(seconds=waits)
        fail(database, f"yet more {number}", "10.0.0.1", now)
    assert pauses == [1, 2, 4, 8, 15, 15]


def test_a_whole_network_of_the_new_protocol_is_one_network(database):
    for one in range(OF_NETWORK.free):
        fail(database, f"code {one}", f"2001:db8::{one:x}", MORNING)
    assert fail(database, "one more", "2001:db8::ffff", MORNING) == 61


def test_the_right_number_starts_the_code_anew_and_does_not_count_for_its_network(database):
    for _ in range(OF_CODE.free - 1):
        fail(database, "A", "10.0.0.1", MORNING)
    fail(database, "A", "10.0.0.1", MORNING)
    with database.transaction() as db:
        forget_tries(db, "A", "10.0.0.1")
        assert [row.failures for row in db.query(CardTry)] == [OF_CODE.free - 1]
    assert [fail(database, "A", "10.0.0.1", MORNING) for _ in range(OF_CODE.free)] == [0] * 5


def test_after_a_quiet_day_everything_is_forgotten(database):
    for one in range(OF_CODE.free):
        fail(database, "A", f"10.0.0.{one}", MORNING)
    assert fail(database, "B", "10.0.0.77", MORNING + timedelta(hours=25)) == 0
    with database.reading() as db:
        assert db.query(CardTry).count() == 2


def test_neither_a_code_nor_an_address_is_kept(database):
    fail(database, "Q7KAM4XYZ", "10.9.8.7", MORNING)
    with database.reading() as db:
        kept = b"".join(row.key for row in db.query(CardTry))
    assert b"Q7KAM4XYZ" not in kept and b"10.9.8.7" not in kept and len(kept) == 64


@pytest.mark.parametrize("failures", [1, 4])
def test_below_the_free_tries_there_is_no_pause(failures):
    assert OF_CODE.pause(failures) == timedelta(0) and OF_CODE.pause(10_000) == timedelta(hours=1)


def test_guesses_that_are_sent_at_once_are_counted_one_by_one(database):
    with ThreadPoolExecutor(4) as many:
        waits = list(many.map(lambda one: fail(database, "A", f"10.0.{one}.1", MORNING), range(16)))
    assert sorted(waits) == [0] * OF_CODE.free + [61] * (16 - OF_CODE.free)
