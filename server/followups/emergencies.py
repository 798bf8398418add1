"""A village opened in an emergency, and the word of it to those who watch over the data."""

from datetime import datetime

from sqlalchemy.orm import Session

from server.access.break_glass import open_village, who_is_told
from server.access.caller import Caller
from server.followups.plain_notices import OPENED, tell
from server.models import BreakGlass, Project


def open_for_emergency(
    db: Session, caller: Caller, project: Project, village_code: str, reason: str, now: datetime
) -> BreakGlass:
    """Opens a village for an hour and tells the data protection officers and the town's leads in the same transaction.

    Raises what `open_village` raises.
    """
    row = open_village(db, caller, project, village_code, reason, now)
    tell(db, project.id, who_is_told(db, project, caller.actor_id), OPENED, f"break_glass:{row.id}", now)
    return row
