"""What is read of a town to be counted: whose rows, and which not."""

import uuid
from datetime import date, timedelta

import orjson
import pytest

from server.clock import begin_of
from server.models import WORKERS, Dataset, Entity, Feedback, FormVersion, Project, SupplyHandout, SupplyLot
from server.reports.indicators.contacts import Asked
from server.reports.indicators.gathering import gather
from server.reports.indicators.office import Result
from tests.conftest import MORNING
from tests.server.web.pages.conftest import CODES
from tests.server.web.pages.women import TODAY, a_follow_up, a_home, a_woman

CLUSTERS = dict(zip(CODES, ("N", "S"), strict=True))
DAY = timedelta(days=1)


def gathered(town):
    with town.database.reading() as db:
        return gather(db, db.get_one(Project, town.project_id), CLUSTERS, TODAY)


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ({}, 1),
        ({"consent_stats": False}, 0),
        ({"consent_service": False}, 0),
        ({"withdrawn_on": TODAY}, 0),
        ({"consent_until": TODAY}, 1),
        ({"consent_until": TODAY - DAY}, 0),
        ({"consent_until": None}, 1),
    ],
)
def test_only_who_agrees_to_be_counted_is_read(counted, given, number):
    counted.births(groups=(1, 0, 0), village=CODES[1], **given)
    assert [one.place for one in gathered(counted).courses] == ["S"] * number


def test_follow_ups_are_those_of_women_who_are_counted_and_of_no_home(counted):
    with counted.database.transaction() as db:
        her = a_woman(db, counted.project_id)
        other = a_woman(db, counted.project_id, consent_stats=False)
        home = a_home(db, counted.project_id)
        made = a_follow_up(db, her, TODAY, "PILL-R", left=-3, state="done_late", answered_on=TODAY, ended=True)
        due, closes, overdue = made.due_on, made.closes_on, made.overdue_from
        for row in (other, home):
            a_follow_up(db, row, TODAY, "PILL-R")
        for state in ("declined", "not_wanted", "superseded"):
            a_follow_up(db, her, TODAY, "PILL-R", state=state, ended=True)
        a_follow_up(db, her, TODAY, "PILL-R", inside="x")
        uuid_of_her = her.uuid
    assert gathered(counted).asked == [Asked("PILL-R", uuid_of_her, "N", due, closes, overdue, done_on=TODAY)]


def test_one_that_ended_without_an_answer_was_left_that_day(counted):
    with counted.database.transaction() as db:
        a_follow_up(db, a_woman(db, counted.project_id), TODAY, state="expired", ended=True, stands_on=TODAY - DAY)
    (one,) = gathered(counted).asked
    assert (one.done_on, one.left_on) == (None, TODAY - DAY)


def test_lots_come_with_what_was_left_of_them_and_sessions_that_stand(counted):
    with counted.database.transaction() as db:
        counted.lot(db, "2025-12-01", "2026-01-22", "condom")
        lot = db.query(SupplyLot).one()
        for on, number in (("2026-01-20", 3), ("2026-01-10", 8), ("2026-01-20", 2)):
            counted.move(db, lot.id, "counted", number, begin_of(date.fromisoformat(on)))
        told = {"item": "condom", "quantity": 1, "number": "", "point": "town", "at": "2026-01-12T04:00:00+00:00"}
        db.add(SupplyHandout(project_id=counted.project_id, told_json=orjson.dumps(told).decode()))
        counted.session_held(db, "2025-11-04")
        counted.session_held(db, "2025-11-05")
    town = gathered(counted)
    days = [(on.isoformat(), left) for on, left in town.lots[0].levels]
    assert days[:3] == [("2025-12-01", 100), ("2026-01-10", 8), ("2026-01-12", 7)]
    assert days[3:] == [("2026-01-20", 3), ("2026-01-20", 2), ("2026-01-22", -98)]
    assert sorted(town.held_on) == [date(2025, 11, 4), date(2025, 11, 5)]


def test_the_staff_s_last_quiz_is_read_off_their_list(counted):
    with counted.database.transaction() as db:
        workers = Dataset(project_id=counted.project_id, name=WORKERS, created_at=MORNING)
        db.add(workers)
        db.flush()
        for name, told in (
            ("a", {"quiz_on": "2026-01-05", "passed": "1"}),
            ("b", {"quiz_on": "2026-01-06"}),
            ("c", {}),
        ):
            data = orjson.dumps(told).decode()
            db.add(Entity(dataset_id=workers.id, uuid=name, label=name, data_json=data, created_at=MORNING))
    found = sorted(gathered(counted).results, key=lambda one: one.worker)
    assert found == [Result("a", date(2026, 1, 5), True), Result("b", date(2026, 1, 6), False)]


def test_feedback_counts_once_a_paper_form(counted):
    with counted.database.transaction() as db:
        version = db.query(FormVersion.id).limit(1).scalar()
        for counts in (True, False):
            said = orjson.dumps({"rating": {"sat_overall": "5"}}).decode()
            days = {"received_on": TODAY, "due_on": TODAY + 21 * DAY}
            row = {"form_version_id": version, "urgent": False, "counted": counts, "answers_json": said}
            db.add(Feedback(id=str(uuid.uuid4()), project_id=counted.project_id, **days, **row))
    (voice,) = gathered(counted).voices
    assert voice.told == {"sat_overall": "5"} and voice.answered_on is None
