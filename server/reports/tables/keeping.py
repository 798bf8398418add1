"""The town's own tables and every workbook that was given for them: nothing is lost by giving a new one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.errors import NotFound, UnexpectedValue
from server.models import Actor, Project, TownTable, TownTableVersion

MOST_TABLES: Final = 50
MOST_VERSIONS: Final = 200
LONGEST_NAME: Final = 80


def list_tables(db: Session, project_id: int) -> Sequence[Row[TownTable, int, datetime]]:
    """(table, number of its newest version, when that came), by name."""
    query = (
        select(TownTable, func.max(TownTableVersion.number), func.max(TownTableVersion.added_at))
        .join(TownTableVersion, TownTableVersion.table_id == TownTable.id)
        .where(TownTable.project_id == project_id, TownTable.removed_at.is_(None))
        .group_by(TownTable.id)
        .order_by(TownTable.name, TownTable.id)
    )
    return db.execute(query).all()


def get_table(db: Session, project_id: int, table_id: int) -> TownTable:
    """Raises NotFound, also for one that was taken away."""
    found = db.get(TownTable, table_id)
    if found is None or found.project_id != project_id or found.removed_at is not None:
        raise NotFound()
    return found


def get_version(db: Session, table: TownTable, number: int | None = None) -> TownTableVersion:
    """The newest where no number is given. Raises NotFound."""
    query = select(TownTableVersion).where(TownTableVersion.table_id == table.id)
    query = query.where(TownTableVersion.number == number) if number is not None else query
    found = db.scalar(query.order_by(TownTableVersion.number.desc()).limit(1))
    if found is None:
        raise NotFound()
    return found


def list_versions(db: Session, table: TownTable) -> Sequence[Any]:
    """(number, size, when, by whom), the newest first; not the workbooks themselves."""
    query = (
        select(TownTableVersion.number, TownTableVersion.size, TownTableVersion.added_at, Actor.display_name)
        .join(Actor, Actor.id == TownTableVersion.added_by_id)
        .where(TownTableVersion.table_id == table.id)
        .order_by(TownTableVersion.number.desc())
    )
    return db.execute(query).all()


def add_table(db: Session, project: Project, name: str, data: bytes, by: int, now: datetime) -> TownTable:
    """Raises UnexpectedValue where the town has MOST_TABLES."""
    here = TownTable.project_id == project.id, TownTable.removed_at.is_(None)
    if (db.scalar(select(func.count()).select_from(TownTable).where(*here)) or 0) >= MOST_TABLES:
        raise UnexpectedValue(field="file", value="…", reason="there are fifty tables already")
    table = TownTable(project_id=project.id, name=name, made_at=now)
    db.add(table)
    db.flush()
    add_version(db, table, data, by, now)
    return table


def add_version(db: Session, table: TownTable, data: bytes, by: int, now: datetime) -> int:
    """Its number. Raises UnexpectedValue where the table has MOST_VERSIONS."""
    newest = db.scalar(select(func.max(TownTableVersion.number)).where(TownTableVersion.table_id == table.id)) or 0
    if newest >= MOST_VERSIONS:
        raise UnexpectedValue(field="file", value="…", reason="there are two hundred versions already")
    row = TownTableVersion(table_id=table.id, number=newest + 1, workbook=data, size=len(data))
    row.added_by_id, row.added_at = by, now
    db.add(row)
    db.flush()
    note(db, table, "report.update", by, now, version=row.number)
    return row.number


def remove_table(db: Session, table: TownTable, by: int, now: datetime) -> None:
    """It leaves the list; what was given for it stays, so that it can be brought back."""
    table.removed_at = now
    note(db, table, "report.update.remove", by, now)


def bring_back(db: Session, project_id: int, table_id: int, by: int, now: datetime) -> TownTable:
    """Raises NotFound."""
    found = db.get(TownTable, table_id)
    if found is None or found.project_id != project_id:
        raise NotFound()
    if found.removed_at is not None:
        found.removed_at = None
        note(db, found, "report.update.restore", by, now)
    return found


def note(db: Session, table: TownTable, action: str, by: int, now: datetime, **details: int) -> None:
    record(db, action, actor_id=by, now=now, project_id=table.project_id, details={"table": table.id, **details})
