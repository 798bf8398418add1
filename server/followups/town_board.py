"""How many follow-ups wait in each village, as those may be told who care for nobody in them: board and map alike."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.masking import K, Shown, band_of, shown_as
from geo.releasing import Line
from server.access.small_numbers import Counted, Telling, tell
from server.followups.board import COLUMNS, Board
from server.followups.lists_for_pages import people_by_village
from server.followups.overdue import Overdue
from server.followups.queries import count_by_village
from server.models import Village
from server.places.successors import rolled_up, successor_codes

ELSEWHERE: Final = ""
"""What waits in a village that is not in force, or in none."""
MEASURES: Final = {column: f"follow-ups {column}" for column in COLUMNS}
"""Under which measure each column is told."""


def tell_board(db: Session, project_id: int, today: date, telling: Telling) -> Board:
    """The numbers of the whole town, whoever asks: a reader of some villages is shown rows of this board.

    It is a statistic: who does not agree to be counted is in none of its numbers.
    """
    lines, elsewhere = lines_of_board(db, project_id, today)
    return board_of_town(tell(telling, project_id, lines), elsewhere)


def lines_of_board(db: Session, project_id: int, today: date) -> tuple[dict[str, Counted], bool]:
    """The board's numbers by measure, still to be told, and whether something waits in no village that is in force."""
    in_force = select(Village.code).where(Village.project_id == project_id, Village.retired_at.is_(None))
    codes = [*db.scalars(in_force.order_by(Village.code)), ELSEWHERE]
    successors = successor_codes(db, project_id)
    found = count_by_village(db, project_id, None, today, to_be_counted=True)
    people_of = rolled_up(people_by_village(db, project_id), successors)
    people = {code: people_of.get(code, 0) for code in codes if code != ELSEWHERE}
    lines = {}
    for column in COLUMNS:
        here = {code: int(getattr(one, column)) for code, one in found.items()}
        counts = gathered(rolled_up(here, successors), codes)
        lines[MEASURES[column]] = Counted(counts, people)
    return lines, any(successors.get(code, code) not in codes for code in found)


def board_of_town(told: Mapping[str, Line], has_others: bool) -> Board:
    """The board of `lines_of_board` as it was told."""
    return board_of({column: told[MEASURES[column]] for column in COLUMNS}, has_others)


def gathered(numbers: Mapping[str, int], codes: list[str]) -> dict[str, int]:
    """The numbers of these codes; all others stand together under ELSEWHERE."""
    found = {code: numbers.get(code, 0) for code in codes}
    found[ELSEWHERE] += sum(number for code, number in numbers.items() if code not in found)
    return found


def board_of(lines: Mapping[str, Line], has_others: bool = False) -> Board:
    """A board of told lines by column. The row of what is in no village is left out where there is nothing in it."""
    codes = list(lines[COLUMNS[0]].cells)
    villages = {code: {column: lines[column].cells[code] for column in COLUMNS} for code in codes}
    if not has_others:
        villages.pop(ELSEWHERE, None)
    return Board(villages, {column: lines[column].total for column in COLUMNS})


def told_band(shown: Shown, late: Overdue) -> Shown:
    """The band of a village's overdue visits, for the map: never more than the board says of the same number.

    Many visits of few people are not told either.
    """
    if shown.value is None:
        return shown_as_band("1-4") if shown.reason == "few" else shown_as(0, shown.reason)
    if shown.value >= K and late.late < K:
        return shown_as(0, "complement")
    return shown_as_band(band_of(shown.value))


def shown_as_band(text: str) -> Shown:
    return Shown(text, None, suppressed=False)
