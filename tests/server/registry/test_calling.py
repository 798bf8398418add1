"""By which number somebody is called: the one that she gave last, and none where she gave none or wishes for no call."""

import pytest
from flask import Flask
from sqlalchemy import update

from server.db import Database
from server.models import Submission, Woman
from server.registry.calling import SafeNumber, number_of_home, number_of_woman
from tests.server.registry.caring import VILLAGE, Care, a_uuid, created

HERS, NEWER = "13800000231", "13900000231"
GIVES = {"keeps": "1", "phone_safe": HERS, "phone_safe_who": "no"}
VISIT = {"visit_date": "2026-02-03", "visit_result": "met", "consent_household": "yes", "village_code": VILLAGE}


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


@pytest.fixture
def woman() -> str:
    return a_uuid()


def told(care: Care, woman: str) -> SafeNumber | None:
    with care.database.reading() as db:
        return number_of_woman(db, care.project_id, woman)


def number(care: Care, woman: str) -> str | None:
    found = told(care, woman)
    return found.number if found else None


def test_she_is_called_by_the_number_that_she_gave(care: Care, woman: str) -> None:
    care.register(woman, **GIVES)
    found = told(care, woman)
    assert found is not None and (found.number, found.shared) == (HERS, False)


@pytest.mark.parametrize(("who", "shared"), [("no", False), ("yes", True), ("", True)])
def test_where_others_see_the_phone_or_nobody_knows_it_is_said(care: Care, woman: str, who: str, shared: bool) -> None:
    care.register(woman, **{**GIVES, "phone_safe_who": who})
    found = told(care, woman)
    assert found is not None and found.shared is shared


def test_the_newest_answer_counts_and_a_blank_is_a_no(care: Care, woman: str) -> None:
    care.register(woman, **GIVES)
    care.renew(woman, "2026-02-20", "2027-02-20", keeps="1", phone_safe=NEWER, phone_safe_who="no")
    assert number(care, woman) == NEWER
    care.renew(woman, "2026-02-25", "2027-02-25", base=2, keeps="1")
    assert number(care, woman) is None


def test_a_record_that_did_not_ask_for_the_number_changes_nothing(care: Care, woman: str) -> None:
    care.register(woman, **GIVES)
    care.withdraw(woman, "2026-02-20", scope="stats")
    assert number(care, woman) == HERS


def test_who_wants_no_reminders_is_not_called(care: Care, woman: str) -> None:
    care.register(woman, **{**GIVES, "consent_reminder": "no"})
    assert number(care, woman) is None


@pytest.mark.parametrize(
    ("wish", "called"), [("phone", True), ("sms", False), ("visit", False), ("clinic", False), ("none", False)]
)
def test_her_last_wish_of_how_to_be_reminded_holds(care: Care, woman: str, wish: str, called: bool) -> None:
    care.register(woman, **GIVES)
    care.pregnancy(woman, a_uuid(), contact_ok="phone" if wish != "phone" else "none")
    care.method(woman, a_uuid(), day="2026-02-20", reminder_wish=wish)
    assert (number(care, woman) == HERS) is called


def test_a_record_that_was_rejected_gives_no_number(care: Care, woman: str) -> None:
    care.register(woman, **GIVES)
    with care.database.transaction() as db:
        db.execute(update(Submission).values(review_state="rejected"))
    assert number(care, woman) is None


def test_after_her_withdrawal_nobody_finds_a_number(care: Care, woman: str) -> None:
    care.register(woman, **GIVES)
    care.withdraw(woman, "2026-02-20")
    assert number(care, woman) is None
    with care.database.transaction() as db:
        db.execute(update(Woman).values(consent_reminder=True))
    assert number(care, woman) is None, "she is served no more"


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({"contact_pref": "phone", "contact_phone": HERS}, HERS),
        ({"contact_pref": "visit", "contact_phone": HERS}, None),
        ({"contact_phone": HERS}, None),
        ({"contact_pref": "phone"}, None),
        ({"contact_pref": "phone", "contact_phone": HERS, "consent_household": "no"}, None),
    ],
)
def test_a_household_is_called_where_its_newest_visit_wished_for_it(
    care: Care, answers: dict[str, str], found: str | None
) -> None:
    home = a_uuid()
    care.post("household_visit", VISIT | answers, created("households", home, "014"))
    with care.database.reading() as db:
        number = number_of_home(db, care.project_id, home)
    assert (number.number if number else None) == found
