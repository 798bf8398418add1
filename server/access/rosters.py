"""A roster of who gets a phone: a table with names and villages becomes keys, all of them or none.

The file is CSV as Excel and WPS save it: UTF-8 or GB18030, comma, semicolon or tab, the first row naming the columns.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access import roles
from server.access.assignments import assign, set_villages
from server.access.caller import Caller
from server.access.phone_reach import list_phones, managed_villages
from server.access.phones import create_app_user
from server.errors import RosterUnusable, UnexpectedValue
from server.models import Project, Village

MOST_ROWS = 300
MOST_BYTES = 256_000
LONGEST_NAME = 255
NAME_COLUMNS = ("name", "姓名", "名字")
VILLAGE_COLUMNS = ("villages", "village", "村", "负责的村")
WHOLE_TOWN = ("*", "all", "全镇")
SEPARATORS = str.maketrans(dict.fromkeys(";；、|/", ","))


@dataclass(frozen=True)
class RosterRow:
    """A person on the roster. `villages` are codes or names as written; None means the whole town."""

    line: int
    name: str
    villages: tuple[str, ...] | None


def read_roster(content: bytes) -> list[RosterRow]:
    """The people in a file, by its lines. Raises RosterUnusable, UnexpectedValue for what is no table."""
    rows = list(table_of(decode(content)))
    if not rows:
        raise UnexpectedValue(field="file", value="…", reason="it is empty")
    header = [cell.strip().lower() for cell in rows[0]]
    names, villages = column_of(header, NAME_COLUMNS), column_of(header, VILLAGE_COLUMNS)
    if names is None:
        raise UnexpectedValue(field="file", value="…", reason="its first row names no column name (or 姓名)")
    found = [read_row(line, row, names, villages) for line, row in enumerate(rows[1:], 2) if any(map(str.strip, row))]
    if len(found) > MOST_ROWS:
        raise UnexpectedValue(field="file", value=len(found), reason="it has more than 300 people; split it")
    refuse_twins(found)
    return found


def decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnexpectedValue(field="file", value="…", reason="it is no text in UTF-8 or GB18030")


def table_of(text: str) -> Iterable[list[str]]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        raise UnexpectedValue(field="file", value="…", reason="it cannot be read as a table") from None


def column_of(header: Sequence[str], known: Sequence[str]) -> int | None:
    return next((at for at, word in enumerate(header) if word in known), None)


def read_row(line: int, row: Sequence[str], names: int, villages: int | None) -> RosterRow:
    name = cell(row, names)
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise RosterUnusable(line=line, reason="there is no name that can be used")
    written = cell(row, villages)
    if written.lower() in WHOLE_TOWN:
        return RosterRow(line, name, None)
    parts = (part.strip() for part in written.translate(SEPARATORS).split(","))
    return RosterRow(line, name, tuple(part for part in parts if part))


def cell(row: Sequence[str], at: int | None) -> str:
    return row[at].strip() if at is not None and at < len(row) else ""


def refuse_twins(rows: Sequence[RosterRow]) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.name in seen:
            raise RosterUnusable(line=row.line, reason="this name stands in the file twice; tell the two apart")
        seen.add(row.name)


def make_phones(
    db: Session, key: bytes, caller: Caller, project: Project, rows: Sequence[RosterRow], by: int, now: datetime
) -> list[int]:
    """A key for everybody on the roster who has none; who has one keeps it. Gives the phones of all, in their order.

    Raises RosterUnusable for a village that the project does not have, or that is none of the caller's.
    """
    known = working_phones(db, key, caller, project, now)
    managed = managed_villages(caller, project)
    codes = {} if project.kind == "plain" else village_codes(db, project, managed)
    wanted = [(row, villages_in(row, codes, managed is None) if project.kind == "care" else None) for row in rows]
    return [known.get(row.name) or make_phone(db, key, caller, project, row.name, at, by, now) for row, at in wanted]


def make_phone(
    db: Session,
    key: bytes,
    caller: Caller,
    project: Project,
    name: str,
    villages: list[str] | None,
    by: int,
    now: datetime,
) -> int:
    made = create_app_user(db, key, project.id, name, by, now)
    assign(db, caller, roles.BY_ID[roles.APP_USER], made.actor.id, now, project, None)
    if project.kind == "care":
        set_villages(db, caller, project, made.actor.id, villages, now)
    return made.actor.id


def working_phones(db: Session, key: bytes, caller: Caller, project: Project, now: datetime) -> dict[str, int]:
    """By name, the oldest of a name: phones that the caller manages and that are not stopped."""
    found = [one.actor for one in list_phones(db, key, caller, project, now) if one.row.revoked_at is None]
    return {one.display_name: one.id for one in sorted(found, key=lambda one: one.id, reverse=True)}


def village_codes(db: Session, project: Project, managed: frozenset[int] | None) -> dict[str, str]:
    """The code of each village by its code and by its name; a name that two villages have means neither.

    `managed` are ids of the only ones that may be given; None is all.
    """
    query = select(Village.code, Village.name).where(Village.project_id == project.id, Village.retired_at.is_(None))
    found = db.execute(query if managed is None else query.where(Village.id.in_(managed))).all()
    names = [name for _, name in found]
    return {name: code for code, name in found if names.count(name) == 1} | {code: code for code, _ in found}


def villages_in(row: RosterRow, codes: dict[str, str], whole_town: bool) -> list[str] | None:
    if row.villages is None:
        if not whole_town:
            raise RosterUnusable(line=row.line, reason="it names the whole town, and yours are some villages of it")
        return None
    for written in row.villages:
        if written not in codes and whole_town:
            raise RosterUnusable(
                line=row.line, reason="it names a village that the project does not have, or has twice"
            )
        if written not in codes:
            raise RosterUnusable(line=row.line, reason="it names a village that is none of yours")
    return [codes[written] for written in row.villages]
