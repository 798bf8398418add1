"""Rows of OData, member by member. Facts: odk-contract.md 7.2 and 7.3."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson

from server.reports.odata import End
from server.reports.odata_fields import Selection
from server.reports.odata_options import After, Options, Question, write_token
from server.reports.records import Record
from server.reports.table import Column, FormTable, Row, rows_below
from server.reports.values import Reader, odata_reader
from server.web.wire.central_json import Json, instant

NOTHING: Json = {}
_SAFE_ID = re.compile(r"[A-Za-z0-9_.~:-]+")  # as nearly every record's is: of it only the colon is quoted


def service_document(base: str, tables: Iterable[str]) -> Json:
    """`tables` are the names of all."""
    return {
        "@odata.context": f"{base}/$metadata",
        "value": [{"name": one, "kind": "EntitySet", "url": one} for one in tables],
    }


def system(record: Record) -> Json:
    return {
        "submissionDate": instant(record.created_at),
        "updatedAt": instant(record.updated_at),
        "submitterId": None if record.submitter_id is None else str(record.submitter_id),
        "submitterName": record.submitter_name,
        "attachmentsPresent": record.files_present,
        "attachmentsExpected": record.files_expected,
        "status": record.status,
        "reviewState": record.review_state,
        "deviceId": record.device_id,
        "edits": record.edits,
        "formVersion": record.form_version,
        "deletedAt": instant(record.deleted_at),
    }


@dataclass(frozen=True)
class Writer:
    """How rows of one table are written: repeats inline or as links, which members.

    `nested` are the repeats directly below each table, `members` its columns, both by the table's name.
    """

    expand: bool
    select: Selection | None
    nested: dict[str, dict[str, FormTable]]
    members: dict[str, tuple["Member", ...]]

    def write(self, record: Record, row: Row) -> Json:
        body: Json = {"__id": row.id}
        if row.parent is None:
            body["__system"] = system(record)
        else:
            body[row.table.parent_key] = row.parent.id
        if not record.encrypted:
            self.add_fields(body, row, self.members[row.table.name], row.values)
        return body if self.select is None else chosen(body, self.select)

    def add_fields(self, body: Json, row: Row, members: tuple["Member", ...], values: Any) -> None:
        """The members of a row or of a group in it."""
        get = (values if isinstance(values, dict) else NOTHING).get
        for name, field, read, below in members:
            value = get(field)
            if read is str:  # most of a form
                body[name] = value if isinstance(value, str) else None
            elif read is not None:
                body[name] = read(value) if isinstance(value, str) else None
            elif isinstance(below, str):
                body[f"{name}@odata.navigationLink"] = f"{link_of(row)}/{below}"
                if self.expand:
                    body[name] = self.inlined(row, below)
            else:
                group: Json = {}
                self.add_fields(group, row, below, value)
                body[name] = group

    def inlined(self, row: Row, way: str) -> list[Json]:
        table = self.nested[row.table.name][way]
        found = []
        for one in rows_below(row, table):
            body: Json = {"__id": one.id}
            self.add_fields(body, one, self.members[table.name], one.values)
            found.append(body)
        return found


Member = tuple[str, str, Reader | None, "tuple[Member, ...] | str"]
"""How a column is written: its name, its field's, and what reads an answer; a group has its members instead, a repeat the
way there from its row. A bare tuple, which is taken apart in a quarter of the time that one with names takes.
"""


def members_of(columns: Iterable[Column], wkt: bool, names: tuple[str, ...] = ()) -> Iterator[Member]:
    """`names` lead to the group that the columns stand in."""
    for column in columns:
        path = (*names, column.name)
        if column.is_repeat:
            yield column.name, column.field.name, None, "/".join(path)
        elif column.is_group:
            yield column.name, column.field.name, None, tuple(members_of(column.columns, wkt, path))
        else:
            yield column.name, column.field.name, odata_reader(column.field.type, wkt), ()


def writer_for(question: Question, tables: dict[str, FormTable]) -> Writer:
    nested: dict[str, dict[str, FormTable]] = {name: {} for name in tables}
    for table in tables.values():
        if table.parent is not None:
            below = table.names[len(table.parent.names) :]
            nested[table.parent.name]["/".join(below)] = table
    members = {name: tuple(members_of(table.columns, question.wkt)) for name, table in tables.items()}
    if question.select is not None:
        asked = members[question.table.name]
        members[question.table.name] = tuple(one for one in asked if one[0] in question.select)
    return Writer(question.expand, question.select, nested, members)


def link_of(row: Row) -> str:
    """A row's own address: `Submissions('uuid%3A…')/member('…')`; a quote inside an id is doubled."""
    key = quote_id(row.id)
    if row.parent is None:
        return f"Submissions('{key}')"
    names = row.table.names[len(row.parent.table.names) :]
    return f"{link_of(row.parent)}/{'/'.join(names)}('{key}')"


def quote_id(text: str) -> str:
    if _SAFE_ID.fullmatch(text):
        return text.replace(":", "%3A")
    return quote(text.replace("'", "''"), safe="")


def chosen(body: Json, selection: Selection) -> Json:
    """What of a row was selected; a repeat is selected by its name and shows its link."""
    found: Json = {}
    for name, value in body.items():
        wanted = selection.get(name.removesuffix("@odata.navigationLink"))
        if wanted is True:
            found[name] = value
        elif wanted is not None:
            found[name] = chosen(value, wanted) if isinstance(value, dict) else value
    return found


def page(rows: Iterable[Json], end: End, context: str, count: int | None, next_link: "NextLink") -> Iterator[bytes]:
    """The envelope as it leaves: rows first, because only after the last one it is known whether more follow."""
    yield b'{"value":['
    for number, row in enumerate(rows):
        yield (b"," if number else b"") + orjson.dumps(row)
    tail: Json = {"@odata.context": context}
    if end.more and end.last is not None:
        tail["@odata.nextLink"] = next_link.after(end.last)
    if count is not None:
        tail["@odata.count"] = count
    yield b"]," + orjson.dumps(tail)[1:]


@dataclass(frozen=True)
class NextLink:
    """The address of the page behind this one: the same question, going on after a row.

    In an order of the caller's own there is no such place, so there the link counts on with `$skip`.
    """

    address: str
    args: dict[str, str]
    question: Options

    def after(self, last: After) -> str:
        kept = {name: text for name, text in self.args.items() if name not in ("$skip", "$skiptoken", "st")}
        if self.question.order:
            kept["$skip"] = str(self.question.skip + (self.question.top or 0))
        else:
            kept["$skiptoken"] = write_token(last)
        return self.address + "?" + "&".join(f"{quote(name)}={quote(text, safe='')}" for name, text in kept.items())
