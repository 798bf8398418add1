"""What people say of the service without their name (F9): nothing here says who, on whose phone, or at what minute."""

from datetime import date
from typing import Final

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base
from server.models.sealed import SealedBytes, SealedText

FEEDBACK: Final = "feedback"
"""The form's id. In a care project its records become rows of this file, and no Submission."""


class Feedback(Base):
    """Kept. One answer to F9: what was asked in words, and the Shanghai day on which it came.

    `id` is drawn by lot, so that it tells no order either. `urgent`: somebody was pressed. `counted` is false where the
    same paper form was entered before. `taken_by_id` is who answers; `outcome` is one of registry/feedback_desk.py OUTCOMES.
    """

    __tablename__ = "feedback"
    __table_args__ = (Index("ix_feedback_list", "project_id", "answered_on", "due_on"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_version.id"))
    received_on: Mapped[date]
    due_on: Mapped[date]
    urgent: Mapped[bool]
    counted: Mapped[bool]
    answers_json: Mapped[str] = mapped_column(SealedText("feedback.answers_json"))
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    answered_on: Mapped[date | None]
    outcome: Mapped[str | None]


class FeedbackChannel(Base):
    """Kept until `delete_on`, which the reply sets: how somebody who gave no name can be reached."""

    __tablename__ = "feedback_channel"

    feedback_id: Mapped[str] = mapped_column(ForeignKey("feedback.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(SealedText("feedback_channel.channel"))
    delete_on: Mapped[date | None] = mapped_column(index=True)


class FeedbackReceipt(Base):
    """Kept. That a record came, so that a phone that sends it again hears 201. Nothing leads from it to what was said.

    `mark` is the SHA-256 of the form and the record's own id, `digest` the sealed SHA-256 of its bytes.
    """

    __tablename__ = "feedback_receipt"

    mark: Mapped[bytes] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(SealedBytes("feedback_receipt.digest"))


class FeedbackPaper(Base):
    """Kept. That a paper form was entered: the SHA-256 of the project and the form's code. Nothing leads from it to a row."""

    __tablename__ = "feedback_paper"

    mark: Mapped[bytes] = mapped_column(primary_key=True)
