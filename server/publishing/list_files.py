"""A list of the town as a CSV file: its rows, and the file of rows. Pure."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from forms.media import choice_csv
from server.publishing.list_kinds import TownList

Row = dict[str, str]

MOST_ROWS: Final = 500
LARGEST: Final = 1_000_000  # bytes


class ListUnreadable(Exception):
    """A file that is no such list: `why` is a short name, `values` what its sentence names."""

    def __init__(self, why: str, **values: str) -> None:
        super().__init__(why)
        self.why, self.values = why, values


def read_rows(kind: TownList, content: bytes) -> list[Row]:
    """The rows of a CSV file, cells without spaces around them; lines without any text are left out.

    Excel for Chinese saves GB 18030 and semicolons in some settings: both are read. Raises ListUnreadable.
    """
    if len(content) > LARGEST:
        raise ListUnreadable("large")
    try:
        lines = [[cell.strip() for cell in line] for line in _csv_lines(_decode(content))]
    except csv.Error:
        raise ListUnreadable("csv") from None
    found = [line for line in lines if any(line)]
    if not found:
        raise ListUnreadable("empty")
    header, *rows = found
    _check_header(kind, header)
    if len(rows) > MOST_ROWS:
        raise ListUnreadable("rows", most=str(MOST_ROWS))
    return [_as_row(kind, header, row) for row in rows]


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ListUnreadable("encoding")


def _csv_lines(text: str) -> Iterator[list[str]]:
    if "\0" in text:
        raise ListUnreadable("csv")
    first = text.partition("\n")[0]
    separator = ";" if ";" in first and "," not in first else "\t" if "\t" in first and "," not in first else ","
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _check_header(kind: TownList, header: Sequence[str]) -> None:
    lacking = [name for name in kind.header if name not in header]
    more = [name for name in header if name not in kind.header]
    if lacking or more or len(set(header)) != len(header):
        raise ListUnreadable("columns", wanted=",".join(kind.header), found=",".join(header)[:120])


def _as_row(kind: TownList, header: Sequence[str], cells: Sequence[str]) -> Row:
    known = dict(zip(header, cells, strict=False))
    return {name: known.get(name, "") for name in kind.header}


def write_rows(kind: TownList, rows: Sequence[Mapping[str, str]]) -> bytes:
    """The file that phones get. The same rows are the same bytes."""
    return choice_csv(kind.header, ([row[name] for name in kind.header] for row in rows))


def name_rows(kind: TownList, rows: Sequence[Row], taken: Collection[str] = ()) -> list[Row]:
    """Gives rows without a name the next free one: a letter of the list and a number."""
    used = {row["name"].lower() for row in rows} | {name.lower() for name in taken}
    named, number = [], 0
    for row in rows:
        if not row["name"]:
            number += 1
            while f"{kind.name[0]}{number}" in used:
                number += 1
            row = {**row, "name": f"{kind.name[0]}{number}"}
        named.append(row)
    return named
