"""A submission version's files: what its XML names, what has come, and what is kept aside.

Nothing acknowledged is replaced: the first bytes under a name are what is served, later other bytes are kept as copies.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from server.blobs import remember
from server.intake.items import StoredFile
from server.later import write_later
from server.models import SubmissionAttachment, table_of

INSERT = insert(table_of(SubmissionAttachment)).inline()  # nobody asks for the new ids


def start_attachments(
    db: Session,
    version_id: int,
    named: Sequence[str],
    files: Iterable[StoredFile],
    now: datetime,
    carried_from: int | None = None,
) -> None:
    """A new version's slots: one for each name in the XML, filled by what came along or, in a correction, by what was there."""
    carried = arrived(db, carried_from) if carried_from else {}
    here = {file.name: file for file in files}
    for file in here.values():
        remember(db, file.stored, file.content_type, now)
    rows = [row_of(version_id, name, True, here.pop(name, None), carried.get(name), now) for name in named]
    rows += [row_of(version_id, name, False, file, None, now) for name, file in here.items()]
    write_later(db, INSERT, rows)


def row_of(
    version_id: int, name: str, expected: bool, file: StoredFile | None, carried: str | None, now: datetime
) -> dict[str, object]:
    sha256 = file.stored.sha256 if file else carried
    return {
        "submission_version_id": version_id,
        "name": name,
        "copy": 0,
        "expected": expected,
        "blob_sha256": sha256,
        "updated_at": now if sha256 else None,
    }


def arrived(db: Session, version_id: int) -> dict[str, str]:
    rows = db.execute(
        select(SubmissionAttachment.name, SubmissionAttachment.blob_sha256).where(
            SubmissionAttachment.submission_version_id == version_id,
            SubmissionAttachment.copy == 0,
            SubmissionAttachment.blob_sha256.is_not(None),
        )
    )
    return {name: sha256 for name, sha256 in rows if sha256 is not None}


def add_attachments(db: Session, version_id: int, files: Iterable[StoredFile], now: datetime) -> bool:
    """Files of a resend: missing ones are filled in, other bytes under a known name are kept aside. Whether any was new."""
    added = [add_attachment(db, version_id, file, now) for file in files]
    return any(added)


def add_attachment(db: Session, version_id: int, file: StoredFile, now: datetime) -> bool:
    known = db.execute(
        select(SubmissionAttachment.id, SubmissionAttachment.copy, SubmissionAttachment.blob_sha256)
        .where(SubmissionAttachment.submission_version_id == version_id, SubmissionAttachment.name == file.name)
        .order_by(SubmissionAttachment.copy)
    ).all()
    if any(row.blob_sha256 == file.stored.sha256 for row in known):
        return False
    remember(db, file.stored, file.content_type, now)
    if known and known[0].blob_sha256 is None:
        db.execute(
            update(SubmissionAttachment)
            .where(SubmissionAttachment.id == known[0].id)
            .values(blob_sha256=file.stored.sha256, updated_at=now)
        )
        return True
    db.execute(
        insert(SubmissionAttachment).values(
            submission_version_id=version_id,
            name=file.name,
            copy=known[-1].copy + 1 if known else 0,
            expected=bool(known),
            blob_sha256=file.stored.sha256,
            updated_at=now,
        )
    )
    return True
