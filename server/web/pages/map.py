"""Where records lie: boundaries and counts for everybody in the project, single pins for those who may read records."""

import math
from collections.abc import Sequence
from typing import Any

from flask import Response, make_response, render_template, request

from geo.features import collection
from geo.masking import Shown, band_of
from geo.pinyin import syllables_of
from server.access.allow import allow, may, scope_of
from server.errors import Forbidden, UnexpectedValue
from server.followups.board import Board
from server.followups.overdue import Overdue, overdue_in_villages
from server.followups.town_board import shown_as_band, told_band
from server.models import Project, Village
from server.places.desk import list_villages
from server.places.finding import NOT_ELSE, Called, list_called, may_find_homes
from server.places.health_layer import health_features
from server.places.layers import Layers, layers_for
from server.places.outlines import VillageCounts, counts_for, village_features, whole_town
from server.places.pins import features_in_view
from server.web import session
from server.web.boxes import WHOLE_WORLD, BoxEdges, clip, read_edges
from server.web.pages.door import pages
from server.web.pages.map_finding import asked_pin
from server.web.pages.map_rates import rates_for_page, told_visits, visits_to_do
from server.web.pages.map_tiles import drawn_upon
from server.web.pages.shell import current_project, today
from server.web.pages.texts import _
from server.web.readings import note_read
from server.web.telling import telling
from server.web.wire.geojson import reply_geojson

DEEPEST = 24.0


@pages.get("/map")
def show_map() -> Response:
    project = current_project()
    allow(session.caller(), "village.read", project)
    layers = layers_for(session.caller(), project)
    villages = list_villages(session.db(), whole_town(project))
    counts, rates = counts_of(project, villages), rates_for_page(project, layers)
    shown, wished = views(layers, rates is not None), request.args.get("show")
    if layers.health:
        note_read(project, "map.read")  # its table tells how many health records a village has
    return make_response(
        render_template(
            "map/map.html",
            villages=village_rows(project, layers, villages, counts),
            unknown=counts.unknown,
            total=counts.total,
            layers=layers,
            shown=shown,
            rates=rates,
            view=wished if wished in dict(shown) else "records",
            pin=asked_pin(project, layers),
            finds_homes=may_find_homes(layers),
            can_import=may(session.caller(), "village.import", project),
            **drawn_upon(project, layers),
        )
    )


def counts_of(project: Project, villages: Sequence[Village]) -> VillageCounts:
    scope = scope_of(session.caller(), project)
    return counts_for(session.db(), project, scope, telling(), villages)


def views(layers: Layers, rates: bool) -> list[tuple[str, str]]:
    """What the map may be switched to, with the words of the buttons: one layer of marks at a time."""
    found = [("records", _("Records"))]
    if rates:
        found = [("on_time", _("On time")), ("coverage", _("Coverage")), ("workload", _("Visits to do")), *found]
    if layers.health:
        found.append(("health", _("Health records")))
    if layers.overdue:
        found.append(("overdue", _("Overdue")))
    return found


def village_rows(
    project: Project, layers: Layers, villages: Sequence[Village], counts: VillageCounts
) -> list[dict[str, Any]]:
    """The map's numbers as a table: the same as in its layers. For the search: `readings`, how a name may be typed, and
    `also`, what else it is called, with the readings of each.
    """
    called = list_called(session.db(), project.id)
    board = told_visits(project) if layers.overdue else None
    bands = overdue_bands(project, layers, villages, board) or {}
    health = {one["properties"]["village"]: one["properties"] for one in health_layer(layers)["features"]}
    return [
        {
            "code": one.code,
            "name": one.name,
            "readings": readings_of_name(one.name),
            "also": also_called(called.get(one.code, NOT_ELSE)),
            "shown": counts.of(one.id),
            "overdue": bands.get(one.code),
            "health": health.get(one.code),
            "visits": visits_to_do(board, one.code) if board else None,
        }
        for one in villages
    ]


def readings_of_name(name: str) -> str:
    return " ".join("/".join(options) for options in syllables_of(name))


def also_called(called: Called) -> dict[str, Any] | None:
    """As the search reads it (frontend/src/map/search.ts); None for nearly all villages."""
    if called == NOT_ELSE:
        return None
    return {"names": [(one, readings_of_name(one)) for one in called.names], "codes": called.codes}


def overdue_bands(
    project: Project, layers: Layers, villages: Sequence[Village], board: Board | None
) -> dict[str, Shown] | None:
    """The bands of what is overdue by village code, as the caller may see them; None for who sees none.

    `board` is the town's as it was told (`told_visits`), so that it is told once a page.
    """
    if board is None:
        return None
    late = overdue_in_villages(session.db(), project.id, today())
    told = board.villages
    return {
        one.code: band_of_village(layers, one.id, late.get(one.code, Overdue()), told[one.code]["overdue"])
        for one in villages
    }


def band_of_village(layers: Layers, village_id: int, late: Overdue, told: Shown) -> Shown:
    """Her care team sees the band of its village however few people it is about; nobody sees more than a band here."""
    if layers.team is not None and layers.team.covers(village_id):
        return shown_as_band(band_of(late.tasks))
    return told_band(told, late)


@pages.get("/map/villages")
def villages() -> Response:
    """GeoJSON of the boundaries: {code, name, count_text, suppressed, lon, lat}, and {overdue} for who may see it."""
    project = current_project()
    allow(session.caller(), "village.read", project)
    layers, here = layers_for(session.caller(), project), list_villages(session.db(), whole_town(project))
    bands = overdue_bands(project, layers, here, told_visits(project) if layers.overdue else None)
    found = village_features(session.db(), whole_town(project), bands, counts_of(project, here))
    for one in found["features"]:
        one["properties"]["count_text"] = say_count(one["properties"]["count_text"])
    return reply_geojson(found)


def say_count(text: str) -> str:
    """A hidden number in words; the others are digits, or "<5"."""
    return {"withheld": _("not shown"), "n<10": _("fewer than 10")}.get(text, text)


@pages.get("/map/features")
def features() -> Response:
    """GeoJSON of pins and clusters in `box=w,s,e,n` at `zoom`: what the caller's scope reaches, nothing else."""
    project = current_project()
    allow(session.caller(), "submission.list", project)
    layers = layers_for(session.caller(), project)
    found = features_in_view(session.db(), layers.scope, read_box(), read_zoom())
    note_read(project, "map.read")
    return reply_geojson(found)


@pages.get("/map/health")
def health() -> Response:
    """GeoJSON of how many health records each village has: {village, village_name, count_text, suppressed, count}."""
    project = current_project()
    layers = layers_for(session.caller(), project)
    if not layers.health:
        raise Forbidden()
    note_read(project, "map.read")
    return reply_geojson(health_layer(layers))


def health_layer(layers: Layers) -> dict[str, Any]:
    return health_features(session.db(), layers.scope) if layers.health else collection([])


def read_box() -> BoxEdges:
    """?box=west,south,east,north in degrees; the whole world when absent. Raises UnexpectedValue."""
    west, south, east, north = read_edges("box") or WHOLE_WORLD
    if west >= east or south >= north:
        raise UnexpectedValue(
            field="box", value=request.args["box"][:80], reason="it is no box of west, south, east, north"
        )
    return clip((west, south, east, north))


def read_zoom() -> float:
    text = request.args.get("zoom", "10")
    try:
        zoom = float(text)
    except ValueError:
        zoom = math.nan
    if not math.isfinite(zoom):
        raise UnexpectedValue(field="zoom", value=text[:40], reason="it is no number")
    return min(max(zoom, 0.0), DEEPEST)
