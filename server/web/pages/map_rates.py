"""The map's rates at the ends of months, and its columns of visits to do: numbers as they were told, none counted here."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Response, jsonify, request
from flask_babel import format_date

from geo.masking import Shown, shown_as
from geo.month_ends import Month, Rate
from server.access.allow import allow
from server.errors import Forbidden
from server.followups.board import Board
from server.followups.lists_for_pages import list_phones
from server.followups.rates import MEASURES, Rates, begin_of_window, class_of, counted_in, tell_rates
from server.followups.town_board import tell_board
from server.models import Project
from server.places.coverage import WITHIN
from server.places.layers import Layers, layers_for
from server.places.town_numbers import knows_a_part
from server.web import session
from server.web.pages.board import synced_today
from server.web.pages.door import pages
from server.web.pages.shell import current_project, say_day, today
from server.web.pages.texts import _
from server.web.telling import telling

HIDDEN = Rate(why="complement")
NO_CLASS = -1
"""Of a rate that is still to be counted: no colour, and no hatch, which says that people are few."""


@pages.get("/map/rates")
def rates() -> Response:
    """JSON of the rates at the end of ?month=2026-10, by village: {text, of, level, note} for each of MEASURES.

    `counted` is false for a month that the timetable has not counted yet.
    """
    project = current_project()
    layers = layers_with_rates(project)
    told = told_rates(project)
    return jsonify(month_for_map(layers, told, read_month(told)))


def layers_with_rates(project: Project) -> Layers:
    """Raises Forbidden for who gets no numbers of visits."""
    allow(session.caller(), "village.read", project)
    layers = layers_for(session.caller(), project)
    if not layers.overdue:
        raise Forbidden()
    return layers


def told_rates(project: Project) -> Rates:
    return tell_rates(session.db(), project.id, today(), telling())


def told_visits(project: Project) -> Board:
    return tell_board(session.db(), project.id, today(), telling())


def read_month(told: Rates) -> date:
    """?month=2026-10, where it is one of the twelve; the newest that is counted otherwise."""
    wished = request.args.get("month", "")
    return next((end for end in told.months if f"{end:%Y-%m}" == wished), told.newest())


def month_for_map(layers: Layers, told: Rates, end: date) -> dict[str, Any]:
    """One month of both rates in words, for script and templates alike."""
    sums = not knows_a_part(layers.scope)
    words = {name: rates_in_words(told.of(name, end), told, sums) for name in MEASURES}
    codes = [*told.clusters, *told.names]
    return {
        "month": f"{end:%Y-%m}",
        "counted": told.is_counted(end),
        "words": say_months(end),
        "windows": windows_of(end),
        "villages": {code: {name: words[name][code] for name in MEASURES} for code in codes},
        "wholes": list(wholes_in_words(told, end)) if sums else [],
    }


def say_months(end: date) -> str:
    """The twelve months that end with this one: "Nov 2025 to Oct 2026"."""
    begin, until = (format_date(day, _("MMM y")) for day in (begin_of_window(end), end))
    return _("%(begin)s to %(end)s", begin=begin, end=until)


def windows_of(end: date) -> dict[str, str]:
    """What each rate is of, and which days it is about."""
    return {
        "coverage": _(
            "Households that agreed: how many were visited in the %(days)s days up to %(end)s.",
            days=WITHIN.days,
            end=say_day(end),
        ),
        "on_time": _(
            "Visits that were due from %(begin)s to %(end)s: how many were made by their last day. "
            "Who declined, withdrew or moved is not counted.",
            begin=say_day(begin_of_window(end)),
            end=say_day(end),
        ),
    }


def rates_in_words(month: Month | None, told: Rates, sums: bool) -> dict[str, dict[str, Any]]:
    """By village, also those that the month did not know yet; a cluster has its own rate where sums are told."""
    if month is None:
        return {code: not_counted() for code in (*told.names, *told.clusters)}
    wholes = month.clusters if sums else {}
    found = {code: rate_in_words(wholes.get(code, HIDDEN), None) for code in told.names}
    return found | {
        code: rate_in_words(month.villages.get(code, HIDDEN), counted_in(month, cluster, told.names, sums))
        for code, cluster in told.clusters.items()
    }


def not_counted() -> dict[str, Any]:
    return {"text": _("being counted"), "of": "", "level": NO_CLASS, "note": _("This month is still being counted.")}


def rate_in_words(rate: Rate, whole: str | None) -> dict[str, Any]:
    """{text, of, level, note}: "86%", "43/50", and its class from 0 to 4, None where it is hidden; then `note` says why."""
    if rate.done is None:
        return {"text": _("few people"), "of": "", "level": None, "note": say_hidden(whole)}
    return {"text": f"{rate.percent}%", "of": f"{rate.done}/{rate.of}", "level": class_of(rate), "note": ""}


def say_hidden(whole: str | None) -> str:
    if whole is None:
        return _("few people, not shown")
    return _("few people, counted in %(cluster)s", cluster=whole or _("the whole town"))


def wholes_in_words(told: Rates, end: date) -> Iterable[dict[str, Any]]:
    """Clusters, where there are any, and the town: {name} and both rates."""
    months = {name: told.of(name, end) for name in MEASURES}
    for code, name in sorted(told.names.items()):
        yield {"name": name, **{one: whole_in_words(month, code) for one, month in months.items()}}
    yield {"name": _("The whole town"), **{one: whole_in_words(month) for one, month in months.items()}}


def whole_in_words(month: Month | None, cluster: str | None = None) -> dict[str, Any]:
    if month is None:
        return not_counted()
    return rate_in_words(month.town if cluster is None else month.clusters.get(cluster, HIDDEN), None)


def rates_for_page(project: Project, layers: Layers) -> dict[str, Any] | None:
    """What the map's page shows of rates; None for who gets none, and before there are villages."""
    if not layers.overdue:
        return None
    told = told_rates(project)
    if not told.clusters:
        return None
    phones = list_phones(session.db(), project.id)
    return {
        **month_for_map(layers, told, read_month(told)),
        "months": [{"value": f"{end:%Y-%m}", "words": say_months(end)} for end in told.months],
        "synced": synced_today(phones, today()),
        "phones": len(phones),
    }


def visits_to_do(board: Board, code: str) -> Shown:
    """Visits whose window is open and that are not late; hidden where one of the two numbers is."""
    line = board.villages.get(code)
    values = [line[column].value for column in ("due", "open")] if line else [None]
    return shown_as(0, "complement") if None in values else shown_as(sum(value or 0 for value in values))
