"""Rows of what people did with follow-ups, as facts."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Row, bindparam, select

from server.db import Asked, ask
from server.followups.facts import Act
from server.models import FollowUpAct

_ACTS: Final = (
    select(
        FollowUpAct.subject,
        FollowUpAct.event,
        FollowUpAct.key,
        FollowUpAct.kind,
        FollowUpAct.on_day,
        FollowUpAct.made_at,
        FollowUpAct.day,
        FollowUpAct.by_supervisor,
        FollowUpAct.never_again,
        FollowUpAct.episode,
        FollowUpAct.to_id,
        FollowUpAct.until_day,
    )
    .where(
        FollowUpAct.project_id == bindparam("project"),
        FollowUpAct.subject_list == bindparam("subject_list"),
        FollowUpAct.subject.in_(bindparam("subjects", expanding=True)),
        FollowUpAct.undone_at.is_(None),
    )
    .order_by(FollowUpAct.id)
)
"""Built once: it is asked at every record."""


def acts_of(db: Asked, project_id: int, subject_list: str, subjects: Collection[str]) -> dict[str, tuple[Act, ...]]:
    """By subject what stands; who has none is not named."""
    rows = ask(db, _ACTS, {"project": project_id, "subject_list": subject_list, "subjects": list(subjects)})
    found: dict[str, tuple[Act, ...]] = {}
    for row in rows:
        found[row.subject] = (*found.get(row.subject, ()), read_act(row))
    return found


def read_act(row: Row[*tuple[Any, ...]]) -> Act:
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
