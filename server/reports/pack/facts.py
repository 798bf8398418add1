"""What a pack holds beside the indicators: numbers as they may be told on the day that it was made. Pure; to JSON and back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

import orjson

from geo.masking import Shown
from geo.releasing import Line
from server.followups.board import Board

SUBJECTS: Final = ("women", "households", "benefit_cases")
"""Whom a follow-up is about."""
TIMES: Final = ("in_time", "late")


@dataclass(frozen=True)
class Stock:
    """What lies in store of one item, in all places together. `soon`: how much of it expires within 90 days, expired included;
    `first_expiry` of what is left, None where nothing is."""

    item: str
    left: int
    lots: int
    soon: int
    first_expiry: date | None


@dataclass(frozen=True)
class Facts:
    """`phones` that workers carry, `spoke` that day, `silent` for three days or more. `done` by "subject time" (SUBJECTS, TIMES);
    `flags` by kind of question; `waits` are the median days from a visit to its receipt, None where nothing came. `heard` as
    in indicators/live.py. `releases` are the ids of what its readers are told (access/small_numbers.py).
    """

    made_on: date
    phones: int
    spoke: int
    silent: int
    board: Board
    done: Line
    flags: Line
    waits: float | None = None
    stock: Sequence[Stock] = ()
    heard: Sequence[str] = ()
    releases: Sequence[int] = ()


def write_facts(facts: Facts) -> str:
    return orjson.dumps(asdict(facts), option=orjson.OPT_SORT_KEYS).decode()


def read_facts(text: str) -> Facts:
    told = orjson.loads(text)
    board = told["board"]
    stock = [Stock(**{**one, "first_expiry": read_day(one["first_expiry"])}) for one in told["stock"]]
    return Facts(
        **{
            **told,
            "made_on": date.fromisoformat(told["made_on"]),
            "board": Board(
                {code: read_cells(line) for code, line in board["villages"].items()}, read_cells(board["total"])
            ),
            "done": read_line(told["done"]),
            "flags": read_line(told["flags"]),
            "stock": stock,
        }
    )


def read_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def read_cells(cells: Mapping[str, Any]) -> dict[str, Shown]:
    return {name: Shown(**one) for name, one in cells.items()}


def read_line(line: Mapping[str, Any]) -> Line:
    return Line(read_cells(line["cells"]), Shown(**line["total"]))
