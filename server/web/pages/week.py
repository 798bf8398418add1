"""Which way on which day: the next seven days by hamlet, the second tab of today's list."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Response, make_response, render_template

from server.followups.week import Load, plan_week
from server.web import session
from server.web.pages.door import pages
from server.web.pages.followups import reach_with_cases
from server.web.pages.texts import _
from server.web.pages.today import hamlet_words
from server.web.readings import note_read


@pages.get("/m/week")
def show_week() -> Response:
    reach = reach_with_cases("followup.read")
    week, names = plan_week(session.db(), reach.project.id, reach.whose, reach.today), reach.shown_names
    note_read(reach.project, "followup.list", details={"days": len(week.days)})
    most = max((load.all_doors for load in week.days.values()), default=0)
    days = [day_of(day, load, names, most) for day, load in week.days.items()]
    later = day_of(None, week.later, names, most)
    return make_response(render_template("followups/week.html", days=days, later=later, day=reach.today, week=True))


def day_of(day: date | None, load: Load, names: Mapping[str, str], most: int) -> dict[str, Any]:
    """One day in words and numbers; `part` is how long its bar is, in percent of the fullest day's."""
    unknown = _("Village not known")
    hamlets = [
        {"title": hamlet_words(names.get(code, unknown), hamlet), "doors": number}
        for (code, hamlet), number in load.doors.items()
    ]
    part = round(100 * load.all_doors / most) if most else 0
    return {"day": day, "hamlets": hamlets, "doors": load.all_doors, "visits": load.visits, "part": part}
