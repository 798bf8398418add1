"""How the pictures of a record look, for who compares them with those of earlier records (quality_likeness.py).

Looking takes time, so it is done before a record is held for judging. A file is opened through its seal (server/blobs.py).
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from forms.photos.likeness import look_of
from server.blobs import BlobStore, FileDamaged
from server.db import Database
from server.models import Blob, QualityPicture, Submission, SubmissionAttachment, SubmissionVersion

PICTURES: Final = "image/%"
TOGETHER: Final = 20


def look_at_pictures(database: Database, store: BlobStore, submission_ids: Sequence[int]) -> None:
    """Looks at those pictures of these records that nobody looked at yet; a few are written at a time."""
    with database.reading() as db:
        waiting = list_unseen(db, submission_ids)
    for start in range(0, len(waiting), TOGETHER):
        looks = [(*one, look_into(store, one[1])) for one in waiting[start : start + TOGETHER]]
        with database.transaction() as db:
            keep_looks(db, looks)


def list_unseen(db: Session, submission_ids: Sequence[int]) -> list[tuple[int, str]]:
    """(record, name of the stored file)."""
    seen = select(QualityPicture.submission_id).where(
        QualityPicture.submission_id == SubmissionVersion.submission_id,
        QualityPicture.blob_sha256 == SubmissionAttachment.blob_sha256,
    )
    query = pictures_of(submission_ids).where(~seen.exists()).distinct()
    return [(number, sha256) for number, sha256 in db.execute(query) if sha256 is not None]


def pictures_of(submission_ids: Sequence[int]) -> Select[int, str | None]:
    """Pictures of the current versions of those of these records that somebody reads."""
    return (
        select(SubmissionVersion.submission_id, SubmissionAttachment.blob_sha256)
        .join(SubmissionAttachment, SubmissionAttachment.submission_version_id == SubmissionVersion.id)
        .join(Blob, Blob.sha256 == SubmissionAttachment.blob_sha256)
        .join(Submission, Submission.id == SubmissionVersion.submission_id)
        .where(SubmissionVersion.submission_id.in_(submission_ids), SubmissionVersion.is_current)
        .where(Blob.content_type.like(PICTURES), ~SubmissionVersion.encrypted)
        .where(~Submission.sealed, ~Submission.draft, Submission.deleted_at.is_(None))
    )


def look_into(store: BlobStore, sha256: str) -> bytes | None:
    """None also for a file that is damaged: the log says so, and the record has no look."""
    try:
        with store.open_whole(sha256) as source:
            return look_of(source)
    except FileDamaged:
        return None


def keep_looks(db: Session, looks: Sequence[tuple[int, str, bytes | None]]) -> None:
    """Of records that are still read: one may have been sealed while its picture was looked at."""
    numbers = {number for number, _, _ in looks}
    query = select(Submission.id).where(Submission.id.in_(numbers), ~Submission.sealed, Submission.deleted_at.is_(None))
    read = set(db.scalars(query.order_by(Submission.id).with_for_update()))
    still = {tuple(row) for row in db.execute(pictures_of(sorted(read)))}
    for number, sha256, look in looks:
        if (number, sha256) in still and db.get(QualityPicture, (number, sha256)) is None:
            db.add(QualityPicture(submission_id=number, blob_sha256=sha256, look=look))
