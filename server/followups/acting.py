"""Putting a visit off, closing it with a reason, and taking that back: kept beside its records, and read by the rules."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import clock
from server.access.audit import record
from server.errors import Forbidden, NotFound, UnexpectedValue
from server.followups import limits
from server.followups.due import Due
from server.followups.explaining import rule_of
from server.followups.gathering import facts_of
from server.followups.judging import judge
from server.followups.known_rows import rows_of
from server.followups.recalculate import lock_subject, recalculate
from server.followups.ruleset import Rule
from server.followups.town_rules import rules_of
from server.models import BENEFIT_CASES, FollowUp, FollowUpAct, Project

NOTE_LENGTH = 500
ACT: Final = "act:"
"""What the event of an act begins with: no record's id does."""


@dataclass(frozen=True)
class Doer:
    """Who acts: an actor id, and what she is in the project. A clinician is a supervisor, too."""

    actor_id: int
    is_clinician: bool = False
    is_supervisor: bool = False


@dataclass(frozen=True)
class Wish:
    """What somebody wants to do. `reason` is one of limits.REASONS of the `kind`; `day` and `place` as in FollowUpAct."""

    kind: str
    reason: str
    day: date | None = None
    place: str = ""
    note: str = ""


def act_on(db: Session, doer: Doer, project: Project, row: FollowUp, wish: Wish, now: datetime) -> FollowUpAct:
    """Raises UnexpectedValue for what makes no sense or goes too far, Forbidden for what is a clinician's to close."""
    lock_subject(db, project.id, (row.subject_list, row.subject), wait=True)
    today = clock.today(now)
    due, rule = get_task(db, project, row, today), rule_of(row, rules_of(db, project.id).every)
    check_wish(db, doer, row, due, rule, wish, today)
    act = add_act(db, doer, row, wish.kind, wish.reason, now)
    act.day, act.place, act.note = wish.day, wish.place, wish.note
    if wish.reason == limits.NEVER_AGAIN and rule is not None:
        act.never_again = rule.answer
    return written(db, doer, project, act, f"followup.update.{'snooze' if wish.kind == 'snooze' else 'close'}", now)


def add_act(db: Session, doer: Doer, row: FollowUp, kind: str, reason: str, now: datetime) -> FollowUpAct:
    act = FollowUpAct(
        project_id=row.project_id,
        event=f"{ACT}{uuid4()}",
        key=row.key,
        subject_list=row.subject_list,
        subject=row.subject,
        episode=row.episode,
        village_code=row.village_code,
        kind=kind,
        reason=reason,
        on_day=clock.today(now),
        by_supervisor=doer.is_supervisor,
        by_id=doer.actor_id,
        made_at=now,
    )
    db.add(act)
    return act


def written(db: Session, doer: Doer, project: Project, act: FollowUpAct, action: str, now: datetime) -> FollowUpAct:
    """Follow-ups come in line; the audit holds ids alone: a reason is often what she said."""
    db.flush()
    about = {"followUpActId": act.id}
    record(db, action, actor_id=doer.actor_id, project_id=project.id, details=about, now=now)
    recalculate(db, project, act.subject_list, act.subject, clock.today(now), now)
    return act


def find_task(db: Session, project: Project, row: FollowUp, today: date) -> Due | None:
    """The follow-up as the rules see it now, while it waits."""
    facts = None if row.subject_list == BENEFIT_CASES else facts_of(db, project, row.subject_list, row.subject)
    if facts is None:
        return None
    rows = rows_of(db, project.id, row.subject_list, [row.subject]).get(row.subject, {})
    dues = judge(facts, rules_of(db, project.id), rows, today).dues
    return next((one for one in dues if one.key == row.key and one.is_task), None)


def get_task(db: Session, project: Project, row: FollowUp, today: date) -> Due:
    due = find_task(db, project, row, today)
    if due is None:
        raise UnexpectedValue("This visit does not wait any more. Nothing was changed.", field="visit")
    return due


