"""The review list as a file for Excel: all records of the filter, in the columns and words of the page."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import Response
from sqlalchemy.orm import Session

from forms.findable import answers_at
from forms.schema import Field
from server.access.allow import Scope
from server.clock import SHANGHAI
from server.intake import desk
from server.intake.wanted import Wanted
from server.reports.csv_cells import guard
from server.reports.queries import take_snapshot
from server.web.files import disposition
from server.web.pages.answers import Words, label_of, say_value
from server.web.pages.door import pages
from server.web.pages.review import reachable
from server.web.pages.review_filter import read_filter, words_here
from server.web.pages.review_list import columns_asked, forms_to_choose, schema_of
from server.web.pages.texts import _
from server.web.pages.titles import say_form_title
from server.web.pages.words import STATE_WORDS
from server.web.readings import note_read
from server.web.streams import stream

TOGETHER = 500
BOM = b"\xef\xbb\xbf"  # by which Excel knows UTF-8


@dataclass(frozen=True)
class Table:
    """What is written, and all words of the reader's language that it needs: lines are made when the request is over."""

    scope: Scope
    wanted: Wanted
    asked: tuple[Field, ...]
    words: Words
    heads: tuple[str, ...]
    states: dict[str | None, str]
    forms: dict[str, str]
    unknown: str


@pages.get("/review/list.csv")
def download_list() -> Response:
    project, scope = reachable("submission.list")
    wanted = read_filter()
    asked = columns_asked(project, wanted, schema_of(scope, wanted))
    table = table_of(scope, wanted, asked, forms_to_choose(project, scope))
    answer = stream(lambda db: write_list(db, table), "text/csv; charset=utf-8")
    note_read(project, "submission.list", details={"file": True})
    answer.headers["Content-Disposition"] = disposition("attachment", f"{_('Review')}.csv")
    return answer


def table_of(scope: Scope, wanted: Wanted, asked: Iterable[Field], forms: Iterable[dict[str, str]]) -> Table:
    words = Words(words_here().lang)  # days as numbers, by which Excel sorts them
    asked = tuple(asked)
    answers = (label_of(one, words) for one in asked)
    before, after = (_("Record"), _("Form"), _("State")), (_("Village"), _("Sent by"), _("Received"))
    states = {state: str(word) for state, word in STATE_WORDS.items()}
    titles = {one["name"]: say_form_title(one["name"]) for one in forms}
    return Table(scope, wanted, asked, words, (*before, *answers, *after), states, titles, _("not known"))


def write_list(db: Session, table: Table) -> Iterator[bytes]:
    """The file in pieces, all of them as of one moment."""
    take_snapshot(db)
    yield BOM + line_of(table.heads)
    for rows in desk.walk_records(db, table.scope, table.wanted, TOGETHER):
        values = desk.list_values(db, [one.id for one in rows]) if table.asked else {}
        yield b"".join(line_of(cells_of(table, one, values.get(one.id))) for one in rows)


def cells_of(table: Table, row: desk.RecordRow, values: dict[str, object] | None) -> list[str]:
    answers = [
        ", ".join(say_value(one, text, table.words) for text in answers_at(values, one.path)) if values else ""
        for one in table.asked
    ]
    received = row.received_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    form, state = table.forms.get(row.form_name, row.form_name), table.states.get(row.state, row.state or "")
    return [
        table.forms.get(row.title, row.title),
        form,
        state,
        *answers,
        row.village or table.unknown,
        row.submitter or "",
        received,
    ]


def line_of(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([guard(one) for one in cells])
    return line.getvalue().encode()
