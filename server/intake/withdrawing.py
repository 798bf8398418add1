"""What a woman takes back by word to her care team or the data protection officer, or by herself on the page that her card
opens: in force everywhere when it is written.

Phones learn of it at their next sync: their lists are made anew of what stands.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.clock import today
from server.errors import MissingParameter, NotFound, UnexpectedValue
from server.followups.plain_notices import WITHDRAWN, tell
from server.followups.recalculate import recalculate_many
from server.followups.recipients import staff_of
from server.intake.derive import look_again
from server.models import PURPOSES, Project, Woman
from server.registry.care_records import bring_in_line
from server.registry.consents import note, note_withdrawal
from server.registry.erasing import erase
from server.registry.sealing import Effects, stand_in_line

KEEP, ERASE = "keep_minimal", "erase"


def withdraw(
    db: Session, project: Project, woman: Woman, purposes: Sequence[str], what: str, by: int | None, now: datetime
) -> None:
    """Takes back these purposes of PURPOSES; without the service none of the others stands.

    `what` becomes of what is kept: ERASE with the service removes her, KEEP keeps what the law asks for, read by nobody.
    Lists, follow-ups, notices that wait and records follow in the same transaction, and her workers are told that somebody
    left, not who. `by` is who wrote it down: nobody, where she did it herself.

    Raises MissingParameter when nothing is named, UnexpectedValue for a word that is no purpose, NotFound
    when she was removed meanwhile.
    """
    taken = checked_purposes(purposes)
    stand_in_line(db, project.id)
    woman = as_she_stands(db, woman)
    uuid = woman.uuid
    carers = staff_of(db, project.id, today(now)).recipients(woman.village_code, woman.assigned_worker).workers
    if "service" in taken and what == ERASE:
        note(db, project.id, uuid, by, now)
        effects = erase(db, project.id, uuid, now, by)
    else:
        note_withdrawal(db, project.id, uuid, taken, by, now)
        effects = Effects({("women", uuid)})
    if "service" in taken:
        tell(db, project.id, carers - {by}, WITHDRAWN, str(uuid4()), now)
    effects.add(bring_in_line(db, project.id, ("women", uuid), now, of_consent=True))
    recalculate_many(db, project, effects.subjects, today(now), now)
    for submission_id in effects.look_at:
        look_again(db, submission_id, now)


def as_she_stands(db: Session, woman: Woman) -> Woman:
    """Her row now that nobody else changes it: a phone or the rights desk may have been faster. Raises NotFound."""
    hers = select(Woman).where(Woman.project_id == woman.project_id, Woman.uuid == woman.uuid)
    found = db.scalar(hers, execution_options={"populate_existing": True})
    if found is None:
        raise NotFound()
    return found


def checked_purposes(purposes: Sequence[str]) -> list[str]:
    """Those that were named, in the order of PURPOSES; the service ends them all."""
    unknown = [one for one in purposes if one not in PURPOSES]
    if unknown:
        raise UnexpectedValue(field="purpose", value=unknown[0][:40], reason="it is no purpose that she is asked for")
    if not purposes:
        raise MissingParameter(field="purpose")
    return list(PURPOSES) if "service" in purposes else [one for one in PURPOSES if one in purposes]
