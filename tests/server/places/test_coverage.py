"""Households that agreed, and those of them that were visited lately: whole households, and no health record."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from geo.month_ends import Part
from server.models import CareEvent, Household, Submission, SubmissionVersion
from server.places.coverage import coverage_at
from tests.server.web.pages.conftest import CODES
from tests.server.web.pages.women import MORNING, CareTown, a_home

END = date(2026, 1, 31)
DAY = timedelta(days=1)


@pytest.fixture
def town(app, database):
    return CareTown(app, database)


def visited(town, days_before, village=1, **home):
    """A home that was visited so many days before the month's end; its record."""
    record = town.record(village)
    with town.database.transaction() as db:
        made = a_home(db, town.project_id, village=village)
        for name, value in home.items():
            setattr(made, name, value)
        version = db.query(SubmissionVersion).filter_by(submission_id=record, is_current=True).one()
        db.query(CareEvent).filter_by(submission_id=record).delete()
        db.add(
            CareEvent(
                submission_id=record,
                submission_version_id=version.id,
                project_id=town.project_id,
                event=f"uuid:{record}",
                form_id="household_visit",
                subject_list="households",
                subject=made.uuid,
                visit_date=END - days_before * DAY,
                received_at=MORNING,
                data_json="{}",
            )
        )
    return record


def coverage(town, end=END):
    with town.database.reading() as db:
        return coverage_at(db, town.project_id, end)


def test_a_home_counts_as_covered_for_210_days(town):
    visited(town, 210), visited(town, 211), visited(town, 0)
    assert coverage(town) == {CODES[0]: Part(2, 1, 2, 1, 3)}


def test_a_home_that_said_no_is_in_neither_number(town):
    visited(town, 10), visited(town, 10, consents=False)
    assert coverage(town) == {CODES[0]: Part(1, 0, 1, 0, 1)}


def test_a_home_that_was_not_known_yet_is_not_counted(town):
    visited(town, -5)
    assert coverage(town) == {}


@pytest.mark.parametrize(
    "values", [{"deleted_at": MORNING}, {"sealed": True}, {"draft": True}, {"review_state": "rejected"}]
)
def test_a_record_that_does_not_stand_is_no_visit(town, values):
    record = visited(town, 10)
    with town.database.transaction() as db:
        db.execute(update(Submission).where(Submission.id == record).values(**values))
    assert coverage(town) == {}
    with town.database.reading() as db:
        assert db.query(Household).count() == 1
