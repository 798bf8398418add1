"""Makes the pack of a month that is over, once, and keeps it for thirteen months; tells those who are told sums."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import Select, delete, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server import clock
from server.access import roles
from server.db import Database
from server.errors import NotFound
from server.followups.plain_notices import PACK_READY, tell
from server.followups.town_calendar import calendar_of
from server.followups.windows import add_months
from server.followups.working_days import ONE_DAY
from server.models import Actor, Assignment, MonthlyPack, Project, User, Village, VillageScope
from server.reports.pack.facts import write_facts
from server.reports.pack.gathering import gather_facts

KEPT_FOR: Final = 13
"""Months: so that a month stands beside the same one a year before."""
VERB: Final = "indicator.read"


def make_packs(database: Database, now: datetime) -> int:
    """The pack of the month before, of every care town that has none yet: how many. From the month's first working day on.

    What is older than KEPT_FOR months goes.
    """
    today = clock.today(now)
    month = add_months(today.replace(day=1), -1)
    with database.transaction() as db:
        db.execute(delete(MonthlyPack).where(MonthlyPack.month < add_months(month, 1 - KEPT_FOR)))
    with database.reading() as db:
        towns = [one for one in db.scalars(waiting_towns(month)) if has_begun(db, one, today)]
    return sum(make_pack(database, one, month, now) for one in towns)


def waiting_towns(month: date) -> Select[int]:
    """Care towns with villages whose pack of that month is not made."""
    made = exists().where(MonthlyPack.project_id == Project.id, MonthlyPack.month == month)
    villages = exists().where(Village.project_id == Project.id, Village.retired_at.is_(None))
    here = Project.kind == "care", Project.deleted_at.is_(None), villages, ~made
    return select(Project.id).where(*here).order_by(Project.id)


def has_begun(db: Session, project_id: int, today: date) -> bool:
    """Whether the month's first working day has come."""
    return calendar_of(db, project_id).add_working_days(today.replace(day=1) - ONE_DAY, 1) <= today


def make_pack(database: Database, project_id: int, month: date, now: datetime) -> bool:
    """Whether it was made by this call: two may try at once."""
    facts = gather_facts(database, project_id, month, now)
    try:
        with database.transaction() as db:
            db.add(MonthlyPack(project_id=project_id, month=month, told_json=write_facts(facts), made_at=now))
            db.flush()
            tell(db, project_id, readers_of(db, project_id), PACK_READY, f"pack:{project_id}:{month:%Y-%m}", now)
    except IntegrityError:
        return False
    return True


def readers_of(db: Session, project_id: int) -> Sequence[int]:
    """Who reads indicators of the whole town: who has some villages alone is told no sums."""
    able = [one.id for one in roles.ROLES if VERB in one.verbs]
    some = exists().where(
        VillageScope.actor_id == Assignment.actor_id,
        VillageScope.project_id == project_id,
        VillageScope.village_id.is_not(None),
    )
    query = (
        select(Assignment.actor_id)
        .join(User, User.actor_id == Assignment.actor_id)
        .join(Actor, Actor.id == Assignment.actor_id)
        .where(Assignment.project_id == project_id, Assignment.form_id.is_(None), Assignment.role_id.in_(able))
        .where(Actor.deleted_at.is_(None), ~some)
        .distinct()
    )
    return list(db.scalars(query))


def list_packs(db: Session, project_id: int) -> list[MonthlyPack]:
    """The newest first."""
    return list(
        db.scalars(select(MonthlyPack).where(MonthlyPack.project_id == project_id).order_by(MonthlyPack.month.desc()))
    )


def get_pack(db: Session, project_id: int, month: date) -> MonthlyPack:
    """Raises NotFound."""
    here = MonthlyPack.project_id == project_id, MonthlyPack.month == month
    found = db.scalar(select(MonthlyPack).where(*here))
    if found is None:
        raise NotFound()
    return found
