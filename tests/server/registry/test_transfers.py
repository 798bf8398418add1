"""Transfers of care (F8): what their records say together, whichever came first, and what becomes of them with her consent."""

from datetime import date, datetime, timedelta

import orjson
import pytest
from flask import Flask

from server.db import Database
from server.models import Entity, FollowUp, Pregnancy, Project
from server.registry.own_data import as_json, collect
from server.registry.retention import cutoff, minimise, past_women
from server.registry.telling import CONSENT, TRANSFER, Event
from server.registry.transfers import courses_of, status_of
from tests.client import Client
from tests.conftest import MORNING, Clock
from tests.server.registry.caring import Care, a_clinician, a_uuid

ASKS = {"direction": "out", "she_asks": "yes", "consent_transfer": "yes"}
RECEIPT = {"direction": "out", "step": "receipt", "receiver_ack": "received"}
CANCEL = {"direction": "out", "step": "cancel"}
CHANGE = {**ASKS, "step": "change"}
COMES = {"direction": "in", "she_asks": "yes"}
FIRST = date(2026, 2, 1)


def told(on: int, hour: int = 0, **data: str) -> Event:
    """A record of so many days after the first, received so many hours after midday of that day."""
    day = FIRST + timedelta(days=on)
    received = datetime.combine(day, MORNING.timetz()) + timedelta(hours=hour)
    return Event(f"{on}-{hour}-{data.get('step', '')}", TRANSFER, day, received, "t", data)


def said(on: int, hour: int = 0, **data: str) -> Event:
    one = told(on, hour, **data)
    return Event(f"consent {on}-{hour}", CONSENT, one.visit_date, one.received_at, None, data)


def status(*events: Event) -> str:
    """The same in every order of arrival."""
    found = {courses_of(order)["t"].status if courses_of(order) else "" for order in (events, events[::-1])}
    (only,) = found
    return only


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([ASKS], "asked"),
        ([{**ASKS, "consent_transfer": "no"}], ""),
        ([{**ASKS, "she_asks": "no", "consent_transfer": ""}], ""),
        ([ASKS, RECEIPT], "received"),
        ([ASKS, {**RECEIPT, "receiver_ack": "problem"}], "asked"),
        ([ASKS, CANCEL], "cancelled"),
        ([ASKS, CANCEL, RECEIPT], "cancelled"),
        ([ASKS, RECEIPT, CANCEL], "cancelled"),
        ([ASKS, {**CHANGE, "consent_transfer": "no"}], "cancelled"),
        ([ASKS, {**CHANGE, "she_asks": "no", "consent_transfer": ""}], "asked"),
        ([ASKS, RECEIPT, CHANGE], "asked"),
        ([ASKS, CANCEL, CHANGE], "asked"),
        ([COMES], "started"),
        ([{**RECEIPT, "direction": "in"}], "received"),
        ([{**RECEIPT, "direction": "in"}, {**COMES, "step": "meet"}], "started"),
        ([COMES, {**RECEIPT, "direction": "in"}], "started"),
        ([COMES, {**CANCEL, "direction": "in"}], "cancelled"),
    ],
)
def test_what_its_records_make_of_a_transfer(records: list[dict[str, str]], expected: str) -> None:
    assert status(*(told(at, **data) for at, data in enumerate(records))) == expected


def test_on_one_day_her_no_is_the_last_word_and_what_began_it_the_first() -> None:
    assert status(told(0, 3, **ASKS), told(0, 1, **CANCEL), told(0, 2, **CHANGE)) == "cancelled"


def test_what_began_it_comes_first_also_where_its_phones_clock_ran_ahead() -> None:
    assert status(told(5, **ASKS), told(2, **RECEIPT)) == "received"


def test_a_change_is_a_new_consent_and_nobody_has_received_that_yet() -> None:
    course = courses_of([told(0, **ASKS), told(2, **RECEIPT), told(4, **CHANGE)])["t"]
    assert course.agreed == (FIRST + timedelta(days=4), "4-0-change") and course.received is None


def test_taking_back_her_consent_ends_what_is_under_way_and_a_later_consent_brings_nothing_back() -> None:
    yes, no = {"action": "register", "consent_service": "yes"}, {"action": "withdraw", "withdraw_scope": "service"}
    begun = (said(0, **yes), told(1, **ASKS))
    assert status(*begun, said(3, **no)) == status(*begun, told(2, **RECEIPT), said(3, **no)) == "cancelled"
    again = (*begun, said(3, **no), said(4, **yes))
    assert status(*again) == "cancelled"
    assert status(*again, told(5, **CHANGE)) == "asked", "she asked anew"
    assert status(*begun, said(3, action="withdraw", withdraw_scope="stats")) == "asked"


