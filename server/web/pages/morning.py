"""/: is the town all right this morning, and what needs me? Four numbers, one map, three things to do.

Somebody may stand behind the chair: nobody is named here, every number is one that the whole town may be told, and whoever
reads more is led to it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import render_template, request

from geo.masking import Shown
from server import clock
from server.access.allow import find_records_scope, may
from server.followups.board import COLUMNS, Board
from server.followups.lists_for_pages import Phone
from server.intake.waiting import Waiting, read_waiting, tell_waiting
from server.models import Project
from server.places.desk import list_villages
from server.places.layers import layers_for
from server.places.outlines import whole_town
from server.places.town_picture import draw_town
from server.reports.indicators.definitions import COVERAGE
from server.reports.indicators.told import tell_to
from server.web import session
from server.web.pages.board import part_of, silent_phones, synced_today
from server.web.pages.followups import phones_of, reach_in
from server.web.pages.indicators import line_of
from server.web.pages.lunar_words import without_year
from server.web.pages.map import overdue_bands
from server.web.pages.map_rates import month_for_map, read_month, told_rates, told_visits
from server.web.pages.morning_tasks import things_to_do
from server.web.pages.shell import today
from server.web.pages.texts import _
from server.web.telling import telling

FOURTH = ("I3", "I2", COVERAGE, "I13")
"""The indicators of which the first that may be shown is the fourth number."""

ROWS = 9
BANDS = ("10+", "5-9", "1-4", "0")
MEASURES = ("on_time", "coverage")
NAMED = 40  # villages; the names of more would lie upon one another


def opens_morning(project: Project) -> bool:
    """Whether the reader leads the work of the town."""
    return project.kind == "care" and may(session.caller(), "followup.supervise", project)


def show_morning(project: Project) -> str:
    """As many queries for any town."""
    reach = reach_in(project)
    phones = phones_of(reach)
    silent = silent_phones(phones, reach.today)
    whole = told_visits(project)
    board, bands = part_of(whole, reach, reach.names), bands_of(project, whole)
    rows = rows_of(board, reach.names, bands, phones, silent)
    return render_template(
        "morning/morning.html",
        **head_of(phones),
        **numbers_of(project, board, bands, silent),
        **map_of(project, bands),
        rows=rows[:ROWS],
        villages=len(rows),
        things=things_to_do(project, silent),
    )


def head_of(phones: list[Phone]) -> dict[str, Any]:
    day = today()
    return {
        "greeting": greet(session.now()),
        "day": day,
        "lunar": without_year(day),
        "synced": synced_today(phones, day),
        "phones": len(phones),
    }


def greet(now: datetime) -> str:
    hour = now.astimezone(clock.SHANGHAI).hour
    if hour < 12:
        return _("Good morning")
    return _("Good afternoon") if hour < 18 else _("Good evening")


def bands_of(project: Project, board: Board) -> dict[str, Shown]:
    """The bands that the whole town may see, whichever more the reader's own work lets her."""
    layers = replace(layers_for(session.caller(), project), team=None)
    return overdue_bands(project, layers, list_villages(session.db(), whole_town(project)), board) or {}


def numbers_of(project: Project, board: Board, bands: Mapping[str, Shown], silent: Collection[int]) -> dict[str, Any]:
    waiting = waiting_of(project)
    told = tell_to(session.db(), session.caller(), project, today(), telling())
    return {
        "total": board.total,
        "all_open": sum_of(board.total[column] for column in COLUMNS),
        "in_bands": count_bands(one for code, one in bands.items() if code in board.villages),
        "silent": len(silent),
        "waiting": waiting.number,
        "waits": (today() - clock.today(waiting.oldest)).days if waiting.oldest else None,
        "fourth": fourth_of([line_of(told[one]) for one in FOURTH]),
    }


def fourth_of(lines: list[dict[str, Any]]) -> dict[str, Any]:
    return next((one for one in lines if one.get("rate", {}).get("percent")), lines[0])


def waiting_of(project: Project) -> Waiting:
    scope = find_records_scope(session.caller(), "submission.list", project)
    if scope is not None:
        return read_waiting(session.db(), scope)
    return tell_waiting(session.db(), project.id, telling())


def sum_of(cells: Iterable[Shown]) -> int | None:
    """None where one of them is hidden: the rest would tell it."""
    values = [one.value for one in cells]
    return None if None in values else sum(value or 0 for value in values)


def count_bands(bands: Iterable[Shown]) -> list[tuple[int, str, int]]:
    """(shape, band, how many villages are in it), the largest band first; the band of none is left out."""
    shown = [one.text for one in bands if not one.suppressed]
    return [(3 - place, band, shown.count(band)) for place, band in enumerate(BANDS[:3]) if band in shown]


def rows_of(
    board: Board, names: Mapping[str, str], bands: Mapping[str, Shown], phones: Iterable[Phone], silent: Collection[int]
) -> list[dict[str, Any]]:
    """By what needs doing: silent phones first, then by band, then by code. What is hidden stands last and tells nothing."""
    phones = list(phones)
    rows = [row_of(code, names[code], board, bands[code], phones, silent) for code in board.villages if code in bands]
    return sorted(rows, key=lambda one: (not one["is_silent"], one["rank"], one["code"]))


def row_of(
    code: str, name: str, board: Board, band: Shown, phones: Iterable[Phone], silent: Collection[int]
) -> dict[str, Any]:
    here = [one for one in phones if one.villages is None or code in one.villages]
    spoke = [one.last_used_at for one in here if one.last_used_at]
    return {
        "code": code,
        "name": name,
        "band": band,
        "rank": len(BANDS) if band.suppressed else BANDS.index(band.text),
        "due": board.villages[code]["due"],
        "has_phone": bool(here),
        "last": max(spoke, default=None),
        "is_silent": bool(here) and all(one.id in silent for one in here),
    }


def map_of(project: Project, bands: Mapping[str, Shown]) -> dict[str, Any]:
    layers, rates = layers_for(session.caller(), project), told_rates(project)
    picture = draw_town(session.db(), project.id)
    return {
        "picture": picture,
        "names_fit": picture is not None and len(picture.villages) <= NAMED,
        "bands": bands,
        "month": month_for_map(layers, rates, read_month(rates)),
        "view": request.args["show"] if request.args.get("show") in MEASURES else MEASURES[0],
    }
