"""A household's page for its care team: its visits, what is next, and who of theirs lives there and said so."""

from typing import Any
from uuid import UUID

import orjson
from flask import Response, make_response, render_template
from flask_babel import lazy_gettext as _l

from server.followups import homes
from server.followups.explaining import title_of
from server.followups.queries import for_subject
from server.followups.town_rules import rules_of
from server.models import CareEvent
from server.registry.events import find_in_list
from server.registry.reach import reach_of as reached_by
from server.web import session
from server.web.pages.door import pages
from server.web.pages.followup_words import home_words
from server.web.pages.followups import reach_of
from server.web.pages.texts import _
from server.web.pages.timeline_words import Entry, in_days, is_shown, row_entry
from server.web.readings import note_read

MOST_VISITS = 100
RESULTS = {
    "met": _l("Somebody was at home."),
    "absent": _l("Nobody was at home."),
    "declined": _l("No visit was wanted, and that is a full answer."),
    "moved": _l("They have moved."),
}


@pages.get("/people/homes/<uuid:home_uuid>")
def show_household(home_uuid: UUID) -> Response:
    reach = reach_of("followup.read")
    reached = reached_by(session.caller(), reach.project, reach.today)
    home = homes.get_home(session.db(), reached, str(home_uuid))
    note_read(reach.project, "household.locate", about=home.uuid)
    rules = rules_of(session.db(), reach.project.id).every
    rows = for_subject(session.db(), reach.project.id, reach.whose, "households", home.uuid)
    visits = [visit_entry(one) for one in homes.visits_of(session.db(), home, MOST_VISITS)]
    planned = [row_entry(row, title_of(row, rules), reach.today, False) for row in rows if is_shown(row)]
    entry = find_in_list(session.db(), reach.project.id, "households", home.uuid)
    values: dict[str, Any] = {
        "title": home_words(home) or _("A home"),
        "village": reach.shown_names.get(home.village_code, ""),
        "entries": in_days([*visits, *planned], reach.today),
        "women": [(one.label, f"/people/{one.uuid}") for one in homes.women_there(session.db(), reached, home)],
        "entry": entry,
    }
    return make_response(render_template("people/home.html", **values))


def visit_entry(event: CareEvent) -> Entry:
    """What a visit brought, and whether the household agreed to be kept: nothing of anybody's health is asked there."""
    said = orjson.loads(event.data_json)
    words = [str(RESULTS[said["visit_result"]])] if said.get("visit_result") in RESULTS else []
    if said.get("consent_household") == "yes":
        words.append(_("The household agrees that its contact is kept."))
    if said.get("location_ok") == "no":
        words.append(_("Its place is not kept."))
    return Entry(event.visit_date, _("Household visit"), " ".join(words))
