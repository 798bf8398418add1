from datetime import date, datetime, time

import pytest

from server.followups.wishes import Wishes


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}+08:00")


@pytest.mark.parametrize(
    ("moment", "earliest"),
    [
        ("02T07:59:59", "02T08:00:00"),
        ("02T08:00:00", "02T08:00:00"),
        ("02T11:59:00", "02T11:59:00"),
        ("02T12:00:00", "02T14:00:00"),
        ("02T13:59:59", "02T14:00:00"),
        ("02T20:59:59", "02T20:59:59"),
        ("02T21:00:00", "03T08:00:00"),
        ("02T00:05:00", "02T08:00:00"),
    ],
)
def test_night_and_noon_are_quiet(moment: str, earliest: str) -> None:
    assert Wishes().earliest(at(moment)) == at(earliest)


def test_who_wants_no_quiet_hours_has_none() -> None:
    always = Wishes(quiet_from=time(0), quiet_until=time(0), quiet_noon=False)
    assert always.earliest(at("02T03:00:00")) == at("02T03:00:00")


def test_a_night_that_ends_at_noon_goes_on_until_noon_is_over() -> None:
    assert Wishes(quiet_until=time(12, 30)).earliest(at("02T09:00:00")) == at("02T14:00:00")


def test_quiet_hours_may_lie_in_one_day() -> None:
    siesta = Wishes(quiet_from=time(13), quiet_until=time(15))
    assert siesta.earliest(at("02T12:30:00")) == at("02T15:00:00")
    assert siesta.earliest(at("02T23:00:00")) == at("02T23:00:00")


def test_wishes_that_leave_no_hour_are_known() -> None:
    assert Wishes().leaves_time
    assert not Wishes(quiet_from=time(14), quiet_until=time(12)).leaves_time


def test_the_summary_waits_for_the_end_of_the_quiet_hours() -> None:
    assert Wishes().digest_on(date(2026, 3, 2)) == at("02T08:30:00")
    assert Wishes(digest_at=time(7)).digest_on(date(2026, 3, 2)) == at("02T08:00:00")
    assert Wishes(digest_at=time(12, 30)).digest_on(date(2026, 3, 2)) == at("02T14:00:00")


def test_a_summary_wished_for_in_the_night_comes_when_its_own_day_begins_to_be_loud() -> None:
    assert Wishes(digest_at=time(22)).digest_on(date(2026, 3, 2)) == at("02T08:00:00")
    late = Wishes(digest_at=time(9), quiet_from=time(8), quiet_until=time(0), quiet_noon=False)
    assert late.digest_on(date(2026, 3, 2)) == at("02T00:00:00")
