"""A form's tables as people read them: questions as heads, choices by their labels, instants on the town's clock.

Keys join the tables: a record's own key stands in its row and in each row of its repeats.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from forms.schema import Field, FormSchema
from server.clock import SHANGHAI
from server.reports.csv_cells import NUMBERS, guard
from server.reports.csv_rows import Export
from server.reports.records import Record
from server.reports.table import FormTable, Row, value_below
from server.reports.values import read_date, read_decimal, read_instant

EXACT: Final = 10**15  # larger whole numbers lose digits in a spreadsheet, so they stay text
FIRST_YEAR: Final = 1900  # of a spreadsheet's calendar

Cell = str | float | date | datetime | None
"""A datetime is without a zone, on the town's clock."""


@dataclass(frozen=True)
class Wording:
    """The reader's words. `lang` is the language of labels, zh or en; `states` has a word for each review state."""

    lang: str
    record: str
    row: str
    received: str
    state: str
    sender: str
    latitude: str
    longitude: str
    states: dict[str | None, str]

    def of(self, labels: dict[str, str]) -> str:
        """In the reader's language, else in any."""
        return labels.get(self.lang) or labels.get("default") or next(iter(labels.values()), "")

    @property
    def comma(self) -> str:
        return "、" if self.lang == "zh" else ", "


class Question(NamedTuple):
    """A field of a table with its path below a row. `parts` are the choices that have columns of their own."""

    path: tuple[str, ...]
    field: Field
    parts: tuple[str, ...]


def questions_of(table: FormTable, split: bool) -> list[Question]:
    """`split`: a select of several has one more column for each of its choices."""
    return [Question(path, field, parts_of(field) if split else ()) for path, field in table.leaves]


def parts_of(field: Field) -> tuple[str, ...]:
    return tuple(one.name for one in field.choices or ()) if field.select_multiple else ()


def heads_of(table: FormTable, questions: Iterable[Question], words: Wording) -> list[str]:
    before = [words.record, words.received, words.state, words.sender]
    around = before if table.parent is None else [words.record, words.row]
    return [*around, *(guard(head) for one in questions for head in heads_of_one(one, words))]


def heads_of_one(asked: Question, words: Wording) -> Iterator[str]:
    label = one_line(words.of(asked.field.labels)) or asked.field.name
    if asked.field.type == "geopoint":
        yield from (f"{label} {words.latitude}", f"{label} {words.longitude}")
        return
    yield label
    for part in asked.parts:
        yield f"{label}: {label_of_choice(asked.field, part, words)}"


def one_line(text: str) -> str:
    return " ".join(text.split())


def label_of_choice(field: Field, name: str, words: Wording) -> str:
    found = next((one for one in field.choices or () if one.name == name), None)
    return one_line(words.of(found.labels)) or name if found else name


def lines_of(
    export: Export, table: FormTable, questions: list[Question], words: Wording
) -> Iterator[tuple[Record, list[Cell]]]:
    """The table's rows as cells, the newest record first."""
    for record, row in export.rows(table):
        cells = [*cells_around(record, row, words)]
        for one in questions:
            cells.extend(cells_of_one(one, value_below(row.values, one.path), words))
        yield record, cells


def cells_around(record: Record, row: Row, words: Wording) -> tuple[Cell, ...]:
    if row.parent is not None:
        return guard(row.parent.key), guard(row.key)
    state = words.states.get(record.review_state, record.review_state or "")
    return guard(row.key), on_the_clock(record.created_at), state, guard(record.submitter_name)


def on_the_clock(at: datetime) -> datetime:
    return at.astimezone(SHANGHAI).replace(tzinfo=None, microsecond=0)


def cells_of_one(asked: Question, value: Any, words: Wording) -> Iterator[Cell]:
    text = value.strip() if isinstance(value, str) else ""
    if asked.field.type == "geopoint":
        yield from point_cells(text)
        return
    yield cell_of(asked.field, text, words) if text else None
    given = set(text.split())
    for part in asked.parts:
        yield (1.0 if part in given else 0.0) if text else None


def point_cells(text: str) -> tuple[Cell, Cell]:
    """Latitude and longitude in degrees (WGS 84); what is no point, as it was sent."""
    numbers = [read_decimal(part) for part in text.split()[:2]]
    if len(numbers) == 2 and None not in numbers:
        return numbers[0], numbers[1]
    return guard(text) or None, None


def cell_of(field: Field, text: str, words: Wording) -> Cell:
    """A number, a day or an instant where it is one that a spreadsheet keeps exactly; else words."""
    if field.choices is not None:
        parts = text.split() if field.select_multiple else [text]
        return guard(words.comma.join(label_of_choice(field, part, words) for part in parts))
    typed = typed_cell(field.type, text)
    return guard(text) if typed is None else typed


def typed_cell(type_name: str, text: str) -> Cell:
    if type_name in NUMBERS:
        number = read_decimal(text)
        return number if number is not None and abs(number) < EXACT else None
    if type_name == "date":
        day = read_date(text)
        return day if day is not None and day.year >= FIRST_YEAR else None
    if type_name == "dateTime":
        at = read_instant(text)
        return on_the_clock(at) if at is not None and at.year > FIRST_YEAR else None
    return None


def title_of(table: FormTable, schema: FormSchema, words: Wording, form_title: str) -> str:
    """What a table is called: as the form, or as the repeat's own question."""
    if table.parent is None:
        return form_title
    path, above = "/" + "/".join(table.path), table.parent
    while above.parent is not None:
        path, above = "/" + "/".join(above.path) + path, above.parent
    found = schema.by_path.get(path)
    return (one_line(words.of(found.labels)) if found else "") or table.repeat_name
