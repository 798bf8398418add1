"""Does a new boundary file fit? First what would change, then the import, from the same uploaded bytes."""

import re
from typing import Any, BinaryIO, cast

from flask import Response, make_response, render_template, request

from geo.boundaries import BoundaryFile, read_boundaries
from geo.errors import GeoError
from geo.masking import suppress
from server.access.allow import allow, may, scope_of
from server.errors import MissingParameter, Problem, UnexpectedValue
from server.models import Project
from server.places.desk import current_boundaries
from server.places.report import ImportReport
from server.places.villages import import_boundaries
from server.publishing.library import refresh_villages
from server.web import session
from server.web.pages.boundary_words import rows_of, word_geo
from server.web.pages.door import pages
from server.web.pages.forms import project_by_reads
from server.web.pages.problem_words import word_for_people
from server.web.pages.sent import check_text, sent_text
from server.web.pages.shell import current_project
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _, _n

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
        "current": {"at": current[0].created_at, "villages": current[1]} if current else None,
        "can_import": may(session.caller(), "village.import", project),
        "crs": request.form.get("crs", "")[:40],
    }


@pages.post("/places/import")
def take_boundaries() -> Response:
    """`step=check` reads the file and says what would change; `step=import` does it.

    The file is read before anything may be written: a large one takes seconds, and SQLite has one writer.
    """
    project = project_by_reads()
    allow(session.caller(), "village.import", project)
    dry_run = request.form.get("step") != "import"
    try:
        sha256, name, file = read_sent()
        report = compare_only(project, file) if dry_run else put_in_force(project, file)
    except (Problem, GeoError) as error:
        return import_again(project, error)
    kept = {"sha256": sha256, "name": name} if dry_run else None
    facts = {**page_facts(project), "report": report_lines(project, report), "kept": kept}
    return make_response(render_template("places/import.html", **facts))


def compare_only(project: Project, file: BoundaryFile) -> ImportReport:
    return import_boundaries(session.reading(), project.id, file, require_person(), session.now(), dry_run=True)


def put_in_force(project: Project, file: BoundaryFile) -> ImportReport:
    report = import_boundaries(session.db(), project.id, file, require_person(), session.now())
    refresh_villages(session.db(), session.blobs(), project, session.now())
    return report


def read_sent() -> tuple[str, str, BoundaryFile]:
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
    return sha256, name, read_boundaries(store.read(sha256), name, crs)


def import_again(project: Project, error: Problem | GeoError) -> Response:
    session.db().rollback()
    message = word_for_people(error) if isinstance(error, Problem) else word_geo(error)
    shown = {"message": message, "lines": rows_of(error, FEW) if isinstance(error, GeoError) else []}
    status = error.status if isinstance(error, Problem) else 400
    return make_response(render_template("places/import.html", error=shown, **page_facts(project)), status)


def report_lines(project: Project, report: ImportReport) -> dict[str, Any]:
    """The report as label and value, and what is worth a look.

    How many records move is for those who read them all: with outlines of his own somebody else could count what lies
    in any piece of land, down to one home.
    """
    who = session.caller()
    reads = project.kind != "care" or (may(who, "submission.list", project) and scope_of(who, project).everything)
    moved = suppress(report.records_moved).text if reads else _("not shown")
    rows = [
        (_("File"), f"{report.source_name} · {report.source_crs}"),
        (_("Villages"), str(report.villages)),
        (_("New"), names(report, report.added)),
        (_("Other outline"), names(report, report.changed)),
        (_("Other name"), names(report, report.renamed)),
        (_("No longer in the file; records and history stay"), names(report, report.retired)),
        (_("Records that change village"), moved),
    ]
    return {"dry_run": report.dry_run, "rows": [row for row in rows if row[1]], "notes": notes(report)}


def names(report: ImportReport, codes: list[str]) -> str:
    shown = "、".join(report.names.get(code) or code for code in codes[:FEW])
    more = _(" and %(number)s more", number=len(codes) - FEW) if len(codes) > FEW else ""
    return shown + more


def notes(report: ImportReport) -> list[str]:
    found = [
        _("The outline of %(name)s crossed itself and was repaired.", name=names(report, [code]))
        for code, _why in report.repaired[:FEW]
    ]
    for one, other, area in report.overlaps[:FEW]:
        both = names(report, [one, other])
        found.append(_("%(names)s overlap by %(area)s square metres.", names=both, area=round(area)))
    if report.gaps:
        found.append(_n("%(num)s gap belongs to no village.", "%(num)s gaps belong to no village.", len(report.gaps)))
    return found
