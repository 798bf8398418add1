"""An import is taken back: outlines, villages and records are as before, but only while it is the newest and not long ago."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.caller import Caller
from server.errors import NotFound
from server.models import BoundarySet, Project, Village
from server.places.merging import UNDO_WITHIN
from server.places.successors import successor_codes
from server.places.undoing import undo_import, undoable_import
from server.places.villages import import_boundaries, outlines_in_force
from tests.conftest import MORNING
from tests.server.places.squares import EAST, WEST, a_boundary_file
from tests.server.places.test_merging import LATER, a_merge

NOBODY = Caller(actor_id=None, type="user")


def test_the_first_boundaries_have_none_before_them(db: Session, project_id: int) -> None:
    assert undoable_import(db, project_id, MORNING) is None
    import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    assert undoable_import(db, project_id, MORNING) is None


def test_after_thirty_days_or_by_another_set_it_is_not_undone(db: Session, project_id: int) -> None:
    import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    import_boundaries(db, project_id, a_boundary_file(), None, LATER)
    made = undoable_import(db, project_id, LATER + UNDO_WITHIN)
    assert made is not None
    assert undoable_import(db, project_id, LATER + UNDO_WITHIN + timedelta(seconds=1)) is None
    project = db.get_one(Project, project_id)
    with pytest.raises(NotFound):
        undo_import(db, NOBODY, project, made.id - 1, LATER)
    undo_import(db, NOBODY, project, made.id, LATER)
    assert undoable_import(db, project_id, LATER) is None  # what stands now was no import
    assert db.scalars(select(BoundarySet.how).order_by(BoundarySet.id)).all() == ["import", "import", "restored"]


def test_a_village_that_the_import_took_out_of_a_merge_is_merged_again(db: Session, project_id: int) -> None:
    import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    a_merge(db, project_id, WEST, EAST)
    before = outlines_in_force(db, project_id)
    import_boundaries(db, project_id, a_boundary_file(), None, LATER)
    assert successor_codes(db, project_id) == {}
    made = undoable_import(db, project_id, LATER)
    assert made is not None
    undo_import(db, NOBODY, db.get_one(Project, project_id), made.id, LATER)
    after = outlines_in_force(db, project_id)
    assert after.keys() == before.keys() and after[WEST].equals(before[WEST])
    east = db.scalars(select(Village).where(Village.code == EAST)).one()
    assert east.retired_at is not None and successor_codes(db, project_id) == {EAST: WEST}
