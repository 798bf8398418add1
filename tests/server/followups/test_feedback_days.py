"""By which day feedback is answered, with the days written out."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import Config
from server.db import Database
from server.followups.calendar_files import calendar_with
from server.followups.feedback_days import count_again, due_day
from server.followups.town_calendar import add_year, remove_year
from server.jobs import run_all_once
from server.models import Feedback, Project
from tests.making import a_form, new_id
from tests.server.followups.staff import MORNING, TODAY, Staff
from tests.server.followups.test_calendar_files import GOOD

KNOWN = calendar_with()
BEFORE_THE_FESTIVAL = date(2027, 1, 25)
BY_WEEKENDS, BY_THE_TOWN = date(2027, 2, 15), date(2027, 2, 19)
"""When that is answered: of a year of which nothing is known, and by the town's own notice for it."""


@pytest.mark.parametrize(
    ("received_on", "due_on"),
    [
        (date(2026, 3, 2), date(2026, 3, 23)),
        (date(2026, 3, 6), date(2026, 3, 27)),
        (date(2026, 3, 7), date(2026, 3, 27)),
        (date(2026, 3, 8), date(2026, 3, 27)),
        (date(2026, 2, 2), date(2026, 2, 28)),  # Spring Festival, and both Saturdays around it are worked
        (date(2026, 2, 16), date(2026, 3, 13)),  # in the midst of it
        (date(2026, 9, 15), date(2026, 10, 12)),  # National Day, and a Sunday and a Saturday that are worked
        (date(2026, 10, 1), date(2026, 10, 27)),
        (date(2025, 9, 28), date(2025, 10, 24)),  # on a Sunday that is worked
        (date(2025, 12, 11), date(2026, 1, 4)),  # over the year's end, to a Sunday that is worked
        (date(2025, 12, 22), date(2026, 1, 13)),
        (date(2024, 2, 28), date(2024, 3, 20)),  # over the leap day
        (date(2024, 2, 29), date(2024, 3, 21)),
        (date(2027, 9, 20), date(2027, 10, 11)),  # no notice is known of that year: weekends alone
    ],
)
def test_fifteen_days_of_work_leave_out_weekends_and_holidays(received_on: date, due_on: date) -> None:
    assert due_day(False, received_on, KNOWN) == due_on


@pytest.mark.parametrize(
    ("received_on", "due_on"),
    [
        (date(2026, 3, 6), date(2026, 3, 9)),
        (date(2026, 2, 14), date(2026, 2, 17)),  # Spring Festival is no reason to wait
        (date(2024, 2, 28), date(2024, 3, 2)),
    ],
)
def test_who_was_pressed_is_answered_within_three_days(received_on: date, due_on: date) -> None:
    assert due_day(True, received_on, KNOWN) == due_on


def a_piece(db: Session, staff: Staff, urgent: bool = False, answered_on: date | None = None) -> str:
    """What came before that festival, with the day by which it was counted while nothing was known of the year."""
    version = a_form(db, staff.project.id, "feedback", version=new_id()).current_version_id
    assert version is not None
    values = {"urgent": urgent, "answered_on": answered_on, "counted": True, "answers_json": "{}"}
    days = {"received_on": BEFORE_THE_FESTIVAL, "due_on": BY_WEEKENDS}
    piece = Feedback(id=new_id(), project_id=staff.project.id, form_version_id=version, **days, **values)
    db.add(piece)
    db.flush()
    return piece.id


def due_days(db: Session) -> dict[str, date]:
    return dict(db.execute(select(Feedback.id, Feedback.due_on)).all())


def test_a_year_that_the_town_adds_moves_what_waits_and_nothing_else(db: Session, staff: Staff) -> None:
    waiting, second = a_piece(db, staff), a_piece(db, staff)
    pressed, answered = a_piece(db, staff, urgent=True), a_piece(db, staff, answered_on=TODAY)
    count_again(db)
    assert set(due_days(db).values()) == {BY_WEEKENDS}
    add_year(db, staff.lead, staff.project, GOOD, TODAY, MORNING)
    count_again(db)
    moved = dict.fromkeys((waiting, second), BY_THE_TOWN)
    assert due_days(db) == moved | dict.fromkeys((pressed, answered), BY_WEEKENDS)
    remove_year(db, staff.lead, staff.project, 2027, TODAY, MORNING)
    count_again(db)
    assert set(due_days(db).values()) == {BY_WEEKENDS}


def test_another_town_s_year_moves_nothing_here(db: Session, staff: Staff) -> None:
    a_piece(db, staff)
    other = Project(name="柳河镇", kind="care", created_at=MORNING)
    db.add(other)
    db.flush()
    add_year(db, staff.lead, other, GOOD, TODAY, MORNING)
    count_again(db)
    assert set(due_days(db).values()) == {BY_WEEKENDS}


def test_many_pieces_of_a_day_cost_what_one_does(db: Session, staff: Staff, count_queries) -> None:
    add_year(db, staff.lead, staff.project, GOOD, TODAY, MORNING)
    a_piece(db, staff)
    with count_queries() as one:
        count_again(db)
    for _ in range(5):
        a_piece(db, staff)
    with count_queries() as many:
        count_again(db)
    assert len(one) == len(many) and set(due_days(db).values()) == {BY_THE_TOWN}


def test_the_night_counts_again(database: Database, staff: Staff, config: Config) -> None:
    with database.transaction() as db:
        a_piece(db, staff)
        add_year(db, staff.lead, staff.project, GOOD, TODAY, MORNING)
    run_all_once(database, config, MORNING)
    with database.reading() as db:
        assert set(due_days(db).values()) == {BY_THE_TOWN}
