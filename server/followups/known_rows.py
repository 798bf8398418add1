"""The rows of follow-ups as they are in the database now: most of hers are only compared, and those that change are loaded."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from server.db import Asked, AskedOfSome
from server.models import FollowUp

KnownRow = Row[*tuple[Any, ...]] | FollowUp
"""A row with all columns of FollowUp, to be read."""

Known = Mapping[str, KnownRow]
"""The rows of one subject, by FollowUp.key."""

# Built once: they are asked at every record, and building one costs more than its answer.
_ROWS: Final = AskedOfSome(
    lambda are: (
        select(*FollowUp.__table__.columns)
        .where(FollowUp.project_id == bindparam("project"))
        .where(FollowUp.subject_list == bindparam("subject_list"), are(FollowUp.subject))
        .order_by(FollowUp.id)
    )
)
_SOME: Final = select(FollowUp).where(FollowUp.id.in_(bindparam("ids", expanding=True))).order_by(FollowUp.id)


def rows_of(db: Asked, project_id: int, subject_list: str, subjects: Collection[str]) -> dict[str, dict[str, KnownRow]]:
    """By subject and key, to be read. They may have changed while we waited for a lock: what the session knows is not asked."""
    rows = _ROWS.ask(db, subjects, project=project_id, subject_list=subject_list)
    found: dict[str, dict[str, KnownRow]] = {}
    for row in rows:
        found.setdefault(row.subject, {})[row.key] = row
    return found


def load_rows(db: Session, ids: Collection[int]) -> Sequence[FollowUp]:
    """To be changed, in the order of their ids; asked anew, whatever the session knows of them."""
    if not ids:
        return ()
    return db.scalars(_SOME, {"ids": list(ids)}, execution_options={"populate_existing": True}).all()
