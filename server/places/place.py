"""The deriver that gives a record its place: its own point; else the village it names; else unknown, never a guess.

A health record gets a village only (care_places.py): no geometry is kept of it, whatever it answered.
"""

from dataclasses import dataclass, replace
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Text, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from forms.instance import Instance, elements_at, geo_answers
from forms.schema import FormSchema
from forms.xml import text_of
from geo.crs import to_wgs84
from geo.errors import UnreadableGeometry
from geo.odk_text import OdkGeometry, read_geometry
from server.later import amend_waiting, write_later
from server.models import PointShift, PointShiftItem, Submission, SubmissionGeometry, Village, table_of
from server.places.care_places import care_place, is_health_record
from server.places.locating import UNKNOWN, Place, VillageMap, village_map
from server.reading import Reading

VILLAGE_FIELDS = ("village_code", "point_village")
"""The questions that name a village, the first that is answered counts; the second is a supply point's, where F7 names nobody."""

# Built once: they run for every record.
GEOMETRY, SUBMISSION, VILLAGE = table_of(SubmissionGeometry), table_of(Submission), table_of(Village)
SHIFT, SHIFTED = table_of(PointShift), table_of(PointShiftItem)
FORGET = delete(GEOMETRY).where(GEOMETRY.c.submission_id == bindparam("of_submission"))
INSERT = insert(GEOMETRY).values(geometry=func.ST_GeomFromEWKT(bindparam("ewkt", type_=Text))).inline()
PLACE = update(SUBMISSION).where(SUBMISSION.c.id == bindparam("of_submission"))
BY_CODE = select(func.coalesce(VILLAGE.c.successor_id, VILLAGE.c.id)).where(
    VILLAGE.c.project_id == bindparam("project"), VILLAGE.c.code == bindparam("code")
)
READ_AS = (
    select(SHIFT.c.read_as)
    .join(SHIFTED, SHIFTED.c.shift_id == SHIFT.c.id)
    .where(SHIFTED.c.submission_id == bindparam("record"), SHIFT.c.undone_at.is_(None))
)


def place_submission(db: Session, reading: Reading) -> None:
    """Writes the record's geometries, and its village on the submission itself. May run again: it replaces what it wrote.

    An answer that is no place is left out here; `forms.check` has noted it beside the record.
    """
    if not reading.is_first:
        db.connection().execute(FORGET, {"of_submission": reading.submission_id})
    if is_health_record(db, reading):
        place = care_place(db, reading) or named_place(db, reading)
    else:
        place = keep_geometries(db, reading) or named_place(db, reading)
    placed = {"village_id": place.village_id, "place_how": place.how}
    if not amend_waiting(db, SUBMISSION, reading.submission_id, placed):
        write_later(db, PLACE, [{"of_submission": reading.submission_id, **placed}])


def keep_geometries(db: Session, reading: Reading) -> Place | None:
    """Writes a row for each geo answer; the place that the first of them outside repeats gives the record."""
    known = village_map(db, reading.project.id)
    found = read_geometries(reading.instance, reading.schema)
    if found and not reading.is_first and (crs := read_as(db, reading.submission_id)):
        found = [one.read_in(crs) for one in found]
    places = [place_of(known, one.read.geometry, one.read.accuracy) for one in found]
    own = next((index for index, one in enumerate(found) if one.may_place), None)
    write_later(db, INSERT, [row_of(reading, one, places[index], index == own) for index, one in enumerate(found)])
    return places[own] if own is not None else None


def read_as(db: Session, submission_id: int) -> str | None:
    """In which system somebody said that its points are (places/shifts.py)."""
    crs: str | None = db.connection().execute(READ_AS, {"record": submission_id}).scalar()
    return crs


def named_place(db: Session, reading: Reading) -> Place:
    return place_by_code(db, reading.project.id, named_village(reading.instance, reading.schema))


@dataclass(frozen=True)
class Answer:
    """One geo answer that could be read. `may_place`: it is not in a repeat, so it may say where the record is."""

    path: str
    read: OdkGeometry
    may_place: bool

    def read_in(self, crs: str) -> "Answer":
        """The same answer, taken to be in another system than WGS-84: somebody said so (places/shifts.py)."""
        return replace(self, read=replace(self.read, geometry=to_wgs84(self.read.geometry, crs)))


def read_geometries(instance: Instance, schema: FormSchema) -> list[Answer]:
    """The geo answers that are places, in the form's order. An encrypted record shows none."""
    found = []
    for answer in [] if instance.encrypted else geo_answers(instance, schema):
        try:
            read = read_geometry(answer.text, answer.kind)  # type: ignore[arg-type]
        except UnreadableGeometry:
            continue
        found.append(Answer(answer.path, read, not answer.in_repeat))
    return found


def place_of(known: VillageMap | None, geometry: BaseGeometry, accuracy: float | None) -> Place:
    """The village of a point, or of the middle of a trace or shape."""
    if known is None:
        return UNKNOWN
    point = geometry if geometry.geom_type == "Point" else shapely.point_on_surface(geometry)
    located, village_id = known.locate(point.x, point.y, accuracy)
    return Place(village_id, located.how, located.metres)


def place_by_code(db: Session, project_id: int, code: str | None) -> Place:
    """The village that the answers name, where the project has it; of a merged one its successor."""
    if not code:
        return UNKNOWN
    village_id = db.connection().execute(BY_CODE, {"project": project_id, "code": code}).scalar()
    return Place(village_id, "village") if village_id else UNKNOWN


def named_village(instance: Instance, schema: FormSchema) -> str | None:
    """The answer to the form's question that names a village, wherever it stands outside repeats."""
    if instance.encrypted:
        return None
    paths = [
        one.path
        for name in VILLAGE_FIELDS
        for one in schema.fields
        if one.name == name and schema.repeat_of(one.path) is None
    ]
    return next((text for path in paths for one in elements_at(instance.root, path) if (text := text_of(one))), None)


def row_of(reading: Reading, answer: Answer, place: Place, is_place: bool) -> dict[str, Any]:
    return {
        "submission_id": reading.submission_id,
        "submission_version_id": reading.submission_version_id,
        "project_id": reading.project.id,
        "path": answer.path,
        "is_place": is_place,
        "village_id": place.village_id,
        "how": place.how,
        "metres": place.metres,
        "accuracy": answer.read.accuracy,
        "ewkt": f"SRID=4326;{answer.read.geometry.wkt}",
    }
