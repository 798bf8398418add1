"""How many follow-ups were done by their close (I6, domain.md 4.1), of those that closed in the twelve months before a day."""

from datetime import date, timedelta

from sqlalchemy import and_, case, distinct, func, or_, select
from sqlalchemy.orm import Session

from geo.month_ends import Part
from server.followups.queries import is_counted, within
from server.followups.windows import add_months
from server.models import FollowUp

DONE = ("done_on_time", "done_late", "done_elsewhere")
LEAVE = ("declined", "not_wanted", "superseded")
"""Who declined, withdrew or moved on leaves the denominator, and is no missed visit (domain.md 4.0)."""


def on_time_at(db: Session, project_id: int, end: date) -> dict[str, Part]:
    """By village code; `end` is the last day of a month. One query.

    One that stands inside another is not counted, nor is one of a woman who does not agree to be counted.
    """
    begin = add_months(end + timedelta(days=1), -12)
    done_on = func.coalesce(FollowUp.answered_on, FollowUp.stands_on)
    in_time = and_(FollowUp.state.in_(DONE), or_(FollowUp.state == "done_on_time", done_on <= FollowUp.closes_on))
    people = distinct(case((in_time, FollowUp.subject))), distinct(case((~in_time, FollowUp.subject)))
    query = (
        select(
            FollowUp.village_code,
            func.sum(case((in_time, 1), else_=0)),
            func.count(),
            *(func.count(one) for one in people),
            func.count(distinct(FollowUp.subject)),
        )
        .where(
            within(project_id, None),
            FollowUp.closes_on.between(begin, end),
            FollowUp.state.not_in(LEAVE),
            FollowUp.inside.is_(None),
            is_counted(),
        )
        .group_by(FollowUp.village_code)
    )
    return {
        code: Part(int(done), int(due - done), done_people, missed_people, people)
        for code, done, due, done_people, missed_people, people in db.execute(query)
    }
