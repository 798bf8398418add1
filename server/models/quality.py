"""What may be asked about a record (domain.md 4.2): the questions, what later records are compared with, who waits to be judged.

All of it is about how a record was made, by whom and when; nothing says what a person answered.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId
from server.models.sealed import SealedBytes, SealedText


class QualityFlag(Base):
    """Derived, but for who asked, who settled it, and when who sent the record answered. A question about a record, of a kind of
    `intake/quality_limits.py` KINDS.

    `told_json` holds its numbers and the ids of other records, sealed: metres from a village say something of a home.
    """

    __tablename__ = "quality_flag"
    __table_args__ = (Index("ix_quality_flag_kind", "project_id", "kind", "settled_at"),)

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    told_json: Mapped[str] = mapped_column(SealedText("quality_flag.told_json"))
    found_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    answered_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))


class QualityMeasure(Base):
    """Derived. What later records of the same worker are compared with. No place: a home's point is in SubmissionGeometry.

    `worker_id` is the phone or person that sent it; `day` the Shanghai day it ended on, `seconds` how long it took.
    `vector` are all its answers as one number that only the project's AnswerKey gives; `readings` counts blood pressures,
    `round_readings` those of them that end in 0 or 5.
    """

    __tablename__ = "quality_measure"
    __table_args__ = (
        Index("ix_quality_measure_form", "form_id", "worker_id", "submission_id"),
        Index("ix_quality_measure_day", "project_id", "worker_id", "day"),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"))
    worker_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    day: Mapped[date]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    seconds: Mapped[int | None]
    vector: Mapped[int | None] = mapped_column(BigInteger)
    readings: Mapped[int]
    round_readings: Mapped[int]


class QualityPicture(Base):
    """Derived. How a picture of a record looks (forms/photos/likeness.py), sealed as the picture is; None of one that says little
    or does not open. The database compares none of them.
    """

    __tablename__ = "quality_picture"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    blob_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    look: Mapped[bytes | None] = mapped_column(SealedBytes("quality_picture.look"))


class QualityWait(Base):
    """Derived. A record that waits to be judged; one that changed meanwhile waits twice, so that nobody waits for a lock.

    `tries` is how often judging it failed; the next one is not before `not_before`.
    """

    __tablename__ = "quality_wait"
    __table_args__ = (Index("ix_quality_wait_submission_id", "submission_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    tries: Mapped[int] = mapped_column(server_default="0", default=0)
    not_before: Mapped[datetime | None]


ABOUT_QUALITY = (QualityFlag, QualityMeasure, QualityPicture, QualityWait)
"""Nothing of these stays of a record that is sealed, emptied, or a trial that is gone."""
