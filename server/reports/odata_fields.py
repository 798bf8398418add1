"""Which names a filter, an order or a selection of a table may use (odk-contract.md 7.4), and what stands behind them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from server.errors import ODataFieldUnsupported, SelectUnknown, SelectUnsupported
from server.reports.odata_nodes import FieldRef
from server.reports.table import Column, FormTable

SYSTEM_TYPES = {
    "__id": "text",
    "__system/submissionDate": "instant",
    "__system/updatedAt": "instant",
    "__system/deletedAt": "instant",
    "__system/submitterId": "id",
    "__system/reviewState": "text",
}
SYSTEM_MEMBERS = (
    "submissionDate",
    "updatedAt",
    "submitterId",
    "submitterName",
    "attachmentsPresent",
    "attachmentsExpected",
    "status",
    "reviewState",
    "deviceId",
    "edits",
    "formVersion",
    "deletedAt",
)
FIELD_TYPES = {
    "int": "number",
    "decimal": "number",
    "boolean": "boolean",
    "date": "date",
    "dateTime": "instant",
    "geopoint": "geo",
    "geotrace": "geo",
    "geoshape": "geo",
}
TO_ROOT = "$root/Submissions/"

Selection = dict[str, Any]  # a member's name -> True, or what of it is selected


@dataclass(frozen=True)
class Names:
    """The names of one table. From a repeat, the record's own are reached by `$root/Submissions/`."""

    table: FormTable

    def resolve(self, name: str) -> FieldRef:
        """Raises ODataFieldUnsupported (501.5)."""
        inner = name.removeprefix(TO_ROOT)
        of_record = inner != name or self.table.parent is None
        if of_record and inner in SYSTEM_TYPES:
            return FieldRef("system", (inner,), SYSTEM_TYPES[inner])
        if not of_record and name == "__id":
            return FieldRef("row", ("__id",), "text")
        return find_field(root_of(self.table) if inner != name else self.table, inner, name)

    def select(self, text: str) -> Selection:
        """`$select`: a comma list of `__id`, `__system`, `__system/x`, fields, groups. Raises 400.23 and 400.24."""
        chosen: Selection = {}
        for name, parts in split_selected(text):
            check_selected(self.table, name, parts)
            select_one(chosen, parts)
        return chosen


def root_of(table: FormTable) -> FormTable:
    return table if table.parent is None else root_of(table.parent)


def find_field(table: FormTable, inner: str, name: str) -> FieldRef:
    columns: tuple[Column, ...] = table.columns
    path: list[str] = []
    column = None
    for part in inner.split("/"):
        column = next((one for one in columns if one.name == part and not one.is_repeat), None)
        if column is None:
            raise ODataFieldUnsupported(field=name)
        path.append(column.field.name)
        columns = column.columns
    if column is None or column.is_group:
        raise ODataFieldUnsupported(field=name)
    place = "root" if table.parent is None else "row"
    return FieldRef(place, tuple(path), FIELD_TYPES.get(column.field.type, "text"), column.field.type)


def split_selected(text: str) -> Iterator[tuple[str, list[str]]]:
    for name in (part.strip() for part in text.split(",")):
        yield name, name.split("/")


def select_one(chosen: Selection, parts: list[str]) -> None:
    """Adds one path to what is chosen; a whole that is chosen stays whole."""
    for part in parts[:-1]:
        inner = chosen.setdefault(part, {})
        if inner is True:
            return
        chosen = inner
    chosen[parts[-1]] = True


def check_selected(table: FormTable, name: str, parts: list[str]) -> None:
    if parts == ["__id"] or (table.parent is None and is_system(parts)):
        return
    columns = table.columns
    for number, part in enumerate(parts):
        column = next((one for one in columns if one.name == part), None)
        if column is None:
            raise SelectUnknown(property=name)
        if column.is_repeat and number + 1 < len(parts):
            raise SelectUnsupported(property=name)
        columns = column.columns


def is_system(parts: list[str]) -> bool:
    return parts[0] == "__system" and (len(parts) == 1 or (len(parts) == 2 and parts[1] in SYSTEM_MEMBERS))
