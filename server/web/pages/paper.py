"""The list on paper: codes, days and a box to tick. What lies on a table tells a neighbour nothing."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from flask import Response, make_response, render_template

from server.followups.lists_for_pages import Phone, Visit
from server.followups.notice_words import CLASSES, subject_of
from server.followups.paper import Sheet, code_of, sheets_of
from server.followups.trips import Trip, list_trips
from server.web import session
from server.web.languages import language_tag
from server.web.pages.door import pages
from server.web.pages.followup_words import line_of
from server.web.pages.followups import (
    asked_values,
    asked_worker,
    cut_to,
    narrowed,
    phones_of,
    reach_with_cases,
    read_wanted,
)
from server.web.pages.pager import address
from server.web.pages.texts import _, say_list
from server.web.readings import note_read

MOST_DOORS: Final = 200


@pages.get("/follow-ups/print")
def print_follow_ups() -> Response:
    """As /follow-ups/list, by village and worker. Whoever may read the list may print it, and it is written down."""
    reach, wanted, worker = reach_with_cases("followup.read"), read_wanted(), asked_worker()
    phones, names = phones_of(reach), reach.shown_names
    whose = cut_to(reach, narrowed(reach.codes, worker, phones)) if worker else reach.whose
    trips, doors = list_trips(session.db(), reach.project.id, whose, wanted, reach.today, 0, MOST_DOORS)
    number = sum(len(trip.visits) for trip in trips)
    note_read(reach.project, "followup.list", details={"visits": number, "paper": True})
    sheets = [sheet_of(one, names, phones, reach.today) for one in sheets_of(session.db(), reach.project.id, trips)]
    values: dict[str, Any] = {"sheets": sheets, "left_out": doors - len(trips), "most": MOST_DOORS, "day": reach.today}
    values["back"] = address("/follow-ups/list", {**asked_values(wanted), "worker": worker})
    return make_response(render_template("followups/paper.html", **values))


def sheet_of(sheet: Sheet, names: Mapping[str, str], phones: Sequence[Phone], day: date) -> dict[str, Any]:
    return {
        "village": names.get(sheet.village, _("Village not known")),
        "worker": sheet.worker or say_list(going_to(sheet.village, phones)),
        "doors": [door_of(trip, day) for trip in sheet.trips],
    }


def going_to(village: str, phones: Sequence[Phone]) -> list[str]:
    return [one.name for one in phones if one.villages is None or village in one.villages]


def door_of(trip: Trip, day: date) -> dict[str, Any]:
    return {"hamlet": trip.hamlet, "lines": [paper_line(one, day) for one in trip.visits]}


def paper_line(visit: Visit, day: date) -> dict[str, Any]:
    """A code, a class, the first and the last day, and where it stands."""
    line = line_of(visit.row, "", day)
    kind = CLASSES[subject_of(visit.row, visit.label).subject_list][language_tag() == "en"]
    return {**line, "code": code_of(visit), "class": kind, "opens_on": visit.row.opens_on}
