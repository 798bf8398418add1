"""Merged villages: what was sent stays, what is counted rolls up, and on its day a place was where it was."""

from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.caller import Caller, Grant
from server.access.roles import BY_SYSTEM
from server.db import Database
from server.errors import NotFound, Problem, UnexpectedValue
from server.models import BoundarySet, Project, Submission, Village, VillageMergePart
from server.places.merging import UNDO_WITHIN, merge_villages, undo_merge, undoable, village_on
from server.places.successors import rolled_up, successor_codes
from server.places.undoing import undo_import, undoable_import
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
    report, _ = merge_villages(db, by, project, village, codes, now, **more)
    return report, by, project


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
    (last,) = undoable(db, project_id, LATER + timedelta(days=2))
    undo_merge(db, by, project, last.id, LATER + timedelta(days=2))
    assert successor_codes(db, project_id) == {NORTH_EAST: EAST}
    assert sorted(villages_in_force(db, project_id)) == [WEST, EAST, NORTH_WEST]
    assert len(db.scalars(select(VillageMergePart)).all()) == 3


def test_undoing_says_first_what_it_does(database: Database, project_id: int, phone: Client) -> None:
    """Records by point and by name alike, and those of a village that had been merged into the merged one before."""
    with database.transaction() as db:
        import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    for sent in (a_record(gps=IN_EAST), a_record(village=EAST), a_record(village=NORTH_EAST)):
        phone.send(project_id, sent)
    with database.transaction() as db:
        a_merge(db, project_id, EAST, NORTH_EAST)
        _, by, project = a_merge(db, project_id, WEST, EAST, now=LATER + timedelta(days=1))
        then = LATER + timedelta(days=2)
        (last,) = undoable(db, project_id, then)
        dry = undo_merge(db, by, project, last.id, then, dry_run=True)
        assert villages_of_records(db) == [WEST] * 3 and undoable(db, project_id, then) == [last]
        real = undo_merge(db, by, project, last.id, then)
        assert villages_of_records(db) == [EAST] * 3
        assert (dry.moves, dry.added, dry.changed) == (real.moves, real.added, real.changed)
        assert dry.records_moved == 3


def test_a_file_that_brings_a_merged_village_back_says_first_what_moves(
    database: Database, project_id: int, phone: Client
) -> None:
    with database.transaction() as db:
        import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    phone.send(project_id, a_record(village=EAST))
    with database.transaction() as db:
        a_merge(db, project_id, WEST, EAST)
        dry = import_boundaries(db, project_id, a_boundary_file(), None, LATER, dry_run=True)
        real = import_boundaries(db, project_id, a_boundary_file(), None, LATER)
        assert dry.moves == real.moves != []


def test_all_merges_that_an_undone_import_brought_back_are_undone_together(db: Session, project_id: int) -> None:
    import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    a_merge(db, project_id, WEST, EAST)
    a_merge(db, project_id, NORTH_WEST, NORTH_EAST)
    import_boundaries(db, project_id, a_boundary_file(), None, LATER)
    made = undoable_import(db, project_id, LATER)
    assert made is not None
    by, project = Caller(actor_id=None, type="user"), db.get_one(Project, project_id)
    undo_import(db, by, project, made.id, LATER)
    assert successor_codes(db, project_id) == {EAST: WEST, NORTH_EAST: NORTH_WEST}
    one, other = undoable(db, project_id, LATER)
    undo_merge(db, by, project, other.id, LATER)
    assert successor_codes(db, project_id) == {} and one.undone_at == other.undone_at == LATER
    assert sorted(villages_in_force(db, project_id)) == sorted([WEST, EAST, NORTH_WEST, NORTH_EAST])


def villages_in_force(db: Session, project_id: int) -> list[str]:
    return list(db.scalars(select(Village.code).where(Village.project_id == project_id, Village.retired_at.is_(None))))


def test_a_merge_of_long_ago_is_not_undone(db: Session, project_id: int) -> None:
    import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    a_merge(db, project_id, WEST, EAST)
    assert undoable(db, project_id, LATER + UNDO_WITHIN) != []
    assert undoable(db, project_id, LATER + UNDO_WITHIN + timedelta(seconds=1)) == []


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


def at_once(database: Database, act: Callable[[Session], object]) -> list[type]:
    """The same act by two at once: what came of each."""
    gate, outcomes = Barrier(2), list[type]()

    def try_it() -> None:
        try:
            with database.transaction() as db:
                gate.wait(60)
                act(db)
            outcomes.append(type(None))
        except Problem as problem:
            outcomes.append(type(problem))

    threads = [Thread(target=try_it) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
    return sorted(outcomes, key=lambda one: one is not type(None))


def test_of_two_who_merge_or_undo_the_same_at_once_the_second_finds_it_done(
    database: Database, project_id: int
) -> None:
    with database.transaction() as db:
        import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    merged = at_once(database, lambda db: a_merge(db, project_id, WEST, EAST))
    assert merged == [type(None), UnexpectedValue]
    with database.transaction() as db:
        by = Caller(actor_id=None, type="user", grants=(Grant(BY_SYSTEM["admin"].id, None, None),))
        made = import_boundaries(db, project_id, a_boundary_file(), None, LATER).boundary_set_id

    def take_import_back(db: Session) -> None:
        undo_import(db, by, db.get_one(Project, project_id), made or 0, LATER)

    def take_merge_back(db: Session) -> None:
        undo_merge(db, by, db.get_one(Project, project_id), last, LATER)

    assert at_once(database, take_import_back) == [type(None), NotFound]
    with database.reading() as db:
        (last,) = [one.id for one in undoable(db, project_id, LATER)]
    assert at_once(database, take_merge_back) == [type(None), NotFound]
    with database.reading() as db:
        assert len(db.scalars(select(BoundarySet.id)).all()) == 5
