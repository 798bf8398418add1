"""The audit's one writer. Details hold ids and counts, never an answer. What programs hear of is written beside it."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from server.access.changes import note_act
from server.later import write_later
from server.models import Audit, table_of

INSERT = insert(table_of(Audit)).inline()


def record(db: Session, action: str, *, actor_id: int | None, now: datetime, **columns: Any) -> None:
    """Writes one row in the caller's transaction: an act that is rolled back leaves no trace of having happened.

    `columns`: project_id, form_id, submission_id, actee_actor_id, dataset_id, entity_id, details, notes. A door may have
    put what the caller wrote beside the act (X-Action-Notes) into `db.info["notes"]`.
    """
    columns.setdefault("notes", db.info.get("notes"))
    write_later(db, INSERT, [{"action": action, "actor_id": actor_id, "logged_at": now, **columns}])
    note_act(db, action, now, columns)
