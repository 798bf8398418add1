"""What lies in store: the points that somebody sees, and one point with its lots. It names nobody."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, make_response, render_template, request

from server.access.allow import allow, may
from server.errors import NotFound
from server.followups.office_rules import COUNT, STOCK, shipped_office_rules
from server.followups.supply_ledger import Shelf
from server.followups.supply_reading import InStore, SupplyReach, reach_of, read_store
from server.followups.supply_tasks import Lot, count_asked, go_out_first, in_order, level_of, not_counted
from server.followups.supply_words import ITEMS, REASONS, WHY_DIFFERENT, WHY_TAKEN_OUT, unit_of
from server.followups.town_calendar import calendar_of
from server.models import Project
from server.web import session
from server.web.pages.door import pages
from server.web.pages.followup_words import in_language
from server.web.pages.shell import current_project, today
from server.web.pages.texts import _

HERE = "/supplies"
TOWN = "town"
POINT, POINTS = "supplies/point.html", "supplies/points.html"


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


def hall(verb: str = "supply.read") -> tuple[Project, SupplyReach]:
    """The care project that is open. Raises Forbidden, and NotFound in a plain project."""
    project = current_project()
    allow(session.caller(), verb, project)
    if project.kind != "care":
        raise NotFound()
    return project, reach_of(session.caller(), project)


@pages.get(HERE)
def show_supplies() -> Response:
    project, reach = hall()
    store = read_store(session.db(), project.id, reach)
    points = points_of(store, reach)
    asked = request.args.get("point", "")
    if not asked and len(points) != 1:
        return make_response(render_template(POINTS, **facts_of_points(store, project, points)))
    point = read_point(asked, points) if asked else next(iter(points))
    return make_response(render_template(POINT, **facts_of(store, project, reach, point)))


def points_of(store: InStore, reach: SupplyReach) -> dict[int | None, str]:
    """Name by point: the town's own store first, then the villages that are in force."""
    names = {number: name for number, name in store.points.names.items() if number in store.points.in_force}
    found: dict[int | None, str] = {None: _("The town's own store")} if reach.covers(None) else {}
    return found | {number: name for number, name in names.items() if reach.covers(number)}


def read_point(text: str, points: dict[int | None, str]) -> int | None:
    """Raises NotFound for what is no point within reach."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
    if (number is None and text != TOWN) or number not in points:
        raise NotFound()
    return number


def key_of(point: int | None) -> str:
    return TOWN if point is None else str(point)


def facts_of_points(store: InStore, project: Project, points: dict[int | None, str]) -> dict[str, Any]:
    by_point: dict[int | None, list[Line]] = {point: [] for point in points}
    shelves = {one.id: one.shelf for one in store.lots}
    for line in lines_of(store.standing):
        by_point.setdefault(shelves[line.lot.id][0], []).append(line)
    rows = [point_row(store, point, name, by_point[point]) for point, name in points.items()]
    return {"rows": rows, "unplaced": say_unplaced(store), **count_of(store.standing, project)}


def point_row(store: InStore, point: int | None, name: str, lines: list[Line]) -> dict[str, Any]:
    return {
        "key": key_of(point),
        "name": name,
        "lots": len(lines),
        "expiring": sum(one.level != "info" for one in lines),
        "to_count": sum(not one.is_counted for one in lines),
        "asked": len(questions_of(store, point)),
        "out": [in_language(ITEMS[item]) for item in run_out(store, point)],
    }


def run_out(store: InStore, point: int | None) -> list[str]:
    """Items that this point once had and of which there is nothing to hand out today."""
    had = {one.shelf[1] for one in store.lots if one.shelf[0] == point}
    has = {
        one.shelf[1]
        for one in store.lots
        if one.shelf[0] == point and store.stock.left[one.id] > 0 and one.expires_on >= today()
    }
    return sorted(had - has)


def questions_of(store: InStore, point: int | None) -> list[str]:
    """Numbers below zero, in words: more was handed out than there was. Of an item that was never taken in here nothing is
    asked: its store is not kept."""
    kept = {one.shelf for one in store.lots}
    found = [
        _("%(item)s: %(number)s more handed out than any lot in the list had", item=item_of(shelf), number=number)
        for shelf, number in store.stock.missing.items()
        if shelf[0] == point and shelf in kept
    ]
    for one in store.lots:
        left = store.stock.left[one.id]
        if one.shelf[0] == point and left < 0:
            words = {"item": item_of(one.shelf), "lot": one.number, "number": -left}
            found.append(_("%(item)s %(lot)s: %(number)s more handed out than there were", **words))
    return found


def item_of(shelf: Shelf) -> str:
    return in_language(ITEMS[shelf[1]])


def say_unplaced(store: InStore) -> int:
    """How many records name no point; fewer than five are not told."""
    return len(store.unplaced) // 5 * 5


def count_of(lots: list[Lot], project: Project) -> dict[str, Any]:
    asked = count_asked(lots, shipped_office_rules()[COUNT], calendar_of(session.db(), project.id), today())
    return {"count": asked, "to_count": len(not_counted(lots, today())), "day": today()}


def facts_of(store: InStore, project: Project, reach: SupplyReach, point: int | None) -> dict[str, Any]:
    here = {one.id for one in store.lots if one.shelf[0] == point}
    lots = [one for one in store.standing if one.id in here]
    points = points_of(store, reach)
    lines = lines_of(lots)
    return {
        "key": key_of(point),
        "name": points.get(point) or store.points.name(point),
        "is_only": len(points) == 1,
        "lines": lines,
        "to_hand_out": by_item([one for one in lines if one.lot.left > 0 and one.days_left >= 0]),
        "empty": len(here) - len(lots),
        "questions": questions_of(store, point),
        "out": [in_language(ITEMS[item]) for item in run_out(store, point)],
        "others": {
            key_of(one): name for one, name in {None: _("The town's own store"), **points}.items() if one != point
        },
        "items": {name: in_language(words) for name, words in ITEMS.items()},
        "why_different": {one: in_language(REASONS[one]) for one in WHY_DIFFERENT},
        "why_taken_out": {one: in_language(REASONS[one]) for one in WHY_TAKEN_OUT},
        "may_write": may(session.caller(), "supply.update", project),
        "in_fives": not reach.is_own((point, "")),
        "sent": {},
        **count_of(lots, project),
    }


def by_item(lines: list[Line]) -> list[tuple[str, list[Line]]]:
    """First expiry first within each item, in the order of ITEMS."""
    return [
        (in_language(words), here)
        for item, words in ITEMS.items()
        if (here := sorted((one for one in lines if one.lot.item == item), key=lambda one: not one.goes_first))
    ]


def lines_of(lots: list[Lot]) -> list[Line]:
    rule, day = shipped_office_rules()[STOCK], today()
    first, waiting = go_out_first(lots, day), {one.id for one in not_counted(lots, day)}
    return [
        line_of(lot, level_of(lot, rule, day), lot.id in first, lot.id not in waiting, day) for lot in in_order(lots)
    ]


def line_of(lot: Lot, level: str, goes_first: bool, is_counted: bool, day: date) -> Line:
    item, unit = in_language(ITEMS[lot.item]), in_language(unit_of(lot.item, lot.left))
    return Line(lot, item, unit, level, goes_first, is_counted, (lot.expires_on - day).days)
