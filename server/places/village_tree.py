"""What a village is a part of: clusters (片) above villages, hamlets (社) below. Rights in a village reach its parts."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.allow import scope_of
from server.access.audit import record
from server.access.caller import Caller
from server.errors import Forbidden, MissingParameter, UnexpectedValue
from server.models import Project, Village
from server.places.naming import rename

DEEPEST = 5  # county, town, cluster, village, hamlet


def put_village(
    db: Session, caller: Caller, project: Project, code: str, name: str | None, parent: str | None, now: datetime
) -> Village:
    """Puts a village under another one (by code), or under none; one that is not there yet is made, with its name.

    Raises MissingParameter for a new one without a name, UnexpectedValue for a parent that is not there, for a circle,
    or where the tree would be deeper than DEEPEST, Forbidden where the caller would reach more than before.
    """
    row = find_village(db, project, code)
    if row is None:
        if not name:
            raise MissingParameter(field="name")
        row = Village(project_id=project.id, code=code, name=name, created_at=now)
        db.add(row)
    elif name:
        rename(db, row, name, caller.actor_id, now)
    db.flush()
    row.parent_id = None if parent is None else checked_parent(db, project, row, parent)
    refuse_own_gain(caller, project, row)
    db.flush()
    details = {"village": code, "parent": parent}
    record(db, "village.update", actor_id=caller.actor_id, project_id=project.id, details=details, now=now)
    return row


def refuse_own_gain(caller: Caller, project: Project, row: Village) -> None:
    """Whoever has some villages puts no other one under them: its records would be hers, and nobody gives himself that."""
    mine = scope_of(caller, project)
    if not mine.everything and mine.covers(row.parent_id) and not mine.covers(row.id):
        raise Forbidden("In a care project nobody gives a role to himself. Ask another administrator.")


def find_village(db: Session, project: Project, code: str) -> Village | None:
    return db.scalar(select(Village).where(Village.project_id == project.id, Village.code == code))


def checked_parent(db: Session, project: Project, row: Village, code: str) -> int:
    parent = find_village(db, project, code)
    if parent is None:
        raise UnexpectedValue(field="parent", value=code[:64], reason="the project has no village of that code")
    above = ids_above(db, parent)
    if row.id in above:
        raise UnexpectedValue(field="parent", value=code[:64], reason="it would be a part of itself")
    if len(above) + depth_below(db, row.id) > DEEPEST:
        raise UnexpectedValue(field="parent", value=code[:64], reason="there are five levels at most")
    return parent.id


def ids_above(db: Session, village: Village) -> list[int]:
    """The village and what it is a part of, the nearest first."""
    found, here = [village.id], village
    while here.parent_id is not None and here.parent_id not in found:
        here = db.get_one(Village, here.parent_id)
        found.append(here.id)
    return found


def depth_below(db: Session, village_id: int) -> int:
    """How many levels a village and its parts make."""
    depth, level = 0, [village_id]
    while level and depth <= DEEPEST:
        depth += 1
        level = list(db.scalars(select(Village.id).where(Village.parent_id.in_(level))))
    return depth
