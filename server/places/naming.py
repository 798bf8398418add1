"""What villages are also called: names of places, which are public. A boundary file may call them so."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.boundaries import BoundaryFile, read_boundaries
from geo.boundary_match import KnownVillages, known_villages
from geo.errors import InvalidBoundary
from server.access.audit import record
from server.access.caller import Caller
from server.errors import NotFound, UnexpectedValue
from server.models import Project, Village, VillageAlias

MOST = 20


def list_aliases(db: Session, village_id: int) -> list[VillageAlias]:
    query = select(VillageAlias).where(VillageAlias.village_id == village_id)
    return list(db.scalars(query.order_by(VillageAlias.name, VillageAlias.id)))


def aliases_in(db: Session, project_id: int) -> list[tuple[str, str]]:
    """(code, alias) of all villages in force, by code."""
    rows = db.execute(
        select(Village.code, VillageAlias.name)
        .join(VillageAlias, VillageAlias.village_id == Village.id)
        .where(Village.project_id == project_id, Village.retired_at.is_(None))
        .order_by(Village.code, VillageAlias.name)
    )
    return [(code, name) for code, name in rows]


def add_alias(db: Session, caller: Caller, project: Project, village: Village, name: str, now: datetime) -> None:
    """Raises UnexpectedValue for a name that it has already, or where it has many."""
    names = [one.name for one in list_aliases(db, village.id)]
    if name in (village.name, *names):
        raise UnexpectedValue(field="name", value=name, reason="the village is called that already")
    if len(names) >= MOST:
        raise UnexpectedValue(field="name", value=name, reason="a village has twenty other names at most")
    db.add(VillageAlias(village_id=village.id, name=name, created_by_id=caller.actor_id, created_at=now))
    note(db, caller, project, village, "added", now)


def rename(db: Session, village: Village, name: str, actor_id: int | None, now: datetime) -> None:
    """Calls a village otherwise from now on. What it was called until now stays another name of it: people go on saying it."""
    if village.name == name:
        return
    others = {one.name: one for one in list_aliases(db, village.id)}
    if name in others:
        db.delete(others.pop(name))
    if village.name not in others and len(others) < MOST:
        db.add(VillageAlias(village_id=village.id, name=village.name, created_by_id=actor_id, created_at=now))
    village.name = name


def remove_alias(db: Session, caller: Caller, project: Project, village: Village, alias_id: int, now: datetime) -> None:
    """Raises NotFound for one that is another village's, or gone."""
    alias = db.get(VillageAlias, alias_id)
    if alias is None or alias.village_id != village.id:
        raise NotFound()
    db.delete(alias)
    note(db, caller, project, village, "removed", now)


def note(db: Session, caller: Caller, project: Project, village: Village, what: str, now: datetime) -> None:
    details = {"village": village.code, "what": what}
    record(db, "village.alias", actor_id=caller.actor_id, project_id=project.id, details=details, now=now)


def known_in(db: Session, project_id: int, chosen: Mapping[int, str] | None = None) -> KnownVillages:
    """The villages in force to match a boundary file with; `chosen` are codes by row."""
    here = select(Village.code, Village.name).where(Village.project_id == project_id, Village.retired_at.is_(None))
    return known_villages(dict(db.execute(here).all()), aliases_in(db, project_id), chosen)


def read_for(db: Session, project_id: int, path: Path, crs: str) -> BoundaryFile:
    """A boundary file from disk, its rows matched. Raises InvalidBoundary also for rows that nobody can tell."""
    file = read_boundaries(path, path.name, crs, known_in(db, project_id))
    if file.unmatched:
        rows = [{"row": one.row, "problem": f'"{one.said[:30]}" is no village of ours'} for one in file.unmatched]
        words = "; ".join(f"row {one['row']}: {one['problem']}" for one in rows[:5])
        raise InvalidBoundary(
            f"These rows have no code, and their names tell no village: {words}.", "rows", {"rows": rows}
        )
    return file
