"""How the office goes through records: views that somebody keeps, what is decided of many at once, who looks at which, and
what goes back to a phone.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId
from server.models.sealed import SealedText


class SavedView(Base):
    """Kept. A filter of the review list under a name, for who made it. `wanted` is the query of its address.

    Both are sealed: a filter tells which answers somebody looked for.
    """

    __tablename__ = "saved_view"
    __table_args__ = (Index("ix_saved_view_actor_id", "actor_id", "project_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    name: Mapped[str] = mapped_column(SealedText("saved_view.name"))
    wanted: Mapped[str] = mapped_column(SealedText("saved_view.wanted"))
    made_at: Mapped[datetime]


class ReviewBatch(Base):
    """Kept. One act upon many records: a review state, `assign`, or `return`. It goes on until `ended_at`, last at `worked_at`.

    `undoes_id` is the batch that it takes back. `reason` is why they go back, until the batch has ended: from then on it
    stands beside each record alone.
    """

    __tablename__ = "review_batch"
    __table_args__ = (Index("ix_review_batch_ended_at", "ended_at", "worked_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    what: Mapped[str]
    reason: Mapped[str | None] = mapped_column(SealedText("review_batch.reason"))
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("review_batch.id"))
    made_at: Mapped[datetime]
    worked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ReviewBatchItem(Base):
    """Kept. One record of a batch: the state (or the person's id, "" for none) before and after.

    `outcome` is waits, done, or left: somebody had decided otherwise meanwhile, which stands. `why` says why it was left
    (intake/returning_many.py), None where the batch was stopped before.
    """

    __tablename__ = "review_batch_item"
    __table_args__ = (
        CheckConstraint("outcome IN ('waits', 'done', 'left')", name="outcome"),
        Index("ix_review_batch_item_outcome", "batch_id", "outcome", "submission_id"),
    )

    batch_id: Mapped[int] = mapped_column(ForeignKey("review_batch.id"), primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    before: Mapped[str]
    after: Mapped[str]
    outcome: Mapped[str] = mapped_column(default="waits")
    why: Mapped[str | None]


class ReviewAssignment(Base):
    """Kept. Whom a record waits for in the office."""

    __tablename__ = "review_assignment"
    __table_args__ = (Index("ix_review_assignment_actor_id", "actor_id", "submission_id"),)

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    made_at: Mapped[datetime]


class ReturnedRecord(Base):
    """Kept. A record that went back to who sent it, to be corrected. `comment_id` is the comment that says why.

    `to_id` is the phone, or the person who filled it in on a page; None where no phone is left that could take it.
    It is open until `ended_at`; `ended_how` is corrected, taken_back, or decided: the office approved or rejected it as it is.
    """

    __tablename__ = "returned_record"
    __table_args__ = (
        CheckConstraint("ended_how IN ('corrected', 'taken_back', 'decided')", name="ended_how"),
        Index("ix_returned_record_submission_id", "submission_id", "ended_at"),
        Index("ix_returned_record_to_id", "to_id", "ended_at"),
        Index(
            "uq_returned_record_open",
            "submission_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    comment_id: Mapped[int] = mapped_column(ForeignKey("submission_comment.id"))
    to_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    returned_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_how: Mapped[str | None]
