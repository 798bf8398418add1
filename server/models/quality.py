"""What may be asked about a record (domain.md 4.2): the questions, what later records are compared with, who waits to be judged.

All of it is about how a record was made, by whom and when; nothing says what a person answered.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId
from server.models.sealed import SealedText


class QualityFlag(Base):
    """Derived, but for who asked and who settled it. A question about a record, of a kind of `intake/quality_limits.py` KINDS.

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


class QualityWait(Base):
    """Derived. A record that waits to be judged; one that changed meanwhile waits twice, so that nobody waits for a lock."""

    __tablename__ = "quality_wait"
    __table_args__ = (Index("ix_quality_wait_submission_id", "submission_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))


ABOUT_QUALITY = (QualityFlag, QualityMeasure, QualityWait)
"""Nothing of these stays of a record that is sealed, emptied, or a trial that is gone."""
