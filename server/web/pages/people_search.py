"""Looking for a woman by her number, her name or its pinyin, among those whom the reader cares for. Each look is noted.

What was typed is sent, not put into an address: a name does not belong into a browser's history.
"""

from typing import Any

from flask import Response, make_response, render_template

from server.access.allow import may
from server.models import Woman
from server.registry.conflicts import count_conflicts
from server.registry.duplicates import count_pairs
from server.registry.finding_people import find_people
from server.registry.reach import reach_of as reached_by
from server.web import session
from server.web.pages.door import pages
from server.web.pages.followups import Reach, reach_of
from server.web.pages.sent import sent_text
from server.web.readings import note_read

PAGE = "people/search.html"
LONGEST = 60


@pages.get("/people")
def show_search() -> Response:
    return make_response(render_template(PAGE, **ways(reach_of("followup.read")), wanted="", found=None))


@pages.post("/people")
def search() -> Response:
    reach, wanted = reach_of("followup.read"), sent_text("q", LONGEST)
    found = find_people(session.db(), reached_by(session.caller(), reach.project, reach.today), wanted)
    for one in found.women:
        note_read(reach.project, "person.find", about=one.uuid)
    lines = [line_of(reach, one) for one in found.women]
    return make_response(render_template(PAGE, **ways(reach), wanted=wanted, found=lines, is_cut=found.is_cut))


def line_of(reach: Reach, woman: Woman) -> dict[str, str]:
    village = reach.shown_names.get(woman.village_code, "")
    return {"href": f"/people/{woman.uuid}", "label": woman.label, "village": village}


def ways(reach: Reach) -> dict[str, Any]:
    """What waits beside the search: pairs to be looked at, and entries that two changed at once."""
    reached = reached_by(session.caller(), reach.project, reach.today)
    return {
        "pairs": count_pairs(session.db(), reached, "open"),
        "conflicts": count_conflicts(session.db(), reached),
        "transfers": may(session.caller(), "transfer.read", reach.project),
    }
