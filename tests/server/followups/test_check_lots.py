"""The lot of back-checks: between 5 and 10 per cent, the same again whenever it is asked, and by nobody foreseen."""

from datetime import UTC, datetime, timedelta

from server.followups.check_lots import ONE_IN, Arrived, choose, draw

FIRST = datetime(2026, 3, 2, tzinfo=UTC)
KEY, OTHER = b"k" * 32, b"o" * 32


def visits(number: int, hours: int = 1) -> list[Arrived]:
    return [Arrived(one, FIRST + timedelta(hours=one * hours)) for one in range(number)]


def ids(arrived: list[Arrived], key: bytes = KEY) -> list[int]:
    return [one.submission_id for one in draw(arrived, key)]


def test_between_5_and_10_per_cent_are_drawn_whatever_the_secret() -> None:
    for number in range(20):
        drawn = ids(visits(400), bytes([number]) * 32)
        assert 0.05 <= len(drawn) / 400 <= 0.10


def test_every_thirteen_have_exactly_one() -> None:
    assert {sum(block * ONE_IN <= one < (block + 1) * ONE_IN for one in ids(visits(130))) for block in range(10)} == {1}


def test_it_is_the_same_again_and_later_visits_change_nothing() -> None:
    early, late = ids(visits(100)), ids(visits(500))
    assert late[: len(early)] == early == ids(visits(100))


def test_without_the_secret_it_cannot_be_foreseen() -> None:
    assert ids(visits(400)) != ids(visits(400), OTHER)
    assert len({one % ONE_IN for one in ids(visits(400))}) > 5


def test_each_shanghai_month_begins_anew() -> None:
    """23:59 and 00:01 in Shanghai are two months; the second one's draw knows nothing of the first one's number."""
    edge = datetime(2026, 3, 31, 16, tzinfo=UTC)
    after = [Arrived(100 + one, edge + timedelta(minutes=one)) for one in range(ONE_IN)]
    before = [Arrived(one, edge - timedelta(minutes=60 - one)) for one in range(7)]
    assert [one for one in ids(before + after) if one >= 100] == ids(after)


def test_two_that_are_stored_at_once_around_midnight_begin_no_month_anew() -> None:
    edge = datetime(2026, 3, 31, 16, tzinfo=UTC)
    before = [Arrived(one, edge - timedelta(minutes=60 - one)) for one in range(7)]
    after = [Arrived(100 + one, edge + timedelta(minutes=one)) for one in range(40)]
    crossed = [*before, after[0], Arrived(99, edge - timedelta(seconds=1)), *after[1:]]
    assert [one for one in ids(crossed) if one >= 100] == ids(after)


def test_one_phone_checks_a_record_and_another_one_moves_only_what_becomes_its_own() -> None:
    before = {one: choose(KEY, one, [1, 2, 3]) for one in range(300)}
    after = {one: choose(KEY, one, [1, 2, 3, 4]) for one in range(300)}
    assert {after[one] for one in before if after[one] != before[one]} == {4}
    assert set(before.values()) == {1, 2, 3}
    assert choose(KEY, 1, []) is None
