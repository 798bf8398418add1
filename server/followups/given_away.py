"""Whose visits are that were given to somebody: conditions on FollowUp for the lists of those who go."""

from datetime import date
from functools import lru_cache

from sqlalchemy import ColumnElement, and_, exists, false, or_, true

from server.access.her_worker import Carer, in_ids, working
from server.access.village_workers import village_workers
from server.models import FollowUp, Woman


@lru_cache(maxsize=64)
def is_given(project_id: int, today: date) -> ColumnElement[bool]:
    """Given to somebody who works in the village still, while she who is visited has chosen nobody: her choice wins.

    Kept, since to put it together takes longer than to answer it, and each phone's list of visits asks it at each sync.
    """
    workers = village_workers(project_id).subquery()
    has_village = exists().where(
        workers.c.person == FollowUp.given_to_id,
        or_(workers.c.code.is_(None), workers.c.code == FollowUp.village_code),
    )
    chose = exists().where(
        FollowUp.subject_list == "women",
        Woman.project_id == FollowUp.project_id,
        Woman.uuid == FollowUp.subject,
        Woman.assigned_worker.in_(working(project_id)),
    )
    still = or_(FollowUp.given_until.is_(None), FollowUp.given_until >= today)
    return and_(FollowUp.given_to_id.is_not(None), still, has_village, ~chose.correlate(FollowUp))


def not_given_away(project_id: int, carer: Carer | None, today: date) -> ColumnElement[bool]:
    """What a worker goes to: all of hers but what was given to a colleague. Everybody but a worker has them all."""
    if carer is None or carer.role != "village_worker":
        return true()
    people = [*([int(carer.worker)] if carer.worker else []), *(one.from_id for one in carer.handed)]
    opened = in_ids(FollowUp.village_code, carer.opened) if carer.opened else false()
    return or_(FollowUp.given_to_id.is_(None), FollowUp.given_to_id.in_(people), opened, ~is_given(project_id, today))


def is_put_off(today: date) -> ColumnElement[bool]:
    return and_(FollowUp.ended.is_(False), FollowUp.snoozed_until.is_not(None), FollowUp.snoozed_until > today)


def is_asked_now(today: date) -> ColumnElement[bool]:
    """Not put off to another day."""
    return or_(FollowUp.snoozed_until.is_(None), FollowUp.snoozed_until <= today)
