"""Changing the key that values are sealed under: a new one comes first in the key file, and all values are sealed anew.

It may run while a server does, and be stopped and begun again: a value says which key sealed it, and servers look at the
key file every second. The old key stays in the file until `forget_keys`, since backups are of its time.
"""

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    LargeBinary,
    Table,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from server.blobs import BlobStore, FileDamaged, is_sha256
from server.db import Database
from server.keys import HEAD_BYTES, KEY_BYTES, LOOK_EVERY, Key, head_of, id_of, open_with, replace_keys, seal_with
from server.models import Base, SealingKey
from server.models.sealed import sealed_columns
from server.sealed_files import is_under
from server.upgrading import note_key

AT_ONCE = 500  # rows in one transaction: phones get in between
FILES_BETWEEN = 100  # two words on how far it got
TOKENS = "_sealed"  # how a column ends that holds a token, sealed by itself (access/tokens.py)
Say = Callable[[int, int], None]


class KeyInUse(Exception):
    """Something is still sealed under a key that was to be forgotten."""


def count_by_key(db: Session) -> dict[str, int]:
    """How many values are sealed under each key, by its id; tokens are not counted."""
    found: dict[str, int] = {}
    for column in sealed_columns():
        head = func.substr(raw(column), 1, HEAD_BYTES)
        for start, number in db.execute(select(head, func.count()).where(raw(column).is_not(None)).group_by(head)):
            key_id = id_of(bytes(start))
            found[key_id] = found.get(key_id, 0) + number
    return found


class Shown(NamedTuple):
    """A key of the file: its id, how many values are sealed under it, whether new ones are."""

    key_id: str
    values: int
    in_use: bool


def list_keys(database: Database) -> list[Shown]:
    """The keys of the file, the one in use first."""
    keys = database.keys
    keys.look(again=True)
    with database.reading() as db:
        counted = count_by_key(db)
    ids = [id_of(head_of(one)) for one in keys.secrets]
    return [Shown(key_id, counted.get(key_id, 0), key_id == ids[0]) for key_id in ids]


def raw(column: Column[Any]) -> Any:
    """A sealed column as it stands."""
    return type_coerce(column, LargeBinary)


def count_old(database: Database) -> int:
    """How many values are sealed under another key than the current one."""
    current = id_of(database.keys.current().head)
    with database.reading() as db:
        return sum(number for key_id, number in count_by_key(db).items() if key_id != current)


def count_to_seal(database: Database) -> int:
    """How many values a change of keys would seal anew: all, or what is left of one that was cut off."""
    with database.reading() as db:
        return count_old(database) or sum(count_by_key(db).values())


def rotate(database: Database, now: datetime, say: Say, wait: float = 2 * LOOK_EVERY) -> int:
    """Takes a new key, unless an earlier change of keys was cut off, and seals everything under it; how many values.

    `wait` are the seconds after which every running server has taken the new key: till then it may make a phone's key
    under the old one.
    """
    of = count_old(database)
    if not of:
        add_key(database, now)
        of = count_old(database)
    done = 0
    while True:
        reseal_tokens(database)
        for number in reseal_all(database):
            done += number
            say(min(done, of), of)
        time.sleep(wait)
        if not count_old(database):
            reseal_tokens(database)
            return done


def add_key(database: Database, now: datetime) -> None:
    """A new key at the top of the file, noted in the database before anything is sealed under it."""
    keys = database.keys
    keys.look(again=True)
    assert keys.path is not None, "look() raises without a file"
    replace_keys(keys.path, [secrets.token_bytes(KEY_BYTES), *keys.secrets])
    keys.look(again=True)
    note_key(database, now)


def reseal_all(database: Database) -> Iterator[int]:
    """Seals anew what is under older keys, some rows at a time; how many values each time."""
    tables: dict[Table, list[Column[Any]]] = {}
    for column in sealed_columns():
        tables.setdefault(column.table, []).append(column)
    for table, columns in tables.items():
        last: Any = None
        while True:
            with database.transaction() as db:
                last, number = reseal_some(db, database, table, columns, last)
            if last is None:
                break
            yield number


