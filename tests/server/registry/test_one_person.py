"""Two registrations read as one course: which pregnancies are one, and what each record named."""

from datetime import UTC, date, datetime

from server.registry.one_person import as_one_person, named_in, same_pregnancies
from server.registry.referrals import referral_uuid
from server.registry.telling import Event


def registered(event: str, episode: str, on: date, told_of: str | None = None) -> Event:
    data = {"wants_registration": "yes", "lmp_known": "exact", "lmp_date": "2025-12-01"}
    return Event(event, "pregnancy_registration", on, at(on), episode, data, told_of=told_of)


def ended(event: str, episode: str, on: date) -> Event:
    data = {"report_type": "loss", "loss_date": on.isoformat()}
    return Event(event, "delivery_postnatal", on, at(on), episode, data)


def at(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 4, tzinfo=UTC)


def test_a_pregnancy_registered_under_both_numbers_is_the_one_that_was_registered_first() -> None:
    events = [registered("a", "p1", date(2026, 2, 1)), registered("b", "p2", date(2026, 3, 1), "other")]
    assert same_pregnancies(events) == {"p2": "p1"}
    first, second = as_one_person(events)
    assert (first.episode, first.told_episode) == ("p1", None)
    assert (second.episode, second.told_episode) == ("p1", "p2")


def test_one_that_ended_before_the_next_was_registered_is_another() -> None:
    before = [registered("a", "p1", date(2026, 2, 1)), ended("c", "p1", date(2026, 2, 20))]
    assert same_pregnancies([*before, registered("b", "p2", date(2026, 3, 1), "other")]) == {}
    long_ago = [registered("a", "p1", date(2025, 2, 1)), registered("b", "p2", date(2026, 3, 1), "other")]
    assert same_pregnancies(long_ago) == {}


def test_what_one_registration_tells_apart_stays_apart() -> None:
    events = [registered("a", "p1", date(2026, 2, 1)), registered("b", "p2", date(2026, 3, 1))]
    assert same_pregnancies(events) == {}
    assert as_one_person(events) is events
    assert named_in(events) == {}


def test_records_and_what_they_made_are_known_by_what_they_named() -> None:
    events = as_one_person([registered("a", "p1", date(2026, 2, 1)), registered("b", "p2", date(2026, 3, 1), "other")])
    named = named_in(events)
    assert named["b"] == named[referral_uuid("b")] == ("other", "p2")
    assert "a" not in named
