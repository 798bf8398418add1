"""Records as CSV, table by table, in ODK Briefcase's layout: odk-contract.md section 8."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from forms.schema import FormSchema
from server.reports.csv_cells import Choices, Stretch, columns_of, guard, stretches_of
from server.reports.odata_conditions import Conditions, answers_of, divide
from server.reports.odata_fields import root_of
from server.reports.odata_nodes import Node
from server.reports.queries import Answered, iterate_records, iterate_values
from server.reports.records import Narrowed, Record, Source
from server.reports.table import FormTable, Row, rows_of

BOM = "\ufeff"  # what makes Excel in China read UTF-8
AFTER_FIELDS = (
    "KEY",
    "SubmitterID",
    "SubmitterName",
    "AttachmentsPresent",
    "AttachmentsExpected",
    "Status",
    "ReviewState",
    "DeviceID",
    "Edits",
    "FormVersion",
)
STATUS = {"notDecrypted": "not decrypted", "missingEncryptedFormData": "missing encrypted form data"}


@dataclass(frozen=True)
class CsvOptions:
    """What was asked of an export. `guarded`: text cells that look like formulas get a `'`."""

    group_paths: bool = True
    split_selects: bool = False
    deleted_fields: bool = False
    guarded: bool = True
    bom: bool = False
    filter: Node | None = None


@dataclass(frozen=True)
class Export:
    """The records that an export is about, read as often as it has tables. `only` narrows one reading of them."""

    db: Session
    source: Source
    options: CsvOptions
    conditions: Conditions = field(default=Conditions())
    only: ColumnElement[bool] | None = field(default=None, kw_only=True)

    @property
    def narrowed(self) -> Narrowed:
        sql = self.conditions.sql if self.only is None else (*self.conditions.sql, self.only)
        return Narrowed(sql, with_deleted=self.conditions.mentions_deleted)

    def records(self, root: FormTable, counted: bool = True) -> Iterator[Record]:
        """`counted` as in Narrowed."""
        found = iterate_records(self.db, self.source, replace(self.narrowed, counted=counted))
        if not self.conditions.rest:
            yield from found
            return
        for record in found:
            if self.conditions.accept(answers_of(record, Row(root, record.instance_id, record.values))):
                yield record

    def values(self, root: FormTable) -> Iterator[Answered]:
        """The records' answers and nearly nothing else of them: half of what records cost."""
        if not self.conditions.rest:
            return iterate_values(self.db, self.source, self.narrowed)
        records = self.records(root, counted=False)
        return ((one.id, one.instance_id, one.form_version_id, (one.values_json or "").encode()) for one in records)

    def rows(self, table: FormTable) -> Iterator[tuple[Record, Row]]:
        if table.parent is None:
            for record in self.records(table):
                yield record, Row(table, record.instance_id, record.values)
            return
        for record in self.records(root_of(table), counted=False):
            for row in rows_of(record.instance_id, record.values, table):
                yield record, row


def start_export(db: Session, source: Source, options: CsvOptions) -> Export:
    if options.filter is None:
        return Export(db, source, options)
    return Export(db, source, options, divide(options.filter, db.get_bind().dialect.name))


def write_table(export: Export, table: FormTable, choices: Choices) -> Iterator[str]:
    """The table's lines, its head first, in UTF-8's text form with LF. `choices` are what see_choices found."""
    columns = columns_of(table.leaves, export.options.group_paths, choices)
    if export.options.bom:
        yield BOM
    before, after = heads_around(table)
    yield write_line([*before, *(head for column in columns for head in column.heads()), *after])
    stretches, write = stretches_of(columns), csv.writer(Echo(), lineterminator="\r\n").writerow
    for record, row in export.rows(table):
        yield write(cells_of(record, row, stretches, export.options.guarded))[:-2] + "\n"


class Echo:
    """A file that keeps nothing: the writer of CSV hands on what writing gave."""

    def write(self, text: str) -> str:
        return text


def write_line(cells: list[str]) -> str:
    """A line with LF. The writer is told CR LF, or it would not put a cell that holds a lone CR in quotes."""
    line: Any = csv.writer(Echo(), lineterminator="\r\n").writerow(cells)  # what Echo gave
    return str(line)[:-2] + "\n"


def cells_of(record: Record, row: Row, stretches: list[Stretch], guarded: bool) -> list[str | None]:
    before, after = cells_around(record, row, guarded)
    cells: list[str | None] = [*before]
    for one in stretches:
        cells += one.cells(row.values, guarded)
    cells += after
    return cells


def heads_around(table: FormTable) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The heads before and after those of the fields."""
    return (("SubmissionDate",), AFTER_FIELDS) if table.parent is None else ((), ("PARENT_KEY", "KEY"))


def cells_around(record: Record, row: Row, guarded: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The cells before and after those of the fields."""
    text: Any = guard if guarded else lambda one: one or ""
    if row.parent is not None:
        return (), (text(row.parent.key), text(row.key))
    after = (
        text(row.key),
        "" if record.submitter_id is None else str(record.submitter_id),
        text(record.submitter_name),
        str(record.files_present),
        str(record.files_expected),
        STATUS.get(record.status or "", ""),
        record.review_state or "",
        text(record.device_id),
        str(record.edits),
        text(record.form_version),
    )
    return (write_instant(record.created_at),), after


def write_instant(at: datetime) -> str:
    """UTC with milliseconds and Z."""
    return at.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def union_of(schemas: list[FormSchema]) -> FormSchema:
    """The newest form with the fields that only older ones had, each behind the field that it stood behind."""
    newest, *older = schemas
    fields = {one.path: one for one in newest.fields}
    order = list(fields)
    for schema in older:
        before = None
        for one in schema.fields:
            if one.path not in fields and fits(one.path, fields):
                fields[one.path] = one
                order.insert(order.index(before) + 1 if before in fields else 0, one.path)
            before = one.path if one.path in fields else before
    return FormSchema(tuple(fields[path] for path in order), newest.root)


def fits(path: str, fields: dict[str, Any]) -> bool:
    """Whether the group around a field still is one (a field that has answers of its own holds no others)."""
    above = path.rpartition("/")[0]
    return not above or (above in fields and (fields[above].group or fields[above].repeat))
