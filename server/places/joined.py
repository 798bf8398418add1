"""Where a woman lives, for those who visit her: joined at the moment of reading, kept and exported nowhere.

Requirement P1 and P3, domain.md 6.3. The point is that of her household's visits; it comes near nothing of her health.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

import orjson
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from geo import spatial_sql
from server.access.allow import Scope, scope_of
from server.access.caller import Caller
from server.access.care_roles import care_role_of
from server.access.her_worker import carer_of, hers_to_care_for
from server.access.restricted import in_use
from server.errors import Forbidden, NotFound
from server.models import CareEvent, Household, Project, Submission, SubmissionGeometry, Village, Woman

HOUSEHOLDS = "households"
REFUSALS = ("consent_household", "location_ok")


@dataclass(frozen=True)
class Home:
    """A household as somebody needs it to find the door. Degrees; accuracy in metres; `point` None without a place."""

    village: str
    hamlet: str | None
    door_code: str | None
    point: tuple[float, float] | None
    accuracy: float | None = None
    taken_on: date | None = None


class LastPoint(NamedTuple):
    """Where a visit of a household was noted: (longitude, latitude) in degrees, accuracy in metres, the day, in which record."""

    place: tuple[float, float]
    accuracy: float | None
    taken_on: date
    submission_id: int


def find_home(db: Session, caller: Caller, project: Project, woman_uuid: str, today: date) -> Home:
    """Where to find a woman, for a clinician or village worker of her village. Whoever asks notes it.

    Raises Forbidden for anybody else, NotFound for a woman outside the villages, whose consent does not reach that far
    (service, place and, for a clinician, the clinic), or whose household said no.
    """
    if care_role_of(caller, project) is None:
        raise Forbidden()
    found = reach_home(db, caller, project, woman_uuid, today)
    if found is None:
        raise NotFound()
    home = found.Household
    point, accuracy, taken_on = last_point(db, scope_of(caller, project), home.uuid)
    return Home(found.name, home.hamlet, home.door_code, point, accuracy, taken_on)


def reach_home(db: Session, caller: Caller, project: Project, woman_uuid: str, today: date) -> Any:
    """What `home_of` finds, as far as this caller may know it; None otherwise: then no page leads there either."""
    role, scope = care_role_of(caller, project), scope_of(caller, project)
    hers = home_of(project.id, woman_uuid).where(hers_to_care_for(scope, carer_of(caller, project)), in_use())
    found = db.execute(hers).first() if role else None
    if role is None or found is None or not may_go_there(role, scope, found):
        return None
    return found if consents(found.Woman, role, today) and found.Household.consents else None


def may_go_there(role: str, scope: Scope, found: Any) -> bool:
    """A village worker goes wherever a woman lives who is hers to care for, a clinician to homes of her villages."""
    return role == "village_worker" or scope.covers(found.village_id)


def home_of(project_id: int, woman_uuid: str) -> Any:
    """The woman, her household, and its village in force."""
    hers = and_(Household.project_id == Woman.project_id, Household.uuid == Woman.household_uuid)
    there = and_(Village.project_id == Household.project_id, Village.code == Household.village_code)
    return (
        select(Woman, Household, Village.id.label("village_id"), Village.name)
        .join(Household, hers)
        .join(Village, there)
        .where(Woman.project_id == project_id, Woman.uuid == woman_uuid)
    )


def consents(woman: Woman, role: str, today: date) -> bool:
    valid = woman.consent_until is not None and woman.consent_until >= today and woman.withdrawn_on is None
    shared = woman.consent_share_clinic or role != "clinician"
    return woman.consent_service and woman.consent_location and valid and shared


def last_point(
    db: Session, scope: Scope, household_uuid: str
) -> tuple[tuple[float, float] | None, float | None, date | None]:
    """The newest point of a household's visits, with accuracy and day; none once a later visit said no to keeping it."""
    found = last_points(db, scope, [household_uuid]).get(household_uuid)
    return (found.place, found.accuracy, found.taken_on) if found else (None, None, None)


def last_points(db: Session, scope: Scope, household_uuids: Collection[str]) -> dict[str, LastPoint]:
    """The same of several households, by uuid; one without a point that stands is not named. One query."""
    geo = SubmissionGeometry
    rows = db.execute(
        select(
            CareEvent.subject,
            CareEvent.data_json,
            CareEvent.visit_date,
            CareEvent.submission_id,
            geo.accuracy,
            spatial_sql.x(geo.geometry).label("x"),
            spatial_sql.y(geo.geometry).label("y"),
        )
        .join(Submission, Submission.id == CareEvent.submission_id)
        .outerjoin(geo, and_(geo.submission_id == Submission.id, geo.is_place))
        .where(
            CareEvent.project_id == scope.project_id,
            CareEvent.subject_list == HOUSEHOLDS,
            CareEvent.subject.in_(household_uuids),
            Submission.deleted_at.is_(None),
            ~Submission.sealed,
            ~Submission.draft,
            func.coalesce(Submission.review_state, "") != "rejected",
        )
        .order_by(
            *(CareEvent.subject, CareEvent.visit_date.desc(), CareEvent.received_at.desc()),
            CareEvent.submission_id.desc(),
        )
    )
    found = {}
    for uuid, visits in groupby(rows, key=lambda row: row.subject):
        if point := newest_point(visits):
            found[uuid] = point
    return found


def newest_point(visits: Iterable[Any]) -> LastPoint | None:
    """Of a household's visits, the newest first: the first point, unless a visit that is newer said no to keeping it."""
    for row in visits:
        said = orjson.loads(row.data_json)
        if any(said.get(question) == "no" for question in REFUSALS):
            return None
        if row.x is not None:
            return LastPoint((row.x, row.y), row.accuracy, row.visit_date, row.submission_id)
    return None


def woman_of_record(db: Session, submission_id: int) -> str | None:
    """The uuid of the woman whom a health record is about."""
    about = (CareEvent.submission_id == submission_id) & (CareEvent.subject_list == "women")
    return db.scalar(select(CareEvent.subject).where(about))
