"""The list of follow-ups as pages of features: what waits where, for who reads the list, and never why or for whom.

Each stands at the label of its village: the point of a home comes near nothing of her health (requirement P3, domain.md 6.3).
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, Row, Select, and_, select, true
from sqlalchemy.orm import Session, aliased, defer

from geo.features import Feature, feature
from server import clock
from server.access.allow import scope_of
from server.access.caller import Caller
from server.errors import NotFound
from server.followups.lists_for_pages import Wanted, codes_of, wished
from server.followups.queries import Whose, state_at
from server.followups.whose import whose_follow_ups
from server.models import FollowUp, Project, Village
from server.places.stretch import FeaturePage, Stretch, page_of

ALL: Final = Wanted()
Where = aliased(Village)
"""The village whose label a follow-up stands at; whose follow-ups they are asks for villages too."""

Line = Row[FollowUp, float | None, float | None]


@dataclass(frozen=True)
class Asked:
    """Whose follow-ups are asked for, and the Shanghai day."""

    project_id: int
    whose: frozenset[str] | Whose | None
    today: date


def ask_follow_ups(db: Session, caller: Caller, project: Project, today: date) -> Asked:
    """Those of the caller's own list that are in villages of hers: whoever chose her from elsewhere is not on this map."""
    codes = codes_of(db, scope_of(caller, project))
    whose = whose_follow_ups(caller, project, codes, today)
    return Asked(project.id, replace(whose, cut=codes) if isinstance(whose, Whose) else whose, today)


def list_task_features(db: Session, asked: Asked, stretch: Stretch) -> FeaturePage:
    """By key: {state, due_on, late_on, village}. `state` as on every list (queries.state_at); `late_on` is the first day on
    which it is overdue. Without a place where the village has no label. One query, however many there are.
    """
    lon, lat = Where.label_lon, Where.label_lat
    here = stretch.goes_on(FollowUp.visit_key), stretch.at_label(lon, lat), due_in(stretch)
    rows = db.execute(listed(asked).where(*here).order_by(FollowUp.visit_key).limit(stretch.reads))
    return page_of([task_feature(row, asked.today) for row in rows], stretch)


def get_task(db: Session, asked: Asked, visit_key: str) -> tuple[FollowUp, Feature]:
    """The row, for whoever writes down that it was looked at, and what is told of it. Raises NotFound, also for another's."""
    found = db.execute(listed(asked).where(FollowUp.visit_key == visit_key)).first()
    if found is None:
        raise NotFound()
    return found[0], task_feature(found, asked.today)


def listed(asked: Asked) -> Select[FollowUp, float | None, float | None]:
    there = and_(Where.project_id == FollowUp.project_id, Where.code == FollowUp.village_code)
    return (
        select(FollowUp, Where.label_lon, Where.label_lat)
        .options(defer(FollowUp.why_json, raiseload=True))
        .outerjoin(Where, there)
        .where(*wished(asked.project_id, asked.whose, ALL, asked.today))
    )


def task_feature(found: Line, today: date) -> Feature:
    row, lon, lat = found
    facts = {
        "state": state_at(row, today),
        "due_on": row.due_on,
        "late_on": row.overdue_from,
        "village": row.village_code,
    }
    return feature(row.visit_key, None if lon is None or lat is None else (lon, lat), facts)


def due_in(stretch: Stretch) -> ColumnElement[bool]:
    """Due on a day of which some part is in it."""
    since = true() if stretch.since is None else FollowUp.due_on >= clock.today(stretch.since)
    return since if stretch.until is None else since & (FollowUp.due_on <= clock.today(stretch.until))
