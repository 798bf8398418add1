"""What was put off, closed and given by hand: the list of whose visits these are, and the town's numbers by reason."""

from typing import Any

from flask import Response, make_response, render_template

from server.followups.act_history import LISTED, Listed, count_acts, list_acts
from server.followups.act_numbers import COUNTED_REASONS, tell_reasons
from server.web import session
from server.web.pages.act_words import KIND_WORDS, REASON_WORDS, history_line
from server.web.pages.door import pages
from server.web.pages.followups import Reach, reach_of, read_choice
from server.web.pages.pager import PAGE, page_asked, pager
from server.web.pages.texts import _
from server.web.pages.visit_acts import doer_in
from server.web.pages.visit_giving import supervised
from server.web.readings import note_read
from server.web.telling import telling


@pages.get("/follow-ups/acts")
def show_acts() -> Response:
    reach, number, kind = reach_of("followup.read"), page_asked(), read_choice("kind", LISTED)
    kinds, db = (kind,) if kind else LISTED, session.db()
    total = count_acts(db, reach.project.id, reach.whose, kinds)
    found = list_acts(db, reach.project.id, reach.whose, kinds, (number - 1) * PAGE, PAGE)
    note_read(reach.project, "followup.list", details={"visits": len(found)})
    page, names = pager("/follow-ups/acts", {"kind": kind}, number, total), reach.shown_names
    values: dict[str, Any] = {"lines": [act_line(one, reach, names) for one in found], "page": page}
    return make_response(
        render_template("followups/acts.html", kind=kind, kinds={one: KIND_WORDS[one] for one in LISTED}, **values)
    )


def act_line(one: Listed, reach: Reach, names: dict[str, str]) -> dict[str, Any]:
    line = history_line(one.told, one.row, doer_in(reach.project))
    about = _("Visit to this home") if one.row.subject_list == "households" else one.label
    village = names.get(one.row.village_code, _("Village not known"))
    return {**line, "label": about, "village": village, "href": f"/follow-ups/{one.row.visit_key}"}


@pages.get("/follow-ups/reasons")
def show_reasons() -> Response:
    project = supervised()
    table = tell_reasons(session.db(), project.id, telling())
    columns = [(reason, REASON_WORDS[reason]) for reason in COUNTED_REASONS]
    return make_response(render_template("followups/reasons.html", table=table, columns=columns))
