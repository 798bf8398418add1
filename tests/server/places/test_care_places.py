"""The village of a health record: by the woman it is about, and never a point of hers."""

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.db import Database
from server.models import Household, Project, Submission, SubmissionGeometry, Village, Woman
from server.places.care_places import place_her_records, place_records_at
from server.places.villages import import_boundaries
from tests.client import Client
from tests.conftest import MORNING, Listen
from tests.making import a_phone
from tests.server.places.squares import EAST, IN_WEST, NORTH_EAST, NORTH_WEST, WEST, a_boundary_file, moved_border
from tests.server.places.women import (
    HER,
    HER_HOME,
    HER_METHOD,
    HER_PREGNANCY,
    a_care_form,
    a_care_record,
    a_household,
    a_woman,
    her_episodes,
    make_health_record,
)


@pytest.fixture
def nurse(app: Flask, database: Database, project_id: int) -> Client:
    """A phone with the care form, in a town of four villages."""
    with database.transaction() as db:
        import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
        form = a_care_form(db, project_id)
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    return Client(app, key=token)


def send(database: Database, nurse: Client, project_id: int, woman: str | None = HER, **answers: str) -> int:
    """A health record as it is after its derivers ran; its id."""
    assert nurse.send(project_id, a_care_record(**answers)).status_code == 201
    with database.transaction() as db:
        submission_id = db.scalars(select(Submission.id).order_by(Submission.id.desc())).first()
        assert submission_id is not None
        make_health_record(db, submission_id, woman)
    return submission_id


def placed(db: Session, submission_id: int) -> tuple[str | None, str | None]:
    row = db.execute(
        select(Village.code, Submission.place_how)
        .select_from(Submission)
        .outerjoin(Village, Village.id == Submission.village_id)
        .where(Submission.id == submission_id)
    ).one()
    return row.code, row.place_how


@pytest.mark.parametrize(
    ("consents", "household", "home_village", "expected"),
    [
        (True, HER_HOME, WEST, (WEST, "household")),
        (False, HER_HOME, WEST, (EAST, "village")),
        (True, None, WEST, (EAST, "village")),
        (True, "99999999-9999-4999-8999-999999999999", WEST, (EAST, "village")),
        (True, HER_HOME, "510000009999", (EAST, "village")),
    ],
    ids=["household", "no consent to its place", "no household", "household not here yet", "household nowhere"],
)
def test_a_health_record_lies_where_her_household_is_if_she_consents_else_in_her_village(
    database: Database,
    project_id: int,
    nurse: Client,
    consents: bool,
    household: str | None,
    home_village: str,
    expected: tuple[str, str],
) -> None:
    with database.transaction() as db:
        a_household(db, project_id, home_village)
        a_woman(db, project_id, EAST, household, consent_location=consents)
    record = send(database, nurse, project_id, women=HER, village_code=NORTH_WEST)
    with database.reading() as db:
        assert placed(db, record) == expected


@pytest.mark.parametrize("chosen", [{"pregnancies": HER_PREGNANCY}, {"contraception_episodes": HER_METHOD}])
def test_a_pregnancy_or_a_method_tells_whose_it_is(
    database: Database, project_id: int, nurse: Client, chosen: dict[str, str]
) -> None:
    with database.transaction() as db:
        a_woman(db, project_id, EAST)
        her_episodes(db, project_id)
    record = send(database, nurse, project_id, woman=None, **chosen)
    with database.reading() as db:
        assert placed(db, record) == (EAST, "village")


@pytest.mark.parametrize(("named", "expected"), [(WEST, (WEST, "village")), ("", (None, "unknown"))])
def test_before_anything_is_known_of_her_the_village_is_the_one_that_was_answered(
    database: Database, project_id: int, nurse: Client, named: str, expected: tuple[str | None, str]
) -> None:
    record = send(database, nurse, project_id, woman=None, women=HER, village_code=named)
    with database.reading() as db:
        assert placed(db, record) == expected


