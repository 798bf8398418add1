"""What a woman asked of her own data, what is kept unused at her word, and what was made small after its time."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId


class RightsRequest(Base):
    """Kept. What she asked for: `kind` is one of registry/rights_desk.py KINDS; `wish` of a "contact" one of its WISHES.

    `subject` is her uuid in the list of women, null once she was removed; `subject_hash` stays (access/pseudonyms.py).
    `due_at` is the end of its 72 hours. `submission_id` is the consent record by which a phone brought it, of which there
    is one request at most. `state` is open or done, `outcome` what was done (done, noted, declined by her). `report_json`
    are counts and days, never an answer.
    """

    __tablename__ = "rights_request"
    __table_args__ = (
        UniqueConstraint("submission_id"),
        Index("ix_rights_request_list", "project_id", "state", "due_at"),
        Index("ix_rights_request_subject", "project_id", "subject"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    kind: Mapped[str]
    subject: Mapped[str | None]
    subject_hash: Mapped[bytes]
    submission_id: Mapped[int | None]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    received_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[str]
    outcome: Mapped[str | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    closed_at: Mapped[datetime | None]
    report_json: Mapped[str | None]
    wish: Mapped[str | None]


class Restriction(Base):
    """Kept. Her data are kept and not used, from `since_at` until `lifted_at` (null: still). The uuid goes with an erasure."""

    __tablename__ = "restriction"
    __table_args__ = (Index("ix_restriction_subject", "project_id", "subject", "lifted_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    subject: Mapped[str]
    since_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))


class RetentionRun(Base):
    """Kept. One run that made something small: `last_contact_before` is its day, `report_json` counts alone.

    `digest` is the SHA-256 of the report; `signed_by_id` is who read and signed it.
    """

    __tablename__ = "retention_run"
    __table_args__ = (Index("ix_retention_run_project_id", "project_id", "ran_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    ran_at: Mapped[datetime]
    last_contact_before: Mapped[date]
    report_json: Mapped[str]
    digest: Mapped[str]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    signed_at: Mapped[datetime | None]


class Minimised(Base):
    """Kept. All that is left of somebody whom nobody met for a year: her code and counts (domain.md 6.1).

    `counts_json` says how many records of each form there were. A later erasure finds the row by `subject_hash`.
    """

    __tablename__ = "minimised"
    __table_args__ = (UniqueConstraint("project_id", "subject_hash"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    subject_hash: Mapped[bytes]
    code: Mapped[str]
    village_code: Mapped[str]
    counts_json: Mapped[str]
    minimised_on: Mapped[date]
