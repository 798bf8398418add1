"""What the map shows: pins and clusters that a scope may read, villages with their counts as they may be shown.

Every count leaves through `geo.masking`. Who may see pins at all is the door's question; which ones, the scope's.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from geo import spatial_sql
from geo.crs import metres_per_degree
from geo.features import Feature, Pin, cluster, collection, feature
from geo.masking import Shown, suppress, suppress_table
from geo.tiles import Box
from server.access.allow import Scope
from server.access.projects import submissions_within
from server.models import Submission, SubmissionGeometry, Village
from server.places.locating import VillageMap, village_map

MOST_PINS = 50_000
DISPLAY_DEGREES = 0.00003  # about 3 m: no eye tells it on a town's map
SIMPLIFY_FROM_CORNERS = 20_000
UNKNOWN = "unknown"
APART_M = 15.0  # a finger's width at the zoom where pins stand alone
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))


@dataclass(frozen=True)
class Filters:
    """What of the records in view is wanted; None is no wish. `states` may hold None: received, nobody looked yet."""

    form_id: int | None = None
    states: frozenset[str | None] | None = None


@dataclass(frozen=True)
class VillageCounts:
    """Records by village row, as they may be shown; `unknown` is None when every record has a village."""

    shown: Mapping[int, Shown]
    unknown: Shown | None
    total: Shown

    def of(self, village_id: int) -> Shown:
        """The number of one village; none at all is 0."""
        return self.shown.get(village_id) or suppress(0)


def features_in_view(
    db: Session,
    scope: Scope,
    project_id: int,
    box: tuple[float, float, float, float],
    zoom: float,
    filters: Filters = Filters(),
) -> dict[str, Any]:
    """GeoJSON of the records in a box (west, south, east, north in degrees), clustered as the zoom asks.

    A pin has {id, state, how, accuracy, village, village_name}; a cluster {cluster, count_text, box}, and `count` where
    the number may be told. Records without a point of their own stand around their village's label.
    """
    seen = Box(*box)
    # The point's own columns, so that the search starts at the spatial index and not at the list of all records.
    with_point = [*records_in(scope, SubmissionGeometry), *wishes(filters)]
    without = [*records_in(scope), *wishes(filters)]
    rows = [*own_points(db, with_point, seen), *at_labels(db, without, seen)][:MOST_PINS]
    return collection(guarded(one) for one in cluster(rows, zoom))


def records_in(
    scope: Scope, where: type[Submission] | type[SubmissionGeometry] = Submission
) -> list[ColumnElement[bool]]:
    """The records that a scope reaches, none that are deleted or drafts. `where` as submissions_within takes it."""
    return [submissions_within(scope, where), Submission.deleted_at.is_(None), ~Submission.draft]


def wishes(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.form_id is not None:
        found.append(Submission.form_id == filters.form_id)
    if filters.states is not None:
        named = Submission.review_state.in_([state for state in filters.states if state is not None])
        found.append(or_(named, Submission.review_state.is_(None)) if None in filters.states else named)
    return found


def own_points(db: Session, wanted: list[ColumnElement[bool]], box: Box) -> list[Pin]:
    geo = SubmissionGeometry
    x, y = spatial_sql.x(geo.geometry), spatial_sql.y(geo.geometry)
    rows = db.execute(
        select(
            Submission.id,
            Submission.review_state,
            geo.how,
            geo.accuracy,
            Village.code,
            Village.name,
            x.label("x"),
            y.label("y"),
            case((x.is_(None), spatial_sql.as_geojson(geo.geometry))).label("outline"),
        )
        .join(geo, geo.submission_id == Submission.id)
        .outerjoin(Village, Village.id == Submission.village_id)
        .where(geo.is_place, spatial_sql.within_box(geo.geometry, box), *wanted)
        .order_by(Submission.id.desc())
        .limit(MOST_PINS)
    )
    return [
        pin(
            (row.x, row.y) if row.outline is None else middle_of(row.outline),
            *(row.id, row.review_state, row.how, row.accuracy, row.code, row.name),
        )
        for row in rows
    ]


def at_labels(db: Session, wanted: list[ColumnElement[bool]], box: Box) -> list[Pin]:
    """Records placed by their village only. They stand around its label, or only the topmost could be opened."""
    rows = db.execute(
        select(
            Submission.id,
            Submission.review_state,
            Submission.place_how,
            Village.code,
            Village.name,
            Village.label_lon,
            Village.label_lat,
        )
        .join(Village, Village.id == Submission.village_id)
        .where(
            Submission.place_how == "village",
            Village.label_lon.between(box.west, box.east),
            Village.label_lat.between(box.south, box.north),
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
        pins.append(pin(place, row.id, row.review_state, row.place_how, None, row.code, row.name))
    return pins


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


def village_counts(db: Session, scope: Scope, project_id: int, filters: Filters = Filters()) -> VillageCounts:
    """How many records lie in each village in force, as it may be shown together with the total."""
    in_force = select(Village.id).where(Village.project_id == project_id, Village.retired_at.is_(None))
    wanted = [*records_in(scope), *wishes(filters)]
    counted = (
        select(Submission.village_id, func.count().label("records")).where(*wanted).group_by(Submission.village_id)
    )
    records: dict[int | None, int] = dict(db.execute(counted).all())
    villages = set(db.scalars(in_force))
    rows = {str(village): {"records": records.pop(village, 0)} for village in villages}
    # What lies in no village, or in one that is retired, has no place of its own in the table.
    rows[UNKNOWN] = {"records": sum(records.values())}
    table = suppress_table(rows)
    shown = {village: table.cells[str(village)]["records"] for village in villages}
    unknown = table.cells[UNKNOWN]["records"]
    return VillageCounts(shown, unknown if rows[UNKNOWN]["records"] else None, table.total)


def village_features(db: Session, scope: Scope, project_id: int) -> dict[str, Any]:
    """GeoJSON of the boundaries: {code, name, count_text, suppressed, lon, lat}, drawn simpler where they are large."""
    known = village_map(db, project_id)
    if known is None:
        return collection([])
    counts = village_counts(db, scope, project_id)
    outlines = outlines_for_display(known)
    return collection(
        village_feature(known, code, outlines[code], counts.of(known.ids[code]))
        for code in known.ids
        if scope.covers(known.ids[code])
    )


def village_feature(known: VillageMap, code: str, outline: Any, shown: Shown) -> Feature:
    lon, lat = known.labels[code]
    properties = {
        "code": code,
        "name": known.names[code],
        "count_text": shown.text,
        "suppressed": shown.suppressed,
        "lon": lon,
        "lat": lat,
    }
    return feature(code, outline, properties)


def outlines_for_display(known: VillageMap) -> dict[str, Any]:
    """Outlines with fewer corners where a browser would choke on them. Neighbours keep sharing their edges."""
    codes = list(known.outlines)
    shapes = [known.outlines[code] for code in codes]
    if int(shapely.get_num_coordinates(shapes).sum()) < SIMPLIFY_FROM_CORNERS:
        return dict(known.outlines)
    return dict(zip(codes, shapely.coverage_simplify(shapes, DISPLAY_DEGREES).tolist(), strict=True))
