"""Records that have a place as pages of features, by the rule of the map's pins (pins.py): no answer, no health record."""

import math
from typing import Any

from sqlalchemy import ColumnElement, Select, func, null, or_, select, true
from sqlalchemy.orm import Session

from geo import spatial_sql
from geo.features import Feature, feature
from geo.tiles import Box, box_around
from server.access.allow import Scope
from server.errors import NotFound
from server.models import Form, Submission, SubmissionGeometry, Village
from server.places.pins import drawn_records, place_columns, place_in
from server.places.stretch import FeaturePage, Stretch, page_of


def list_record_features(db: Session, scope: Scope, stretch: Stretch) -> FeaturePage:
    """By id: {instance_id, form_id, review_state, received_at, village, how}, each a point.

    A trace or shape is a point upon it, as on the map, and is found where any of it lies. What has its village alone
    stands at the village's label, and `how` is then "village". `received_at` is an instant. Two queries for any page.
    """
    wanted = stretch.goes_on(Submission.id), received_in(stretch)
    rows = [
        *db.execute(own_places(scope, stretch.boxes).where(*wanted).order_by(Submission.id).limit(stretch.reads)),
        *db.execute(label_places(scope, stretch).where(*wanted).order_by(Submission.id).limit(stretch.reads)),
    ]
    rows.sort(key=lambda row: row.id)
    return page_of([record_feature(row) for row in rows[: stretch.reads]], stretch)


def get_record_feature(db: Session, scope: Scope, submission_id: int) -> Feature:
    """Raises NotFound, also outside the scope and for a record without a place."""
    for query in (own_places(scope), label_places(scope)):
        row = db.execute(query.where(Submission.id == submission_id)).first()
        if row is not None:
            return record_feature(row)
    raise NotFound()


def extent_of_records(db: Session, scope: Scope) -> Box | None:
    """A box around all that `list_record_features` has for the same scope, at whole hundredths of a degree (a kilometre).

    It is told without being a look at a record, so it must not say where a single one lies. None without any.
    """
    lon, lat = Village.label_lon, Village.label_lat
    own, label = spatial_sql.edges(SubmissionGeometry.geometry), (lon, lat, lon, lat)
    queries = (
        own_places(scope).with_only_columns(*outermost(*own)),
        label_places(scope).with_only_columns(*outermost(*label)),
    )
    found = (db.execute(query).one() for query in queries)
    around = box_around(Box(row[0], row[1], row[2], row[3]) for row in found if None not in row)
    return None if around is None else widen(around)


def widen(box: Box) -> Box:
    west, south = math.floor(box.west * 100) / 100, math.floor(box.south * 100) / 100
    east, north = math.ceil(box.east * 100) / 100, math.ceil(box.north * 100) / 100
    return Box(max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0))


def outermost(west: Any, south: Any, east: Any, north: Any) -> list[ColumnElement[float]]:
    return [func.min(west), func.min(south), func.max(east), func.max(north)]


def record_feature(row: Any) -> Feature:
    facts = {
        "instance_id": row.instance_id,
        "form_id": row.form_id,
        "review_state": row.review_state,
        "received_at": row.created_at,
        "village": row.village,
        "how": row.how,
    }
    return feature(row.id, place_in(row), facts)


def facts_of_record() -> list[Any]:
    return [
        Submission.id,
        Submission.instance_id,
        Form.xml_form_id.label("form_id"),
        Submission.review_state,
        Submission.created_at,
        Submission.place_how.label("how"),
        Village.code.label("village"),
    ]


def own_places(scope: Scope, boxes: tuple[Box, ...] = ()) -> Select[Any]:
    geo = SubmissionGeometry
    # By place, as for pins: the point's own columns, so that the search starts at the spatial index.
    drawn = drawn_records(scope, geo) if boxes else drawn_records(scope)
    inside = or_(*(spatial_sql.meets_box(geo.geometry, one) for one in boxes)) if boxes else true()
    return (
        select(*facts_of_record(), *place_columns())
        .join(geo, geo.submission_id == Submission.id)
        .join(Form, Form.id == Submission.form_id)
        .outerjoin(Village, Village.id == Submission.village_id)
        .where(geo.is_place, inside, *drawn)
    )


def label_places(scope: Scope, stretch: Stretch = Stretch(1)) -> Select[Any]:
    """Records that name their village and have no point."""
    lon, lat = Village.label_lon, Village.label_lat
    return (
        select(*facts_of_record(), lon.label("x"), lat.label("y"), null().label("outline"))
        .join(Form, Form.id == Submission.form_id)
        .join(Village, Village.id == Submission.village_id)
        .where(Submission.place_how == "village", lon.is_not(None), stretch.at_label(lon, lat), *drawn_records(scope))
    )


def received_in(stretch: Stretch) -> ColumnElement[bool]:
    since = true() if stretch.since is None else Submission.created_at >= stretch.since
    return since if stretch.until is None else since & (Submission.created_at <= stretch.until)
