"""Do a phone's points lie where web maps draw them? The office is asked, sees what would move, and may take it back."""

from typing import Any

from flask import Response, make_response, redirect, render_template

from geo.masking import suppress
from geo.sketch import sketch
from server.access.allow import Scope, allow, may, scope_of
from server.intake.placing_again import place_again
from server.models import Project
from server.places.locating import names_in, village_map
from server.places.shifts import Proposal, correct, get_proposal, list_proposals, list_shifts, undo
from server.web import session
from server.web.pages.door import pages
from server.web.pages.sent import ID
from server.web.pages.shell import current_project
from server.web.readings import note_read


def opened() -> tuple[Project, Scope]:
    project = current_project()
    allow(session.caller(), "submission.update", project)
    return project, scope_of(session.caller(), project)


@pages.get("/places/shifts")
def list_shifted() -> Response:
    """Phones for who may correct their points; for who runs the town how many, as it may be told."""
    project, who = current_project(), session.caller()
    corrects = may(who, "submission.update", project)
    allow(who, "submission.update" if corrects else "village.import", project)
    proposals = list_proposals(session.db(), project, scope_of(who, project), session.now())
    if not corrects:
        return make_response(render_template("places/shift_counts.html", phones=suppress(len(proposals))))
    made = list_shifts(session.db(), project)
    return make_response(render_template("places/shifts.html", proposals=proposals, made=made))


@pages.get(f"/places/shifts/<{ID}:phone_id>")
def show_shifted(phone_id: int) -> Response:
    project, scope = opened()
    found = get_proposal(session.db(), project, scope, phone_id, session.now())
    note_read(project, "map.read")
    return make_response(render_template("places/shift.html", proposal=found, **picture_of(project, found)))


def picture_of(project: Project, found: Proposal) -> dict[str, Any]:
    known = village_map(session.db(), project.id)
    assert known is not None, "without boundaries nothing is proposed"
    points = {"before": [(one.lon, one.lat) for one, _ in found.suspect.points]}
    points["after"] = [back for _, back in found.suspect.points]
    near = {code for before, after, _ in found.moves for code in (before, after) if code in known.outlines}
    names = names_in(session.db(), known)
    areas = [(names[code], known.outlines[code]) for code in sorted(near)]
    return {"names": names, "picture": sketch({"in_use": [area for _, area in areas]}, areas, points)}


@pages.post(f"/places/shifts/<{ID}:phone_id>")
def correct_shifted(phone_id: int) -> Response:
    project, scope = opened()
    place_again(
        session.db(), correct(session.db(), session.caller(), project, scope, phone_id, session.now()), session.now()
    )
    return back()


@pages.post(f"/places/shifts/undo/<{ID}:shift_id>")
def undo_shift(shift_id: int) -> Response:
    project, scope = opened()
    place_again(
        session.db(), undo(session.db(), session.caller(), project, scope, shift_id, session.now()), session.now()
    )
    return back()


def back() -> Response:
    return redirect("/places/shifts", 303)  # type: ignore[return-value]
