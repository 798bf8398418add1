"""One household as its care team's page shows it: what its visits said of being visited, and who is cared for there."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.her_worker import in_villages
from server.errors import NotFound
from server.models import CareEvent, Household, Woman
from server.registry.duplicates import cared_for
from server.registry.reach import Reach


def get_home(db: Session, reach: Reach, uuid: str) -> Household:
    """Raises NotFound, also for one of other villages, and for one that does not agree to be kept."""
    found = find_home(db, reach, uuid)
    if found is None:
        raise NotFound()
    return found


def find_home(db: Session, reach: Reach, uuid: str) -> Household | None:
    """None where `get_home` would find nothing."""
    here = Household.project_id == reach.scope.project_id, Household.uuid == uuid, Household.consents
    return db.scalar(select(Household).where(*here, in_villages(Household.village_code, reach.scope)))


def visits_of(db: Session, home: Household, limit: int) -> list[CareEvent]:
    """Its newest visits, in the order of their days."""
    query = select(CareEvent).where(
        CareEvent.project_id == home.project_id,
        CareEvent.subject_list == "households",
        CareEvent.subject == home.uuid,
        CareEvent.form_id == "household_visit",
    )
    newest = query.order_by(CareEvent.visit_date.desc(), CareEvent.received_at.desc(), CareEvent.submission_id.desc())
    return list(db.scalars(newest.limit(limit)))[::-1]


def women_there(db: Session, reach: Reach, home: Household) -> list[Woman]:
    """Those of the caller's who agreed that where they live is used."""
    lives = Woman.household_uuid == home.uuid, Woman.consent_location
    return list(db.scalars(select(Woman).where(*lives, *cared_for(reach)).order_by(Woman.id)))
