"""What has become of a village: its outlines with their days, what was merged into it, what it was merged into."""

from dataclasses import dataclass
from datetime import date, datetime

from geoalchemy2.shape import to_shape
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.topology import area_m2
from server import clock
from server.errors import NotFound
from server.models import BoundarySet, Project, Village, VillageBoundary


@dataclass(frozen=True)
class Version:
    """An outline of a village in one set of boundaries. `since` is a day in Shanghai; `m2` square metres."""

    since: date
    came_at: datetime
    how: str
    source: str
    m2: float


def get_village(db: Session, project: Project, code: str) -> Village:
    """Raises NotFound. A village that is retired is found too: its page tells its history."""
    found = db.scalar(select(Village).where(Village.project_id == project.id, Village.code == code))
    if found is None:
        raise NotFound()
    return found


def list_all(db: Session, project_id: int) -> list[Village]:
    """Every village the project ever had, those in force first, by code."""
    query = select(Village).where(Village.project_id == project_id)
    return list(db.scalars(query.order_by(Village.retired_at.is_not(None), Village.code)))


def merged_into(db: Session, village: Village) -> list[Village]:
    """The villages that are a part of this one now because they were merged, by code."""
    return list(db.scalars(select(Village).where(Village.successor_id == village.id).order_by(Village.code)))


def list_versions(db: Session, village: Village) -> list[Version]:
    """The newest first; sets that left the outline as it was are left out."""
    rows = db.execute(
        select(BoundarySet, VillageBoundary.geometry)
        .join(VillageBoundary, VillageBoundary.boundary_set_id == BoundarySet.id)
        .where(VillageBoundary.village_id == village.id)
        .order_by(BoundarySet.id)
    )
    found: list[Version] = []
    before = None
    for one, geometry in rows:
        area = to_shape(geometry)
        if before is None or not area.equals_exact(before, 1e-7, normalize=True):
            since = one.valid_from or clock.today(one.created_at)
            found.append(Version(since, one.created_at, one.how, one.source_name, area_m2(area)))
        before = area
    return found[::-1]
