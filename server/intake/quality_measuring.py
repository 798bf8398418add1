"""What one record gives later ones to be compared with: how long it took, its day, and its answers as one number."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from forms.quality import Envelope, Said, read_said
from server.clock import today
from server.intake.answer_index import key_of, number_of
from server.intake.quality_kept import Kept
from server.intake.quality_limits import ALONE
from server.models import QualityMeasure
from server.reading import Reading

ALL_ANSWERS: Final = ""
"""Of the words of a form's answers (answer_index.py) none is of a question without a path."""


@dataclass(frozen=True)
class Case:
    """A record with what it says of itself and its measure as stored."""

    kept: Kept
    reading: Reading
    said: Said
    measure: QualityMeasure

    @property
    def id(self) -> int:
        return self.measure.submission_id

    @property
    def worker_id(self) -> int | None:
        return self.measure.worker_id


def measure_record(db: Session, kept: Kept, now: datetime) -> Case:
    """Reads a record, which is held until the transaction ends, and writes its measure."""
    reading = kept.read(db, now)
    envelope = Envelope(kept.version.created_at, reading.is_edit, kept.files_aside)
    said = read_said(reading.instance, reading.schema, envelope, ALONE)
    measure = kept.measure or QualityMeasure(submission_id=kept.submission.id)
    fill_in(db, measure, kept, said)
    db.add(measure)
    db.flush()
    return Case(kept, reading, said, measure)


def fill_in(db: Session, measure: QualityMeasure, kept: Kept, said: Said) -> None:
    """A record without times counts for the instant when it came first; so does one that ends after that, by a wrong clock."""
    submission = kept.submission
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
