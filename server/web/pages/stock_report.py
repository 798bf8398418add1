"""/reports/stock: the stock ledger of a month with expiry and days without, as a page and as a file. It names nobody."""

from datetime import date
from typing import Any

from flask import Response, make_response, render_template

from server.followups.supply_ledger import Shelf
from server.followups.supply_reading import InStore, SupplyReach, read_store
from server.followups.supply_words import ARRIVED, CAME, COUNTED, HANDED_OUT, ITEMS, SENT, TAKEN_OUT, unit_of
from server.models import Project
from server.reports.stock import DaysOut, MonthLine, days_out, lines_of
from server.reports.xlsx import Cell
from server.web import session
from server.web.pages.door import pages
from server.web.pages.followup_words import in_language
from server.web.pages.report_files import FILE, note_taken, send_table
from server.web.pages.shell import today
from server.web.pages.supplies import hall
from server.web.pages.supply_ledger import month_asked, months_around
from server.web.pages.texts import _

HERE = "/reports/stock"


@pages.get(HERE)
def show_stock_report() -> Response:
    month = month_asked()
    project, reach, store = read_month()
    lines = [line_words(store, one) for one in lines_of(store, month)]
    days = [days_words(store, one) for one in days_out(store, month, today())]
    values = {"lines": lines, "days": days, "in_fives": in_fives(store, reach), **months_around(month, store)}
    return make_response(render_template("reports/stock.html", **values, project_name=project.name))


@pages.get(f"{HERE}.<{FILE}:kind>")
def send_stock_report(kind: str) -> Response:
    month = month_asked()
    project, _reach, store = read_month()
    rows = [cells_of(store, one) for one in lines_of(store, month)]
    note_taken("supply.read.report", project, {"month": f"{month:%Y-%m}", "kind": kind})
    return send_table(kind, _("Stock ledger %(month)s", month=f"{month:%Y-%m}"), heads(), rows)


def read_month() -> tuple[Project, SupplyReach, InStore]:
    project, reach = hall()
    return project, reach, read_store(session.db(), project.id, reach)


def in_fives(store: InStore, reach: SupplyReach) -> bool:
    return any(not reach.is_own(one.shelf) for one in store.lots)


def place_of(store: InStore, shelf: Shelf) -> str:
    return store.points.name(shelf[0]) if shelf[0] is not None else _("The town's own store")


def line_words(store: InStore, one: MonthLine) -> dict[str, Any]:
    return {
        "place": place_of(store, one.shelf),
        "item": in_language(ITEMS[one.shelf[1]]),
        "unit": in_language(unit_of(one.shelf[1], one.closing)),
        "number": one.lot.number if one.lot else "",
        "expires_on": one.lot.expires_on if one.lot else None,
        "is_late": one.lot is not None and one.lot.expires_on < today() and one.closing > 0,
        "opening": one.opening,
        "came": one.moved[CAME],
        "passed_on": one.moved[ARRIVED] + one.moved[SENT],
        "handed_out": one.moved[HANDED_OUT],
        "taken_out": one.moved[TAKEN_OUT],
        "counted": one.moved[COUNTED],
        "closing": one.closing,
    }


def days_words(store: InStore, one: DaysOut) -> dict[str, Any]:
    return {"place": place_of(store, one.shelf), "item": in_language(ITEMS[one.shelf[1]]), "out": one.out, "of": one.of}


def heads() -> list[str]:
    return [
        _("Point"),
        _("Item"),
        _("Lot number"),
        _("Expires on"),
        _("At the beginning"),
        _("Came in"),
        _("From and to other points"),
        _("Handed out"),
        _("Taken out"),
        _("Difference when counted"),
        _("At the end"),
    ]


def cells_of(store: InStore, one: MonthLine) -> list[Cell]:
    words = line_words(store, one)
    expires: date | None = words["expires_on"]
    numbers = ("opening", "came", "passed_on", "handed_out", "taken_out", "counted", "closing")
    return [words["place"], words["item"], words["number"], expires, *(words[name] for name in numbers)]
