"""What she agreed to, by all her consent records; and which records that covers. Days written out."""

from datetime import UTC, date, datetime, timedelta

import pytest

from server.registry.consent import Consents, covers, stand, wants_erasure
from server.registry.telling import Event

RECEIVED = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)


def consent(day: str, received: datetime = RECEIVED, event: str = "", **data: str) -> Event:
    return Event(event or f"{day} {data}", "woman_consent", date.fromisoformat(day), received, None, data)


def gives(day: str, until: str, received: datetime = RECEIVED, **more: str) -> Event:
    return consent(day, received, action="register", consent_service="yes", consent_until=until, **more)


def takes_back(day: str, received: datetime = RECEIVED) -> Event:
    return consent(day, received, action="withdraw", withdraw_scope="service")


def covered(events: list[Event], day: str, received: datetime = RECEIVED) -> bool:
    return covers(events, date.fromisoformat(day), received)


@pytest.mark.parametrize(
    ("events", "day", "holds"),
    [
        ([], "2026-03-01", False),
        ([gives("2026-02-01", "2026-05-01")], "2026-03-01", True),
        ([gives("2026-02-01", "2026-05-01")], "2026-05-01", True),
        ([gives("2026-02-01", "2026-05-01")], "2026-05-02", False),
        ([gives("2026-02-01", "2026-05-01")], "2026-01-20", True),
        ([gives("2026-02-01", "2026-05-01"), takes_back("2026-03-10")], "2026-03-09", True),
        ([gives("2026-02-01", "2026-05-01"), takes_back("2026-03-10")], "2026-03-11", False),
        ([takes_back("2026-03-10"), gives("2026-02-01", "2026-05-01")], "2026-03-11", False),
        (
            [gives("2026-02-01", "2026-05-01"), takes_back("2026-03-10"), gives("2026-04-01", "2027-04-01")],
            "2026-03-20",
            False,
        ),
        (
            [gives("2026-02-01", "2026-05-01"), takes_back("2026-03-10"), gives("2026-04-01", "2027-04-01")],
            "2026-04-02",
            True,
        ),
        ([gives("2026-02-01", "2026-03-01"), gives("2026-04-01", "2027-04-01")], "2026-03-15", True),
        ([consent("2026-02-01", action="change", consent_service="no")], "2026-02-02", False),
        ([consent("2026-02-01", action="export_request")], "2026-02-02", False),
    ],
)
def test_a_record_is_covered_on_the_days_of_a_consent_and_never_beyond_a_no(
    events: list[Event], day: str, holds: bool
) -> None:
    assert covered(events, day) is holds


def test_on_the_day_of_the_withdrawal_the_receipt_decides() -> None:
    withdrawn_at = RECEIVED
    events = [gives("2026-02-01", "2027-02-01", RECEIVED - timedelta(days=9)), takes_back("2026-05-31", withdrawn_at)]
    assert covered(events, "2026-05-31", withdrawn_at - timedelta(minutes=1))
    assert not covered(events, "2026-05-31", withdrawn_at + timedelta(minutes=1))


def test_a_consent_dated_by_a_clock_that_runs_ahead_does_not_outlive_a_withdrawal() -> None:
    events = [gives("2035-01-01", "2036-01-01", RECEIVED), takes_back("2026-06-03", RECEIVED + timedelta(days=2))]
    assert stand(events).service is False
    assert not covered(events, "2026-06-04", RECEIVED + timedelta(days=4))


@pytest.mark.parametrize("slip", ["2025-03-01", "1970-01-01", "0001-01-01"])
def test_a_withdrawal_dated_before_all_that_she_gave_takes_it_back(slip: str) -> None:
    earlier = RECEIVED - timedelta(days=9)
    events = [gives("2026-02-01", "2027-02-01", earlier, consent_location="yes"), takes_back(slip, RECEIVED)]
    assert stand(events) == Consents(until=date(2026, 5, 31), withdrawn_on=date(2026, 6, 1))
    assert not covered(events, "2026-05-30", RECEIVED + timedelta(minutes=1))
    part = consent(slip, RECEIVED, action="withdraw", withdraw_scope="location")
    assert stand([events[0], part]) == Consents(service=True, until=date(2027, 2, 1))


