"""/reports/pack: the papers of the monthly meeting, as a page to read and print, as a workbook and as a PDF."""

from datetime import date
from typing import Final

from flask import Response, make_response, redirect, render_template

from server.access.allow import Scope, allow, scope_of
from server.access.small_numbers import note_readers
from server.errors import NotFound
from server.models import Project
from server.places.clusters import clusters_of
from server.places.town_numbers import knows_a_part
from server.reports.indicators.live import Live
from server.reports.indicators.told import tell_to
from server.reports.pack.drawing import draw
from server.reports.pack.facts import read_facts
from server.reports.pack.keeping import get_pack, list_packs
from server.reports.pack.paper import Hidden, Paper, Percent
from server.reports.pack.workbook import write_paper
from server.reports.pdf import print_pdf
from server.web import session
from server.web.blueprints import WEB_FOLDER
from server.web.files import send_bytes
from server.web.pages.door import pages
from server.web.pages.indicators import fresh
from server.web.pages.pack_words import Town, paper_of, say_month
from server.web.pages.shell import current_project
from server.web.pages.texts import _
from server.web.pages.toasts import say
from server.web.pages.village_names import names_in
from server.web.readings import note_read
from server.web.telling import telling

HERE: Final = "/reports/pack"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STYLES: Final = [WEB_FOLDER / "static" / "css" / name for name in ("pack.css", "pack_pdf.css")]


@pages.get(HERE)
def show_packs() -> Response:
    project = current_project()
    allow(session.caller(), "indicator.read", project)
    packs = [{"pack": one, "name": say_month(one)} for one in list_packs(session.db(), project.id)]
    return make_response(render_template("reports/packs.html", packs=packs, **fresh(project)))


@pages.get("/reports/pack/<month>")
def show_pack(month: str) -> Response:
    paper = find_paper(current_project(), month)
    return to_packs() if paper is None else make_response(page_of(paper, "reports/pack.html", month=month))


@pages.get("/reports/pack/<month>/xlsx")
def take_pack(month: str) -> Response:
    project = current_project()
    paper = find_paper(project, month)
    if paper is None:
        return to_packs()
    note_file(project, month, "xlsx")
    return send_bytes(write_paper(paper), None, f"fangshi-{month}.xlsx", XLSX)


@pages.get("/reports/pack/<month>/pdf")
def print_pack(month: str) -> Response:
    project = current_project()
    paper = find_paper(project, month)
    if paper is None:
        return to_packs()
    made = print_pdf(page_of(paper, "reports/pack_pdf.html"), STYLES)
    if made is None:
        return say(f"{HERE}/{month}", _("This server makes no PDF. Print the page, and choose to save it as a PDF."))
    note_file(project, month, "pdf")
    return send_bytes(made, None, f"fangshi-{month}.pdf", "application/pdf")


def find_paper(project: Project, month: str) -> Paper | None:
    """None for who is told no sums. It is kept who was told what. Raises Forbidden, and NotFound for a month without papers."""
    allow(session.caller(), "indicator.read", project)
    if knows_a_part(scope_of(session.caller(), project)):
        return None
    pack = get_pack(session.db(), project.id, read_month(month))
    facts = read_facts(pack.told_json)
    live = Live(facts.board, facts.heard, pack.made_at)
    told = tell_to(session.db(), session.caller(), project, facts.made_on, telling(), live)
    note_readers(telling(), facts.releases)
    villages = names_in(Scope(project.id, everything=True)).to_show
    return paper_of(pack, facts, told, Town(project.name, villages, clusters_of(session.db(), project.id)[1]))


def to_packs() -> Response:
    """Where it says why there is nothing."""
    return make_response(redirect(HERE, 303))


def note_file(project: Project, month: str, kind: str) -> None:
    note_read(project, "report.export", details={"month": month, "format": kind})


def read_month(text: str) -> date:
    """Raises NotFound for what is no month."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise NotFound() from None


def page_of(paper: Paper, template: str, **values: str) -> str:
    kinds = {"is_percent": lambda cell: isinstance(cell, Percent), "is_hidden": lambda cell: isinstance(cell, Hidden)}
    return render_template(template, paper=paper, draw=draw, **kinds, **values)