def test_a_point_answered_in_a_health_form_is_kept_nowhere_as_geometry(
    database: Database, project_id: int, nurse: Client
) -> None:
    with database.transaction() as db:
        a_woman(db, project_id, EAST)
    record = send(database, nurse, project_id, women=HER, gps=IN_WEST)
    with database.reading() as db:
        assert placed(db, record) == (EAST, "village")
        assert db.scalars(select(SubmissionGeometry)).all() == []


def test_a_woman_of_another_project_places_nothing(database: Database, project_id: int, nurse: Client) -> None:
    with database.transaction() as db:
        other = Project(name="别处", kind="care", created_at=MORNING)
        db.add(other)
        db.flush()
        a_woman(db, other.id, EAST)
    record = send(database, nurse, project_id, women=HER)
    with database.reading() as db:
        assert placed(db, record) == (None, "unknown")


def test_when_her_row_changes_her_records_are_placed_again_and_nobody_else_s(
    database: Database, project_id: int, nurse: Client
) -> None:
    other = "55555555-5555-4555-8555-555555555555"
    with database.transaction() as db:
        a_household(db, project_id, WEST)
        a_woman(db, project_id, EAST, HER_HOME)
        a_woman(db, project_id, NORTH_EAST, uuid=other)
    hers, others = (send(database, nurse, project_id, woman=one, women=one) for one in (HER, other))
    with database.transaction() as db:
        db.execute(update(Woman).where(Woman.uuid == HER).values(consent_location=False, household_uuid=None))
        db.execute(update(Woman).where(Woman.uuid == other).values(village_code=WEST))
        place_her_records(db, project_id, HER)
    with database.reading() as db:
        assert placed(db, hers) == (EAST, "village")
        assert placed(db, others) == (NORTH_EAST, "village")


def test_records_that_are_where_they_should_be_are_not_written_again(
    database: Database, project_id: int, nurse: Client, listen: Listen
) -> None:
    with database.transaction() as db:
        a_woman(db, project_id, EAST)
    send(database, nurse, project_id, women=HER)
    written: list[int] = []
    listen(
        "after_cursor_execute",
        lambda _c, cursor, statement, *_: written.append(cursor.rowcount) if statement.startswith("UPDATE sub") else 0,
    )
    for village in (EAST, EAST, NORTH_EAST):
        with database.transaction() as db:
            db.execute(update(Woman).where(Woman.uuid == HER).values(village_code=village))
            place_her_records(db, project_id, HER)
    assert written == [0, 0, 1]


def test_when_a_household_moves_its_women_s_records_move_with_it(
    database: Database, project_id: int, nurse: Client
) -> None:
    with database.transaction() as db:
        a_household(db, project_id, WEST)
        a_woman(db, project_id, EAST, HER_HOME)
        a_woman(db, project_id, EAST, HER_HOME, uuid=(other := "55555555-5555-4555-8555-555555555555"))
    records = [send(database, nurse, project_id, woman=one, women=one) for one in (HER, other)]
    with database.transaction() as db:
        db.execute(update(Household).values(village_code=NORTH_WEST))
        place_records_at(db, project_id, HER_HOME)
    with database.reading() as db:
        assert [placed(db, record) for record in records] == [(NORTH_WEST, "household")] * 2


def test_new_boundaries_leave_health_records_with_their_women(
    database: Database, project_id: int, nurse: Client
) -> None:
    """They name no village or another one than hers; a village that is new to the town takes those that wait for it."""
    with database.transaction() as db:
        a_household(db, project_id, WEST)
        a_woman(db, project_id, "510000000009", HER_HOME)
    record = send(database, nurse, project_id, women=HER, village_code=EAST)
    with database.transaction() as db:
        db.execute(update(Household).values(village_code="510000000008"))
        import_boundaries(db, project_id, a_boundary_file(**moved_border()), None, MORNING)
    with database.reading() as db:
        assert placed(db, record) == (WEST, "household")
