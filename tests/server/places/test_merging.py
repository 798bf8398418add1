"""Merged villages: what was sent stays, what is counted rolls up, and on its day a place was where it was."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.caller import Caller, Grant
from server.access.roles import BY_SYSTEM
from server.db import Database
from server.errors import UnexpectedValue
from server.models import Project, Submission, Village, VillageMergePart
from server.places.merging import UNDO_WITHIN, merge_villages, undo_merge, undoable, village_on
from server.places.successors import rolled_up, successor_codes
from server.places.villages import import_boundaries
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_record
from tests.server.places.squares import EAST, IN_EAST, NORTH_EAST, NORTH_WEST, WEST, a_boundary_file

LATER = MORNING + timedelta(days=30)


def a_merge(db: Session, project_id: int, into: str, *codes: str, now=LATER, **more):
    project = db.get_one(Project, project_id)
    village = db.scalars(select(Village).where(Village.project_id == project_id, Village.code == into)).one()
    by = Caller(actor_id=None, type="user", grants=(Grant(BY_SYSTEM["admin"].id, None, None),))
    return merge_villages(db, by, project, village, codes, now, **more), by, project


def villages_of_records(db: Session) -> list[str | None]:
    query = select(Village.code).select_from(Submission).outerjoin(Village, Village.id == Submission.village_id)
    return list(db.scalars(query.order_by(Submission.id)))


def test_records_by_point_and_by_name_lie_in_the_successor_old_and_new(
    database: Database, project_id: int, phone: Client
) -> None:
    with database.transaction() as db:
        import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    for sent in (a_record(gps=IN_EAST), a_record(village=EAST)):
        phone.send(project_id, sent)
    with database.transaction() as db:
        dry, *_ = a_merge(db, project_id, WEST, EAST, dry_run=True)
        assert villages_of_records(db) == [EAST, EAST]
        real, *_ = a_merge(db, project_id, WEST, EAST)
        assert (dry.moves, dry.retired) == (real.moves, [EAST])
    for sent in (a_record(gps=IN_EAST), a_record(village=EAST)):
        phone.send(project_id, sent)
    with database.reading() as db:
        assert villages_of_records(db) == [WEST] * 4
        assert successor_codes(db, project_id) == {EAST: WEST}


def test_on_its_day_a_place_was_in_the_village_of_that_day(db: Session, project_id: int) -> None:
    import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    day = MORNING.date() + timedelta(days=10)
    a_merge(db, project_id, WEST, EAST, valid_from=day)
    assert village_on(db, project_id, 105.03, 30.01, day - timedelta(days=1)) == EAST
    assert village_on(db, project_id, 105.03, 30.01, day) == WEST
    assert village_on(db, project_id, 105.03, 30.01, date(2000, 1, 1)) is None


def test_what_was_merged_before_goes_along_and_comes_back(db: Session, project_id: int) -> None:
    import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    a_merge(db, project_id, EAST, NORTH_EAST)
    _, by, project = a_merge(db, project_id, WEST, EAST, now=LATER + timedelta(days=1))
    assert successor_codes(db, project_id) == {EAST: WEST, NORTH_EAST: WEST}
    last = undoable(db, project_id, LATER + timedelta(days=2))
    undo_merge(db, by, project, last.id, LATER + timedelta(days=2))
    assert successor_codes(db, project_id) == {NORTH_EAST: EAST}
    assert sorted(villages_in_force(db, project_id)) == [WEST, EAST, NORTH_WEST]
    assert len(db.scalars(select(VillageMergePart)).all()) == 3


def villages_in_force(db: Session, project_id: int) -> list[str]:
    return list(db.scalars(select(Village.code).where(Village.project_id == project_id, Village.retired_at.is_(None))))


def test_a_merge_of_long_ago_is_not_undone(db: Session, project_id: int) -> None:
    import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    a_merge(db, project_id, WEST, EAST)
    assert undoable(db, project_id, LATER + UNDO_WITHIN) is not None
    assert undoable(db, project_id, LATER + UNDO_WITHIN + timedelta(seconds=1)) is None


def test_a_village_that_is_gone_is_merged_no_more(db: Session, project_id: int) -> None:
    import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    a_merge(db, project_id, WEST, EAST)
    with pytest.raises(UnexpectedValue):
        a_merge(db, project_id, WEST, EAST)


def test_a_merged_village_that_a_file_brings_back_is_its_own_again(db: Session, project_id: int) -> None:
    import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    a_merge(db, project_id, WEST, EAST)
    import_boundaries(db, project_id, a_boundary_file(), None, LATER + timedelta(days=1))
    east = db.scalars(select(Village).where(Village.code == EAST)).one()
    assert (east.successor_id, east.parent_id, east.retired_at) == (None, None, None)


def test_numbers_of_merged_villages_are_added_to_the_successor_s() -> None:
    assert rolled_up({"a": 1, "b": 2, "c": 4}, {"b": "a"}) == {"a": 3, "c": 4}
    assert rolled_up({"b": 2}, {"b": "a"}) == {"a": 2}
