"""A village's card beside the map: its numbers, what each is of and as of when, and the ways from there."""

from collections.abc import Sequence
from typing import Any

from flask import Response, make_response, render_template

from server.access.allow import allow, may
from server.errors import NotFound
from server.models import Project, Village
from server.places.desk import list_villages
from server.places.layers import Layers, layers_for
from server.places.outlines import whole_town
from server.places.village_tree import find_village
from server.web import session
from server.web.pages.door import pages
from server.web.pages.map import counts_of, overdue_bands
from server.web.pages.map_rates import month_for_map, read_month, told_rates, told_visits, visits_to_do
from server.web.pages.shell import current_project


@pages.get("/map/village/<village>")
def show_village_card(village: str) -> Response:
    """As many queries for any village of any town."""
    project = current_project()
    allow(session.caller(), "village.read", project)
    here, layers = village_in_force(project, village), layers_for(session.caller(), project)
    villages = list_villages(session.db(), whole_town(project))
    numbers = numbers_of_visits(project, layers, here.code, villages) if layers.overdue else {}
    shown = {"village": here, "layers": layers, "records": counts_of(project, villages).of(here.id)}
    return make_response(render_template("map/card.html", **shown, **ways_from(project, layers, here), **numbers))


def village_in_force(project: Project, code: str) -> Village:
    """Raises NotFound, also for one that is no more."""
    village = find_village(session.db(), project, code)
    if village is None or village.retired_at is not None:
        raise NotFound()
    return village


def ways_from(project: Project, layers: Layers, village: Village) -> dict[str, bool]:
    """Which lists behind the numbers the reader may open."""
    here = layers.scope.covers(village.id)
    visits = project.kind == "care" and here and may(session.caller(), "followup.read", project)
    return {"reads_visits": visits, "reads_records": here and layers.pins}


def numbers_of_visits(project: Project, layers: Layers, code: str, villages: Sequence[Village]) -> dict[str, Any]:
    told, board = told_rates(project), told_visits(project)
    month = month_for_map(layers, told, read_month(told))
    bands = overdue_bands(project, layers, villages, board) or {}
    return {
        "rates": month["villages"][code],
        "windows": month["windows"],
        "visits": visits_to_do(board, code),
        "overdue": bands.get(code),
        "cluster": told.names.get(told.clusters.get(code, "")),
    }
