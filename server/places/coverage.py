"""Visit coverage (I9, domain.md 4.1): households that agreed, and how many of them were visited in the last 210 days."""

from datetime import date, timedelta
from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from geo.month_ends import Part
from server.models import CareEvent, Household, Submission

WITHIN: Final = timedelta(days=210)


def coverage_at(db: Session, project_id: int, end: date) -> dict[str, Part]:
    """By village code, of the households that agree and whose first visit was no later than `end`. One query.

    That a household agreed is not kept with its day, so a month that is counted later counts those who agree then.
    """
    visits = (
        select(CareEvent.subject, func.max(CareEvent.visit_date).label("last"))
        .join(Submission, Submission.id == CareEvent.submission_id)
        .where(
            CareEvent.project_id == project_id,
            CareEvent.subject_list == "households",
            CareEvent.visit_date <= end,
            Submission.deleted_at.is_(None),
            ~Submission.sealed,
            ~Submission.draft,
            func.coalesce(Submission.review_state, "") != "rejected",
        )
        .group_by(CareEvent.subject)
        .subquery()
    )
    recent = case((visits.c.last >= end - WITHIN, 1), else_=0)
    query = (
        select(Household.village_code, func.sum(recent), func.count())
        .join(visits, visits.c.subject == Household.uuid)
        .where(Household.project_id == project_id, Household.consents)
        .group_by(Household.village_code)
    )
    return {code: part_of(int(done), int(homes)) for code, done, homes in db.execute(query)}


def part_of(done: int, homes: int) -> Part:
    """Every thing counted is a household of its own."""
    return Part(done, homes - done, done, homes - done, homes)
