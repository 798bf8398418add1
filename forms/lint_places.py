"""Where a finding of the linter stands, as its author looks for it: sheet and row of a workbook, or the line of a text.

Of the form itself, or of a file beside it."""

from collections.abc import Iterable
from typing import NamedTuple

from forms.lint import Finding, terms_in


class Cell(NamedTuple):
    """A cell that holds text; `row` as Excel counts it."""

    sheet: str
    row: int
    text: str


class Place(NamedTuple):
    """`sheet` and `row` of a workbook, or `line` of a text; None where it is not known. `file`: one beside the form."""

    sheet: str | None = None
    row: int | None = None
    line: int | None = None
    file: str | None = None


NOWHERE = Place()
Located = tuple[Finding, Place]


def place_in_workbook(finding: Finding, cells: Iterable[Cell]) -> Place:
    """The cell with this very sentence, on the row of its question where there is one; else the first with the term."""
    known = list(cells)
    rows = {(one.sheet, one.row) for one in known if one.text == finding.path.rpartition("/")[2]}
    same = [one for one in known if one.text == finding.sentence]
    about = [one for one in same if (one.sheet, one.row) in rows] or same or holding(finding.term, known)
    return Place(about[0].sheet, about[0].row) if about else NOWHERE


def holding(term: str, cells: Iterable[Cell]) -> list[Cell]:
    return [one for one in cells if one.text == term or any(found == term for found, _ in terms_in(one.text))]


def place_in_text(finding: Finding, text: str) -> Place:
    """The line of a text, counted from 1, that holds the sentence or, where it goes over several lines, the term."""
    for wanted in (finding.sentence, finding.term):
        at = text.find(wanted) if wanted else -1
        if at >= 0:
            return Place(line=text.count("\n", 0, at) + 1)
    return NOWHERE
