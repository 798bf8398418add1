"""The villages in force of a project, ready to answer "which village is here?" without asking the database again.

The outlines are read once a process and boundary set; each question costs one look at which set is the newest.
"""

from dataclasses import dataclass
from datetime import datetime

import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from geo.locate import Located, Locator
from server.db import ask_once
from server.models import BoundarySet, Village, VillageBoundary


@dataclass(frozen=True)
class Place:
    """The village of something, and how that was told.

    inside, nearest (then `metres` to it): by its point; village: by name; household: by the woman's; unknown.
    """

    village_id: int | None
    how: str
    metres: float | None = None


UNKNOWN = Place(None, "unknown")


@dataclass(frozen=True)
class VillageMap:
    """The outlines of one boundary set: WGS-84, by village code. Names are not among it: a village may be called otherwise
    while its boundaries hold (`names_in`).
    """

    boundary_set_id: int
    made_at: datetime
    locator: Locator
    ids: dict[str, int]
    labels: dict[str, tuple[float, float]]
    outlines: dict[str, shapely.MultiPolygon]

    def locate(self, lon: float, lat: float, accuracy: float | None) -> tuple[Located, int | None]:
        """Where a place is, and the row of that village; degrees and metres."""
        located = self.locator.locate(lon, lat, accuracy)
        return located, self.ids[located.code] if located.code else None


# Written once: it is asked for every record.
_sets = BoundarySet.__table__
NEWEST = (
    select(_sets.c.id, _sets.c.created_at)
    .where(_sets.c.project_id == bindparam("project"))
    .order_by(_sets.c.id.desc())
    .limit(1)
)

# Kept until the project has newer boundaries; one entry a project. The key holds the database, for tests have many.
_known: dict[tuple[str, int], VillageMap] = {}


def village_map(db: Session, project_id: int) -> VillageMap | None:
    """The newest boundaries of a project; None before the first import."""
    newest = ask_once(
        db, boundaries_question(project_id), lambda: db.connection().execute(NEWEST, {"project": project_id}).first()
    )
    if newest is None:
        return None
    key = (str(db.get_bind().engine.url), project_id)
    known = _known.get(key)
    # the instant too: SQLite gives the id of an import that was rolled back to the next one
    if known is None or (known.boundary_set_id, known.made_at) != tuple(newest):
        known = _known[key] = _read_map(db, *newest)
    return known


def boundaries_question(project_id: int) -> tuple[str, int]:
    """By which the newest set (its id and when it was made) is kept while a transaction lasts (server.db.ask_once)."""
    return "boundaries", project_id


def names_in(db: Session, known: VillageMap) -> dict[str, str]:
    """What the villages of these boundaries are called now, by code."""
    joined = select(Village.code, Village.name).join(VillageBoundary, VillageBoundary.village_id == Village.id)
    rows = db.execute(joined.where(VillageBoundary.boundary_set_id == known.boundary_set_id).order_by(Village.code))
    return dict(rows.all())


def village_at(db: Session, project_id: int, lon: float, lat: float, accuracy: float | None = None) -> Located:
    """The village of a place (degrees; accuracy in metres) by the project's newest boundaries."""
    known = village_map(db, project_id)
    return known.locate(lon, lat, accuracy)[0] if known else Located(None, "unknown", None)


def _read_map(db: Session, boundary_set_id: int, made_at: datetime) -> VillageMap:
    rows = db.execute(
        select(Village.id, Village.code, Village.label_lon, Village.label_lat, VillageBoundary.geometry)
        .join(VillageBoundary, VillageBoundary.village_id == Village.id)
        .where(VillageBoundary.boundary_set_id == boundary_set_id)
        .order_by(Village.code)
    ).all()
    outlines = {row.code: to_shape(row.geometry) for row in rows}
    return VillageMap(
        boundary_set_id=boundary_set_id,
        made_at=made_at,
        locator=Locator(outlines.items()),
        ids={row.code: row.id for row in rows},
        labels={row.code: (row.label_lon, row.label_lat) for row in rows},
        outlines=outlines,
    )
