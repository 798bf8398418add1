"""How much is past its time, for a page: counted by the database itself, as quickly for a thousand women as for one.

A dry run and the run itself plan each woman (retention.py), and so also find her files and what only names her.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, union
from sqlalchemy.orm import Session

from server.clock import begin_of
from server.models import ABOUT_WOMEN, CareEvent, Dataset, Entity, FollowUp, NamedWoman
from server.registry.case_retention import past_cases
from server.registry.retention import cutoff, sealed_past, whose_time_is_over


def count_ahead(db: Session, project_id: int, now: datetime) -> dict[str, int]:
    """Women, records told of them, their entries in lists, follow-ups, sealed records and cases that go; by what they count."""
    past = whose_time_is_over(project_id, cutoff(now)).subquery()
    shut = sealed_past(project_id, cutoff(now)).subquery()
    she = select(past.c[0])
    told = CareEvent.project_id == project_id, CareEvent.subject_list.in_(ABOUT_WOMEN), CareEvent.subject.in_(she)
    named = NamedWoman.project_id == project_id, NamedWoman.woman_uuid.in_(she)
    either = union(select(CareEvent.submission_id).where(*told), select(NamedWoman.submission_id).where(*named))
    listed = or_((Dataset.name == "women") & Entity.uuid.in_(she), Entity.about.in_(she))
    counted: dict[str, Any] = {
        "women": select(func.count()).select_from(past),
        "records": select(func.count()).select_from(either.subquery()),
        "entities": select(func.count(Entity.id))
        .join(Dataset, Dataset.id == Entity.dataset_id)
        .where(Dataset.project_id == project_id, listed),
        "follow_ups": select(func.count(FollowUp.id)).where(
            FollowUp.project_id == project_id, FollowUp.subject_list == "women", FollowUp.subject.in_(she)
        ),
        "sealed_records": select(func.count()).select_from(shut),
    }
    day = cutoff(now)
    cases = past_cases(db, project_id, begin_of(day), day)
    return {name: db.scalar(query) or 0 for name, query in counted.items()} | {"cases": len(cases)}