def test_whoever_has_come_stays_here_whatever_she_takes_back() -> None:
    assert status(said(0, consent_service="yes"), told(1, **COMES), said(2, action="withdraw")) == "started"


def test_what_was_said_of_checks_before_stands_until_she_says_something_else() -> None:
    course = courses_of([told(0, **COMES, pregnant_now="yes"), told(2, **COMES, step="meet", services_in="none")])["t"]
    assert course.needs_checks == "yes" and course.served == (FIRST + timedelta(days=2), "2-0-meet")


@pytest.mark.parametrize(
    ("listed", "direction", "agrees", "expected"),
    [
        ("asked", "out", True, "cancelled"),  # its record was taken out by the office
        ("sent", "in", True, "sent"),  # it came from elsewhere, and no record tells of it yet
        ("sent", "in", False, "cancelled"),
        ("expired", "out", False, "expired"),
    ],
)
def test_a_row_of_which_no_record_tells(listed: str, direction: str, agrees: bool, expected: str) -> None:
    assert status_of({"status": listed, "direction": direction}, None, agrees) == expected


@pytest.mark.parametrize("written", ["sent", "expired"])
def test_what_the_server_wrote_of_the_package_stays_beside_what_she_asked_for(written: str) -> None:
    asked = courses_of([told(0, **ASKS)])["t"]
    assert status_of({"status": written, "direction": "out"}, asked, True) == written


@pytest.fixture
def care(app: Flask, database: Database, project_id: int, clock: Clock) -> Care:
    return Care(app, database, project_id)


def listed(care: Care, transfer: str) -> str:
    entity = care.entity(transfer)
    assert entity is not None
    found: str = orjson.loads(entity.data_json)["status"]
    return found


def test_a_record_about_a_transfer_is_hers_and_sealed_until_we_know_whose_it_is(care: Care) -> None:
    woman, transfer = a_uuid(), a_uuid()
    receipt = care.go_on(transfer, "receipt", receiver_ack="received", status="received")
    assert care.seal_of(receipt) == "unknown"
    asks = care.leave(woman, transfer)
    assert care.seal_of(asks) == "unknown" and care.entity(transfer) is None

    care.register(woman)
    assert care.seal_of(asks) is care.seal_of(receipt) is None
    assert listed(care, transfer) == "received"
    (entity,) = [one for one in care.rows(Entity) if one.uuid == transfer]
    assert entity.about == woman


def test_a_phone_cannot_write_what_its_record_does_not_say(care: Care) -> None:
    woman = a_uuid()
    care.register(woman)
    for written in ("sent", "expired"):
        care.leave(woman, transfer := a_uuid(), status=written)
        assert listed(care, transfer) == "asked", "what became of a package is the server's to tell"
    care.go_on(transfer, "receipt", receiver_ack="not_yet", status="received")
    assert listed(care, transfer) == "asked"


def test_a_correction_that_names_another_woman_takes_the_transfer_along(care: Care) -> None:
    woman, other, transfer = a_uuid(), a_uuid(), a_uuid()
    care.register(woman)
    care.register(other)
    first = care.leave(woman, transfer)
    care.leave(other, transfer, deprecated_id=first, instance_id="uuid:" + a_uuid())
    (entity,) = [one for one in care.rows(Entity) if one.uuid == transfer]
    assert entity.about == other and listed(care, transfer) == "asked"


def test_she_cancels_though_her_consent_has_run_out_and_nothing_else_is_read(care: Care, clock: Clock) -> None:
    woman, transfer = a_uuid(), a_uuid()
    care.register(woman, until="2026-03-01")
    care.leave(woman, transfer)
    clock.set(MORNING + timedelta(days=60))
    late = care.go_on(transfer, "receipt", day="2026-04-20", receiver_ack="received", status="received")
    assert care.seal_of(late) == "no_consent" and listed(care, transfer) == "asked"
    more = care.go_on(transfer, "cancel", day="2026-04-21", receiver_ack="received", status="cancelled")
    assert care.seal_of(more) == "no_consent", "it says more than her no"
    no = care.go_on(transfer, "cancel", day="2026-04-22", status="cancelled")
    assert care.seal_of(no) is None and listed(care, transfer) == "cancelled"


