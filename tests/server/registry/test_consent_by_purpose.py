"""Each purpose by itself: what she said last, in answer to which words, until when. Days written out."""

from datetime import UTC, date, datetime, timedelta

import pytest

from server.registry.consent_by_purpose import Standing, Wording, read_wording, stand_by_purpose
from tests.server.registry.test_consent import RECEIVED, consent, gives, takes_back

HASH = "9f" * 32
LATER = RECEIVED + timedelta(days=1)


def test_each_purpose_names_the_record_and_the_words_that_it_answered() -> None:
    wording = {"wording_service": f"1 {HASH}", "wording_reminder": f"3 {HASH.upper()}"}
    first = gives("2026-02-01", "2027-02-01", event="first", consent_reminder="yes", consent_stats="no", **wording)
    second = consent("2026-03-01", LATER, "second", action="new_text", consent_stats="yes", wording_stats=f"2 {HASH}")
    standing = stand_by_purpose([second, first])
    until = date(2027, 2, 1)
    assert list(standing) == ["service", "reminder", "stats"], "what she was never asked is not there"
    assert standing["service"] == Standing("service", True, date(2026, 2, 1), until, Wording(1, HASH), "first")
    assert standing["reminder"].wording == Wording(3, HASH)
    assert standing["stats"] == Standing("stats", True, date(2026, 3, 1), until, Wording(2, HASH), "second")


def test_a_no_has_no_words_and_no_last_day() -> None:
    (one,) = stand_by_purpose([consent("2026-02-01", consent_stats="no", wording_stats=f"2 {HASH}")]).values()
    assert (one.given, one.until, one.wording) == (False, None, None)


def test_taking_back_the_service_takes_back_each_of_the_others_on_that_day() -> None:
    events = [gives("2026-02-01", "2027-02-01", consent_reminder="yes", consent_stats="no"), takes_back("2026-03-01")]
    standing = stand_by_purpose(events)
    assert {name: one.given for name, one in standing.items()} == dict.fromkeys(("service", "reminder", "stats"), False)
    assert standing["reminder"].said_on == standing["service"].said_on == date(2026, 3, 1)
    assert standing["stats"].said_on == date(2026, 2, 1), "that one was no before"


def test_taking_back_one_leaves_the_others_with_their_own_record() -> None:
    taken = consent("2026-03-01", LATER, "taken", action="withdraw", withdraw_scope="reminder")
    standing = stand_by_purpose([gives("2026-02-01", "2027-02-01", event="first", consent_reminder="yes"), taken])
    assert (standing["reminder"].given, standing["reminder"].event) == (False, "taken")
    assert (standing["service"].given, standing["service"].event) == (True, "first")


def test_a_renewal_of_the_service_alone_leaves_what_she_said_of_the_others() -> None:
    renewed = gives("2026-12-01", "2027-12-01", LATER, event="renewed")
    standing = stand_by_purpose([gives("2026-02-01", "2027-02-01", event="first", consent_reminder="yes"), renewed])
    assert (standing["service"].event, standing["reminder"].event) == ("renewed", "first")
    assert standing["reminder"].until == date(2027, 12, 1), "all that is given ends with the service"


def test_who_answers_in_her_place_says_nothing() -> None:
    assert stand_by_purpose([gives("2026-02-01", "2027-02-01", present_self="no", consent_stats="yes")]) == {}


@pytest.mark.parametrize(
    ("today", "state"),
    [("2027-01-02", "given"), ("2027-01-03", "ending"), ("2027-02-01", "ending"), ("2027-02-02", "ended")],
)
def test_a_consent_is_ending_in_its_last_thirty_days(today: str, state: str) -> None:
    one = stand_by_purpose([gives("2026-02-01", "2027-02-01")])["service"]
    assert one.state(date.fromisoformat(today)) == state


@pytest.mark.parametrize("text", [None, "", "3", f"x {HASH}", f"-1 {HASH}", "3 short", f"3  {HASH}", f"9999999 {HASH}"])
def test_words_that_are_not_written_as_the_form_writes_them_are_unknown(text: str | None) -> None:
    assert read_wording(text) is None


NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


def test_a_consent_begun_before_she_took_it_back_at_the_office_does_not_come_back_with_a_late_phone() -> None:
    registered = gives("2026-02-01", "2027-02-01", NOON - timedelta(days=90))
    at_the_office = consent("2026-06-01", NOON, action="withdraw", withdraw_scope="service")
    hours = timedelta(hours=6)
    morning = gives("2026-06-01", "2027-06-01", NOON + hours, start="2026-06-01T09:30:00.000+08:00")
    assert not stand_by_purpose([registered, at_the_office, morning])["service"].given
    evening = gives("2026-06-01", "2027-06-01", NOON + hours, start="2026-06-01T15:30:00.000+08:00")
    assert stand_by_purpose([registered, at_the_office, evening])["service"].given
