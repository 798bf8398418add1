"""A workbook of the town's, opened and filled in by a process of its own (child.py says what that may and what it refuses)."""

import base64
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from forms.errors import XLSFormInvalid
from forms.workbook import check_workbook
from server.one_core import CORE
from server.workplaces import HERE

WALL_SECONDS: Final = 30
LARGEST: Final = 1_000_000
"""Bytes: a table is no archive."""
CHILD: Final = Path(__file__).with_name("child.py")


class Wrong(NamedTuple):
    """What is wrong: damaged, not_excel, large, runs, too_large, formula, braces, or a marks.Wrong; where, and the text there."""

    kind: str
    sheet: str
    cell: str
    text: str


class Place(NamedTuple):
    """Where a mark stands; `text` is what is between its braces."""

    sheet: str
    cell: str
    text: str


class Sheet(NamedTuple):
    name: str
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Scan:
    """What is in a workbook: its sheets as texts, and each mark where it stands."""

    sheets: Sequence[Sheet]
    marks: Sequence[Place]


class TableWrong(Exception):
    """It cannot be used as a table; `wrongs` say why, place by place."""

    def __init__(self, wrongs: Sequence[Wrong]) -> None:
        super().__init__(f"{len(wrongs)} things are wrong")
        self.wrongs = wrongs


@dataclass(frozen=True)
class Value:
    """What takes a mark's place: `number` where it stands alone (a share where `percent`), else `text`."""

    text: str
    number: float | int | None = None
    percent: bool = False


def scan(data: bytes) -> Scan:
    """Raises TableWrong."""
    check(data)
    told = ask(data, None)
    sheets = [Sheet(one["name"], one["rows"]) for one in told["sheets"]]
    return Scan(sheets, [Place(*one) for one in told["marks"]])


def fill_in(data: bytes, values: Mapping[str, Value]) -> bytes:
    """The workbook with a value for each mark, by its text. Raises TableWrong."""
    told = ask(data, {mark: vars(one) for mark, one in values.items()})
    return base64.b64decode(told["data"])


def check(data: bytes) -> None:
    if len(data) > LARGEST:
        raise TableWrong([Wrong("large", "", "", str(len(data)))])
    try:
        kind = check_workbook(data)
    except XLSFormInvalid as wrong:
        raise TableWrong([Wrong("damaged", "", "", wrong.message)]) from None
    if kind != "xlsx":
        raise TableWrong([Wrong("not_excel", "", "", "")])


@HERE.rest()
@CORE.on_any_core()
def ask(data: bytes, values: Mapping[str, Any] | None) -> dict[str, Any]:
    task = json.dumps({"data": base64.b64encode(data).decode(), "values": values})
    command = [sys.executable, "-I", str(CHILD)]
    try:
        done = subprocess.run(command, input=task.encode(), capture_output=True, timeout=WALL_SECONDS, check=False)
        told: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise TableWrong([Wrong("damaged", "", "", "")]) from None
    if told["wrongs"]:
        raise TableWrong([Wrong(*one) for one in told["wrongs"]])
    return told
