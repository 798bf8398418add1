"""Answers that are covered on pages of a care project until somebody asks to see them, and that look is written down.

Whoever may read a record reads them: covering keeps them from eyes that pass by, and from looks that nobody needed.
"""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from server.access.audit import record
from server.access.caller import Caller
from server.models import Project
from server.models.facts import AnyProject

COVERED: Final = frozenset({"display_name", "save_name", "shown_name", "phone_safe", "contact_phone", "door_code"})
"""Questions by name, in whichever form they stand: how she is called, where she can be called, at which door."""

PLACES: Final = frozenset({"geopoint", "geotrace", "geoshape"})


def is_covered(project: AnyProject, name: str, kind: str) -> bool:
    """Whether the answer to a question of this name and type is covered on the project's pages."""
    return project.kind == "care" and (name in COVERED or kind in PLACES)


def note_reveal(
    db: Session, caller: Caller, project: Project, now: datetime, fields: list[str], submission_id: int | None = None
) -> None:
    """Somebody had covered fields shown; `fields` are their names, never their values."""
    details = {"fields": sorted(set(fields))}
    columns = {"project_id": project.id, "submission_id": submission_id, "details": details}
    record(db, "field.reveal", actor_id=caller.actor_id, now=now, **columns)
