"""What the town's office is asked for today, noting that it was done, and taking that back (domain.md 2.6, TRN-Q and MTG)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from server import clock
from server.access.audit import record
from server.errors import NotFound, UnexpectedValue
from server.followups.office_rules import shipped_office_rules
from server.followups.office_tasks import Done, OfficeTask, office_tasks
from server.followups.town_calendar import calendar_of
from server.models import Actor, OfficeAct, Project

BY_HAND: Final = ("held", "issued")
"""Answers that somebody notes here; what is asked for about lots in store is answered at the lots (supply_acts.py)."""
LISTED_FOR: Final = timedelta(days=400)
"""How far back a page lists what was done; a period that is still asked for began half a year ago at most."""


class ToldAct(NamedTuple):
    """An act with the names of who did it and of who took it back."""

    act: OfficeAct
    by: str
    undone_by: str | None


def list_asked(db: Session, project: Project, today: date) -> list[OfficeTask]:
    """What is asked for of a town: nothing whose last day was before there was one here."""
    done = [
        Done(*row)
        for row in db.execute(
            select(OfficeAct.rule, OfficeAct.period, OfficeAct.on_day).where(
                OfficeAct.project_id == project.id, OfficeAct.undone_at.is_(None), OfficeAct.period > today - LISTED_FOR
            )
        )
    ]
    rules = [one for one in shipped_office_rules().values() if one.answer in BY_HAND]
    tasks = office_tasks(rules, calendar_of(db, project.id), done, today)
    return [one for one in tasks if one.closes_on >= clock.today(project.created_at)]


def list_office_acts(db: Session, project: Project, today: date) -> Sequence[ToldAct]:
    """What was done in the last year, what was taken back too, the newest first."""
    by, undid = aliased(Actor), aliased(Actor)
    query = (
        select(OfficeAct, by.display_name, undid.display_name)
        .join(by, by.id == OfficeAct.by_id)
        .outerjoin(undid, undid.id == OfficeAct.undone_by_id)
        .where(OfficeAct.project_id == project.id, OfficeAct.period > today - LISTED_FOR)
    )
    return [ToldAct(*row) for row in db.execute(query.order_by(OfficeAct.on_day.desc(), OfficeAct.id.desc()))]


def find_asked(db: Session, project: Project, rule: str, period: date, today: date) -> OfficeTask:
    """Raises NotFound for what is not asked for that day."""
    asked = (one for one in list_asked(db, project, today) if (one.rule.id, one.period) == (rule, period))
    found = next(asked, None)
    if found is None:
        raise NotFound()
    return found


def note_done(db: Session, by: int, project: Project, task: OfficeTask, day: date, now: datetime) -> OfficeAct:
    """Raises UnexpectedValue for a day before it was asked for, one to come, and one that is noted already."""
    if not task.opens_on <= day <= clock.today(now):
        raise UnexpectedValue(field="day", value=day.isoformat(), reason="it lies before the first day, or is to come")
    if day in task.done_on:
        raise UnexpectedValue(field="day", value=day.isoformat(), reason="it is noted already")
    act = OfficeAct(
        project_id=project.id,
        rule=task.rule.id,
        rule_version=task.rule.version,
        period=task.period,
        on_day=day,
        by_id=by,
        made_at=now,
    )
    db.add(act)
    db.flush()
    note(db, "office.update.done", act, by, now)
    return act


def get_standing(db: Session, project: Project, act_id: int) -> OfficeAct:
    """Raises NotFound for another town's, and for one that was taken back."""
    act = db.get(OfficeAct, act_id)
    if act is None or act.project_id != project.id or act.undone_at is not None:
        raise NotFound()
    return act


def take_back(db: Session, by: int, act: OfficeAct, now: datetime) -> None:
    act.undone_by_id, act.undone_at = by, now
    db.flush()
    note(db, "office.update.undo", act, by, now)


def note(db: Session, action: str, act: OfficeAct, by: int, now: datetime) -> None:
    details = {"rule": act.rule, "period": act.period.isoformat(), "day": act.on_day.isoformat()}
    record(db, action, actor_id=by, now=now, project_id=act.project_id, details=details)
