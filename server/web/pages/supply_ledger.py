"""The ledger of one point, month by month: rows that stand, and those that were taken back."""

from datetime import date
from typing import Any

from flask import Response, make_response, render_template, request

from server import clock
from server.access.allow import may
from server.access.profiles import find_actors
from server.followups.supply_acts import TAKEN_BACK_FOR
from server.followups.supply_ledger import SIGNS, Entry, Step
from server.followups.supply_reading import InStore, read_store
from server.followups.supply_words import ITEMS, KINDS, REASONS
from server.followups.windows import add_months
from server.web import session
from server.web.pages.door import pages
from server.web.pages.followup_words import in_language
from server.web.pages.shell import today
from server.web.pages.supplies import HERE, hall, key_of, points_of, read_point

LEDGER = f"{HERE}/ledger"


@pages.get(LEDGER)
def show_ledger() -> Response:
    project, reach = hall()
    store = read_store(session.db(), project.id, reach)
    points = points_of(store, reach)
    first = key_of(next(iter(points), None))
    point, month = read_point(request.args.get("point", first), points), month_asked()
    lines = lines_of_month(store, point, month, may(session.caller(), "supply.update", project))
    values = {"key": key_of(point), "name": points[point], "lines": lines, "in_fives": not reach.is_own((point, ""))}
    return make_response(render_template("supplies/ledger.html", **values, **months_around(month, store)))


def month_asked() -> date:
    """The first day of the month in `?month=2026-03`; this month where it is none, and never one to come."""
    now = today().replace(day=1)
    try:
        asked = date.fromisoformat(request.args.get("month", "") + "-01")
    except ValueError:
        return now
    return asked if date(2000, 1, 1) <= asked <= now else now


def months_around(month: date, store: InStore) -> dict[str, str]:
    """The month and those beside it: "" for one to come, and for one before the first of which there is anything to tell."""
    told = [one.at for one in store.stock.steps] + [one.at for one in store.taken_back]
    begun, after = bool(told) and clock.today(min(told)) < month, add_months(month, 1)
    earlier = f"{add_months(month, -1):%Y-%m}" if begun else ""
    return {"month": f"{month:%Y-%m}", "before": earlier, "after": f"{after:%Y-%m}" if after <= today() else ""}


def lines_of_month(store: InStore, point: int | None, month: date, may_write: bool) -> list[dict[str, Any]]:
    """The newest first."""
    end, entries = add_months(month, 1), {one.id: one for one in store.entries}
    names = names_of([*store.entries, *store.taken_back])
    numbers = {one.id: one.number for one in store.lots}
    shelves = {one.id: one.shelf for one in store.lots}
    lines = [
        step_line(one, entries.get(one.entry or 0), numbers.get(one.lot or 0, ""), names, may_write)
        for one in store.stock.steps
        if one.shelf[0] == point
    ]
    lines += [
        back_line(one, shelves[one.lot][1], numbers[one.lot], names)
        for one in store.taken_back
        if shelves[one.lot][0] == point
    ]
    here = [one for one in lines if month <= one["day"] < end]
    return sorted(here, key=lambda one: one["at"], reverse=True)


def names_of(entries: list[Entry]) -> dict[int, str]:
    return {number: one.display_name for number, one in find_actors(session.db(), {one.by for one in entries}).items()}


def step_line(step: Step, entry: Entry | None, number: str, names: dict[int, str], may_write: bool) -> dict[str, Any]:
    by = names.get(entry.by, "") if entry else ""
    known = {"left": step.left, "by": by, "entry": step.entry, "may_undo": may_write and may_undo(entry)}
    return {**line(step.at, step.kind, step.shelf[1], number, step.change, step.reason), **known}


def may_undo(entry: Entry | None) -> bool:
    """Not what arrived from elsewhere, and not what is older than a month."""
    if entry is None or entry.partner is not None or entry.made_at is None:
        return False
    return entry.made_at >= session.now() - TAKEN_BACK_FOR


def back_line(entry: Entry, item: str, number: str, names: dict[int, str]) -> dict[str, Any]:
    change = SIGNS.get(entry.kind, 0) * entry.quantity
    known = {"left": "", "by": names.get(entry.by, ""), "taken_back": True}
    return {**line(entry.at, entry.kind, item, number, change or entry.quantity, entry.reason), **known}


def line(at: Any, kind: str, item: str, number: str, change: int, reason: str | None) -> dict[str, Any]:
    return {
        "at": at,
        "day": clock.today(at),
        "kind": in_language(KINDS[kind]),
        "item": in_language(ITEMS[item]),
        "number": number,
        "change": f"+{change}" if change > 0 else str(change),
        "reason": in_language(REASONS[reason]) if reason else "",
    }
