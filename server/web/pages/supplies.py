"""What lies in store, lot by lot: what expires soon, what goes out first, the month's count. For the office; it names nobody."""

from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template

from server.access.allow import Scope, allow
from server.errors import Problem, UnexpectedValue
from server.followups import supply_lots
from server.followups.office_rules import COUNT, STOCK, shipped_office_rules
from server.followups.supply_lots import NewLot
from server.followups.supply_tasks import Lot, count_asked, go_out_first, in_order, level_of, not_counted
from server.followups.supply_words import ENDS, ITEMS, unit_of
from server.followups.town_calendar import calendar_of
from server.models import Project, SupplyLot
from server.places.desk import list_villages
from server.web import session
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.followup_words import in_language
from server.web.pages.hand_overs import sent_day
from server.web.pages.office import check_mine, is_mine, load_to_note
from server.web.pages.sent import ID, sent_id, sent_text
from server.web.pages.shell import current_project, today
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import Undo, say

HERE = "/office/supplies"
PAGE = "office/supplies.html"


@dataclass(frozen=True)
class Line:
    """A lot as the page shows it: whether it is to go out next, how soon it expires, and whether this month's count has it."""

    lot: Lot
    item: str
    unit: str
    level: str
    goes_first: bool
    is_counted: bool
    days_left: int


@pages.get(HERE)
def show_supplies() -> Response:
    project = current_project()
    allow(session.caller(), "office.read", project)
    return make_response(render_template(PAGE, **facts_of(project)))


def facts_of(project: Project) -> dict[str, Any]:
    db, rules = session.db(), shipped_office_rules()
    lots = supply_lots.list_lots(db, project)
    lines = lines_of(lots)
    return {
        "lines": lines,
        "count": count_asked(lots, rules[COUNT], calendar_of(db, project.id), today()),
        "to_count": sum(not one.is_counted for one in lines),
        "ended": [ended_line(one) for one in supply_lots.list_ended(db, project)],
        "items": {name: in_language(words) for name, words in ITEMS.items()},
        "ends": {name: in_language(words) for name, words in ENDS.items()},
        "villages": list_villages(db, Scope(project.id, everything=True)),
        "is_mine": is_mine(rules[STOCK], project),
        "day": today(),
        "sent": {},
    }


def lines_of(lots: list[Lot]) -> list[Line]:
    rule, first = shipped_office_rules()[STOCK], go_out_first(lots, today())
    waiting = {one.id for one in not_counted(lots, today())}
    return [
        Line(
            lot,
            item=in_language(ITEMS[lot.item]),
            unit=in_language(unit_of(lot.item, lot.left)),
            level=level_of(lot, rule, today()),
            goes_first=lot.id in first,
            is_counted=lot.id not in waiting,
            days_left=(lot.expires_on - today()).days,
        )
        for lot in in_order(lots)
    ]


def ended_line(lot: SupplyLot) -> dict[str, Any]:
    return {"lot": lot, "item": in_language(ITEMS[lot.item]), "how": in_language(ENDS[lot.ended_as or ""])}


@pages.post(HERE)
def add_lot() -> Response:
    project = load_mine()
    sent = {name: sent_text(name) for name in ("item", "number", "expires_on", "received_on", "quantity", "village")}
    try:
        supply_lots.add_lot(session.db(), require_person(), project, read_lot(), session.now())
    except Problem as problem:
        return show_again(PAGE, problem, lambda: facts_of(project), sent=sent)
    return say(HERE, _("The lot is in the list."))


def read_lot() -> NewLot:
    village = sent_id("village") if sent_text("village") else None
    days = sent_day("expires_on"), sent_day("received_on")
    return NewLot(sent_text("item", 40, required=True), sent_text("number"), *days, sent_number("quantity"), village)


def sent_number(name: str) -> int:
    """A whole number of the form. Raises MissingParameter or UnexpectedValue."""
    value = sent_text(name, 20, required=True)
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise UnexpectedValue(field=name, value=value, reason="it is no whole number")
    return int(value)


def load_mine() -> Project:
    project = load_to_note()
    check_mine(shipped_office_rules()[STOCK], project)
    return project


@pages.post(f"{HERE}/<{ID}:lot_id>/count")
def count_lot(lot_id: int) -> Response:
    project = load_mine()
    lot = supply_lots.get_lot(session.db(), project, lot_id)
    try:
        supply_lots.count_lot(session.db(), require_person(), lot, sent_number("quantity"), session.now())
    except Problem as problem:
        return show_again(PAGE, problem, lambda: facts_of(project))
    return say(HERE, _("The count is noted."))


@pages.post(f"{HERE}/<{ID}:lot_id>/end")
def end_lot(lot_id: int) -> Response:
    project = load_mine()
    lot = supply_lots.get_lot(session.db(), project, lot_id)
    try:
        supply_lots.end_lot(session.db(), require_person(), lot, sent_text("how", 40, required=True), session.now())
    except Problem as problem:
        return show_again(PAGE, problem, lambda: facts_of(project))
    return say(HERE, _("The lot is no longer in store."), Undo(f"{HERE}/{lot_id}/undo", {}))


@pages.post(f"{HERE}/<{ID}:lot_id>/undo")
def take_back_end(lot_id: int) -> Response:
    project = load_mine()
    lot = supply_lots.get_lot(session.db(), project, lot_id, ended=True)
    supply_lots.take_back_end(session.db(), require_person(), lot, session.now())
    return say(HERE, _("The lot is in store again."))
