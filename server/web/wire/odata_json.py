"""Rows of OData, member by member. Facts: odk-contract.md 7.2 and 7.3."""

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
from server.reports.values import odata_value
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

    `nested` are the repeats directly below each table, by the table's name.
    """

    wkt: bool
    expand: bool
    select: Selection | None
    nested: dict[str, dict[str, FormTable]]

    def write(self, record: Record, row: Row) -> Json:
        body: Json = {"__id": row.id}
        if row.parent is None:
            body["__system"] = system(record)
        else:
            body[row.table.parent_key] = row.parent.id
        if not record.encrypted:
            body |= self.fields(row, row.table.columns, row.values, (), link_of(row))
        return body if self.select is None else chosen(body, self.select)

    def fields(self, row: Row, columns: Iterable[Column], values: Any, names: tuple[str, ...], link: str) -> Json:
        """The members of a row or of a group in it; `names` lead to the group."""
        body: Json = {}
        here = values if isinstance(values, dict) else {}
        for column in columns:
            value, path = here.get(column.field.name), (*names, column.name)
            if column.is_repeat:
                body[f"{column.name}@odata.navigationLink"] = f"{link}/{'/'.join(path)}"
                if self.expand:
                    body[column.name] = self.inlined(row, path)
            elif column.is_group:
                body[column.name] = self.fields(row, column.columns, value, path, link)
            else:
                body[column.name] = odata_value(value, column.field.type, self.wkt)
        return body

    def inlined(self, row: Row, names: tuple[str, ...]) -> list[Json]:
        table = self.nested[row.table.name]["/".join(names)]
        return [
            {"__id": one.id} | self.fields(one, table.columns, one.values, (), link_of(one))
            for one in rows_below(row, table)
        ]


def writer_for(question: Question, tables: dict[str, FormTable]) -> Writer:
    nested: dict[str, dict[str, FormTable]] = {name: {} for name in tables}
    for table in tables.values():
        if table.parent is not None:
            below = table.names[len(table.parent.names) :]
            nested[table.parent.name]["/".join(below)] = table
    return Writer(question.wkt, question.expand, question.select, nested)


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
