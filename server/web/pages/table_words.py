"""The town's own tables in words: what a mark stands for, and what is wrong with a workbook, with sheet and cell."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask_babel import format_date
from flask_babel import lazy_gettext as _l

from geo.month_ends import Rate
from server.models import Project
from server.reports.csv_cells import guard
from server.reports.indicators.told import ToldIndicator, Window
from server.reports.pack.paper import Cell, Hidden, Percent
from server.reports.tables.marks import MARK, Mark, MarkWrong, read_mark
from server.reports.tables.workbooks import Scan, TableWrong, Value, Wrong
from server.web.pages.indicator_words import WORDS, say_window
from server.web.pages.pack_words import rate_cells
from server.web.pages.texts import _

WRONG_WORDS: Final[Mapping[str, Any]] = {
    "damaged": _l("The file can't be opened. Open it in Excel, save it anew as .xlsx, and bring it back."),
    "not_excel": _l("It is an old workbook (.xls). Save it as .xlsx and bring it back."),
    "large": _l("It is larger than 1 MB. A table with marks needs no pictures."),
    "too_large": _l("A table has at most 20 sheets of 500 rows and 60 columns."),
    "runs": _l("This part of the file runs something or leads elsewhere: macros, links, embedded files. Take it out."),
    "formula": _l(
        "This formula is not taken. Sums, averages, rounding and IF are; a mark stands in a cell of its own."
    ),
    "braces": _l("A brace is missing: a mark begins with two of them and ends with two."),
    "unknown": _l("There is no such mark."),
    "no_indicator": _l("There is no indicator of this number."),
    "not_counted": _l("This indicator is not counted here; its page says why."),
    "no_field": _l("After the point stands one of: rate, numerator, denominator, window, name."),
    "no_option": _l("After the mark stands cluster=code, village=code or before=1, each once."),
    "no_place": _l("No cluster or village of the town has this code."),
    "not_by_place": _l("This number is told of the whole town alone, or not of this kind of place."),
    "no_before": _l("before= takes a number from 0 to 11."),
}
MOST_TOLD: Final = 20


@dataclass(frozen=True)
class Places:
    """Codes of the town's clusters and of its villages."""

    clusters: frozenset[str]
    villages: frozenset[str]


@dataclass(frozen=True)
class Told:
    """What marks are filled from: the indicators as they were told by a day, and who lies where, by code. `month`: any day of
    the month that it is about; `phones` that there were and how many of them spoke (`synced`) on the day it was told."""

    project: Project
    month: date
    as_of: str
    indicators: Mapping[str, ToldIndicator]
    places: Places
    villages: Mapping[date, Mapping[str, Rate]]
    phones: int
    synced: int


def values_of(scan: Scan, told: Told) -> dict[str, Value]:
    """By the text of each mark. Raises TableWrong."""
    marks = read_marks(scan, told.places)
    return {text: as_value(cell_of(mark, told)) for text, mark in marks.items()}


def read_marks(scan: Scan, places: Places) -> dict[str, Mark]:
    """By its text. Raises TableWrong with every place that is wrong, MOST_TOLD at most."""
    found: dict[str, Mark] = {}
    wrongs: list[Wrong] = []
    for place in scan.marks:
        try:
            found[place.text] = check_place(read_mark(place.text), places)
        except MarkWrong as wrong:
            wrongs.append(Wrong(wrong.why, place.sheet, place.cell, f"{{{{{place.text}}}}}"))
    if wrongs:
        raise TableWrong(wrongs[:MOST_TOLD])
    return found


def check_place(mark: Mark, places: Places) -> Mark:
    if mark.cluster and mark.cluster not in places.clusters:
        raise MarkWrong("no_place")
    if mark.village and mark.village not in places.villages:
        raise MarkWrong("no_place")
    return mark


def cell_of(mark: Mark, told: Told) -> Cell:
    if mark.plain:
        return plain_of(mark.plain, told)
    indicator = told.indicators[mark.indicator]
    if mark.field == "name":
        return str(WORDS[mark.indicator].name)
    at = len(indicator.windows) - 1 - mark.before
    if at < 0:
        return Hidden(_("not counted yet"))
    window = indicator.windows[at]
    if mark.field == "window":
        return say_window(indicator.indicator, window.first, window.last)
    percent, done, of = rate_cells(rate_of(mark, window, told))
    chosen = {"rate": percent, "numerator": done, "denominator": of}[mark.field]
    return percent if chosen is None else chosen


def plain_of(name: str, told: Told) -> Cell:
    found: dict[str, Cell] = {
        "town": told.project.name,
        "month": str(format_date(told.month, _("MMM y"))),
        "as_of": told.as_of,
        "phones": told.phones,
        "synced": told.synced,
    }
    return found[name]


def rate_of(mark: Mark, window: Window, told: Told) -> Rate:
    nothing = Rate(why="complement")
    if mark.cluster:
        return window.clusters.get(mark.cluster, nothing)
    if mark.village:
        return told.villages.get(window.last, {}).get(mark.village, nothing)
    return window.town


def as_value(cell: Cell) -> Value:
    """A number as one; a text so that no spreadsheet takes it for a formula."""
    if isinstance(cell, Percent):
        return Value(f"{cell.value}%", cell.value / 100, percent=True)
    if isinstance(cell, int | float):
        return Value(str(cell), cell)
    return Value(guard(cell.why if isinstance(cell, Hidden) else cell))


def say_wrongs(wrong: TableWrong) -> list[dict[str, str]]:
    """Each with where it is, as Excel writes places."""
    return [{"where": where_of(one), "text": one.text, "words": str(WRONG_WORDS[one.kind])} for one in wrong.wrongs]


def where_of(one: Wrong) -> str:
    return _("sheet “%(sheet)s”, cell %(cell)s", sheet=one.sheet, cell=one.cell) if one.cell else one.sheet


def shown_rows(rows: Any, values: Mapping[str, Value]) -> list[list[str]]:
    """A sheet's texts with the numbers in the places of their marks."""
    return [[fill_text(text, values) for text in row] for row in rows]


def fill_text(text: str, values: Mapping[str, Value]) -> str:
    return MARK.sub(lambda one: values[one[1]].text if one[1] in values else one[0], text)
