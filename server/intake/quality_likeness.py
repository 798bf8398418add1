"""Whether a picture of a record (photo or signature) is one that an earlier record has: of the same bytes, or looking alike."""

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session, aliased

from forms.photos.likeness import percent_apart
from server.db import ask
from server.intake.quality_limits import LIMITS
from server.intake.quality_measuring import Case
from server.intake.quality_pictures import PICTURES
from server.models import Blob, QualityMeasure, QualityPicture, Submission, SubmissionAttachment, SubmissionVersion

MINE, OTHER = SubmissionAttachment, aliased(SubmissionAttachment)
READ: Final = (~Submission.draft, ~Submission.sealed, Submission.deleted_at.is_(None))

OF_THE_SAME_BYTES: Final = (
    select(Submission.id)
    .join(SubmissionVersion, SubmissionVersion.submission_id == Submission.id)
    .join(OTHER, OTHER.submission_version_id == SubmissionVersion.id)
    .join(MINE, MINE.blob_sha256 == OTHER.blob_sha256)
    .join(Blob, Blob.sha256 == MINE.blob_sha256)
    .where(MINE.submission_version_id == bindparam("version"), Blob.content_type.like(PICTURES))
    .where(Submission.project_id == bindparam("project"), Submission.id < bindparam("record"), *READ)
    .order_by(Submission.id)
    .limit(1)
)

EARLIER_LOOKS: Final = (
    select(QualityPicture.submission_id, QualityPicture.look)
    .join(QualityMeasure, QualityMeasure.submission_id == QualityPicture.submission_id)
    .join(Submission, Submission.id == QualityPicture.submission_id)
    .where(QualityMeasure.form_id == bindparam("form"), QualityMeasure.worker_id == bindparam("worker"))
    .where(QualityMeasure.submission_id < bindparam("record"), QualityPicture.look.is_not(None), *READ)
    .order_by(QualityMeasure.submission_id.desc())
    .limit(LIMITS["doubled_file"]["most_records"])
)


def ask_of_pictures(db: Session, case: Case) -> Iterator[tuple[str, dict[str, int]]]:
    """Of the same bytes as one in an earlier record of the project, or like one of the same phone and form."""
    looks = forget_others(db, case)
    if not case.kept.pictures:
        return
    project_id, version_id = case.measure.project_id, case.reading.submission_version_id
    about = {"version": version_id, "project": project_id, "record": case.id}
    same = ask(db, OF_THE_SAME_BYTES, about).scalar()
    alike = find_alike(db, case, looks) if same is None else None
    if same is not None:
        yield "doubled_file", {"record": same}
    elif alike is not None:
        yield "doubled_file", {"record": alike, "alike": 1}


def forget_others(db: Session, case: Case) -> list[bytes]:
    """Looks of pictures that the record still has; the others go."""
    looks = case.kept.looks
    gone = [one.blob_sha256 for one in looks if one.blob_sha256 not in case.kept.pictures]
    if gone:
        here = QualityPicture.submission_id == case.id, QualityPicture.blob_sha256.in_(gone)
        db.execute(delete(QualityPicture).where(*here))
    return [one.look for one in looks if one.look is not None and one.blob_sha256 not in gone]


def find_alike(db: Session, case: Case, looks: Sequence[bytes]) -> int | None:
    """An earlier record of the same phone and form with a picture that looks the same; the newest so many are looked at."""
    if not looks or case.worker_id is None:
        return None
    most = LIMITS["doubled_file"]["most_percent_apart"]
    about = {"form": case.measure.form_id, "worker": case.worker_id, "record": case.id}
    for number, look in ask(db, EARLIER_LOOKS, about):
        if any(percent_apart(look, one) <= most for one in looks):
            return int(number)
    return None
