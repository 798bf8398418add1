"""Giving visits to somebody else of the village, with what she should know. A woman's own choice of a worker wins.

Nobody reads more by it than before: the receiver has the village already (access/village_workers.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from server import clock
from server.access.audit import record
from server.access.her_worker import working
from server.errors import Forbidden, UnexpectedValue
from server.followups import limits
from server.followups.acting import Doer, add_act, get_task, written
from server.followups.lists_for_pages import lies_in
from server.followups.queries import is_case, is_woman, of_the_team, within
from server.followups.recalculate import lock_subject, recalculate_many
from server.followups.town_rules import rules_of
from server.followups.workload import Candidate, candidates_for
from server.models import FollowUp, FollowUpAct, Project, Woman

LONGEST: Final = timedelta(days=92)  # as for a hand-over: what lasts longer is a role, given anew
MOST: Final = 500
"""So many visits at once: more than a village has."""


@dataclass(frozen=True)
class Gift:
    """To whom, up to which day (included), why (limits.REASONS), and what she should know."""

    to: int
    until: date
    reason: str
    note: str = ""


def give_one(db: Session, doer: Doer, project: Project, row: FollowUp, gift: Gift, now: datetime) -> FollowUpAct:
    """One visit; all of hers and for good, where the worker is a relative or neighbour of hers.

    Raises UnexpectedValue for what makes no sense, Forbidden for what needs a supervisor.
    """
    lock_subject(db, project.id, (row.subject_list, row.subject), wait=True)
    today = clock.today(now)
    get_task(db, project, row, today)
    if row.rule in rules_of(db, project.id).of_clinicians:
        raise UnexpectedValue("This visit is a doctor's. It is not given to a worker.", field="visit")
    if has_chosen(db, row):
        raise UnexpectedValue("She chose who comes to her. Only she changes that.", field="to")
    check_gift(doer, gift, candidates_for(db, project, row.village_code, today, gift.until), 1, project, today)
    act = add_act(db, doer, row, "reassign", gift.reason, now)
    act.to_id, act.until_day, act.note = gift.to, gift.until, gift.note
    if gift.reason == limits.NEAR_HER:
        act.key, act.episode, act.until_day = "", None, None
    return written(db, doer, project, act, "followup.update.give", now)


def has_chosen(db: Session, row: FollowUp) -> bool:
    """Whether she who is visited chose a worker who works."""
    hers = Woman.project_id == row.project_id, Woman.uuid == row.subject
    chose = select(Woman.id).where(*hers, Woman.assigned_worker.in_(working(row.project_id)))
    return row.subject_list == "women" and db.scalar(chose) is not None


def check_gift(doer: Doer, gift: Gift, able: Iterable[Candidate], number: int, project: Project, today: date) -> None:
    if gift.reason not in limits.REASONS["reassign"]:
        raise UnexpectedValue(field="reason", value=gift.reason[:40], reason="it is none of those that are offered")
    if not today <= gift.until <= today + LONGEST:
        raise UnexpectedValue(field="until_day", value=str(gift.until), reason="three months at most, from today on")
    one = next((one for one in able if one.person == gift.to), None)
    if one is None:
        raise UnexpectedValue(field="to", value=gift.to, reason="she has not this village")
    if one.is_away:
        raise UnexpectedValue(field="to", value=one.name, reason="she is away on some of these days")
    if one.due + number > project.workload_cap and not doer.is_supervisor:
        raise Forbidden(
            "{name} has {due} due visits, and the town's cap is {cap}. A doctor or the town's lead may give her more.",
            name=one.name,
            due=one.due,
            cap=project.workload_cap,
        )


def give_all(
    db: Session, doer: Doer, project: Project, from_id: int, village_code: str, gift: Gift, now: datetime
) -> int:
    """What waits in a village, or opens by the last day, and is not somebody else's; how many were given.

    Visits to women who chose a worker stay with her. Raises as `give_one`, Forbidden for who is no supervisor.
    """
    if not doer.is_supervisor:
        raise Forbidden()
    today = clock.today(now)
    able = candidates_for(db, project, village_code, today, gift.until)
    if from_id not in {one.person for one in able}:
        raise UnexpectedValue(field="from", value=from_id, reason="she has not this village")
    if gift.to == from_id or gift.reason == limits.NEAR_HER:
        raise UnexpectedValue(field="to", value=gift.to, reason="it is the same person")
    rows = db.scalars(tasks_to_give(project.id, from_id, village_code, gift.until)).all()
    due = sum(1 for one in rows if one.due_on <= today)
    check_gift(doer, gift, able, due, project, today)
    for row in rows:
        act = add_act(db, doer, row, "reassign", gift.reason, now)
        act.to_id, act.until_day, act.note = gift.to, gift.until, gift.note
    db.flush()
    details = {
        "from": from_id,
        "village": village_code,
        "untilDay": gift.until.isoformat(),
    }  # no number: see workload.py
    about = {"project_id": project.id, "actee_actor_id": gift.to, "details": details}
    record(db, "followup.update.give", actor_id=doer.actor_id, now=now, **about)
    recalculate_many(db, project, {(one.subject_list, one.subject) for one in rows}, today, now)
    return len(rows)


def tasks_to_give(project_id: int, from_id: int, village_code: str, until: date) -> Select[FollowUp]:
    hers = or_(FollowUp.given_to_id.is_(None), FollowUp.given_to_id == from_id)
    free = or_(Woman.assigned_worker.is_(None), Woman.assigned_worker.not_in(working(project_id)))
    return (
        select(FollowUp)
        .outerjoin(Woman, is_woman())
        .where(within(project_id, None), ~is_case(), of_the_team(), lies_in(project_id, village_code))
        .where(FollowUp.ended.is_(False), FollowUp.opens_on <= until, hers, free)
        .order_by(FollowUp.id)
        .limit(MOST)
    )
