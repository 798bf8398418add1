"""What changes by the mere passing of days: the daily step, in batches so that phones get in between."""

import logging
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from server.followups.recalculate import Subject, lock_subject, recalculate_many
from server.models import FollowUp, Project

_IN_A_TOWN: Final = FollowUp.project_id.in_(select(Project.id))
"""Every follow-up is; but it lets the index of project and day be used: a quiet day is not to read the whole town."""

log = logging.getLogger("fangshi.followups")


def recalculate_due(db: Session, today: date, now: datetime, limit: int = 50) -> int:
    """One batch: up to so many subjects that change by themselves by today. How many; 0 when done.

    The caller gives each batch a transaction of its own and calls again. A subject that somebody else works on right
    now is left to a later batch: the daily step makes no phone wait.
    """
    found = [(row[0], (row[1], row[2])) for row in db.execute(due_by(today).limit(limit))]
    taken = [(project_id, one) for project_id, one in found if lock_subject(db, project_id, one, wait=False)]
    for project_id, group in groupby(taken, key=lambda one: one[0]):
        project, subjects = db.get_one(Project, project_id), [one for _, one in group]
        if not went_well(db, project, subjects, today, now):
            for one in subjects:
                if not went_well(db, project, [one], today, now):
                    put_off(db, project_id, one, today)
    return len(taken)


def due_by(today: date) -> Select[int, str, str]:
    """Project, list and uuid of whoever changes by itself by that day."""
    here = (FollowUp.project_id, FollowUp.subject_list, FollowUp.subject)
    return select(*here).where(_IN_A_TOWN, FollowUp.look_on <= today).group_by(*here).order_by(*here)


def went_well(db: Session, project: Project, subjects: list[Subject], today: date, now: datetime) -> bool:
    """Recalculates in a savepoint: what cannot be read of one subject holds up no other."""
    try:
        with db.begin_nested():
            recalculate_many(db, project, subjects, today, now)
    except Exception as error:
        log.warning("follow-ups of %d subjects failed: %s", len(subjects), type(error).__name__)
        return False
    return True


def put_off(db: Session, project_id: int, subject: Subject, today: date) -> None:
    """Looks at a subject again tomorrow."""
    hers = (FollowUp.project_id == project_id, FollowUp.subject_list == subject[0], FollowUp.subject == subject[1])
    tomorrow = {"look_on": today + timedelta(days=1)}
    db.execute(update(FollowUp).where(*hers, FollowUp.look_on <= today).values(**tomorrow))
