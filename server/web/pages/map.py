"""Where records lie: boundaries and counts for everybody in the project, single pins for those who may read records."""

import math

from flask import Response, make_response, render_template, request

from server.access.allow import Scope, allow, may, scope_of
from server.errors import UnexpectedValue
from server.models import Project
from server.places import view
from server.places.desk import list_villages
from server.web import session
from server.web.pages.door import pages
from server.web.pages.shell import current_project
from server.web.pages.texts import _
from server.web.wire import central_json

Box = tuple[float, float, float, float]
WHOLE_WORLD: Box = (-180.0, -90.0, 180.0, 90.0)
DEEPEST = 24.0


@pages.get("/map")
def show_map() -> Response:
    project = current_project()
    who = session.caller()
    allow(who, "village.read", project)
    town = whole_town(project)
    counts = view.village_counts(session.db(), town, project.id)
    rows = [
        {"code": one.code, "name": one.name, "shown": counts.of(one.id)} for one in list_villages(session.db(), town)
    ]
    return make_response(
        render_template(
            "map/map.html",
            villages=rows,
            unknown=counts.unknown,
            total=counts.total,
            sees_points=may(who, "submission.list", project),
            can_import=may(who, "village.import", project),
        )
    )


def whole_town(project: Project) -> Scope:
    """Numbers by village are for everybody in the town: suppressed, so that nobody is given away by them."""
    return Scope(project.id, everything=True)


@pages.get("/map/villages")
def villages() -> Response:
    """GeoJSON of the boundaries: {code, name, count_text, suppressed, lon, lat}."""
    project = current_project()
    allow(session.caller(), "village.read", project)
    found = view.village_features(session.db(), whole_town(project), project.id)
    for one in found["features"]:
        one["properties"]["count_text"] = say_count(one["properties"]["count_text"])
    return geojson(found)


def say_count(text: str) -> str:
    """A hidden number in words; the others are digits, or "<5"."""
    return {"withheld": _("not shown"), "n<10": _("fewer than 10")}.get(text, text)


@pages.get("/map/features")
def features() -> Response:
    """GeoJSON of pins and clusters in `box=w,s,e,n` at `zoom`: what the caller's scope reaches, nothing else."""
    project = current_project()
    allow(session.caller(), "submission.list", project)
    scope = scope_of(session.caller(), project)
    return geojson(view.features_in_view(session.db(), scope, project.id, read_box(), read_zoom()))


def geojson(found: object) -> Response:
    answer = central_json.reply(found)
    answer.headers["Content-Type"] = "application/geo+json"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def read_box() -> Box:
    """?box=west,south,east,north in degrees; the whole world when absent. Raises UnexpectedValue."""
    text = request.args.get("box", "")
    if not text:
        return WHOLE_WORLD
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise UnexpectedValue(field="box", value=text[:80], reason="it is not four numbers") from None
    edges = (west, south, east, north)
    if not all(map(math.isfinite, edges)) or west >= east or south >= north:
        raise UnexpectedValue(field="box", value=text[:80], reason="it is no box of west, south, east, north")
    return (max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0))


def read_zoom() -> float:
    text = request.args.get("zoom", "10")
    try:
        zoom = float(text)
    except ValueError:
        zoom = math.nan
    if not math.isfinite(zoom):
        raise UnexpectedValue(field="zoom", value=text[:40], reason="it is no number")
    return min(max(zoom, 0.0), DEEPEST)
