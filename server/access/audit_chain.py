"""The audit's rows in a chain of hashes: a row that was changed, put in or taken out afterwards is found by its position.

Rows are written unchained, so that records which come at the same time do not wait for each other; a step of the
timetable chains what came, in order, under a lock. What this proves and what not: docs/audit.md.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Column, Row, exists, func, insert, select
from sqlalchemy.orm import Session

from server.models import Audit, AuditLink, table_of

AUDIT_LOCK = 0x41554449  # an advisory lock of our own on PostgreSQL; SQLite has one writer anyway
TOGETHER = 500  # rows chained in one transaction: on SQLite phones wait for as long as that takes
LOOK_BACK = 10_000
"""Ids below the newest chained one among which a transaction that was slower may still commit its row."""
START = bytes(32)
LINKS, ROWS = table_of(AuditLink), table_of(Audit)
HASHED = (
    *("actor_id", "action", "project_id", "form_id", "submission_id"),
    *("actee_actor_id", "dataset_id", "entity_id", "logged_at"),
)
COLUMNS: tuple[Column[Any], ...] = tuple(ROWS.c[name] for name in HASHED)
WHOLE: tuple[Column[Any], ...] = (ROWS.c.id, *COLUMNS, ROWS.c.details, ROWS.c.notes)


@dataclass(frozen=True)
class Head:
    """The newest link: its position, 0 where nothing is chained yet, and its hash (32 bytes)."""

    position: int = 0
    hash: bytes = START


def digest_content(details: dict[str, Any] | None, notes: str | None) -> bytes:
    """SHA-256 of what the law may blank: the details in JSON with sorted keys, and the notes."""
    return hashlib.sha256(orjson.dumps([details, notes], option=orjson.OPT_SORT_KEYS)).digest()


def next_hash(before: bytes, position: int, row: Row[Any], content: bytes) -> bytes:
    """SHA-256 over the link before, the position, the row's columns as JSON, and the digest of its content."""
    said = [_plain(getattr(row, column.name)) for column in (ROWS.c.id, *COLUMNS)]
    return hashlib.sha256(before + orjson.dumps([position, said]) + content).digest()


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(timespec="milliseconds") if isinstance(value, datetime) else value


def find_head(db: Session) -> Head:
    found = db.execute(select(LINKS.c.position, LINKS.c.hash).order_by(LINKS.c.position.desc()).limit(1)).first()
    return Head(found.position, bytes(found.hash)) if found else Head()


def unchained(after: int) -> Any:
    """A condition on audit rows with a greater id: not in the chain."""
    return (ROWS.c.id > after) & ~exists().where(LINKS.c.audit_id == ROWS.c.id)


def floor_of(db: Session) -> int:
    """The id below which everything has been chained: only younger rows are looked at."""
    newest: int | None = db.scalar(select(func.max(LINKS.c.audit_id)))
    return max(0, (newest or 0) - LOOK_BACK)


def chain_rows(db: Session, most: int = TOGETHER) -> int:
    """Chains rows that are not, the lowest id first; how many. 0 too while another process does it."""
    if not take_lock(db):
        return 0
    head = find_head(db)
    rows = db.execute(select(*WHOLE).where(unchained(floor_of(db))).order_by(ROWS.c.id).limit(most)).all()
    links = list(link_rows(head, rows))
    if links:
        db.execute(insert(AuditLink), links)
    return len(links)


def take_lock(db: Session) -> bool:
    """Holds the chain until the transaction ends; False when another does."""
    if db.get_bind().dialect.name != "postgresql":
        return True
    return db.scalar(select(func.pg_try_advisory_xact_lock(AUDIT_LOCK))) is True


def link_rows(head: Head, rows: Iterable[Row[Any]]) -> Iterable[dict[str, Any]]:
    before, position = head.hash, head.position
    for row in rows:
        position += 1
        content = digest_content(row.details, row.notes)
        before = next_hash(before, position, row, content)
        yield {"position": position, "audit_id": row.id, "content": content, "hash": before}