def test_what_she_takes_back_ends_her_transfer_in_the_same_transaction_and_late_records_change_nothing(
    care: Care, clock: Clock
) -> None:
    woman, transfer = a_uuid(), a_uuid()
    care.register(woman)
    care.leave(woman, transfer)
    care.withdraw(woman, "2026-02-26")
    assert listed(care, transfer) == "cancelled"
    clock.set(MORNING + timedelta(hours=1))
    late = care.go_on(transfer, "receipt", day="2026-02-25", receiver_ack="received", status="received")
    assert care.seal_of(late) == "no_consent" and listed(care, transfer) == "cancelled"

    care.renew(woman, "2026-02-28", "2027-02-28", base=2)
    assert listed(care, transfer) == "cancelled"
    assert {(one.rule, one.state, one.cause) for one in care.rows(FollowUp) if one.rule != "CONS"} == {
        ("MIG-TR", "superseded", "transfer_over")
    }


def test_what_was_planned_ends_as_transferred_when_the_other_side_has_it_and_not_before(care: Care) -> None:
    woman, pregnancy, transfer = a_uuid(), a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy)
    care.leave(woman, transfer)
    asked = {one.rule: one.state for one in care.rows(FollowUp)}
    assert "superseded" not in asked.values() and "MIG-TR-P" in asked

    receipt = care.go_on(transfer, "receipt", receiver_ack="received", status="received")
    ended = {one.rule: (one.state, one.cause) for one in care.rows(FollowUp)}
    assert ended.pop("MIG-TR-P") == ("done_on_time", None)
    assert set(ended.values()) == {("superseded", "transferred")}
    assert [one.status for one in care.rows(Pregnancy)] == ["ongoing"], "that she is pregnant did not end"

    # the receipt was a mistake, and is corrected
    again = {"receiver_ack": "not_yet", "deprecated_id": receipt, "instance_id": "uuid:" + a_uuid()}
    care.go_on(transfer, "receipt", **again)
    assert {one.cause for one in care.rows(FollowUp)} == {None} and listed(care, transfer) == "asked"


def test_a_loss_ends_what_is_asked_about_a_transfer_for_checks_too(care: Care) -> None:
    woman, pregnancy, transfer = a_uuid(), a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy)
    care.leave(woman, transfer, pregnant_now="yes")
    care.report(pregnancy, report_type="loss")
    (row,) = [one for one in care.rows(FollowUp) if one.rule.startswith("MIG")]
    assert (row.rule, row.state, row.cause) == ("MIG-TR-P", "superseded", "pregnancy_ended")


@pytest.mark.parametrize("away", ["rejected", "deleted"])
def test_what_the_office_sets_aside_is_not_passed_on(care: Care, app: Flask, cast: dict[str, int], away: str) -> None:
    woman, transfer = a_uuid(), a_uuid()
    a_clinician(care, cast["bob"])
    clinician = Client.signed_in(app, care.database, cast["bob"])
    care.register(woman)
    sent = f"/projects/{care.project_id}/forms/migrant_transfer/submissions/{care.leave(woman, transfer)}"
    if away == "rejected":
        assert clinician.patch(sent, json={"reviewState": "rejected"}).status_code == 200
    else:
        assert clinician.delete(sent).status_code == 200
    assert listed(care, transfer) == "cancelled"


def test_at_her_word_to_be_removed_nothing_of_her_transfer_stays_and_nothing_brings_it_back(care: Care) -> None:
    woman, transfer = a_uuid(), a_uuid()
    care.register(woman)
    asks = care.leave(woman, transfer)
    with care.database.reading() as db:
        copy = as_json(collect(db, db.get_one(Project, care.project_id), woman, MORNING)).decode()
    assert '"list": "transfers"' in copy and "SECRETWORD" in copy

    care.withdraw(woman, "2026-02-26", erase="erase")
    assert care.entity(transfer) is None and care.seal_of(asks) == "erased"
    late = care.go_on(transfer, "receipt", receiver_ack="received", status="received")
    assert care.seal_of(late) == "erased" and care.entity(transfer) is None


def test_whose_time_is_over_her_transfer_goes_with_her(care: Care) -> None:
    woman, transfer = a_uuid(), a_uuid()
    care.register(woman)
    care.leave(woman, transfer)
    later = MORNING + timedelta(days=500)
    with care.database.transaction() as db:
        assert past_women(db, care.project_id, cutoff(later)) == {woman}
        minimise(db, care.project_id, (woman,), later)
    assert care.entity(transfer) is None and care.rows(FollowUp) == []
