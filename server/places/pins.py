"""The pins and clusters of the records that a scope may read. Every number of a cluster leaves through `geo.masking`."""

import math
from collections import Counter
from dataclasses import replace
from typing import Any

import shapely
from sqlalchemy import ColumnElement, case, literal_column, select
from sqlalchemy.orm import Session

from geo import spatial_sql
from geo.crs import metres_per_degree
from geo.features import Feature, Pin, cluster, collection
from geo.masking import suppress
from geo.tiles import Box
from server.access.allow import Scope
from server.access.with_senders import state_shown
from server.models import Submission, SubmissionGeometry, Village
from server.places.wanted import Filters, records_in, wishes

MOST_PINS = 50_000
APART_M = 15.0  # a finger's width at the zoom where pins stand alone
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))


def features_in_view(
    db: Session,
    scope: Scope,
    box: tuple[float, float, float, float],
    zoom: float,
    filters: Filters = Filters(),
) -> dict[str, Any]:
    """GeoJSON of the records in a box (west, south, east, north in degrees), clustered as the zoom asks.

    A pin has {id, state, how, accuracy, village, village_name}, `state` as lists show it (access/with_senders.py); a cluster
    {cluster, count_text, box}, and `count` where the number may be told. Records without a point of their own stand around
    their village's label. Health records are no pins for anybody (health_layer.py).
    """
    seen = Box(*box)
    # The point's own columns, so that the search starts at the spatial index and not at the list of all records.
    with_point = [*drawn_records(scope, SubmissionGeometry), *wishes(filters)]
    without = [*drawn_records(scope), *wishes(filters)]
    rows = [*own_points(db, with_point, seen), *at_labels(db, without, seen)][:MOST_PINS]
    return collection(guarded(one) for one in cluster(rows, zoom))


def drawn_records(
    scope: Scope, where: type[Submission] | type[SubmissionGeometry] = Submission
) -> list[ColumnElement[bool]]:
    """The records that have a place for somebody: those in the scope, and of a care project none about health."""
    none_of_health = replace(
        scope, health=False, shared_only=False
    )  # so that the database is asked nothing of consents
    return [*records_in(none_of_health, where), Submission.health.is_(False)]


def place_columns() -> list[ColumnElement[Any]]:
    """`x`, `y` of a record's own point, or the `outline` of what else places it: `place_in` reads them."""
    x, y = spatial_sql.x(SubmissionGeometry.geometry), spatial_sql.y(SubmissionGeometry.geometry)
    outline = case((x.is_(None), spatial_sql.as_geojson(SubmissionGeometry.geometry)))
    return [x.label("x"), y.label("y"), outline.label("outline")]


def place_in(row: Any) -> tuple[float, float]:
    """Longitude and latitude of a row with `place_columns`."""
    return (row.x, row.y) if row.outline is None else middle_of(row.outline)


def own_points(db: Session, wanted: list[ColumnElement[bool]], box: Box) -> list[Pin]:
    geo = SubmissionGeometry
    rows = db.execute(
        select(
            Submission.id,
            state_shown().label("state"),
            geo.how,
            geo.accuracy,
            Village.code,
            Village.name,
            *place_columns(),
        )
        .join(geo, geo.submission_id == Submission.id)
        .outerjoin(Village, Village.id == Submission.village_id)
        .where(geo.is_place, spatial_sql.within_box(geo.geometry, box), *wanted)
        .order_by(Submission.id.desc())
        .limit(MOST_PINS)
    )
    return [
        pin(
            place_in(row),
            *(row.id, row.state, row.how, row.accuracy, row.code, row.name),
        )
        for row in rows
    ]


def at_labels(db: Session, wanted: list[ColumnElement[bool]], box: Box) -> list[Pin]:
    """Records placed by their village only. They stand around its label, or only the topmost could be opened."""
    rows = db.execute(
        select(
            Submission.id,
            state_shown().label("state"),
            Submission.place_how,
            Village.code,
            Village.name,
            Village.label_lon,
            Village.label_lat,
        )
        .join(Village, Village.id == Submission.village_id)
        .where(
            *label_in(box),
            *wanted,
        )
        .order_by(Submission.id)
        .limit(MOST_PINS)
    )
    seen: Counter[str] = Counter()
    pins = []
    for row in rows:
        place = around((row.label_lon, row.label_lat), seen[row.code])
        seen[row.code] += 1
        pins.append(pin(place, row.id, row.state, row.place_how, None, row.code, row.name))
    return pins


def label_in(box: Box) -> list[ColumnElement[bool]]:
    """The records placed by their village alone, of villages whose label lies in a box: on Submission joined with Village."""
    return [
        stands_at_label(),
        *label_near(box),
    ]


def stands_at_label() -> ColumnElement[bool]:
    """Placed by its village alone; written as the index of these records has it, or it would not be found by that."""
    return Submission.place_how == literal_column("'village'")


def label_near(box: Box) -> list[ColumnElement[bool]]:
    """Villages whose label lies in a box."""
    return [Village.label_lon.between(box.west, box.east), Village.label_lat.between(box.south, box.north)]


def around(label: tuple[float, float], number: int) -> tuple[float, float]:
    """The number-th place around a label, as seeds stand in a sunflower: some 15 m apart, the first on the label."""
    per_lat, per_lon = metres_per_degree(label[1])
    turn, metres = number * GOLDEN_ANGLE, APART_M * math.sqrt(number)
    return label[0] + metres * math.cos(turn) / per_lon, label[1] + metres * math.sin(turn) / per_lat


def pin(
    place: tuple[float, float],
    id: int,
    state: str | None,
    how: str | None,
    accuracy: float | None,
    code: str | None,
    name: str | None,
) -> Pin:
    properties = {
        "id": id,
        "state": state,
        "how": how,
        "accuracy": accuracy,
        "village": code,
        "village_name": name,
    }
    return Pin(str(id), place[0], place[1], properties)


def middle_of(outline: str) -> tuple[float, float]:
    """Where the pin of a trace or shape goes: a point that is on it."""
    point = shapely.point_on_surface(shapely.from_geojson(outline))
    return point.x, point.y


def guarded(one: Feature) -> Feature:
    """A cluster tells its number as every count is told."""
    properties = one["properties"]
    if properties.get("cluster"):
        shown = suppress(properties.pop("count"))
        properties |= {"count_text": shown.text, "suppressed": shown.suppressed}
        if shown.value is not None:
            properties["count"] = shown.value
    return one
