"""Numbers for changes: from 1 without a gap in each project, in an order in which no reader ever misses one.

Whoever writes does not wait for a number: ids are given when a row is written, and of two transactions the one with the
lower ids may be committed later. So numbers are given afterwards, by one short step under a lock, to rows that are committed
by then. A row that is committed later gets a later number, and whoever has read up to N has everything up to N.
"""

from typing import Final

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from server.db import Database
from server.models import Change, table_of

SPACE: Final = 0x43686E67  # of advisory locks on PostgreSQL, one a project; SQLite has one writer anyway
TOGETHER: Final = 2000  # rows numbered in one transaction
ROWS: Final = table_of(Change)
GIVE: Final = update(ROWS).where(ROWS.c.id == bindparam("row")).values(seq=bindparam("place"))


def number_all(database: Database, project_id: int) -> int:
    """Numbers what is committed and has none, some in each transaction; how many."""
    done, batch = 0, TOGETHER
    while batch == TOGETHER:
        with database.transaction() as db:
            batch = number_changes(db, project_id)
        done += batch
    return done


def number_changes(db: Session, project_id: int) -> int:
    """The lowest ids first; how many. Two that number one project wait for each other until the transaction's end."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock(SPACE, project_id)))
    last = newest(db, project_id)
    waiting = select(ROWS.c.id).where(ROWS.c.project_id == project_id, ROWS.c.seq.is_(None))
    ids = list(db.scalars(waiting.order_by(ROWS.c.id).limit(TOGETHER)))
    if ids:
        db.connection().execute(GIVE, [{"row": one, "place": last + place} for place, one in enumerate(ids, 1)])
    return len(ids)


def newest(db: Session, project_id: int) -> int:
    """The highest number that was given; 0 where none was."""
    return db.scalar(select(func.max(ROWS.c.seq)).where(ROWS.c.project_id == project_id)) or 0


def waits(db: Session, project_id: int) -> bool:
    """Whether any change has no number yet."""
    waiting = select(ROWS.c.id).where(ROWS.c.project_id == project_id, ROWS.c.seq.is_(None))
    return db.scalar(waiting.limit(1)) is not None


def list_waiting(db: Session) -> list[int]:
    """The projects that have changes without a number."""
    return list(db.scalars(select(ROWS.c.project_id).where(ROWS.c.seq.is_(None)).distinct()))
