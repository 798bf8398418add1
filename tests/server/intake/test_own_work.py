"""A worker's own records: hers, and of a phone only what came since she carries it."""

from datetime import timedelta

import pytest

from server.intake.own_work import OwnPhone, Question, find_own_work
from server.models import Actor, AppUser, Audit, QualityFlag, QualityMeasure, Submission
from tests.conftest import MORNING
from tests.server.web.pages.conftest import (  # noqa: F401
    Town,
    browse,
    compiled_catalogue,
    compiled_templates,
    paged,
    text_of,
    town,
)
from tests.server.web.pages.women import TODAY

DAY = timedelta(days=1)


@pytest.fixture
def carried(town):  # noqa: F811
    """The town's phone is vera's."""
    with town.database.transaction() as db:
        vera = db.query(Actor.id).filter_by(display_name="vera").scalar()
        db.get_one(AppUser, town.phone_id).person_id = vera
    town.vera = vera
    return town


def a_measure(db, town, sender, days_ago, late=0, kinds=(), settled=False, **given):  # noqa: F811
    """A record of a visit so many days ago, which came so many days later."""
    at = MORNING - days_ago * DAY
    row = Submission(project_id=town.project_id, form_id=town.form_id, instance_id=f"{sender}:{days_ago}:{late}")
    row.created_at, row.submitter_id = at + late * DAY, sender
    db.add(row)
    db.flush()
    made = {"began_at": at, "ended_at": at, "day": TODAY - days_ago * DAY, "readings": 0, "round_readings": 0, **given}
    db.add(
        QualityMeasure(submission_id=row.id, project_id=town.project_id, form_id=town.form_id, worker_id=sender, **made)
    )
    for kind in kinds:
        flag = QualityFlag(submission_id=row.id, project_id=town.project_id, kind=kind, told_json="{}", found_at=at)
        flag.settled_at = at if settled else None
        db.add(flag)
    return row


def work(town):  # noqa: F811
    with town.database.reading() as db:
        return find_own_work(db, town.vera, TODAY)


def test_her_own_records_and_those_of_her_phone_are_counted(carried):
    with carried.database.transaction() as db:
        a_measure(db, carried, carried.vera, 10, readings=4, round_readings=3)
        a_measure(db, carried, carried.phone_id, 20, late=1)
        a_measure(db, carried, carried.phone_id, 30, late=3)
        a_measure(db, carried, carried.phone_id, 91)
        a_measure(db, carried, db.query(Actor.id).filter_by(display_name="rita").scalar(), 10)
        a_measure(db, carried, carried.vera, 11).deleted_at = MORNING
    found = work(carried)
    assert (found.records, found.days, found.late) == (3, 1, 1)
    assert (found.readings, found.round_readings) == (4, 3)
    assert found.phones == [OwnPhone("赵秀兰", None)]


def test_what_a_phone_sent_in_somebody_else_s_hands_is_not_hers(carried):
    with carried.database.transaction() as db:
        a_measure(db, carried, carried.phone_id, 20)
        a_measure(db, carried, carried.phone_id, 5)
        given = {"action": "field_key.carer.set", "actee_actor_id": carried.phone_id, "logged_at": MORNING - 10 * DAY}
        db.add(Audit(project_id=carried.project_id, **given))
    assert work(carried).records == 1


def test_questions_are_counted_by_kind_with_those_that_are_settled(carried):
    with carried.database.transaction() as db:
        a_measure(db, carried, carried.vera, 10, kinds=("too_fast", "outside"))
        a_measure(db, carried, carried.vera, 11, kinds=("too_fast",), settled=True)
    assert work(carried).questions == [Question("outside", 1, 0), Question("too_fast", 2, 1)]


def test_the_page_shows_her_own_and_nobody_else_s(carried, browse):  # noqa: F811
    with carried.database.transaction() as db:
        a_measure(db, carried, carried.vera, 10, late=4, kinds=("too_fast",))
    page = text_of(browse("vera", "en").see("/me/work"))
    assert "4 days as a rule" in page and "Filled quickly 1 record" in page and "赵秀兰" in page
    other = text_of(browse("rita", "en").see("/me/work"))
    assert "No records of yours yet" in other and "No phone is in your name." in other
    assert "/me/work" in browse("vera").see("/me").get_data(as_text=True)
    assert browse().see("/me/work").status_code in (302, 303, 401)
