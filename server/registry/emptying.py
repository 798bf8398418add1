"""Taking everything out of records: bytes, answers, names, files, comments. What stays is that one came, and its own id.

The id stays so that a phone that sends the same record once more is told that it arrived, and nothing is stored again.
"""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.orm import Session

from server.blobs import BlobStore
from server.db import Database
from server.models import (
    ABOUT_QUALITY,
    AnswerWord,
    Blob,
    DeriveProblem,
    FormAttachment,
    FormVersion,
    MapBase,
    PointShiftItem,
    ReturnedRecord,
    ReviewAssignment,
    Submission,
    SubmissionAttachment,
    SubmissionComment,
    SubmissionGeometry,
    SubmissionVersion,
    SupplyHandout,
    table_of,
)

BATCH: Final = 500
EMPTY: Final[dict[str, Any]] = {
    "xml": b"",
    "values_json": None,
    "complaints_json": None,
    "instance_name": None,
    "submitter_id": None,
    "device_id": None,
    "user_agent": None,
}
ANONYMOUS: Final[dict[str, Any]] = {
    "submitter_id": None,
    "device_id": None,
    "user_agent": None,
    "review_state": None,
    "village_id": None,
    "place_how": None,
}


@dataclass
class Contents:
    """What is in some records, counted. `shared_files` are also in records of others: their bytes stay."""

    records: int = 0
    versions: int = 0
    files: int = 0
    shared_files: int = 0
    comments: int = 0

    def add(self, more: "Contents") -> None:
        for name, number in asdict(more).items():
            setattr(self, name, getattr(self, name) + number)


def count_contents(db: Session, submission_ids: Collection[int]) -> Contents:
    """What emptying these would take out; changes nothing."""
    found = Contents()
    for batch in in_batches(submission_ids):
        versions = select(SubmissionVersion.id).where(SubmissionVersion.submission_id.in_(batch))
        inside = SubmissionVersion.submission_id.in_(batch)
        blobs = blobs_of(db, inside)
        shared = shared_blobs(db, blobs, inside)
        found.add(
            Contents(
                count(db, Submission.id.in_(batch), Submission),
                count(db, SubmissionVersion.id.in_(versions), SubmissionVersion),
                len(blobs - shared),
                len(shared),
                count(db, SubmissionComment.submission_id.in_(batch), SubmissionComment),
            )
        )
    return found


def empty_records(db: Session, submission_ids: Collection[int]) -> set[str]:
    """Empties these records in all their versions. The SHA-256 of the files that nobody else has any more.

    Their rows are gone; the bytes are for the caller to take off the disk once the transaction is through
    (`BlobStore.delete`), and the timetable sweeps what nobody took.
    """
    gone: set[str] = set()
    for batch in in_batches(submission_ids):
        gone |= empty_batch(db, batch)
    return gone


def empty_batch(db: Session, batch: list[int]) -> set[str]:
    versions = list(db.scalars(select(SubmissionVersion.id).where(SubmissionVersion.submission_id.in_(batch))))
    db.execute(delete(DeriveProblem).where(DeriveProblem.submission_version_id.in_(versions)))
    db.execute(delete(ReturnedRecord).where(ReturnedRecord.submission_id.in_(batch)))
    db.execute(delete(SubmissionComment).where(SubmissionComment.submission_id.in_(batch)))
    db.execute(delete(SubmissionGeometry).where(SubmissionGeometry.submission_id.in_(batch)))
    db.execute(delete(AnswerWord).where(AnswerWord.submission_id.in_(batch)))
    for about in ABOUT_QUALITY:
        db.execute(delete(about).where(about.submission_id.in_(batch)))
    db.execute(delete(PointShiftItem).where(PointShiftItem.submission_id.in_(batch)))
    db.execute(delete(ReviewAssignment).where(ReviewAssignment.submission_id.in_(batch)))
    # the packages that it says were handed out are gone: what lies in store stays as it is, and nothing leads here any more
    db.execute(update(SupplyHandout).where(SupplyHandout.submission_id.in_(batch)).values(submission_id=None))
    files = empty_versions(db, versions)
    db.execute(update(Submission).where(Submission.id.in_(batch)).values(**ANONYMOUS))
    return files


def empty_versions(db: Session, version_ids: Collection[int]) -> set[str]:
    """Empties versions, and takes their files from them. The SHA-256 of those that nobody else has any more."""
    inside = SubmissionVersion.id.in_(version_ids)
    blobs = blobs_of(db, inside)
    own = blobs - shared_blobs(db, blobs, inside)
    db.execute(delete(SubmissionAttachment).where(SubmissionAttachment.submission_version_id.in_(version_ids)))
    versions = table_of(SubmissionVersion)  # a sealed column cannot be compared, which the ORM would do with it
    db.execute(update(versions).where(versions.c.id.in_(version_ids)).values(**EMPTY))
    db.execute(delete(Blob).where(Blob.sha256.in_(own)))
    return own


def blobs_of(db: Session, inside: ColumnElement[bool]) -> set[str]:
    """The files of some versions (a condition on SubmissionVersion), those kept aside too."""
    rows = db.scalars(
        select(SubmissionAttachment.blob_sha256)
        .join(SubmissionVersion, SubmissionVersion.id == SubmissionAttachment.submission_version_id)
        .where(inside)
    )
    return {one for one in rows if one}


def shared_blobs(db: Session, blobs: Collection[str], inside: ColumnElement[bool]) -> set[str]:
    """Those of these files that another version, a form, a form's table or a map also has."""
    elsewhere = (
        exists()
        .where(SubmissionAttachment.blob_sha256 == Blob.sha256)
        .where(SubmissionVersion.id == SubmissionAttachment.submission_version_id)
        .where(~inside)
        .correlate(Blob)
    )
    of_form = exists().where(FormAttachment.blob_sha256 == Blob.sha256).correlate(Blob)
    of_table = exists().where(FormVersion.xls_sha256 == Blob.sha256).correlate(Blob)
    of_map = exists().where(MapBase.sha256 == Blob.sha256).correlate(Blob)
    used = elsewhere | of_form | of_table | of_map
    return set(db.scalars(select(Blob.sha256).where(Blob.sha256.in_(blobs), used)))


def delete_files(database: Database, store: BlobStore, files: Collection[str], now: datetime) -> int:
    """Takes files off the disk after the commit; how many. One that a row speaks of (again) stays."""
    every, number = sorted(set(files)), 0
    for start in range(0, len(every), BATCH):  # a question holds so many values at most
        some = every[start : start + BATCH]
        with database.reading() as db:
            kept = set(db.scalars(select(Blob.sha256).where(Blob.sha256.in_(some))))
        number += sum(store.delete(sha256, now) for sha256 in some if sha256 not in kept)
    return number


def count(db: Session, where: Any, model: Any) -> int:
    return db.scalar(select(func.count()).select_from(model).where(where)) or 0


def in_batches(ids: Iterable[int]) -> Iterable[list[int]]:
    """Sorted, so that two who empty at once wait in one order."""
    every = sorted(set(ids))
    return (every[start : start + BATCH] for start in range(0, len(every), BATCH))
