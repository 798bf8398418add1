"""The villages in force as pages of features, for programs that draw maps; the map's own are in outlines.py."""

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import Session

from geo import spatial_sql
from geo.features import Feature, feature
from geo.tiles import Box, box_around
from server.errors import NotFound
from server.models import Project, Village, VillageBoundary
from server.places.locating import VillageMap, names_in, village_map
from server.places.outlines import VillageCounts
from server.places.stretch import FeaturePage, Stretch, page_of


def list_village_features(db: Session, project: Project, counts: VillageCounts, stretch: Stretch) -> FeaturePage:
    """Boundaries in force with every corner, by code: {code, name, count_text, suppressed}. Villages have no time."""
    known = village_map(db, project.id)
    if known is None:
        return FeaturePage([])
    here = in_boxes(stretch.boxes), stretch.goes_on(Village.code)
    found = db.scalars(in_force(known).where(*here).order_by(Village.code).limit(stretch.reads))
    names = names_in(db, known)
    return page_of([village_feature(known, code, names[code], counts) for code in found], stretch)


def get_village_feature(db: Session, project: Project, counts: VillageCounts, code: str) -> Feature:
    """Raises NotFound, also for a village that is no longer in force."""
    known = village_map(db, project.id)
    if known is None or code not in known.ids:
        raise NotFound()
    return village_feature(known, code, names_in(db, known)[code], counts)


def village_feature(known: VillageMap, code: str, name: str, counts: VillageCounts) -> Feature:
    """The number is the one that the map shows, and told no other way."""
    shown = counts.of(known.ids[code])
    facts = {"code": code, "name": name, "count_text": shown.text, "suppressed": shown.suppressed}
    return feature(code, known.outlines[code], facts)


def in_force(known: VillageMap) -> Select[str]:
    """The codes of one boundary set; the outlines themselves are in memory."""
    joined = select(Village.code).join(VillageBoundary, VillageBoundary.village_id == Village.id)
    return joined.where(VillageBoundary.boundary_set_id == known.boundary_set_id)


def in_boxes(boxes: tuple[Box, ...]) -> ColumnElement[bool]:
    return or_(*(spatial_sql.meets_box(VillageBoundary.geometry, one) for one in boxes)) if boxes else true()


def extent_of(db: Session, project_id: int) -> Box | None:
    """A box around all villages in force and all labels, also those of villages that are none any more: follow-ups may
    stand there. None before the first import.
    """
    known = village_map(db, project_id)
    if known is None or not known.outlines:
        return None
    rows = db.execute(select(Village.label_lon, Village.label_lat).where(Village.project_id == project_id))
    labels = (Box(lon, lat, lon, lat) for lon, lat in rows if lon is not None and lat is not None)
    return box_around((*(Box(*one.bounds) for one in known.outlines.values()), *labels))
