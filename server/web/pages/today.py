"""Where do I go today, in what order: the list of whoever goes, made for a phone in one hand."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any

from flask import Response, make_response, render_template

from server.access.profiles import find_actors
from server.followups import inbox
from server.followups import lists_for_pages as lists
from server.followups.lists_for_pages import Visit, Wanted
from server.followups.paper import code_of
from server.followups.queries import Counts
from server.followups.trips import Trip, list_done, list_trips
from server.intake.returned import list_back
from server.places.desk import list_villages
from server.places.stops import Door, points_of_doors
from server.registry.reach import reach_of
from server.web import session
from server.web.openable import find_open
from server.web.pages.door import pages
from server.web.pages.followup_words import STATE_NAMES, home_words, line_of
from server.web.pages.followups import Reach, asked_values, reach_with_cases, read_wanted, silences_in
from server.web.pages.inbox import line_of as line_of_notice
from server.web.pages.later import later_lines
from server.web.pages.pager import PAGE, address, page_asked, pager
from server.web.pages.texts import _, listed
from server.web.readings import note_read
from server.web.wire import central_json


@pages.get("/m")
def show_today() -> Response:
    reach, number = reach_with_cases("followup.read"), page_asked()
    names, wanted = reach.names, replace(read_wanted(), later="no")
    trips, doors = find_trips(reach, wanted, number)
    done = list_done(session.db(), reach.project.id, reach.whose, trips, reach.today)
    counts = lists.count_visits(session.db(), reach.project.id, reach.whose, reach.today, wanted.village, wanted.later)
    note_read(reach.project, "followup.list", details={"visits": sum(len(one.visits) for one in trips)})
    perhaps = silences_in(reach, [one for trip in trips for one in trip.visits]).keys()
    values: dict[str, Any] = {
        "hamlets": hamlets_of(trips, reach.shown_names, reach.today, done, perhaps),
        "counts": tabs_of(counts, wanted),
    }
    values |= {"villages": names, "wanted": wanted, "next_day": next_day(reach) if not trips else None}
    values |= {"standing_in": standing_in(reach), "print_href": address("/follow-ups/print", asked_values(wanted))}
    values["later"] = later_lines(reach, wanted, names) if number == 1 else []
    told = inbox.list_critical(session.db(), session.caller().actor_id or 0, reach.project.id)
    values["critical"] = [line_of_notice(one, {reach.project.id: reach.project}) for one in told]
    values["returned"] = returned_lines(reach) if number == 1 else []
    page = pager("/m", asked_values(wanted), number, doors)
    return make_response(render_template("followups/today.html", page=page, day=reach.today, **values))


@pages.get("/m/places")
def show_places() -> Response:
    """{places: {key of a card on the same page: [longitude, latitude]}}, for the phone to order the way by."""
    reach = reach_with_cases("followup.read")
    trips, _doors = find_trips(reach, read_wanted(), page_asked())
    doors = {trip.key: door_of(trip) for trip in trips if trip.home}
    points = points_of_doors(session.db(), session.caller(), reach.project, doors.values(), reach.today)
    told = {key: door for key, door in doors.items() if door.household in points}
    for about in sorted({one for door in told.values() for one in door.about}):
        note_read(reach.project, "household.locate", about=about)
    places = {key: points[door.household] for key, door in told.items()}
    answer = central_json.reply({"places": places})
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def door_of(trip: Trip) -> Door:
    women = frozenset(one.woman for one in trip.visits if one.woman)
    return Door(trip.home.uuid if trip.home else "", any(one.woman is None for one in trip.visits), women)


def find_trips(reach: Reach, wanted: Wanted, number: int) -> tuple[list[Trip], int]:
    place = (number - 1) * PAGE
    return list_trips(session.db(), reach.project.id, reach.whose, wanted, reach.today, place, PAGE)


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
            villages=listed(village.name for village in villages if village.id in one.village_ids),
        )
        for one in handed
    ]


def returned_lines(reach: Reach) -> list[dict[str, Any]]:
    """Records of hers that went back, each with why and where it is corrected."""
    project, person = reach.project, session.caller().actor_id or 0
    found = list_back(session.db(), person, reach_of(session.caller(), project, reach.today))
    for one in found:
        note_read(project, "submission.read", submission_id=one.submission_id, details={"returned": True})
    opened = {
        one.submission_id for one in found if not one.by_phone and find_open(session.db(), project, one.submission_id)
    }
    return [
        {
            "title": one.title,
            "form": one.form_name,
            "reason": one.reason,
            "at": one.returned_at,
            "by_phone": one.by_phone,
            "offered": one.offered,
            "href": f"/review/{one.submission_id}/edit" if one.submission_id in opened else "",
        }
        for one in found
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


def hamlets_of(
    trips: Iterable[Trip],
    names: Mapping[str, str],
    day: date,
    done: Mapping[str, Sequence[Visit]],
    perhaps: Collection[int] = (),
) -> list[dict[str, Any]]:
    """Hamlet by hamlet, one card a door. What is overdue comes first, what can be done on the way last.

    `perhaps` are ids of follow-ups: perhaps done.
    """
    return [
        {
            "title": hamlet_words(names.get(village, _("Village not known")), hamlet),
            "homes": [home_of(trip, names, day, done, perhaps) for trip in here],
            "visits": sum(len(trip.visits) for trip in here),
            "overdue": sum(trip.first == 0 for trip in here),
        }
        for (village, hamlet), group in groupby(trips, key=lambda trip: (trip.village, trip.hamlet))
        if (here := list(group))
    ]


def hamlet_words(village: str, hamlet: str) -> str:
    return f"{village} · {hamlet}" if hamlet else village


def home_of(
    trip: Trip, names: Mapping[str, str], day: date, done: Mapping[str, Sequence[Visit]], perhaps: Collection[int]
) -> dict[str, Any]:
    """One way to go: the door, what waits there, and what was done there in the last days."""
    return {
        "key": trip.key,
        "title": home_words(trip.home),
        "village": names.get(trip.village, _("Village not known")),
        "state": lists.STATES[trip.first],
        "lines": [line_of(visit.row, visit.label, day, visit.row.id in perhaps) for visit in trip.visits],
        "calls": calls_of(trip),
        "done": [done_line(visit, day) for visit in done.get(trip.home.uuid if trip.home else "", ())],
    }


def calls_of(trip: Trip) -> list[dict[str, str]]:
    """Whom one may ring before going: each woman once, or the home where nothing but its own visit waits."""
    hers: dict[str, Visit] = {}
    for one in trip.visits:
        if one.woman:
            hers.setdefault(one.woman, one)
    own = [one for one in trip.visits if one.row.subject_list == "households"]
    chosen = [*hers.values()] or own[:1]
    return [{"href": f"/follow-ups/{one.row.visit_key}/call", "code": code_of(one)} for one in chosen]


def done_line(visit: Visit, day: date) -> dict[str, Any]:
    return {**line_of(visit.row, visit.label, day), "on": visit.row.answered_on}
