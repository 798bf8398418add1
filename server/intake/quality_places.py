"""What the point of a record gives reason to ask: is it in the village, was it measured, has another home the same one?

Health records have no point here (places/place.py), so nothing of this is ever asked about one.
"""

from collections.abc import Iterator
from datetime import timedelta
from math import ceil
from typing import Any, Final

import shapely
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from forms.quality import placed_by_hand
from geo.crs import metres_per_degree
from geo.plausible import is_far_outside, metres_outside, metres_shifted, speed_between
from geo.spatial_sql import within_box
from geo.tiles import Box
from server.db import ask, ask_once
from server.intake.quality_kept import Point, read_point
from server.intake.quality_limits import LIMITS
from server.intake.quality_measuring import Case
from server.models import CareEvent, QualityMeasure, SubmissionGeometry, Village, VillageScope, table_of
from server.places.locating import village_map
from server.places.place import named_village

HOMES: Final = "households"
Told = dict[str, int]

MEASURES: Final = table_of(QualityMeasure).c
PLACES: Final = table_of(SubmissionGeometry).c
EVENTS: Final = table_of(CareEvent).c


OWN_HOME: Final = select(EVENTS.subject).where(
    EVENTS.submission_id == bindparam("record"), EVENTS.subject_list == HOMES
)
OF_THAT_DAY: Final = (
    select(MEASURES.submission_id, MEASURES.began_at, MEASURES.ended_at, PLACES.geometry, PLACES.accuracy)
    .join_from(table_of(QualityMeasure), table_of(SubmissionGeometry), PLACES.submission_id == MEASURES.submission_id)
    .where(MEASURES.project_id == bindparam("project"), MEASURES.worker_id == bindparam("worker"))
    .where(MEASURES.day == bindparam("day"), MEASURES.submission_id < bindparam("record"), PLACES.is_place)
    .limit(1)
)
LAST_BEFORE: Final = OF_THAT_DAY.where(MEASURES.ended_at <= bindparam("ended")).order_by(
    MEASURES.ended_at.desc(), MEASURES.submission_id
)
FIRST_AFTER: Final = OF_THAT_DAY.where(MEASURES.ended_at > bindparam("ended")).order_by(
    MEASURES.ended_at, MEASURES.submission_id
)


def ask_of_place(db: Session, case: Case) -> Iterator[tuple[str, Told]]:
    point = case.kept.point
    if point is None:
        return
    yield from ask_of_village(db, case, point)
    if point.accuracy is not None and point.accuracy > LIMITS["accuracy"]["over_m"]:
        yield "accuracy", {"metres": round(point.accuracy)}
    if placed_by_hand(case.reading.instance, case.reading.schema, case.kept.submission.user_agent):
        yield "by_hand", {}
    homes = count_homes(db, case, point)
    if homes > LIMITS["same_point"]["more_than_homes"]:
        yield "same_point", {"homes": homes}
    yield from ask_of_speed(db, case, point)


def ask_of_village(db: Session, case: Case, point: Point) -> Iterator[tuple[str, Told]]:
    """By the village that the record names, else by those of its worker; a shift that explains it is asked about alone."""
    areas = expected_areas(db, case)
    if not areas:
        return
    metres = min(metres_outside(one, point.lon, point.lat) for one in areas)
    moves = [metres_shifted(one, point.lon, point.lat, point.accuracy) for one in areas] if metres else []
    shift = next((one for one in moves if one is not None), None)
    if shift is not None:
        yield "shift", {"metres": round(shift)}
    elif is_far_outside(metres, point.accuracy):
        yield "outside", {"metres": round(metres)}


def expected_areas(db: Session, case: Case) -> list[shapely.MultiPolygon]:
    """Outlines of where the record should be; none where nobody can say, or no outline is known."""
    project_id = case.reading.project.id
    known = village_map(db, project_id)
    if known is None:
        return []
    code = named_village(case.reading.instance, case.reading.schema)
    worker_id = case.worker_id
    question = "codes of", project_id, worker_id
    codes = {code} if code else ask_once(db, question, lambda: codes_of_worker(db, project_id, worker_id))
    return [known.outlines[one] for one in sorted(codes) if one in known.outlines]


def codes_of_worker(db: Session, project_id: int, worker_id: int | None) -> set[str]:
    """Villages that were given to who sent it, with their parts; none for who has the whole town."""
    here = VillageScope.project_id == project_id, VillageScope.actor_id == worker_id
    given = set(db.scalars(select(VillageScope.village_id).where(*here))) if worker_id is not None else set()
    if not given or None in given:
        return set()
    codes: dict[int, str] = {}
    while given:  # clusters have villages, villages have hamlets: three rounds at most
        within = Village.id.in_(given) | Village.parent_id.in_(given)
        rows = db.execute(select(Village.id, Village.code).where(Village.project_id == project_id, within)).all()
        given = {row.id for row in rows} - codes.keys()
        codes |= {row.id: row.code for row in rows}
    return set(codes.values())


def count_homes(db: Session, case: Case, point: Point) -> int:
    """How many homes, this one included, have been given this point up to this record; 0 where it is about no home."""
    within, most = LIMITS["same_point"]["within_m"], LIMITS["same_point"]["most_looked_at"]
    own = ask(db, OWN_HOME, {"record": case.id}).scalar()
    if own is None:
        return 0
    query = points_near(case, point, within).where(CareEvent.subject != own)
    rows = db.execute(query.order_by(SubmissionGeometry.submission_id.desc()).limit(most))
    near = ((subject, read_point(geometry, None)) for subject, geometry in rows)
    return 1 + len({subject for subject, other in near if other and point.metres_to(other) <= within})


def points_near(case: Case, point: Point, metres: float) -> Select[str, Any]:
    """(home, point) of earlier records in a box of so many metres around."""
    per_lat, per_lon = metres_per_degree(point.lat)
    x, y = metres / per_lon, metres / per_lat
    box = Box(point.lon - x, point.lat - y, point.lon + x, point.lat + y)
    return (
        select(CareEvent.subject, SubmissionGeometry.geometry)
        .join(CareEvent, CareEvent.submission_id == SubmissionGeometry.submission_id)
        .where(
            within_box(SubmissionGeometry.geometry, box),
            SubmissionGeometry.is_place,
            SubmissionGeometry.project_id == case.reading.project.id,
            SubmissionGeometry.submission_id < case.id,
            CareEvent.subject_list == HOMES,
        )
    )


def ask_of_speed(db: Session, case: Case, point: Point) -> Iterator[tuple[str, Told]]:
    """From the records of the same day that stand next to it in time, by the longest time there can have been."""
    for other_id, other, gap in neighbours(db, case):
        speed = speed_between(point.metres_to(other), (point.accuracy, other.accuracy), gap)
        if speed > LIMITS["speed"]["over_kmh"]:
            yield "speed", {"kmh": ceil(speed), "record": other_id}
            return


def neighbours(db: Session, case: Case) -> Iterator[tuple[int, Point, timedelta]]:
    mine = case.measure
    if mine.worker_id is None:
        return
    about = {"project": mine.project_id, "worker": mine.worker_id, "record": case.id, "day": mine.day}
    for query in (LAST_BEFORE, FIRST_AFTER):
        row = ask(db, query, {**about, "ended": mine.ended_at}).first()
        other = read_point(row.geometry, row.accuracy) if row else None
        if row and other:
            yield row.submission_id, other, max(mine.ended_at, row.ended_at) - min(mine.began_at, row.began_at)
