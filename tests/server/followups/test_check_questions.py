"""A back-check that differs is a question to who reviews, money and pressure are one to who guards rights; the worker hears
of neither."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from server.access.people import create_user
from server.access.roles import CLINICIAN, DPO, PROJECT_MANAGER, REVIEWER, TOWN_LEAD, VILLAGE_WORKER
from server.db import Database
from server.followups import check_words
from server.followups.check_questions import find_check
from server.followups.outbox import deliver_inbox
from server.followups.plain_notices import CHECK_CONCERN, CHECK_DIFFERS
from server.intake.derive import look_again
from server.models import AppUser, Assignment, Notification, Submission, User, VillageScope
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_phone
from tests.server.registry.caring import Care
from tests.server.registry.checking import a_care_with_checks, a_checked_woman, a_home, check
from tests.server.web.pages.conftest import Browser

Hire = Callable[..., int]
UNSURE = {"date_known": "exact", "date_match": "2026-01-10"}


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return a_care_with_checks(app, database, project_id)


@pytest.fixture
def hire(database: Database, project_id: int) -> Hire:
    def start(name: str, *role_ids: int) -> int:
        """A person with these roles for the whole town."""
        with database.transaction() as db:
            actor_id = create_user(db, f"{name}@town.test", "correct horse battery", name, None, MORNING).actor_id
            db.add(VillageScope(actor_id=actor_id, project_id=project_id, village_id=None))
            for role_id in role_ids:
                db.add(Assignment(actor_id=actor_id, role_id=role_id, project_id=project_id))
            return actor_id

    return start


def told(care: Care) -> list[tuple[int, str, bool]]:
    """(recipient, kind, taken back) of every word about a back-check, in order."""
    with care.database.reading() as db:
        rows = db.scalars(select(Notification).where(Notification.kind.in_((CHECK_DIFFERS, CHECK_CONCERN)))).all()
        return sorted((one.recipient_id, one.kind, one.taken_back_at is not None) for one in rows)


def carries(care: Care, person: int) -> None:
    """From now on the phone that sends is this person's: the visits that it sent are hers."""
    with care.database.transaction() as db:
        db.execute(update(AppUser).values(person_id=person))


def sends_from_another_phone(care: Care, app: Flask, person: int) -> None:
    with care.database.transaction() as db:
        phone, token = a_phone(db, app.extensions["fangshi.key"], care.project_id)
        db.add(Assignment(actor_id=phone, role_id=2, project_id=care.project_id))
        db.execute(update(AppUser).where(AppUser.actor_id == phone).values(person_id=person))
    care.phone = Client(app, key=token)


def test_what_agrees_is_told_to_nobody(care: Care, hire: Hire) -> None:
    hire("reviewer", REVIEWER), hire("dpo", DPO)
    visit, _ = a_home(care)
    check(care, visit, date_known="exact", date_match="2026-02-20")
    assert told(care) == []


def test_a_difference_is_asked_of_the_reviewer_and_a_concern_of_who_guards_rights(care: Care, hire: Hire) -> None:
    reviewer, dpo = hire("reviewer", REVIEWER), hire("dpo", DPO)
    for name, role_id in (("clinician", CLINICIAN), ("lead", TOWN_LEAD), ("manager", PROJECT_MANAGER), ("worker", 101)):
        hire(name, role_id)
    visit, _ = a_home(care)
    check(care, visit, **UNSURE)
    assert told(care) == [(reviewer, CHECK_DIFFERS, False)]
    check(care, visit, paid="yes")
    assert told(care) == [(reviewer, CHECK_DIFFERS, False), (dpo, CHECK_CONCERN, False)]


def test_of_one_about_a_woman_her_clinicians_are_asked_and_no_reviewer(care: Care, hire: Hire) -> None:
    hire("reviewer", REVIEWER)
    clinician = hire("clinician", CLINICIAN)
    visit, _ = a_checked_woman(care)
    check(care, visit, **UNSURE)
    assert told(care) == [(clinician, CHECK_DIFFERS, False)]


def test_where_nobody_reviews_the_lead_hears_that_there_is_a_question(care: Care, hire: Hire) -> None:
    lead = hire("lead", TOWN_LEAD)
    visit, _ = a_home(care)
    check(care, visit, **UNSURE, paid="yes")
    assert told(care) == [(lead, CHECK_CONCERN, False), (lead, CHECK_DIFFERS, False)]


def test_neither_the_worker_nor_who_asked_is_told_whatever_else_they_are(care: Care, hire: Hire, app: Flask) -> None:
    worker, checker = hire("worker", VILLAGE_WORKER, REVIEWER, DPO), hire("checker", CLINICIAN, REVIEWER, DPO)
    reviewer, dpo = hire("reviewer", REVIEWER), hire("dpo", DPO)
    carries(care, worker)
    visit, _ = a_home(care)
    sends_from_another_phone(care, app, checker)
    check(care, visit, **UNSURE, paid="yes")
    assert told(care) == [(reviewer, CHECK_DIFFERS, False), (dpo, CHECK_CONCERN, False)]


