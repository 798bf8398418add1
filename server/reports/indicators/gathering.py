"""What the indicators count, read once for all of them: of whom agreed to be counted, and nobody's name.

The facts of women are read some at a time and kept only as far as they are counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import orjson
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from server.access.restricted import in_use
from server.followups.gathering import facts_of_many
from server.followups.office_rules import TRAINING as SESSIONS
from server.followups.on_time import DONE, LEAVE
from server.followups.queries import is_counted
from server.followups.retakes import is_passed
from server.followups.supply_reading import ALL, read_store
from server.followups.town_calendar import calendar_of
from server.followups.working_days import Calendar
from server.models import (
    BENEFIT_CASES,
    WORKERS,
    Dataset,
    Entity,
    Feedback,
    FollowUp,
    OfficeAct,
    Project,
    RightsRequest,
    Woman,
)
from server.registry.feedback_told import leaves
from server.registry.telling import read_day
from server.reports.indicators.births import Course, courses_of
from server.reports.indicators.contacts import Asked
from server.reports.indicators.elsewhere import Sent, sent_of
from server.reports.indicators.folic_acid import Folic, folic_of
from server.reports.indicators.office import Lot, Result
from server.reports.indicators.rights import Request
from server.reports.indicators.voices import Voice
from server.reports.stock import levels_of

TOGETHER = 500
BY_HER = "declined_by_her"
"""How a request ends that she no longer wants (registry/rights_desk.py OUTCOMES)."""


@dataclass(frozen=True)
class Town:
    """All that is counted of one town. `seen`: the days of visits of the women of `asked`, by woman."""

    calendar: Calendar
    courses: Sequence[Course] = ()
    sent: Sequence[Sent] = ()
    seen: Mapping[str, Sequence[date]] = field(default_factory=dict)
    asked: Sequence[Asked] = ()
    voices: Sequence[Voice] = ()
    lots: Sequence[Lot] = ()
    held_on: Sequence[date] = ()
    results: Sequence[Result] = ()
    folic: Sequence[Folic] = ()
    requests: Sequence[Request] = ()


def gather(db: Session, project: Project, cluster_of: Mapping[str, str], today: date) -> Town:
    """`cluster_of`: the cluster of each village in force; a village that is none is counted in no cluster."""
    courses: list[Course] = []
    sent: list[Sent] = []
    seen: dict[str, list[date]] = {}
    folic: list[Folic] = []
    women = db.scalars(counted_women(project.id, today)).all()
    for at in range(0, len(women), TOGETHER):
        for facts in facts_of_many(db, project, "women", women[at : at + TOGETHER]).values():
            place = cluster_of.get(facts.village_code, "")
            courses += courses_of(facts, place)
            folic += folic_of(facts, place)
            sent += [one] if (one := sent_of(facts, place)) else []
            seen[facts.subject] = [visit.visit_date for visit in facts.visits]
    asked = list(read_asked(db, project.id, cluster_of))
    return Town(
        calendar=calendar_of(db, project.id),
        courses=courses,
        sent=sent,
        seen=seen,
        asked=asked,
        voices=list(read_voices(db, project.id)),
        lots=list(read_lots(db, project.id)),
        held_on=list(db.scalars(sessions_of(project.id))),
        results=list(read_results(db, project.id)),
        folic=folic,
        requests=list(read_requests(db, project.id)),
    )


def counted_women(project_id: int, today: date) -> Select[str]:
    """The uuids of women who agree, on that day, to the service and to be counted."""
    holds = or_(Woman.consent_until.is_(None), Woman.consent_until >= today)
    agrees = Woman.consent_service, Woman.consent_stats, Woman.withdrawn_on.is_(None), holds, in_use()
    return select(Woman.uuid).where(Woman.project_id == project_id, *agrees).order_by(Woman.id)


def read_asked(db: Session, project_id: int, cluster_of: Mapping[str, str]) -> Iterable[Asked]:
    """Follow-ups of women who are counted, and of benefit cases; of homes the map counts visits."""
    about: ColumnElement[bool] = FollowUp.subject_list.in_(("women", BENEFIT_CASES))
    done_on = func.coalesce(FollowUp.answered_on, FollowUp.stands_on)
    query = select(
        FollowUp.rule,
        FollowUp.subject_list,
        FollowUp.subject,
        FollowUp.village_code,
        FollowUp.due_on,
        FollowUp.closes_on,
        FollowUp.overdue_from,
        FollowUp.state,
        FollowUp.ended,
        done_on.label("done_on"),
        FollowUp.stands_on,
    ).where(
        FollowUp.project_id == project_id,
        FollowUp.state.not_in(LEAVE),
        FollowUp.inside.is_(None),
        is_counted(),
        about,
    )
    for row in db.execute(query):
        done = row.state in DONE
        yield Asked(
            rule=row.rule,
            subject=row.subject,
            place=cluster_of.get(row.village_code, ""),
            due_on=row.due_on,
            closes_on=row.closes_on,
            overdue_from=row.overdue_from,
            done_on=row.done_on if done else None,
            left_on=row.stands_on if row.ended and not done else None,
            of_case=row.subject_list == BENEFIT_CASES,
        )


def read_voices(db: Session, project_id: int) -> Iterable[Voice]:
    query = select(Feedback).where(Feedback.project_id == project_id, Feedback.counted)
    for row in db.scalars(query):
        told = dict(leaves(orjson.loads(row.answers_json)))
        yield Voice(row.id, row.received_on, row.due_on, row.answered_on, told)


def read_lots(db: Session, project_id: int) -> Iterable[Lot]:
    """The whole town's, each handing out among them: of their sum nobody learns which point it was."""
    return levels_of(read_store(db, project_id, ALL))


def sessions_of(project_id: int) -> Select[date]:
    stands = OfficeAct.rule == SESSIONS, OfficeAct.undone_at.is_(None)
    return select(OfficeAct.on_day).where(OfficeAct.project_id == project_id, *stands)


def read_requests(db: Session, project_id: int) -> Iterable[Request]:
    """What she took back herself is no request that was answered or not."""
    here = RightsRequest.project_id == project_id, func.coalesce(RightsRequest.outcome, "") != BY_HER
    rows = db.execute(select(RightsRequest.subject_hash, RightsRequest.due_at, RightsRequest.closed_at).where(*here))
    for whose, due_at, closed_at in rows:
        yield Request(whose.hex(), due_at, closed_at)


def read_results(db: Session, project_id: int) -> Iterable[Result]:
    """The last quiz of each of the staff, as their list has it."""
    here = Dataset.project_id == project_id, Dataset.name == WORKERS, Entity.deleted_at.is_(None)
    rows = db.execute(select(Entity.uuid, Entity.data_json).join(Dataset, Dataset.id == Entity.dataset_id).where(*here))
    for uuid, data in rows:
        told = orjson.loads(data)
        taken_on = read_day(told.get("quiz_on"))
        if taken_on is not None:
            yield Result(uuid, taken_on, is_passed(told))