@pytest.mark.parametrize("scope", ["service", "location"])
def test_a_phone_that_lost_its_clock_takes_back_what_she_renewed_long_after_her_first_consent(scope: str) -> None:
    """A dead battery says 1970: her renewal is younger than that, and yet she has taken it back."""
    first = gives("2026-01-05", "2027-01-05", RECEIVED - timedelta(days=140), consent_location="yes")
    renewed = gives("2026-05-01", "2027-05-01", RECEIVED - timedelta(days=30), consent_location="yes")
    taken = consent("1970-01-01", RECEIVED, action="withdraw", withdraw_scope=scope)
    standing = stand([first, renewed, taken])
    assert (standing.service, standing.location) == (scope == "location", False)
    anew = gives("2026-06-02", "2027-06-02", RECEIVED + timedelta(days=1), consent_location="yes")
    assert stand([first, renewed, taken, anew]).location, "she may agree again"


@pytest.mark.parametrize(
    "answer", [{"present_self": "no"}, {"privacy_now": "not_private"}, {"age_band": "under_14"}], ids=str
)
def test_nobody_consents_in_her_place_nor_for_a_child(answer: dict[str, str]) -> None:
    """The form ends there; whatever sends the rest all the same gives no consent and changes none."""
    wrong = gives("2026-02-01", "2027-02-01", consent_reminder="yes", **answer)
    assert stand([wrong]) == Consents()
    assert not covered([wrong], "2026-03-01")
    hers = gives("2026-01-01", "2026-03-01", consent_reminder="no")
    assert stand([hers, wrong]) == stand([hers])


def test_who_said_no_first_and_registers_later_has_consented() -> None:
    first = consent("2026-01-01", RECEIVED, action="register", consent_service="no")
    assert stand([first, gives("2026-02-01", "2027-02-01", RECEIVED)]).service


def test_a_renewal_after_a_withdrawal_holds_though_the_registration_is_gone() -> None:
    events = [takes_back("2026-02-01", RECEIVED - timedelta(days=9)), gives("2026-03-01", "2027-03-01", RECEIVED)]
    assert stand(events).service


def test_a_consent_without_a_last_day_lasts_a_year_from_the_day_it_was_given() -> None:
    events = [consent("9999-12-31", RECEIVED, action="register", consent_service="yes")]
    assert stand(events).until == date(2027, 6, 1)
    assert covered(events, "2027-06-01", RECEIVED + timedelta(days=365))


def test_the_last_word_counts_by_visit_and_then_by_receipt() -> None:
    early, late = gives("2026-02-01", "2026-05-01", consent_reminder="yes"), gives("2026-03-01", "2027-03-01")
    assert stand([late, early]) == Consents(service=True, until=date(2027, 3, 1), reminder=True)
    same_day = [takes_back("2026-03-01", RECEIVED), gives("2026-03-01", "2027-03-01", RECEIVED - timedelta(hours=1))]
    assert stand(same_day).withdrawn_on == date(2026, 3, 1)


def test_taking_back_one_consent_leaves_the_others() -> None:
    events = [
        gives("2026-02-01", "2027-02-01", consent_reminder="yes", consent_location="yes", consent_stats="yes"),
        consent("2026-03-01", action="withdraw", withdraw_scope="location stats"),
    ]
    assert stand(events) == Consents(service=True, until=date(2027, 2, 1), reminder=True)


def test_taking_back_the_service_ends_all_of_it_the_day_before() -> None:
    events = [gives("2026-02-01", "2027-02-01", consent_reminder="yes"), takes_back("2026-03-01")]
    assert stand(events) == Consents(until=date(2026, 2, 28), withdrawn_on=date(2026, 3, 1))


def test_a_withdrawal_that_names_nothing_takes_everything_back() -> None:
    assert stand([gives("2026-02-01", "2027-02-01"), consent("2026-03-01", action="withdraw")]).service is False


def test_only_a_no_to_the_service_can_ask_for_erasure() -> None:
    assert wants_erasure({"action": "withdraw", "withdraw_scope": "service", "withdraw_erase": "erase"})
    assert not wants_erasure({"action": "withdraw", "withdraw_scope": "stats", "withdraw_erase": "erase"})
    assert not wants_erasure({"action": "withdraw", "withdraw_scope": "service", "withdraw_erase": "keep_minimal"})
