"""Filters of the review list that somebody keeps under a name, as tabs: each person's own."""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from server.errors import MissingParameter, TooLong, UnexpectedValue
from server.models import SavedView

MOST: Final = 12
LONGEST_NAME: Final = 24
LONGEST: Final = 2000


def list_views(db: Session, project_id: int, actor_id: int) -> list[SavedView]:
    """Somebody's views, the oldest first, so that a tab stays where it is."""
    mine = (SavedView.project_id == project_id) & (SavedView.actor_id == actor_id)
    return list(db.scalars(select(SavedView).where(mine).order_by(SavedView.id)))


def save_view(db: Session, project_id: int, actor_id: int, name: str, wanted: str, now: datetime) -> SavedView:
    """`wanted` is the query of the list's address. Raises MissingParameter, TooLong, UnexpectedValue for one too many."""
    if not name.strip() or not wanted:
        raise MissingParameter(field="name" if wanted else "wanted")
    if len(name) > LONGEST_NAME or len(wanted) > LONGEST:
        raise TooLong(field="name" if len(name) > LONGEST_NAME else "wanted", limit=LONGEST_NAME)
    mine = (SavedView.project_id == project_id) & (SavedView.actor_id == actor_id)
    if (db.scalar(select(func.count()).where(mine)) or 0) >= MOST:
        raise UnexpectedValue(field="name", value="…", reason="there are as many tabs as fit")
    view = SavedView(project_id=project_id, actor_id=actor_id, name=name.strip(), wanted=wanted, made_at=now)
    db.add(view)
    db.flush()
    return view


def delete_view(db: Session, project_id: int, actor_id: int, view_id: int) -> None:
    """Somebody's own; one that is gone is no fault."""
    mine = (SavedView.project_id == project_id) & (SavedView.actor_id == actor_id)
    db.execute(delete(SavedView).where(mine, SavedView.id == view_id))
