"""A back-check that differs is a question beside the record that it checks; who made that record hears nothing of it."""

from datetime import date

import orjson
import pytest
from flask import Flask
from sqlalchemy import select, update

from server.access.people import create_user
from server.db import Database
from server.intake.own_work import find_own_work
from server.intake.quality_flags import ask_worker, list_asked
from server.intake.quality_judging import judge_waiting
from server.intake.review import delete_submission, set_review_state
from server.models import AppUser, QualityFlag, QualityWait, Submission, SubmissionComment
from server.registry.emptying import empty_records
from server.web.pages.flag_words import question_of
from tests.conftest import MORNING, PASSWORD
from tests.making import new_id
from tests.server.registry.caring import Care, a_uuid
from tests.server.registry.checking import a_care_with_checks, a_checked_woman, a_home, check
from tests.server.registry.test_back_checks import record_of

NO = {"visit_happened": "no"}


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return a_care_with_checks(app, database, project_id)


def checked(care: Care, instance_id: str) -> dict[str, int] | None:
    """What is asked about a record because of a check, once the job has run."""
    judge_waiting(care.database, MORNING, 500)
    with care.database.reading() as db:
        assert db.scalars(select(QualityWait.id)).all() == []
        flag = db.get(QualityFlag, (record_of(care, instance_id).id, "checked"))
        return orjson.loads(flag.told_json) if flag is not None else None


def test_what_differs_is_asked_about_on_the_record_and_on_no_other(care: Care) -> None:
    (visit, _), (other, _) = a_home(care), a_home(care)
    assert checked(care, visit) is None
    sent = check(care, visit, date_known="exact", date_match="2026-01-02", service_match="none")
    assert checked(care, visit) == {"record": record_of(care, sent).id, "date": 1, "service": 1}
    assert (checked(care, other), checked(care, sent)) == (None, None)
    with care.database.reading() as db:
        assert db.get_one(Submission, record_of(care, visit).id).review_state is None, "nothing is held up"


def test_a_check_that_agrees_asks_nothing(care: Care) -> None:
    visit, _ = a_home(care)
    check(care, visit)
    assert checked(care, visit) is None


def test_a_record_about_a_woman_is_asked_about_by_the_same(care: Care) -> None:
    visit, _ = a_checked_woman(care)
    sent = check(care, visit, **NO)
    assert checked(care, visit) == {"record": record_of(care, sent).id, "happened": 1}


def test_by_two_checks_the_newer_one_that_differs_is_named(care: Care) -> None:
    visit, _ = a_home(care)
    sent = [check(care, visit, **answers) for answers in (NO, NO, {})]
    assert checked(care, visit) == {"record": record_of(care, sent[1]).id, "happened": 1}


@pytest.mark.parametrize("how", ["corrected", "rejected", "deleted", "of another record"])
def test_the_question_goes_with_the_check(care: Care, how: str) -> None:
    (visit, _), (other, _) = a_home(care), a_home(care)
    sent = check(care, visit, instance_id=new_id(), **NO)
    assert checked(care, visit)
    number, office = record_of(care, sent).id, care_office(care)
    with care.database.transaction() as db:
        row = db.get_one(Submission, number)
        if how == "rejected":
            set_review_state(db, row, "rejected", office, MORNING)
        elif how == "deleted":
            delete_submission(db, row, None, MORNING)
    if how == "corrected":
        check(care, visit, deprecated_id=sent)
    elif how == "of another record":
        check(care, other, deprecated_id=sent, **NO)
    assert (checked(care, visit), checked(care, other)) == (None, None)


def test_it_goes_with_the_record_too(care: Care) -> None:
    visit, _ = a_home(care)
    check(care, visit, **NO)
    assert checked(care, visit)
    number = record_of(care, visit).id
    with care.database.transaction() as db:
        empty_records(db, [number])
    assert checked(care, visit) is None


def test_whoever_checks_herself_has_checked_nothing(care: Care) -> None:
    visit, _ = a_home(care)
    carried(care)
    check(care, visit, **NO)
    assert checked(care, visit) is None


def test_a_correction_that_agrees_with_the_check_ends_the_question(care: Care) -> None:
    visit, home = a_home(care)
    check(care, visit, date_known="exact", date_match="2026-02-02")
    assert checked(care, visit)
    said = {"household": home, "visit_date": "2026-02-02", "visit_result": "met", "consent_household": "yes"}
    care.post("household_visit", {**said, "village_code": "519901201001"}, deprecated_id=visit)
    assert checked(care, visit) is None


def care_office(care: Care) -> int:
    with care.database.transaction() as db:
        return create_user(db, f"{a_uuid()}@example.test", PASSWORD, "rita", None, MORNING).actor_id


def carried(care: Care) -> int:
    """The phone is some person's from now on."""
    person = care_office(care)
    with care.database.transaction() as db:
        db.execute(update(AppUser).values(person_id=person))
    return person


def test_who_made_the_record_is_asked_in_words_that_tell_nothing_and_reads_of_it_nowhere(care: Care) -> None:
    visit, _ = a_home(care)
    check(care, visit, **NO)
    assert checked(care, visit)
    person, office, number = carried(care), care_office(care), record_of(care, visit).id
    with care.database.reading() as db:
        assert [
            one.kind for one in find_own_work(db, person, date(2026, 3, 1)).questions if one.kind == "checked"
        ] == []
        assert list_asked(db, person, number, [care.project_id]) == [], "nobody has asked yet"
    with care.database.transaction() as db:
        ask_worker(db, db.get_one(Submission, number), "checked", question_of("checked"), office, MORNING)
    with care.database.reading() as db:
        assert [one.kind for one in list_asked(db, person, number, [care.project_id])] == ["checked"]
        said = db.scalars(select(SubmissionComment.body)).all()
        assert not any(word in one for one in said for word in ("check", "回访"))
