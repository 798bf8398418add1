"""Whether the audit is as it was written: every link worked out again, and compared with the heads in the data folder."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from server.access.audit_chain import (
    LINKS,
    LOOK_BACK,
    ROWS,
    START,
    WHOLE,
    Head,
    digest_content,
    find_head,
    next_hash,
    unchained,
)
from server.access.audit_heads import Anchor

REDACTION = "audit.redact"
AT_ONCE = 2000
REASONS = {
    "gap": ("少了一环", "a link is missing"),
    "row_missing": ("这一环的记录不见了", "the row of this link is gone"),
    "row_changed": ("这一行被改过", "the row was changed"),
    "content_changed": ("这一行的细节被改过，没有依法删改的记录", "its details were changed, and no redaction says so"),
    "other_head": ("和数据目录里记下的不一样", "it is not what the file of heads says"),
    "cut": ("链尾被剪掉了，或数据是从旧备份恢复的", "the end was cut off, or the data are of an older backup"),
    "put_in": ("有一行是后来塞进去的", "a row was put in afterwards"),
}


@dataclass(frozen=True)
class Break:
    """The first place where the chain does not hold: `position`, the row's id when there is one, a key of REASONS."""

    position: int
    audit_id: int | None
    why: str


@dataclass(frozen=True)
class Verdict:
    """`links` were checked, `waiting` rows are not chained yet, `redacted` were blanked by law and say so."""

    links: int
    waiting: int
    redacted: int
    anchors: int
    head: Head
    broken: Break | None = None

    @property
    def is_whole(self) -> bool:
        return self.broken is None

    def as_json(self) -> dict[str, Any]:
        head = {"position": self.head.position, "hash": self.head.hash.hex()}
        counts = {name: getattr(self, name) for name in ("links", "waiting", "redacted", "anchors")}
        return {"whole": self.is_whole, **counts, "head": head, "broken": asdict(self.broken) if self.broken else None}


def verify_chain(db: Session, anchors: Sequence[Anchor]) -> Verdict:
    """Reads everything once. `anchors` must have been read before: the chain grows meanwhile.

    Says the lowest position that is wrong; nothing above it is vouched for.
    """
    known = {one.head.position: one.head.hash for one in anchors}
    redacted = redacted_rows(db)
    before, links, blanked = START, 0, 0
    with read_links(db) as rows:
        for row in rows:
            found = check_link(row, links + 1, before, redacted, known)
            if found:
                return Verdict(links, 0, blanked, len(anchors), Head(links, before), found)
            before, links, blanked = bytes(row.hash), links + 1, blanked + (row.audit_id in redacted)
    broken = missing_end(known, links) or row_put_in(db)
    return Verdict(links, count_waiting(db), blanked, len(anchors), Head(links, before), broken)


def read_links(db: Session) -> Any:
    """A result to be closed: PostgreSQL keeps a cursor for it."""
    query = (
        select(LINKS.c.position, LINKS.c.audit_id, LINKS.c.content, LINKS.c.hash, *WHOLE)
        .outerjoin(ROWS, ROWS.c.id == LINKS.c.audit_id)
        .order_by(LINKS.c.position)
    )
    return db.execute(query, execution_options={"yield_per": AT_ONCE})


def check_link(
    row: Row[Any], position: int, before: bytes, redacted: set[int], known: dict[int, bytes]
) -> Break | None:
    """What is wrong with a link that should stand at this position."""
    audit_id, content = row.audit_id, bytes(row.content)
    if row.position != position:
        return Break(position, None, "gap")
    if row.id is None:
        return Break(position, audit_id, "row_missing")
    if next_hash(before, position, row, content) != bytes(row.hash):
        return Break(position, audit_id, "row_changed")
    if digest_content(row.details, row.notes) != content and audit_id not in redacted:
        return Break(position, audit_id, "content_changed")
    if known.get(position, bytes(row.hash)) != bytes(row.hash):
        return Break(position, audit_id, "other_head")
    return None


def redacted_rows(db: Session) -> set[int]:
    """The ids that rows of redactions name."""
    found: set[int] = set()
    for details in db.scalars(select(ROWS.c.details).where(ROWS.c.action == REDACTION)):
        found.update((details or {}).get("rows", []))
    return found


def missing_end(known: dict[int, bytes], links: int) -> Break | None:
    return Break(links + 1, None, "cut") if known and max(known) > links else None


def row_put_in(db: Session) -> Break | None:
    """A row whose id lies well below the newest chained one and yet was never chained."""
    newest = db.scalar(select(func.max(LINKS.c.audit_id))) or 0
    late = select(func.min(ROWS.c.id)).where(unchained(0), ROWS.c.id <= newest - LOOK_BACK)
    audit_id = db.scalar(late)
    return Break(find_head(db).position + 1, audit_id, "put_in") if audit_id is not None else None


def count_waiting(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(ROWS).where(unchained(0))) or 0
