"""What is known of a village: its names, its outlines since which day, and what was merged into it."""

from typing import Any

from flask import Response, make_response, redirect, render_template, request

from geo.errors import GeoError
from server.access.allow import allow, may
from server.errors import Problem
from server.models import Project, Village
from server.places.boundary_preview import preview_boundaries
from server.places.drawing import corners_of, drawn_file, put_outline
from server.places.history import get_village, list_all, list_versions, merged_into
from server.places.merging import undoable
from server.places.naming import add_alias, aliases_in, list_aliases, remove_alias
from server.places.villages import shapes_in_force, shapes_to_change
from server.publishing.library import refresh_villages
from server.web import session
from server.web.pages.boundary_report import report_lines
from server.web.pages.boundary_words import word_geo
from server.web.pages.door import pages
from server.web.pages.problem_words import word_for_people
from server.web.pages.sent import ID, sent_day, sent_text
from server.web.pages.shell import current_project
from server.web.pages.texts import _

LONGEST_OUTLINE = 400_000


def opened(code: str, verb: str) -> tuple[Project, Village]:
    project = current_project()
    allow(session.caller(), verb, project)
    return project, get_village(session.db(), project, code)


@pages.get("/places")
def list_places() -> Response:
    project = current_project()
    allow(session.caller(), "village.read", project)
    others: dict[str, list[str]] = {}
    for code, name in aliases_in(session.db(), project.id):
        others.setdefault(code, []).append(name)
    rows = list_all(session.db(), project.id)
    names = {one.id: one.name for one in rows}
    facts: dict[str, Any] = {"villages": rows, "aliases": others, "names": names}
    facts |= {
        "can_import": can_import(project),
        "sees_shifts": can_import(project) or may(session.caller(), "submission.update", project),
    }
    return make_response(render_template("places/list.html", **facts))


def can_import(project: Project) -> bool:
    return may(session.caller(), "village.import", project)


@pages.get("/places/<code>")
def show_village(code: str) -> Response:
    project, village = opened(code, "village.read")
    return make_response(render_template("places/village.html", **village_facts(project, village)))


def village_facts(project: Project, village: Village) -> dict[str, Any]:
    db = session.db()
    merges = undoable(db, project.id, session.now())
    return {
        "village": village,
        "aliases": list_aliases(db, village.id),
        "versions": list_versions(db, village),
        "merged": merged_into(db, village),
        "successor": db.get(Village, village.successor_id) if village.successor_id else None,
        "undo": next((one for one in merges if one.into_id == village.id), None),
        "can_import": can_import(project),
    }


@pages.post("/places/<code>/aliases")
def take_alias(code: str) -> Response:
    project, village = opened(code, "village.import")
    add_alias(session.db(), session.caller(), project, village, sent_text("name", 60, required=True), session.now())
    return go(f"/places/{village.code}")


@pages.post(f"/places/<code>/aliases/<{ID}:alias_id>/remove")
def drop_alias(code: str, alias_id: int) -> Response:
    project, village = opened(code, "village.import")
    remove_alias(session.db(), session.caller(), project, village, alias_id, session.now())
    return go(f"/places/{village.code}")


@pages.get("/places/<code>/outline")
def ask_for_outline(code: str) -> Response:
    project, village = opened(code, "village.import")
    corners = corners_of(shapes_in_force(session.db(), project.id), village.code)
    return make_response(render_template("places/outline.html", village=village, corners=corners, valid_from=""))


@pages.post("/places/<code>/outline")
def take_outline(code: str) -> Response:
    """`step=check` says what would change; `step=save` does it."""
    project, village = opened(code, "village.import")
    typed = request.form.get("corners", "")[:LONGEST_OUTLINE]
    typed = typed.replace("\r\n", "\n").replace(";", "\n")  # a field that is not seen holds no line breaks
    facts: dict[str, Any] = {
        "village": village,
        "corners": typed,
        "valid_from": request.form.get("valid_from", "")[:10],
    }
    dry_run = request.form.get("step") != "save"
    try:
        file = drawn_file(shapes_to_change(session.db(), project.id, dry_run), village, typed)
        told = (session.db(), session.caller(), project, village, file, session.now(), sent_day("valid_from"))
        report = put_outline(*told, dry_run=dry_run)
    except (Problem, GeoError) as error:
        facts["error"] = word_for_people(error) if isinstance(error, Problem) else word_geo(error)
        return make_response(render_template("places/outline.html", **facts), 400)
    if not dry_run:
        refresh_villages(session.db(), session.blobs(), project, session.now())
        return go(f"/places/{village.code}")
    facts |= {"report": report_lines(project, report), "preview": preview_boundaries(session.db(), project.id, file)}
    return make_response(render_template("places/outline.html", **facts))


def go(path: str) -> Response:
    return redirect(path, 303)  # type: ignore[return-value]


@pages.app_template_filter("how_boundaries_came")
def how_word(how: str) -> str:
    """How a set of boundaries came."""
    return {
        "drawn": _("drawn here"),
        "merged": _("villages merged"),
        "undone": _("a merge undone"),
        "restored": _("an import undone"),
    }.get(how, _("imported"))