def count_snoozes(db: Session, row: FollowUp) -> int:
    hers = FollowUpAct.project_id == row.project_id, FollowUpAct.key == row.key
    query = select(func.count()).select_from(FollowUpAct)
    return db.scalar(query.where(*hers, FollowUpAct.kind == "snooze", FollowUpAct.undone_at.is_(None))) or 0


def check_wish(db: Session, doer: Doer, row: FollowUp, due: Due, rule: Rule | None, wish: Wish, today: date) -> None:
    if wish.reason not in limits.REASONS.get(wish.kind, ()) or wish.kind == "reassign":
        raise UnexpectedValue(field="reason", value=wish.reason[:40], reason="it is none of those that are offered")
    if wish.kind == "snooze":
        check_snooze(doer, due, wish, count_snoozes(db, row), today)
        return
    if not limits.may_close(due, rule, doer.is_clinician):
        raise Forbidden("What is critical, and a danger sign, is closed by a clinician alone.")
    if wish.reason == limits.NEVER_AGAIN and not limits.may_stop_kind(rule):
        raise UnexpectedValue(field="reason", value=wish.reason, reason="a danger sign is looked at each time")
    if wish.kind == "done_elsewhere":
        check_done(due, rule, wish, today)


def check_snooze(doer: Doer, due: Due, wish: Wish, snoozes: int, today: date) -> None:
    if today < due.opens_on:
        raise UnexpectedValue("This visit does not wait yet. Nothing was changed.", field="visit")
    latest = limits.latest_snooze(due, today, wish.reason, snoozes, doer.is_supervisor)
    if latest is None and snoozes >= limits.MOST_SNOOZES:
        raise UnexpectedValue("It was put off twice. A visit is not put off a third time.", field="day")
    if latest is None:
        raise UnexpectedValue("Its last day has come: only a doctor or the town's lead puts it off.", field="day")
    if wish.day is None or not today < wish.day <= latest:
        raise UnexpectedValue(field="day", value=str(wish.day or ""), reason="it is none of the days that are offered")


def check_done(due: Due, rule: Rule | None, wish: Wish, today: date) -> None:
    first, last = limits.first_done_day(due, rule), limits.last_done_day(due, today)
    if wish.day is None or wish.day > last or (first is not None and wish.day < first):
        raise UnexpectedValue(field="day", value=str(wish.day or ""), reason="it is none of the days that are offered")


def undo_act(db: Session, doer: Doer, project: Project, row: FollowUp, act_id: int, now: datetime) -> FollowUpAct:
    """For a day by whoever did it, afterwards by a supervisor. Raises NotFound, also for what was undone already."""
    lock_subject(db, project.id, (row.subject_list, row.subject), wait=True)
    act = get_act(db, row, act_id)
    if not may_undo(doer, act, now):
        raise Forbidden("After a day only a doctor or the town's lead takes it back.")
    act.undone_at, act.undone_by_id = now, doer.actor_id
    return written(db, doer, project, act, "followup.update.undo", now)


def get_act(db: Session, row: FollowUp, act_id: int) -> FollowUpAct:
    act = db.get(FollowUpAct, act_id, populate_existing=True)
    if act is None or act.undone_at is not None or (act.project_id, act.subject) != (row.project_id, row.subject):
        raise NotFound()
    if act.key not in (row.key, ""):
        raise NotFound()
    return act


def may_undo(doer: Doer, act: FollowUpAct, now: datetime) -> bool:
    if act.undone_at is not None:
        return False
    return doer.is_supervisor or (
        act.by_id == doer.actor_id and now - act.made_at <= timedelta(hours=limits.UNDO_HOURS)
    )


def confirm_act(db: Session, doer: Doer, project: Project, row: FollowUp, act_id: int, now: datetime) -> FollowUpAct:
    """A supervisor's word that a record is wrong indeed; not about what she did herself."""
    act = get_act(db, row, act_id)
    if act.kind != "wrong_record" or act.confirmed_at is not None:
        raise NotFound()
    if not doer.is_supervisor or act.by_id == doer.actor_id:
        raise Forbidden("Somebody else than who said it confirms it: a doctor or the town's lead.")
    act.confirmed_at, act.confirmed_by_id = now, doer.actor_id
    return written(db, doer, project, act, "followup.update.confirm", now)
