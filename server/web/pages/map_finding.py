"""Looking for a village or a home's code from any page: the map opens at what is found, or a list of it."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, make_response, redirect, render_template, request

from server.access.allow import allow
from server.models import Project, Village
from server.places.desk import list_villages
from server.places.finding import Called, FoundHome, find_homes, find_villages, list_called
from server.places.layers import Layers, layers_for
from server.places.outlines import whole_town
from server.places.spot import place_of_record
from server.web import session
from server.web.pages.door import pages
from server.web.pages.sent import check_text
from server.web.pages.shell import current_project
from server.web.readings import note_read

LONGEST = 60
MOST_SHOWN = 50
RECORD_DIGITS = 16


@pages.get("/map/find")
def find_on_map() -> Response:
    """?q=: what alone is found is gone to. Homes are looked for where no village is called so, or digits were given."""
    project = current_project()
    allow(session.caller(), "village.read", project)
    wanted = check_text("q", request.args.get("q", ""), LONGEST)
    in_force = list_villages(session.db(), whole_town(project)) if wanted else []
    called = list_called(session.db(), project.id) if wanted else {}
    villages = find_villages(in_force, wanted, called)
    homes = noted_homes(project, in_force, wanted) if is_code(wanted) or not villages else []
    ways = [
        *(way_to(one, called=called.get(one.code)) for one in villages),
        *(way_to(one.village, one) for one in homes),
    ]
    if len(ways) == 1:
        return redirect_to(ways[0])
    return make_response(render_template("map/find.html", wanted=wanted, ways=ways[:MOST_SHOWN], found=len(ways)))


def is_code(wanted: str) -> bool:
    return any(one.isdigit() for one in wanted)


def noted_homes(project: Project, in_force: list[Village], wanted: str) -> list[FoundHome]:
    found = find_homes(session.db(), layers_for(session.caller(), project), in_force, wanted)
    for one in found:
        note_read(project, "household.locate", about=one.uuid)
    return found


def way_to(village: Village, home: FoundHome | None = None, called: Called | None = None) -> dict[str, Any]:
    """Where it is on the map: {href, name, code, home, also}, to a home's own pin where it has one for the reader."""
    there = {"village": village.code} | ({"record": home.record} if home and home.record else {})
    words = " ".join(filter(None, (home.hamlet, home.door_code))) if home else ""
    return {
        "href": f"/map?{urlencode(there)}",
        "name": village.name,
        "code": village.code,
        "home": words,
        "also": called.names if called else (),
    }


def redirect_to(way: dict[str, Any]) -> Response:
    return make_response(redirect(way["href"], 303))


def asked_pin(project: Project, layers: Layers) -> dict[str, Any] | None:
    """?record=: the {id, lon, lat} of a record that is a pin on the reader's map; None of any other."""
    asked = request.args.get("record", "")
    if not layers.pins or not (asked.isascii() and asked.isdigit() and len(asked) < RECORD_DIGITS):
        return None
    place = place_of_record(session.db(), layers, int(asked))
    if place is None:
        return None
    note_read(project, "map.read")
    return {"id": int(asked), "lon": place[0], "lat": place[1]}