def reseal_some(
    db: Session, database: Database, table: Table, columns: Sequence[Column[Any]], last: Any
) -> tuple[Any, int]:
    """The next rows behind the key `last`; the key it came to (None: there are no more) and how many values."""
    keys = list(table.primary_key.columns)
    current = database.keys.current()
    old = or_(*(func.substr(raw(one), 1, HEAD_BYTES) != current.head for one in columns))
    query = select(*keys, *(raw(one).label(one.name) for one in columns)).where(old).order_by(*keys).limit(AT_ONCE)
    rows = db.execute((query if last is None else query.where(tuple_(*keys) > last)).with_for_update()).all()
    if not rows:
        return None, 0
    changed, number = [], 0
    for row in rows:
        values = {one.name: anew(database, one, getattr(row, one.name), current) for one in columns}
        number += sum(value is not getattr(row, name) for name, value in values.items())
        this = {f"this_{one.name}": value for one, value in zip(keys, row, strict=False)}
        changed.append(this | {f"new_{name}": value for name, value in values.items()})
    values_set = {one.name: bindparam(f"new_{one.name}", type_=LargeBinary) for one in columns}
    here = and_(*(one == bindparam(f"this_{one.name}") for one in keys))
    db.connection().execute(update(table).where(here).values(values_set), changed)
    return tuple(rows[-1][: len(keys)]), number


def anew(database: Database, column: Column[Any], value: bytes | None, current: Key) -> bytes | None:
    """The value under the current key: itself when it is so already."""
    if value is None or value.startswith(current.head):
        return value
    about = column.type.about.encode()  # type: ignore[attr-defined]
    return database.keys.seal(database.keys.open(value, about), about)


def reseal_files(store: BlobStore, say: Say) -> int:
    """Seals every stored file under the current key, also those from before files were sealed; how many.

    Raises FileDamaged with the names of those that cannot be, after all others.
    """
    names = [path.name for path in store.root.glob("??/*") if is_sha256(path.name)]
    done, damaged = 0, []
    for number, name in enumerate(names, 1):
        try:
            done += store.seal_anew(name)
        except (FileDamaged, FileNotFoundError):
            if store.path(name).exists():  # else it was deleted meanwhile
                damaged.append(name)
        if number % FILES_BETWEEN == 0 or number == len(names):
            say(number, len(names))
    if damaged:
        raise FileDamaged(*damaged)
    return done


def count_old_files(store: BlobStore) -> int:
    """How many stored files are not sealed under the current key."""
    current, number = store.keys.current(), 0
    for path in store.root.glob("??/*"):
        with suppress(FileNotFoundError):
            number += is_sha256(path.name) and not is_under(path, current)
    return number


def token_columns() -> Iterator[Column[Any]]:
    """Every column of tokens that are sealed by themselves."""
    for table in Base.metadata.sorted_tables:
        yield from (column for column in table.columns if column.name.endswith(TOKENS))


def reseal_tokens(database: Database) -> None:
    """Phones' keys and the like, all at once: there are few, and a server that took the new key reads no others."""
    with database.transaction() as db:
        current, *older = database.keys.secrets
        for column in token_columns():
            (by,) = column.table.primary_key.columns
            for key, value in db.execute(select(by, column).where(column.is_not(None)).with_for_update()).all():
                if open_with(current, value) is not None:
                    continue
                opened = next((text for one in older if (text := open_with(one, value)) is not None), None)
                if opened is not None:  # none: sealed under a key that was lost before, nobody can read it
                    change = update(column.table).where(by == key)
                    db.connection().execute(change.values({column.name: seal_with(current, opened)}))


def forget_keys(database: Database, store: BlobStore) -> list[str]:
    """Takes old keys out of the key file; their ids. Raises KeyInUse when something is still sealed under one."""
    keys = database.keys
    keys.look(again=True)
    assert keys.path is not None, "look() raises without a file"
    first, *older = keys.secrets
    gone = [id_of(head_of(one)) for one in older]
    reseal_tokens(database)  # of a change that was cut off while servers took the new key
    if files := count_old_files(store):
        raise KeyInUse(f"files: {files}")
    with database.transaction() as db:
        used = {key_id: number for key_id, number in count_by_key(db).items() if key_id in gone}
        if used:
            raise KeyInUse(", ".join(f"{key_id}: {number}" for key_id, number in used.items()))
        db.execute(delete(SealingKey).where(SealingKey.key_id.in_(gone)))
    replace_keys(keys.path, [first])
    keys.look(again=True)
    return gone
