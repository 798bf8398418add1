"""Tiles of the map: the pins of a large town, and what lies under them. No browser asks anybody but us."""

from base64 import b64decode
from typing import Any, Final, cast

from flask import Response, current_app, request

from geo.tiles import tile_box
from server.access.allow import allow
from server.access.audit import record
from server.blobs import noticing_damage
from server.clock import SHANGHAI
from server.errors import NotFound, UnexpectedValue
from server.models import MapBase, Project
from server.places import tianditu
from server.places.bases import FILE, GCJ02, PMTILES_TYPE, SHIFTS, TIANDITU, WGS84, base_of, get_file
from server.places.layers import Layers, layers_for
from server.places.tianditu import NoTile, Pace, fetch_tile
from server.places.tiles import draws_as_tiles, tile_in_view
from server.web import session
from server.web.files import send_open
from server.web.pages.door import pages
from server.web.pages.sent import ID
from server.web.pages.shell import current_project
from server.web.pages.sign_in import require_person
from server.web.readings import note_read

TILE_TYPE: Final = "application/vnd.mapbox-vector-tile"
TILE: Final = "<int(max=24):zoom>/<int(max=16777215):x>/<int(max=16777215):y>"
WHY: Final = "X-Map-Base"  # why a tile is empty, for the page
A_DAY: Final = "private, max-age=86400"
EMPTY: Final = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
DRAWN_AS: Final = ("png", "print")


@pages.get(f"/map/tiles/{TILE}.mvt")
def tile(zoom: int, x: int, y: int) -> Response:
    """A vector tile of pins and clusters: what the caller's scope reaches, as in /map/features. `shift=gcj02` moves it."""
    project = current_project()
    allow(session.caller(), "submission.list", project)
    check_tile(zoom, x, y)
    scope = layers_for(session.caller(), project).scope
    found = tile_in_view(session.db(), scope, zoom, x, y, gcj02=read_shift() == GCJ02)
    note_read(project, "map.read")
    answer = Response(found, content_type=TILE_TYPE, headers={"Cache-Control": "private, no-store"})
    answer.add_etag()
    return answer


def check_tile(zoom: int, x: int, y: int) -> None:
    """Raises NotFound for a tile that does not exist."""
    try:
        tile_box(zoom, x, y)
    except ValueError:
        raise NotFound() from None


def read_shift() -> str:
    shift = request.args.get("shift", WGS84)
    if shift not in SHIFTS:
        raise UnexpectedValue(field="shift", value=shift[:40], reason="it is neither wgs84 nor gcj02")
    return shift


@pages.get(f"/map/base/<{ID}:base_id>.pmtiles")
def base_file(base_id: int) -> Response:
    """The town's own file, a part at a time."""
    project = current_project()
    allow(session.caller(), "village.read", project)
    sha256 = str(get_file(session.db(), project.id, base_id).sha256)
    with noticing_damage(sha256):
        source = session.blobs().open(sha256)
    return send_open(source, sha256, "base.pmtiles", PMTILES_TYPE)


@pages.get(f"/map/base/tianditu/<any(vec, cva):layer>/{TILE}")
def base_tile(layer: str, zoom: int, x: int, y: int) -> Response:
    """One of Tianditu's tiles, fetched by us; an empty one that says why where there is none."""
    project = current_project()
    allow(session.caller(), "village.read", project)
    check_tile(zoom, x, y)
    base, person = base_of(session.db(), project.id), require_person()
    if base is None or base.kind != TIANDITU or not base.tk or zoom > tianditu.MAX_ZOOM:
        raise NotFound()
    tk = base.tk
    session.db().rollback()  # nothing waits for this request while the other side is called
    return fetched(layer, zoom, x, y, tk, person)


def fetched(layer: str, zoom: int, x: int, y: int, tk: str, person: int) -> Response:
    try:
        with pace().turn(person, session.now()):
            body, kind = fetch_tile(layer, zoom, x, y, tk, session.config().outbound_allow)
    except NoTile as missing:
        return Response(EMPTY, content_type="image/png", headers={"Cache-Control": "no-store", WHY: missing.why})
    return Response(body, content_type=kind, headers={"Cache-Control": A_DAY})


def pace() -> Pace:
    return cast(Pace, current_app.extensions["fangshi.tianditu"])


@pages.post("/map/picture")
def note_picture() -> Response:
    """Written down before the browser makes a picture of the map, or prints it."""
    project = current_project()
    allow(session.caller(), "village.read", project)
    drawn_as = request.form.get("as", "")
    if drawn_as not in DRAWN_AS:
        raise UnexpectedValue(field="as", value=drawn_as[:40], reason="it is neither png nor print")
    about = {"project_id": project.id, "details": {"as": drawn_as}}
    record(session.db(), "map.export", actor_id=require_person(), now=session.now(), **about)
    return Response(status=204)


def drawn_upon(project: Project, layers: Layers) -> dict[str, Any]:
    """What the map's page tells its script: the base, and whether pins come as tiles."""
    base = base_of(session.db(), project.id)
    shift = base.shift if base is not None else WGS84
    tiled = layers.pins and draws_as_tiles(session.db(), layers.scope)
    pins = f"/map/tiles/{{z}}/{{x}}/{{y}}.mvt?project={project.id}&shift={shift}" if tiled else ""
    made_at = session.now().astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")  # a picture is looked at on other days
    return {"base": base_facts(project, base), "shift": shift, "tiles": pins, "made_at": made_at}


def base_facts(project: Project, base: MapBase | None) -> dict[str, Any] | None:
    if base is not None and base.kind == FILE:
        url = f"/map/base/{base.id}.pmtiles?project={project.id}"
        return {"kind": FILE, "url": url, "tiles": base.tiles, "least": base.min_zoom, "most": base.max_zoom}
    if base is not None and base.kind == TIANDITU:
        url = f"/map/base/tianditu/{{layer}}/{{z}}/{{x}}/{{y}}?project={project.id}"
        return {"kind": TIANDITU, "url": url, "tiles": "png", "least": 1, "most": tianditu.MAX_ZOOM}
    return None
