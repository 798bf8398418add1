"""What is overdue now (I11, I12): put together of numbers that the page of due visits tells, so that it tells nothing more. Pure.

Where one of them is hidden, what is made of it is hidden too.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from geo.masking import LEAST_PEOPLE, Shown
from geo.month_ends import Rate
from server import clock
from server.followups.board import COLUMNS, Board
from server.followups.lists_for_pages import Phone

HIDDEN: Final = Rate(why="complement")
SPOKEN_WITHIN: Final = 3
"""Days."""


@dataclass(frozen=True)
class Live:
    """The board of a day, and the codes of the villages all of whose phones had spoken in the three days before.

    `made_at`: when the paper was made that it stands in, None for what is told now.
    """

    board: Board
    heard: Collection[str]
    made_at: datetime | None = None


def heard_in(board: Board, phones: Iterable[Phone], today: date) -> frozenset[str]:
    """Where what is overdue was not only not uploaded."""
    every = list(phones)
    silent = [one for one in every if is_silent(one, today)]
    return frozenset(
        code
        for code in board.villages
        if any(goes_to(one, code) for one in every) and not any(goes_to(one, code) for one in silent)
    )


def is_silent(phone: Phone, today: date) -> bool:
    return phone.last_used_at is None or (today - clock.today(phone.last_used_at)).days > SPOKEN_WITHIN


def goes_to(phone: Phone, code: str) -> bool:
    return phone.villages is None or code in phone.villages


def overdue(live: Live, cluster_of: Mapping[str, str]) -> tuple[Rate, dict[str, Rate]]:
    """I11: of visits that wait, those that are overdue: the town's, and each cluster's."""
    lines = live.board.villages
    clusters = {
        cluster: rate_of([lines[code] for code, whose in cluster_of.items() if whose == cluster and code in lines])
        for cluster in sorted(set(cluster_of.values()))
    }
    return rate_of([live.board.total]), clusters


def rate_of(lines: Iterable[Mapping[str, Shown]]) -> Rate:
    cells = [line[column].value for line in lines for column in COLUMNS]
    late = [line["overdue"].value for line in lines]
    return told(late, cells)


def overdue_though_heard(live: Live) -> Rate:
    """I12: of visits that are overdue, those of villages whose phones have spoken."""
    every = [line["overdue"].value for line in live.board.villages.values()]
    here = [live.board.villages[code]["overdue"].value for code in live.heard]
    return told(here, every)


def told(done: Iterable[int | None], of: Iterable[int | None]) -> Rate:
    """A sum of what is told; hidden where one of it is, or where it is of fewer than ten."""
    some, every = list(done), list(of)
    if None in every or None in some:
        return HIDDEN
    total = sum(one or 0 for one in every)
    return Rate(why="few_people") if total < LEAST_PEOPLE else Rate(sum(one or 0 for one in some), total)
