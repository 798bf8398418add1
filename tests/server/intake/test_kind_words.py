"""What a phone is told beside "received", and what its carrier's inbox says: kind, without a name, and only where it holds."""

import re

import pytest
from flask import Flask

from server.access.people import create_user
from server.db import Database
from server.models import AppUser, Notification
from tests.client import Client
from tests.conftest import MORNING, PASSWORD, Clock
from tests.making import a_form, a_record
from tests.server.registry.caring import Care, a_care_record, a_uuid, created, updated

RECEIVED = "已收下，服务器上存好了。"
TAKEN_BACK = "已收下。她这期间撤回了同意，这一份没有人会看，您也不用再做什么。谢谢您的照顾。"


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


@pytest.fixture
def carrier(care: Care, database: Database) -> int:
    """Who carries the phone, with an account."""
    with database.transaction() as db:
        person = create_user(db, "carrier@example.test", PASSWORD, "赵秀兰", None, MORNING).actor_id
        db.query(AppUser).update({"person_id": person})
        return person


def told(sender: Client, project_id: int, xml: bytes, language: str = "zh") -> str:
    sent = sender.send(project_id, xml, headers={"Accept-Language": language})
    assert sent.status_code == 201
    found = re.search(r"<message[^>]*>([^<]*)</message>", sent.get_data(as_text=True))
    assert found is not None
    return found[1]


def a_check(pregnancy: str, day: str = "2026-02-28", instance_id: str = "") -> bytes:
    answers = {"pregnancy": pregnancy, "visit_date": day, "still_pregnant": "ongoing"}
    return a_care_record("antenatal_check", answers, instance_id=instance_id)


def test_while_consent_stands_a_record_is_received_and_nothing_more(care: Care, carrier: int) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy)
    assert told(care.phone, care.project_id, a_check(pregnancy)) == RECEIVED
    assert told(care.phone, care.project_id, a_check(a_uuid())) == RECEIVED, "of somebody who is still on her way"
    assert care.rows(Notification) == []


def test_after_she_took_it_back_the_phone_is_told_so_each_time_and_the_inbox_once_a_day(
    care: Care, carrier: int, clock: Clock
) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy)
    clock.forward(minutes=1)
    answers = {"action": "withdraw", "woman": woman, "visit_date": "2026-03-02", "withdraw_scope": "service"}
    taken = a_care_record("woman_consent", answers, updated("women", woman))
    assert told(care.phone, care.project_id, taken) == RECEIVED, "the record by which she does it is no surprise"
    clock.forward(minutes=1)
    late = a_check(pregnancy)
    assert told(care.phone, care.project_id, late) == TAKEN_BACK
    assert told(care.phone, care.project_id, late) == TAKEN_BACK, "also when the same is sent again"
    assert told(care.phone, care.project_id, a_check(pregnancy, "2026-02-20"), "en").startswith(
        "Received. She has taken"
    )
    (notice,) = care.rows(Notification)
    assert (notice.recipient_id, notice.kind, notice.channel) == (carrier, "kept_closed", "inbox")
    assert woman not in notice.occasion and pregnancy not in notice.occasion
    clock.forward(hours=24)
    told(care.phone, care.project_id, a_check(pregnancy, "2026-02-21"))
    assert len(care.rows(Notification)) == 2


def test_of_who_was_removed_it_says_the_same(care: Care, clock: Clock) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy)
    clock.forward(minutes=1)
    care.withdraw(woman, "2026-03-02", erase="erase")
    assert told(care.phone, care.project_id, a_check(pregnancy)) == TAKEN_BACK
    assert care.rows(Notification) == [], "nobody with an account carries the phone"


def test_a_visit_after_her_consent_ran_out_is_kept_closed_and_that_is_said(care: Care) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman, until="2026-02-15")
    care.pregnancy(woman, pregnancy)
    word = told(care.phone, care.project_id, a_check(pregnancy))
    assert word == "已收下，封存不看：这次访视没有她的有效同意。下次见到她，可以问问她愿不愿意再同意。"


def test_who_says_no_at_once_is_nobody_who_took_something_back(care: Care) -> None:
    answers = {"action": "register", "visit_date": "2026-03-01", "consent_service": "no"}
    assert told(care.phone, care.project_id, a_care_record("woman_consent", answers)) == RECEIVED


def test_a_plain_projects_records_are_received(app: Flask, database: Database, project_id: int, as_bob: Client) -> None:
    with database.transaction() as db:
        a_form(db, project_id)
    assert told(as_bob, project_id, a_record()) == RECEIVED


def test_a_registration_that_comes_after_her_wish_to_be_removed_is_not_read(care: Care, clock: Clock) -> None:
    woman = a_uuid()
    care.register(woman)
    clock.forward(minutes=1)
    care.withdraw(woman, "2026-03-02", erase="erase")
    answers = {"action": "register", "visit_date": "2026-03-01", "consent_service": "yes"}
    again = a_care_record("woman_consent", answers, created("women", woman))
    assert told(care.phone, care.project_id, again) == TAKEN_BACK
