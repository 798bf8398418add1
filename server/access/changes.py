"""What programs hear of: that something changed, written in the transaction of the change, without what it says.

A row has no number yet: numbers are given in the order of the commits (feeds/numbering.py).
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from server.db import Asked
from server.later import write_later
from server.models import Change, table_of

GONE: Final = "gone"
"""Something was erased or is no longer shared. It has no id: who keeps copies asks which of them are still there."""
FOLLOW_UP: Final = "follow_up.change"
BY_ACT: Final[Mapping[str, str]] = {
    "submission.create": "submission.create",
    "submission.update.version": "submission.update",
    "submission.attachment.update": "submission.update",
    "submission.unseal": "submission.update",
    "submission.delete": "submission.delete",
    "submission.restore": "submission.restore",
    "submission.seal": GONE,
    "rights.restrict": GONE,
    "submission.update": "submission.review",
    "submission.return": "submission.review",
    "entity.create": "entity.create",
    "entity.update.version": "entity.update",
    "entity.update.resolve": "entity.update",
    "entity.delete": "entity.delete",
    "entity.restore": "entity.restore",
}
"""What an act of the audit is to programs; other acts are none of theirs."""
KINDS: Final = (*sorted(set(BY_ACT.values())), FOLLOW_UP)
INSERT: Final = insert(table_of(Change)).inline()


def note_act(db: Asked, action: str, now: datetime, columns: Mapping[str, Any]) -> None:
    """Writes the change that an act of the audit is, if it is one. `columns` are the audit row's."""
    kind = BY_ACT.get(action)
    if kind is None or columns.get("project_id") is None:
        return
    about = None if kind == GONE else columns.get("entity_id" if kind.startswith("entity.") else "submission_id")
    note_changes(db, columns["project_id"], kind, [about], now)


def note_changes(db: Asked, project_id: int, kind: str, ids: Collection[int | None], now: datetime) -> None:
    """One row for each id."""
    rows = [{"project_id": project_id, "kind": kind, "about_id": one, "made_at": now} for one in ids]
    write_later(db, INSERT, rows)


def forget_changes(db: Session, project_id: int, entities: Collection[int], follow_ups: Collection[int]) -> None:
    """After an erasure no change says any more what it was of; that there was one stays, for the order has no gaps."""
    here = Change.project_id == project_id
    for prefix, ids in (("entity.", entities), ("follow_up.", follow_ups)):
        of_hers = here & Change.kind.startswith(prefix) & Change.about_id.in_(ids)
        db.execute(update(Change).where(of_hers).values(about_id=None).execution_options(synchronize_session=False))
