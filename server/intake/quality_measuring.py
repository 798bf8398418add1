"""What one record gives later ones to be compared with: how long it took, its day, and its answers as one number."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.quality import Envelope, Said, read_said
from server.clock import today
from server.intake.answer_index import key_of, number_of
from server.intake.derive import read_again
from server.intake.quality_limits import ALONE
from server.intake.quality_queue import forget_quality
from server.models import QualityMeasure, Submission, SubmissionAttachment, SubmissionVersion
from server.reading import Reading

ALL_ANSWERS: Final = ""
"""Of the words of a form's answers (answer_index.py) none is of a question without a path."""


@dataclass(frozen=True)
class Case:
    """A record with what it says of itself and its measure as stored."""

    reading: Reading
    said: Said
    measure: QualityMeasure
    user_agent: str | None

    @property
    def id(self) -> int:
        return self.measure.submission_id

    @property
    def worker_id(self) -> int | None:
        return self.measure.worker_id


def measure_record(db: Session, submission_id: int, now: datetime) -> Case | None:
    """Reads a record and writes its measure; None for one that nobody reads or that is gone, of which nothing stays.

    The row is held until the transaction ends, so that nobody seals it meanwhile.
    """
    row = db.execute(
        select(Submission, SubmissionVersion.id, SubmissionVersion.created_at)
        .join(SubmissionVersion, (SubmissionVersion.submission_id == Submission.id) & SubmissionVersion.is_current)
        .where(Submission.id == submission_id)
        .with_for_update(of=Submission)
        .execution_options(populate_existing=True)
    ).first()
    if row is None or row[0].sealed or row[0].draft or row[0].deleted_at is not None:
        forget_quality(db, [submission_id])
        return None
    submission, version_id, received_at = row
    reading = read_again(db, version_id, now)
    said = read_said(reading.instance, reading.schema, envelope_of(db, reading, received_at), ALONE)
    measure = db.get(QualityMeasure, submission_id) or QualityMeasure(submission_id=submission_id)
    fill_in(db, measure, submission, said, reading)
    db.add(measure)
    db.flush()
    return Case(reading, said, measure, submission.user_agent)


def envelope_of(db: Session, reading: Reading, received_at: datetime) -> Envelope:
    aside = select(func.count()).select_from(SubmissionAttachment)
    here = SubmissionAttachment.submission_version_id == reading.submission_version_id, SubmissionAttachment.copy > 0
    return Envelope(received_at, reading.is_edit, db.scalar(aside.where(*here)) or 0)


def fill_in(db: Session, measure: QualityMeasure, submission: Submission, said: Said, reading: Reading) -> None:
    """A record without times counts for the instant when it came first; so does one that ends after that, by a wrong clock."""
    came = submission.created_at
    ended = said.ended_at if said.ended_at is not None and said.ended_at <= came else came
    began = said.began_at if said.began_at is not None and said.began_at <= ended else ended
    measure.project_id, measure.form_id, measure.worker_id = (
        submission.project_id,
        submission.form_id,
        submission.submitter_id,
    )
    measure.began_at, measure.ended_at, measure.day = began, ended, today(ended)
    measure.seconds, measure.readings, measure.round_readings = said.seconds, said.readings, said.round_readings
    measure.vector = None
    if said.vector is not None:
        key = key_of(db, submission.project_id, submission.id)
        measure.vector = number_of(key, submission.form_id, ALL_ANSWERS, said.vector.hex())
