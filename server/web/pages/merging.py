"""Merging villages into one and taking a merge back, each after a look at what it changes and for whom."""

from typing import Any

from flask import Response, make_response, redirect, render_template, request

from server.access.allow import Scope, allow
from server.models import Project, Village
from server.places.boundary_preview import Preview, preview_boundaries, preview_shapes
from server.places.desk import list_villages
from server.places.history import get_village
from server.places.merged_rights import Choices, names_of_given
from server.places.merging import merge_villages, merged_file, outlines_before, undo_merge, undoable
from server.places.villages import shapes_in_force
from server.publishing.library import refresh_villages
from server.web import session
from server.web.pages.boundary_report import report_lines
from server.web.pages.door import pages
from server.web.pages.sent import ID, check_text, sent_day
from server.web.pages.shell import current_project

MOST_PEOPLE = 2_000


def opened(code: str) -> tuple[Project, Village]:
    project = current_project()
    allow(session.caller(), "village.import", project)
    return project, get_village(session.db(), project, code)


@pages.get("/places/<code>/merge")
def ask_for_parts(code: str) -> Response:
    project, village = opened(code)
    return make_response(render_template("places/merge.html", **merge_facts(project, village)))


def merge_facts(project: Project, village: Village) -> dict[str, Any]:
    others = list_villages(session.db(), Scope(project.id, everything=True))
    chosen = [check_text("villages", one, 64) for one in request.form.getlist("villages")[:100]]
    return {
        "village": village,
        "others": [one for one in others if one.id != village.id],
        "chosen": chosen,
        "valid_from": request.form.get("valid_from", "")[:10],
    }


@pages.post("/places/<code>/merge")
def take_parts(code: str) -> Response:
    """`step=check` says what would move and who would be left out; `step=merge` does it, once all of these were seen."""
    project, village = opened(code)
    facts, dry_run, choices = merge_facts(project, village), request.form.get("step") != "merge", sent_choices()
    told = (session.db(), session.caller(), project, village, facts["chosen"], session.now(), sent_day("valid_from"))
    report, left = merge_villages(*told, dry_run=dry_run, choices=choices)
    if not report.dry_run:
        return done(project, village)
    facts |= {"report": report_lines(project, report), "preview": preview_of_merge(project, village, facts["chosen"])}
    facts |= {"left": left, "choices": choices}
    return make_response(render_template("places/merge.html", **facts))


def sent_choices() -> Choices:
    """`asked` are the people who were seen, by `LeftOut.key`, `given` those of them who get the new village."""
    given = set(request.form.getlist("given")[:MOST_PEOPLE])
    return {one: one in given for one in request.form.getlist("asked")[:MOST_PEOPLE]}


def preview_of_merge(project: Project, village: Village, codes: list[str]) -> Preview:
    file = merged_file(shapes_in_force(session.db(), project.id), village, codes)
    return preview_boundaries(session.db(), project.id, file)


@pages.post(f"/places/<code>/merges/<{ID}:merge_id>/undo")
def take_merge_back(code: str, merge_id: int) -> Response:
    """`step=check` says what would change, and whose the village is no longer then; `step=undo` does it."""
    project, village = opened(code)
    dry_run, merges = request.form.get("step") != "undo", undoable(session.db(), project.id, session.now())
    report = undo_merge(session.db(), session.caller(), project, merge_id, session.now(), dry_run)
    if not dry_run:
        return done(project, village)
    shapes = outlines_before(session.db(), merges[0])
    facts = {"village": village, "merge_id": merge_id, "report": report_lines(project, report)}
    facts |= {
        "preview": preview_shapes(session.db(), project.id, shapes),
        "given": names_of_given(session.db(), merges),
    }
    return make_response(render_template("places/unmerge.html", **facts))


def done(project: Project, village: Village) -> Response:
    refresh_villages(session.db(), session.blobs(), project, session.now())
    return redirect(f"/places/{village.code}", 303)  # type: ignore[return-value]
