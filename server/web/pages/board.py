"""How many visits wait in which village and for which worker. Numbers that would point at somebody are hidden."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask import Response, make_response, render_template

from server import clock
from server.access.allow import may
from server.followups.board import COLUMNS, WITHHELD, Board, show_counts
from server.followups.lists_for_pages import Phone, Wanted
from server.followups.queries import Counts, count_by_village
from server.followups.syncing import count_perhaps_done
from server.followups.town_board import tell_board
from server.places.successors import rolled_up, successor_codes
from server.web import session
from server.web.pages.door import pages
from server.web.pages.followup_words import STATE_NAMES
from server.web.pages.followups import (
    Reach,
    asked_values,
    asked_worker,
    phones_of,
    reach_with_cases,
    read_choice,
    read_wanted,
)
from server.web.pages.pager import address
from server.web.pages.texts import _, say_list
from server.web.telling import telling

SILENT = 3


@pages.get("/follow-ups")
def show_board() -> Response:
    reach, wanted = reach_with_cases("followup.list"), read_wanted()
    names, phones, shows_list = reach.names, phones_of(reach), reads_lists(reach)
    # No number stands beside a worker's name but for those who work with her: it would be a count of her clients.
    by, worker = (read_choice("by", ("worker",)), asked_worker()) if shows_list else ("", 0)
    parts = {} if by else parts_of(reach, names)
    board = read_board(reach, names, parts) if shows_list else told_board(reach, names)
    rows = rows_by_worker(board, phones, names) if by else rows_by_village(board, phones, names)
    perhaps = rolled_up(perhaps_done(reach), parts) if shows_list and not by else {}
    rows = [{**row, "perhaps": sum(perhaps.get(code, 0) for code in row["codes"])} for row in rows]
    values = {"rows": chosen_rows(rows, wanted, worker), "shows_list": shows_list, "by": by}
    values |= {"columns": [wanted.state] if wanted.state else COLUMNS, "total": board.total, "phones": phones}
    values["may_give"] = may(session.caller(), "followup.supervise", reach.project)
    values |= {"wanted": wanted, "worker": worker, "villages": names, "synced": synced_today(phones, reach.today)}
    values |= {"carriers": [{"phone": one, "villages": villages_of(one, names)} for one in phones]}
    values["print_href"] = address("/follow-ups/print", {**asked_values(wanted), "worker": worker})
    silent = silent_phones(phones, reach.today)
    values["may_set_schedule"] = reach.project.kind == "care" and may(session.caller(), "schedule.set", reach.project)
    return make_response(render_template("followups/board.html", states=STATE_NAMES, silent=silent, **values))


def reads_lists(reach: Reach) -> bool:
    """Whether the lists behind the numbers are the reader's, too: then these are read as they are."""
    return any(may(session.caller(), verb, reach.project) for verb in ("followup.read", "benefit.read"))


def perhaps_done(reach: Reach) -> dict[str, int]:
    """By village, for those who read the lists behind the numbers."""
    return count_perhaps_done(session.db(), reach.project.id, reach.whose, reach.today)


def parts_of(reach: Reach, names: dict[str, str]) -> dict[str, str]:
    """Merged villages, to the one in reach in whose line they count. Who has but the part reads its own line."""
    return {old: code for old, code in successor_codes(session.db(), reach.project.id).items() if code in names}


def read_board(reach: Reach, names: dict[str, str], parts: Mapping[str, str]) -> Board:
    """The numbers of every village in reach, of whom the lists behind them show: a woman who chose another worker is in none.

    A filter only chooses rows of this one board: two of them give no third.
    """
    found = rolled_up(count_by_village(session.db(), reach.project.id, reach.whose, reach.today), parts)
    return show_counts(
        {code: found.get(code, Counts()) for code in (*names, *(one for one in found if one not in names))}
    )


def told_board(reach: Reach, names: dict[str, str]) -> Board:
    """The town's board, of which a reader of some villages sees some rows and no total."""
    board = tell_board(session.db(), reach.project.id, reach.today, telling())
    if reach.codes is None:
        return board
    return Board(
        {code: board.villages[code] for code in names if code in board.villages}, dict.fromkeys(COLUMNS, WITHHELD)
    )


def rows_by_village(board: Board, phones: list[Phone], names: dict[str, str]) -> list[dict[str, Any]]:
    """By code, so that it is no ranking. A number of somebody else's numbers must not show by the order either."""
    return [
        {
            "title": names.get(code, _("Village not known")),
            "codes": {code},
            "query": {"village": code},
            "cells": line,
            "with": [phone for phone in phones if phone.villages is None or code in phone.villages],
        }
        for code, line in sorted(board.villages.items())
    ]


def rows_by_worker(board: Board, phones: list[Phone], names: dict[str, str]) -> list[dict[str, Any]]:
    """By name: what waits in each worker's villages, which two of them may share."""
    return [
        {
            "title": phone.name,
            "codes": set(board.villages) if phone.villages is None else phone.villages & set(board.villages),
            "query": {"worker": phone.id},
            "cells": board.of_worker(phone.villages),
            "with": [phone],
            "villages": villages_of(phone, names),
        }
        for phone in phones
    ]


def villages_of(phone: Phone, names: dict[str, str]) -> str:
    return _("the whole town") if phone.villages is None else say_list(names_of(phone.villages, names))


def names_of(codes: Iterable[str], names: dict[str, str]) -> list[str]:
    return [names[code] for code in sorted(codes) if code in names]


def chosen_rows(rows: list[dict[str, Any]], wanted: Wanted, worker: int) -> list[dict[str, Any]]:
    """The rows that a filter leaves, each number with the list behind it."""
    kept = (row for row in rows if not wanted.village or wanted.village in row["codes"])
    kept = (row for row in kept if not worker or any(phone.id == worker for phone in row["with"]))
    return [{**row, "hrefs": {column: list_href(row["query"], column) for column in COLUMNS}} for row in kept]


def list_href(query: dict[str, Any], state: str) -> str:
    return address("/follow-ups/list", {**query, "state": state})


def silent_phones(phones: list[Phone], day: date) -> set[int]:
    """Phones that have not spoken for SILENT days, or never: what is late in their villages may be done already."""
    spoken = {phone.id: clock.today(phone.last_used_at) for phone in phones if phone.last_used_at}
    return {phone.id for phone in phones if phone.id not in spoken or (day - spoken[phone.id]).days >= SILENT}


def synced_today(phones: list[Phone], day: date) -> int:
    return sum(1 for phone in phones if phone.last_used_at and clock.today(phone.last_used_at) == day)
