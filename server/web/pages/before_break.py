"""What has its last day in the next long break, so that it is done before: a list within the reader's villages."""

from typing import Any

from flask import Response, make_response, render_template

from server.followups.before_breaks import count_closing, list_closing
from server.followups.town_calendar import calendar_of
from server.followups.working_days import Break
from server.web import session
from server.web.pages.calendar_words import festivals_of
from server.web.pages.door import pages
from server.web.pages.followups import Reach, list_line, reach_with_cases
from server.web.pages.pager import PAGE, page_asked, pager
from server.web.readings import note_read

HERE = "/follow-ups/before-break"


@pages.get(HERE)
def list_before_break() -> Response:
    reach = reach_with_cases("followup.read")
    found = calendar_of(session.db(), reach.project.id).next_long_break(reach.today)
    values = closing(reach, found) if found else {"found": None}
    return make_response(render_template("followups/before_break.html", **values))


def closing(reach: Reach, found: Break) -> dict[str, Any]:
    db, number, names = session.db(), page_asked(), reach.shown_names
    which = reach.project.id, reach.whose, found, reach.today
    visits = list_closing(db, *which, (number - 1) * PAGE, PAGE)
    note_read(reach.project, "followup.list", details={"visits": len(visits)})
    lines = [list_line(one, names, reach.today) for one in visits]
    page = pager(HERE, {}, number, count_closing(db, *which))
    return {"found": found, "name": festivals_of(found.festivals), "lines": lines, "page": page}
