"""What a village was called stays another name of it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.caller import Caller
from server.models import Project, Village
from server.places.naming import MOST, add_alias, list_aliases, rename
from server.places.village_tree import put_village
from tests.conftest import MORNING


def a_village(db: Session, project_id: int, name: str) -> Village:
    row = Village(project_id=project_id, code="V1", name=name, created_at=MORNING)
    db.add(row)
    db.flush()
    return row


def names_of(db: Session, row: Village) -> list[str]:
    return [one.name for one in list_aliases(db, row.id)]


def test_what_a_village_was_called_is_another_name_of_it_and_its_own_is_none(db: Session, project_id: int) -> None:
    row = a_village(db, project_id, "甲村")
    for name in ("乙村", "丙村", "丙村", "甲村"):
        rename(db, row, name, None, MORNING)
    assert (row.name, names_of(db, row)) == ("甲村", ["丙村", "乙村"])


def test_who_puts_a_village_under_another_name_keeps_the_old_one_too(db: Session, project_id: int) -> None:
    a_village(db, project_id, "甲村")
    project, by = db.get_one(Project, project_id), Caller(actor_id=None, type="user")
    row = put_village(db, by, project, "V1", "乙村", None, MORNING)
    assert (row.name, names_of(db, row)) == ("乙村", ["甲村"])


def test_a_village_with_many_other_names_is_renamed_all_the_same(db: Session, project_id: int) -> None:
    row = a_village(db, project_id, "甲村")
    project, by = db.get_one(Project, project_id), Caller(actor_id=None, type="user")
    for number in range(MOST):
        add_alias(db, by, project, row, f"别名{number}", MORNING)
    rename(db, row, "乙村", None, MORNING)
    assert row.name == "乙村" and len(names_of(db, row)) == MOST
    assert db.scalar(select(Village.name)) == "乙村"
