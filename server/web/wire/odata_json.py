"""Rows of OData, member by member. Facts: odk-contract.md 7.2 and 7.3."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson

from server.reports.odata import End
from server.reports.odata_fields import Selection
from server.reports.odata_options import After, Options, Question, write_token
from server.reports.records import Record
from server.reports.table import Column, FormTable, Row, rows_below
from server.reports.values import is_text, odata_value
from server.web.wire.central_json import Json, instant


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
    """How rows of one table are written: geometry as WKT or GeoJSON, repeats inline or as links, which members.

    `nested` are the repeats directly below each table, `members` its columns, both by the table's name.
    """

    wkt: bool
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
        here = values if isinstance(values, dict) else {}
        for name, field, type_name, inner, way in members:
            value = here.get(field)
            if type_name is None:  # most of a form
                body[name] = value if isinstance(value, str) else None
            elif inner is not None:
                group: Json = {}
                self.add_fields(group, row, inner, value)
                body[name] = group
            elif way is not None:
                body[f"{name}@odata.navigationLink"] = f"{link_of(row)}/{way}"
                if self.expand:
                    body[name] = self.inlined(row, way)
            else:
                body[name] = odata_value(value, type_name, self.wkt)

    def inlined(self, row: Row, way: str) -> list[Json]:
        table = self.nested[row.table.name][way]
        found = []
        for one in rows_below(row, table):
            body: Json = {"__id": one.id}
            self.add_fields(body, one, self.members[table.name], one.values)
            found.append(body)
        return found


class Member(NamedTuple):
    """How a column is written: `type_name` None is text as it is; `inner` a group's; `way` a repeat's from its row."""

    name: str
    field: str
    type_name: str | None
    inner: "tuple[Member, ...] | None" = None
    way: str | None = None


def members_of(columns: Iterable[Column], names: tuple[str, ...] = ()) -> Iterator[Member]:
    """`names` lead to the group that the columns stand in."""
    for column in columns:
        path = (*names, column.name)
        about = column.name, column.field.name
        if column.is_repeat:
            yield Member(*about, "", way="/".join(path))
        elif column.is_group:
            yield Member(*about, "", inner=tuple(members_of(column.columns, path)))
        else:
            yield Member(*about, None if is_text(column.field.type) else column.field.type)


def writer_for(question: Question, tables: dict[str, FormTable]) -> Writer:
    nested: dict[str, dict[str, FormTable]] = {name: {} for name in tables}
    for table in tables.values():
        if table.parent is not None:
            below = table.names[len(table.parent.names) :]
            nested[table.parent.name]["/".join(below)] = table
    members = {name: tuple(members_of(table.columns)) for name, table in tables.items()}
    return Writer(question.wkt, question.expand, question.select, nested, members)


def link_of(row: Row) -> str:
    """A row's own address: `Submissions('uuid%3A…')/member('…')`; a quote inside an id is doubled."""
    key = quote(row.id.replace("'", "''"), safe="")
    if row.parent is None:
        return f"Submissions('{key}')"
    names = row.table.names[len(row.parent.table.names) :]
    return f"{link_of(row.parent)}/{'/'.join(names)}('{key}')"


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
