"""Rows of what people did with follow-ups, as facts."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.followups.facts import Act
from server.models import FollowUpAct

_ACTS: Final = (
    select(FollowUpAct)
    .where(
        FollowUpAct.project_id == bindparam("project"),
        FollowUpAct.subject_list == bindparam("subject_list"),
        FollowUpAct.subject.in_(bindparam("subjects", expanding=True)),
        FollowUpAct.undone_at.is_(None),
    )
    .order_by(FollowUpAct.id)
)
"""Built once: it is asked at every record."""


def acts_of(db: Session, project_id: int, subject_list: str, subjects: Collection[str]) -> dict[str, tuple[Act, ...]]:
    """By subject what stands; who has none is not named."""
    rows = db.scalars(
        _ACTS,
        {"project": project_id, "subject_list": subject_list, "subjects": list(subjects)},
        execution_options={"populate_existing": True},  # another writer may have been waited for since the last look
    )
    found: dict[str, tuple[Act, ...]] = {}
    for row in rows:
        found[row.subject] = (*found.get(row.subject, ()), read_act(row))
    return found


def read_act(row: FollowUpAct) -> Act:
    return Act(
        event=row.event,
        key=row.key,
        kind=row.kind,
        on=row.on_day,
        at=row.made_at,
        day=row.day,
        by_supervisor=row.by_supervisor,
        never_again=row.never_again,
        episode=row.episode,
        to=row.to_id,
        until=row.until_day,
    )
