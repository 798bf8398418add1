"""/reports/tables: tables that the town draws in Excel, with marks where numbers belong; they come back filled in."""

from typing import Any, Final

from flask import Response, make_response, redirect, render_template, request
from sqlalchemy.orm import Session

from server import clock
from server.access.allow import allow, may, scope_of
from server.access.small_numbers import note_readers
from server.errors import MissingParameter, Problem
from server.followups.rates import tell_rates
from server.models import Project, TownTable
from server.places.clusters import clusters_of
from server.places.town_numbers import knows_a_part
from server.reports.csv_zip import safe_name
from server.reports.indicators.live import Live
from server.reports.indicators.told import tell_to
from server.reports.pack.facts import read_facts
from server.reports.pack.keeping import get_pack, list_packs
from server.reports.tables import keeping, workbooks
from server.reports.tables.example import write_example
from server.reports.tables.workbooks import TableWrong
from server.web import session
from server.web.files import send_bytes
from server.web.pages.door import pages
from server.web.pages.forms import project_by_reads
from server.web.pages.indicators import fresh
from server.web.pages.pack import XLSX, read_month
from server.web.pages.pack_words import say_for_good, say_month
from server.web.pages.problem_words import word_for_people
from server.web.pages.sent import ID, sent_text
from server.web.pages.shell import current_project
from server.web.pages.sign_in import require_person
from server.web.pages.table_examples import example_sheets
from server.web.pages.table_words import Places, Told, read_marks, say_wrongs, shown_rows, values_of
from server.web.pages.texts import _
from server.web.pages.toasts import Undo, say
from server.web.readings import note_read
from server.web.telling import telling

HERE: Final = "/reports/tables"
EXAMPLE_MARK: Final = "{{I2.rate}}"


@pages.get(HERE)
def show_tables() -> Response:
    project = readable()
    return make_response(render_template("reports/tables.html", **facts_of(project)))


def readable() -> Project:
    project = current_project()
    allow(session.caller(), "indicator.read", project)
    return project


def facts_of(project: Project) -> dict[str, Any]:
    may_edit = may(session.caller(), "report.update", project)
    tables = keeping.list_tables(session.db(), project.id)
    return {"tables": tables, "may_edit": may_edit, "mark": EXAMPLE_MARK, **fresh(project)}


@pages.post(HERE)
def add_table() -> Response:
    """A new table. What is wrong with its workbook is said with sheet and cell, and nothing is stored."""
    project = by_reads()
    try:
        name, data = sent_text("name", keeping.LONGEST_NAME, required=True), sent_workbook(project)
        table = keeping.add_table(session.db(), editable(), name, data, require_person(), session.now())
    except (Problem, TableWrong) as wrong:
        session.db().rollback()
        return again("reports/tables.html", wrong, name=request.form.get("name", ""), **facts_of(project))
    return say(f"{HERE}/{table.id}", _("The table is here. Below is what it shows now."))


def editable() -> Project:
    project = current_project()
    allow(session.caller(), "report.update", project)
    return project


def by_reads() -> Project:
    """As `editable`, without the session that writes: reading a workbook takes seconds, and phones write meanwhile."""
    project = project_by_reads()
    allow(session.caller(), "report.update", project)
    return project


