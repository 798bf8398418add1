"""Where do I go today, in what order: the list of whoever goes, made for a phone in one hand."""

from datetime import date
from itertools import groupby
from typing import Any

from flask import Response, make_response, render_template

from server.access.profiles import find_actors
from server.followups import inbox
from server.followups import lists_for_pages as lists
from server.followups.lists_for_pages import Visit, Wanted
from server.followups.queries import Counts
from server.places.desk import list_villages
from server.web import session
from server.web.pages.door import pages
from server.web.pages.followup_words import STATE_NAMES, home_words, line_of
from server.web.pages.followups import (
    Reach,
    asked_values,
    find_visits,
    reach_with_cases,
    read_wanted,
    total_of,
)
from server.web.pages.inbox import line_of as line_of_notice
from server.web.pages.pager import address, page_asked, pager
from server.web.pages.texts import _
from server.web.readings import note_read


@pages.get("/m")
def show_today() -> Response:
    reach, number = reach_with_cases("followup.read"), page_asked()
    names, wanted = reach.names, read_wanted()
    counts = lists.count_visits(session.db(), reach.project.id, reach.whose, reach.today, wanted.village)
    visits = find_visits(reach, wanted, reach.whose, number)
    note_read(reach.project, "followup.list", details={"visits": len(visits)})
    values: dict[str, Any] = {"sections": sections_of(visits, names, reach.today), "counts": tabs_of(counts, wanted)}
    values |= {"villages": names, "wanted": wanted, "next_day": next_day(reach) if not visits else None}
    values["standing_in"] = standing_in(reach)
    told = inbox.list_critical(session.db(), session.caller().actor_id or 0, reach.project.id)
    values["critical"] = [line_of_notice(one, {reach.project.id: reach.project}) for one in told]
    page = pager("/m", asked_values(wanted), number, total_of(counts, wanted))
    return make_response(render_template("followups/today.html", page=page, day=reach.today, **values))


def standing_in(reach: Reach) -> list[str]:
    """For whom, and where, the person stands in today; asked only of who does."""
    handed = [one for one in session.caller().handed if one.project_id == reach.project.id]
    if not handed:
        return []
    people = find_actors(session.db(), [one.from_id for one in handed])
    villages = list_villages(session.db(), reach.scope)
    return [
        _(
            "You stand in for %(name)s: %(villages)s",
            name=people[one.from_id].display_name,
            villages="、".join(village.name for village in villages if village.id in one.village_ids),
        )
        for one in handed
    ]


def next_day(reach: Reach) -> date | None:
    return lists.next_day(session.db(), reach.project.id, reach.whose, reach.today)


def tabs_of(counts: Counts, wanted: Wanted) -> list[dict[str, Any]]:
    """The numbers on top: all, and one for each state; each leads to its part of the list."""
    every = {"key": "", "label": _("All"), "count": counts.all}
    parts = [{"key": key, "label": STATE_NAMES[key], "count": getattr(counts, key)} for key in lists.STATES]
    return [
        {
            **one,
            "href": address("/m", {**asked_values(wanted), "state": one["key"]}),
            "current": one["key"] == wanted.state,
        }
        for one in (every, *parts)
    ]


def sections_of(visits: list[Visit], names: dict[str, str], day: date) -> list[dict[str, Any]]:
    """Overdue homes first, then those that are due, then those that can be visited."""
    return [
        {"key": lists.STATES[first], "homes": homes_of(list(group), names, day)}
        for first, group in groupby(visits, key=lambda visit: visit.first)
    ]


def homes_of(visits: list[Visit], names: dict[str, str], day: date) -> list[dict[str, Any]]:
    """One card a home: one way to go."""
    homes = []
    for _key, group in groupby(visits, key=lambda visit: visit.home.uuid if visit.home else visit.row.subject):
        found = list(group)
        village = names.get(found[0].row.village_code, _("Village not known"))
        lines = [line_of(visit.row, visit.label, day) for visit in found]
        homes.append({"title": home_words(found[0].home), "village": village, "lines": lines})
    return homes
