"""A woman's next days as her own card shows them: when, and nothing of what."""

from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.restricted import in_use
from server.followups.queries import of_the_team, still_to_do
from server.models import FollowUp, Woman

MOST: Final = 4


class NextDay(NamedTuple):
    """`on` is the day that is proposed to her; `until` the last one that is as good, None where it is over already."""

    on: date
    until: date | None


def next_days(db: Session, woman: Woman, today: date) -> list[NextDay]:
    """Up to four, the soonest first, each day once. A day that has passed while its window is open is today.

    What only a clinician asks is not a day of hers: no appointment, and after a loss she is reminded of nothing.
    """
    query = (
        select(FollowUp)
        .join(Woman, (Woman.project_id == FollowUp.project_id) & (Woman.uuid == FollowUp.subject))
        .where(FollowUp.project_id == woman.project_id, FollowUp.subject_list == "women")
        .where(FollowUp.subject == woman.uuid, FollowUp.inside.is_(None), FollowUp.merged_into.is_(None))
        .where(*still_to_do(today), of_the_team(), in_use())
        .order_by(FollowUp.proposed_on, FollowUp.id)
    )
    found: dict[date, NextDay] = {}
    for row in db.scalars(query):
        day = max(row.proposed_on, row.snoozed_until or row.proposed_on, today)
        found.setdefault(day, NextDay(day, row.closes_on if row.closes_on > day else None))
    return sorted(found.values())[:MOST]