def test_whoever_checks_herself_asks_nothing_of_anybody(care: Care, hire: Hire) -> None:
    hire("reviewer", REVIEWER)
    carries(care, hire("worker", VILLAGE_WORKER))
    visit, _ = a_home(care)
    check(care, visit, **UNSURE)
    assert told(care) == []


def test_a_corrected_check_takes_its_question_back_and_nothing_is_told_twice(care: Care, hire: Hire) -> None:
    reviewer = hire("reviewer", REVIEWER)
    visit, _ = a_home(care)
    sent = check(care, visit, **UNSURE)
    again = check(care, visit, deprecated_id=sent, **UNSURE, note="WORDLATER")
    assert told(care) == [(reviewer, CHECK_DIFFERS, False)]
    well = check(care, visit, deprecated_id=again, date_known="exact", date_match="2026-02-20")
    assert told(care) == [(reviewer, CHECK_DIFFERS, True)]
    hire("another", REVIEWER)
    check(care, visit, deprecated_id=well, **UNSURE)
    assert [one[1:] for one in told(care)] == [(CHECK_DIFFERS, False)] * 2


def test_a_question_stands_with_whom_it_was_asked_when_all_is_worked_out_anew(care: Care, hire: Hire) -> None:
    reviewer = hire("reviewer", REVIEWER)
    visit, _ = a_home(care)
    sent = check(care, visit, **UNSURE)
    hire("another", REVIEWER)
    with care.database.transaction() as db:
        number = db.scalars(select(Submission.id).where(Submission.instance_id == sent)).one()
        look_again(db, number, MORNING)
    assert told(care) == [(reviewer, CHECK_DIFFERS, False)]


def inbox_of(care: Care, app: Flask, person: int) -> str:
    with care.database.transaction() as db:
        deliver_inbox(db, MORNING, with_mail=False)
        email = db.scalars(select(User.email).where(User.actor_id == person)).one()
    return Browser(app).sign_in(email).see("/inbox").get_data(as_text=True)


def test_each_reads_what_is_hers_to_know_and_the_worker_is_named_beside_a_concern_alone(
    care: Care, hire: Hire, app: Flask
) -> None:
    reviewer, dpo, worker = hire("reviewer", REVIEWER), hire("guardian", DPO), hire("workernamed", VILLAGE_WORKER)
    carries(care, worker)
    visit, _ = a_home(care)
    sends_from_another_phone(care, app, hire("checkername", CLINICIAN))
    sent = check(care, visit, **UNSURE, paid="yes", verdict="major")

    asked, guards = inbox_of(care, app, reviewer), inbox_of(care, app, dpo)
    assert "A-0231，02-20，日期" in asked and "workernamed" not in asked and "收了钱或东西" not in asked
    assert "A-0231，02-20，workernamed，收了钱或东西、回访的人听到大问题" in guards
    with care.database.reading() as db:
        number = db.scalars(select(Submission.id).where(Submission.instance_id == sent)).one()
    assert f'href="/review/{number}"' in asked and f'href="/review/{number}"' not in guards
    assert "checkername" not in asked + guards


def test_who_may_know_no_longer_reads_a_dash(care: Care, hire: Hire, app: Flask, database: Database) -> None:
    dpo = hire("guardian", DPO)
    visit, _ = a_home(care)
    check(care, visit, paid="yes")
    assert "收了钱或东西" in inbox_of(care, app, dpo)
    with database.transaction() as db:
        db.execute(update(Assignment).where(Assignment.actor_id == dpo).values(role_id=VILLAGE_WORKER))
    page = inbox_of(care, app, dpo)
    assert "收了钱或东西" not in page and "—" in page


def test_the_words_are_there_in_both_languages(care: Care, hire: Hire) -> None:
    hire("dpo", DPO)
    visit, _ = a_home(care)
    sent = check(care, visit, visit_happened="no", felt_free_to_refuse="no")
    with care.database.reading() as db:
        number = db.scalars(select(Submission.id).where(Submission.instance_id == sent)).one()
        found = find_check(db, care.project_id, number)
        assert found is not None
        said = [
            check_words.say(db, found, kind, english) for kind in (CHECK_DIFFERS, CHECK_CONCERN) for english in (0, 1)
        ]
    assert said == [
        "A-0231，02-20，说没有做这次服务",
        "A-0231 · 02-20 · it is said not to have taken place",
        "A-0231，02-20，觉得不能说不",
        "A-0231 · 02-20 · it did not feel free to say no",
    ]
