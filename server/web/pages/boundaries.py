"""Does a new boundary file fit? First what would change, then the import, from the same uploaded bytes."""

import re
from typing import Any, BinaryIO, cast

from flask import Response, make_response, redirect, render_template, request

from geo.boundaries import BoundaryFile, read_boundaries
from geo.errors import GeoError
from server.access.allow import Scope, allow, may
from server.errors import MissingParameter, Problem, UnexpectedValue
from server.models import Project
from server.one_core import CORE
from server.places.boundary_preview import preview_boundaries, preview_shapes
from server.places.desk import current_boundaries, list_villages
from server.places.naming import known_in
from server.places.report import ImportReport
from server.places.undoing import shapes_before, undo_import, undoable_import
from server.places.villages import Came, import_boundaries
from server.publishing.library import refresh_villages
from server.web import session
from server.web.pages.boundary_report import report_lines
from server.web.pages.boundary_words import rows_of, word_geo
from server.web.pages.door import pages
from server.web.pages.forms import project_by_reads
from server.web.pages.merging import sent_choices as sent_rights
from server.web.pages.problem_words import word_for_people
from server.web.pages.sent import check_text, sent_day, sent_id, sent_text
from server.web.pages.shell import current_project
from server.web.pages.sign_in import require_person
from server.workplaces import HERE

CHOICE = re.compile(r"row-(\d{1,5})", re.ASCII)
MOST_CHOICES = 500
STORED = re.compile(r"[0-9a-f]{64}")
LARGEST_FILE = 50_000_000
FEW = 12


@pages.get("/places/import")
def ask_for_boundaries() -> Response:
    project = current_project()
    allow(session.caller(), "village.import", project)
    return make_response(render_template("places/import.html", **page_facts(project)))


def page_facts(project: Project) -> dict[str, Any]:
    current = current_boundaries(session.db(), project)
    return {
        "undo": undoable_import(session.db(), project.id, session.now()),
        "current": {"at": current[0].created_at, "villages": current[1]} if current else None,
        "can_import": may(session.caller(), "village.import", project),
        "crs": request.form.get("crs", "")[:40],
        "valid_from": request.form.get("valid_from", "")[:10],
    }


@pages.post("/places/import")
def take_boundaries() -> Response:
    """`step=check` reads the file and says what would change; `step=import` does it.

    The file is read before anything may be written: a large one takes seconds, and SQLite has one writer.
    """
    project = project_by_reads()
    allow(session.caller(), "village.import", project)
    try:
        came = Came(valid_from=sent_day("valid_from"))
        sha256, name, file = read_sent(project)
        dry_run = request.form.get("step") != "import" or bool(file.unmatched)
        report = compare_only(project, file) if dry_run else put_in_force(project, file, came)
    except (Problem, GeoError) as error:
        return import_again(project, error)
    facts = {**page_facts(project), "report": report_lines(project, report)}
    if dry_run:
        facts |= {
            "kept": {"sha256": sha256, "name": name},
            "preview": preview_boundaries(session.reading(), project.id, file),
        }
        facts |= {"chosen": sent_choices(), **matches(project, file)}
    return make_response(render_template("places/import.html", **facts))


@pages.post("/places/import/undo")
def take_import_back() -> Response:
    """`step=check` says what would change; `step=undo` puts the boundaries from before in force again.

    Where villages are merged again by it, whoever would be left with these alone has to be seen first (merging.py).
    """
    project = current_project()
    allow(session.caller(), "village.import", project)
    dry_run, choices = request.form.get("step") != "undo", sent_rights()
    made = undoable_import(session.db(), project.id, session.now())
    told = (session.db(), session.caller(), project, sent_id("set"), session.now())
    report, left = undo_import(*told, dry_run, choices)
    if not report.dry_run or made is None:
        refresh_villages(session.db(), session.blobs(), project, session.now())
        return redirect("/places/import", 303)  # type: ignore[return-value]
    facts = {**page_facts(project), "report": report_lines(project, report), "undoing": True}
    facts |= {"left": left, "choices": choices}
    facts["preview"] = preview_shapes(session.db(), project.id, shapes_before(session.db(), made))
    return make_response(render_template("places/import.html", **facts))


def matches(project: Project, file: BoundaryFile) -> dict[str, Any]:
    """Rows that were told by something else than a code, those that wait for somebody's choice, and what may be chosen."""
    villages = {one.code: one.name for one in list_villages(session.reading(), Scope(project.id, everything=True))}
    taken = {one.code for one in file.villages}
    return {
        "matched": [(one, villages.get(one.code, one.code)) for one in file.matched],
        "unmatched": file.unmatched,
        "choices": [(code, name) for code, name in villages.items() if code not in taken],
    }


def compare_only(project: Project, file: BoundaryFile) -> ImportReport:
    return import_boundaries(session.reading(), project.id, file, require_person(), session.now(), dry_run=True)


def put_in_force(project: Project, file: BoundaryFile, came: Came) -> ImportReport:
    report = import_boundaries(session.db(), project.id, file, require_person(), session.now(), came=came)
    refresh_villages(session.db(), session.blobs(), project, session.now())
    return report


def sent_choices() -> dict[int, str]:
    """`row-7=519901201001`: somebody says which village a row is."""
    found: dict[int, str] = {}
    for field, code in request.form.items():
        if (row := CHOICE.fullmatch(field)) and len(found) < MOST_CHOICES:
            found[int(row[1])] = check_text(field, code, 12)
    return found


def read_sent(project: Project) -> tuple[str, str, BoundaryFile]:
    """The file sent now, or the one that was looked at a moment ago. Raises GeoError or a Problem."""
    crs = sent_text("crs", 40, required=True)
    file = request.files.get("file")
    if file is not None and file.filename:
        name = check_text("file", file.filename.rpartition("/")[2], 255)
        sha256 = session.blobs().put(cast(BinaryIO, file.stream)).sha256
    else:
        sha256, name = sent_text("sha256", 64), sent_text("name", 255)
    if not STORED.fullmatch(sha256):
        raise MissingParameter(field="file")
    store = session.blobs()
    if not store.has(sha256):
        raise UnexpectedValue(field="file", value=name, reason="it is no longer here; choose it again")
    if store.size_of(sha256) > LARGEST_FILE:
        raise UnexpectedValue(field="file", value=name, reason="it is larger than 50 MB")
    known = known_in(session.reading(), project.id, sent_choices())
    with HERE.rest(), CORE.on_any_core():  # GDAL is a process of its own, and may take a minute
        return sha256, name, read_boundaries(store.read(sha256), name, crs, known)


def import_again(project: Project, error: Problem | GeoError) -> Response:
    session.db().rollback()
    message = word_for_people(error) if isinstance(error, Problem) else word_geo(error)
    shown = {"message": message, "lines": rows_of(error, FEW) if isinstance(error, GeoError) else []}
    status = error.status if isinstance(error, Problem) else 400
    return make_response(render_template("places/import.html", error=shown, **page_facts(project)), status)
