"""The board: how many follow-ups wait in each village and for each worker, as the reader may be told. Pure.

Who cares for these women reads the numbers as they are (`show_counts`). To everybody else a count that would point at
somebody is hidden, and so is whatever would give it back: town_board.py (domain.md 6.3, P6).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from geo.masking import Shown, shown_as
from server.followups.queries import Counts

COLUMNS: Final = ("overdue", "due", "open")
NOTHING: Final = Counts()
WITHHELD: Final = shown_as(0, "complement")

Line = Mapping[str, Shown]
"""One row of the board: what is shown in each of COLUMNS."""


@dataclass(frozen=True)
class Board:
    """`villages` by code, each with its line; `total` is the line under all of them."""

    villages: Mapping[str, Line]
    total: Line

    def of_worker(self, codes: Collection[str] | None) -> Line:
        """What waits in a worker's villages (None: all). A sum with a hidden part is hidden: the rest would tell the part."""
        chosen = [line for code, line in self.villages.items() if codes is None or code in codes]
        if len(chosen) == 1:
            return chosen[0]
        return {column: self.total[column] if codes is None else add(chosen, column) for column in COLUMNS}


def add(lines: Collection[Line], column: str) -> Shown:
    values = [line[column].value for line in lines]
    return WITHHELD if None in values else exact(sum(value or 0 for value in values))


def exact(number: int) -> Shown:
    return shown_as(number)


def show_counts(counts: Mapping[str, Counts]) -> Board:
    """The board of the villages in `counts` for those who care for the women in them: the numbers as they are."""
    columns = {column: {code: getattr(one, column) for code, one in counts.items()} for column in COLUMNS}
    villages = {code: {column: exact(columns[column][code]) for column in COLUMNS} for code in counts}
    return Board(villages, {column: exact(sum(columns[column].values())) for column in COLUMNS})
