"""Keeping a woman's data without using them, at her word, and using them again when she says so (PIPL 44-47, GDPR 18).

Nothing is deleted: lists, exports, maps and follow-ups leave her out by `access/restricted.py`. Whoever calls these
brings her follow-ups in line afterwards.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.access.pseudonyms import pseudonym
from server.access.restricted import is_restricted
from server.models import Restriction
from server.registry.women_list import touch_lists


def restrict(db: Session, project_id: int, woman: str, by: int | None, now: datetime) -> bool:
    """From now on her data are kept and not used; whether that is new. Phones fetch their lists anew."""
    if is_restricted(db, project_id, woman):
        return False
    db.add(Restriction(project_id=project_id, subject=woman, since_at=now, by_id=by))
    db.flush()
    note(db, "rights.restrict", project_id, woman, by, now)
    touch_lists(db, project_id, now)
    return True


def lift(db: Session, project_id: int, woman: str, by: int | None, now: datetime) -> bool:
    """Her data are used again, as far as her consents reach; whether they were restricted."""
    row = db.scalar(
        select(Restriction).where(
            Restriction.project_id == project_id, Restriction.subject == woman, Restriction.lifted_at.is_(None)
        )
    )
    if row is None:
        return False
    row.lifted_at, row.lifted_by_id = now, by
    db.flush()
    note(db, "rights.lift", project_id, woman, by, now)
    touch_lists(db, project_id, now)
    return True


def since(db: Session, project_id: int, woman: str) -> datetime | None:
    """Since when her data are kept unused; None while they are used."""
    return db.scalar(
        select(Restriction.since_at).where(
            Restriction.project_id == project_id, Restriction.subject == woman, Restriction.lifted_at.is_(None)
        )
    )


def note(db: Session, action: str, project_id: int, woman: str, by: int | None, now: datetime) -> None:
    """Whom it was about stands in the audit as a hash."""
    about = {"about": pseudonym(project_id, woman).hex()}
    record(db, action, actor_id=by, project_id=project_id, details=about, now=now)
