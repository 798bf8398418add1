"""Keeping a woman's data unused ends what was asked for about her; using them again brings it back."""

from datetime import datetime

from sqlalchemy.orm import Session

from server.clock import today
from server.followups.recalculate import recalculate
from server.models import Project
from server.registry.restriction import lift, restrict


def keep_unused(db: Session, project: Project, woman: str, by: int | None, now: datetime) -> bool:
    """Restricts the use of her data, with all that follows in the same transaction; whether that is new."""
    done = restrict(db, project.id, woman, by, now)
    recalculate(db, project, "women", woman, today(now), now)
    return done


def use_again(db: Session, project: Project, woman: str, by: int | None, now: datetime) -> bool:
    """Lifts it, and asks again for what the rules ask; whether it was restricted."""
    done = lift(db, project.id, woman, by, now)
    recalculate(db, project, "women", woman, today(now), now)
    return done