def sent_workbook(project: Project) -> bytes:
    """One whose marks are all known. Raises MissingParameter, TableWrong."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise MissingParameter(field="file")
    data = file.stream.read(workbooks.LARGEST + 1)
    places = places_of(session.reading(), project)
    session.reading().rollback()  # nothing waits for this request while the workbook is read
    read_marks(workbooks.scan(data), places)
    return data


def again(template: str, wrong: Problem | TableWrong, **values: Any) -> Response:
    """The page once more with what is wrong, 422 for a workbook that cannot be used."""
    if isinstance(wrong, TableWrong):
        return make_response(render_template(template, wrongs=say_wrongs(wrong), **values), 422)
    return make_response(render_template(template, error=word_for_people(wrong), **values), wrong.status)


@pages.get(f"{HERE}/example")
def take_example() -> Response:
    """All marks that there are, to begin with."""
    project = readable()
    sheets = example_sheets(clusters_of(session.db(), project.id)[1])
    return send_bytes(write_example(sheets), None, "fangshi-table.xlsx", XLSX)


@pages.get(f"{HERE}/<{ID}:table_id>")
def show_table(table_id: int) -> Response:
    project = readable()
    return make_response(render_template("reports/table.html", **table_facts(project, table_id)))


def table_facts(project: Project, table_id: int) -> dict[str, Any]:
    """The table, its versions and, for who is told sums, what it shows; or what is wrong with it since."""
    table = keeping.get_table(session.db(), project.id, table_id)
    packs = [(f"{one.month:%Y-%m}", say_month(one)) for one in list_packs(session.db(), project.id)]
    values: dict[str, Any] = {
        "table": table,
        "versions": keeping.list_versions(session.db(), table),
        "may_edit": may(session.caller(), "report.update", project),
        "packs": packs,
        "month": request.args.get("month", ""),
        **fresh(project),
    }
    return values | (preview_of(project, table) if values["sums"] else {})


def preview_of(project: Project, table: TownTable) -> dict[str, Any]:
    try:
        found = workbooks.scan(keeping.get_version(session.db(), table).workbook)
        values = values_of(found, told_of(project))
    except TableWrong as wrong:
        return {"wrongs": say_wrongs(wrong)}
    return {"sheets": [(one.name, shown_rows(one.rows, values)) for one in found.sheets], "marks": len(found.marks)}


def places_of(db: Session, project: Project) -> Places:
    villages, clusters = clusters_of(db, project.id)
    return Places(frozenset(clusters), frozenset(villages))


def told_of(project: Project) -> Told:
    """What is told now, or what was told when the papers of `?month=` were made. Raises NotFound for a month without papers."""
    month, db, now = request.args.get("month", ""), session.db(), session.now()
    pack = get_pack(db, project.id, read_month(month)) if month else None
    at = pack.made_at if pack else now
    facts, day = read_facts(pack.told_json) if pack else None, clock.today(at)
    live = None
    if pack and facts:
        live = Live(facts.board, facts.heard, pack.made_at)
        note_readers(telling(), facts.releases)
    rates = tell_rates(db, project.id, day, telling(), live.made_at if live else None)
    now_told = fresh(project)
    return Told(
        project=project,
        month=pack.month if pack else day,
        as_of=say_for_good(at),
        indicators=tell_to(db, session.caller(), project, day, telling(), live),
        places=places_of(db, project),
        villages={end: found.villages for end, found in rates.coverage.items()},
        phones=facts.phones if facts else now_told["phones"],
        synced=facts.spoke if facts else now_told["synced"],
    )


@pages.post(f"{HERE}/<{ID}:table_id>")
def add_version(table_id: int) -> Response:
    project = by_reads()
    keeping.get_table(session.reading(), project.id, table_id)
    try:
        data = sent_workbook(project)
        table = keeping.get_table(session.db(), editable().id, table_id)
        number = keeping.add_version(session.db(), table, data, require_person(), session.now())
    except (Problem, TableWrong) as wrong:
        session.db().rollback()
        return again("reports/table_again.html", wrong, table=keeping.get_table(session.db(), project.id, table_id))
    return say(f"{HERE}/{table_id}", _("Version %(num)s is here; the ones before stay.", num=number))


@pages.get(f"{HERE}/<{ID}:table_id>/file")
def take_table(table_id: int) -> Response:
    """Filled in. Who is told no sums is led to the page, which says why; so is who asks for one that cannot be filled."""
    project = readable()
    table = keeping.get_table(session.db(), project.id, table_id)
    if knows_a_part(scope_of(session.caller(), project)):
        return make_response(redirect(f"{HERE}/{table_id}", 303))
    try:
        data = keeping.get_version(session.db(), table).workbook
        made = workbooks.fill_in(data, values_of(workbooks.scan(data), told_of(project)))
    except TableWrong:
        return make_response(redirect(f"{HERE}/{table_id}", 303))
    note_read(project, "report.export", details={"table": table_id, "format": "xlsx"})
    return send_bytes(made, None, f"{safe_name(table.name)}.xlsx", XLSX)


@pages.get(f"{HERE}/<{ID}:table_id>/versions/<{ID}:number>")
def take_version(table_id: int, number: int) -> Response:
    """As somebody gave it, marks and all."""
    project = readable()
    table = keeping.get_table(session.db(), project.id, table_id)
    found = keeping.get_version(session.db(), table, number)
    return send_bytes(found.workbook, None, f"{safe_name(table.name)}-{number}.xlsx", XLSX)


@pages.post(f"{HERE}/<{ID}:table_id>/remove")
def remove_table(table_id: int) -> Response:
    table = keeping.get_table(session.db(), editable().id, table_id)
    keeping.remove_table(session.db(), table, require_person(), session.now())
    return say(HERE, _("The table is gone from the list."), Undo(f"{HERE}/{table_id}/restore", {}))


@pages.post(f"{HERE}/<{ID}:table_id>/restore")
def restore_table(table_id: int) -> Response:
    keeping.bring_back(session.db(), editable().id, table_id, require_person(), session.now())
    return say(f"{HERE}/{table_id}", _("The table is back."))
