"""Who did what, when; the chain that holds those rows together; and who read what, for looking it up."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId


class Audit(Base):
    """Kept, append only: triggers refuse to delete a row, and to change any column but those that the law may blank.

    `details` hold ids and counts, never an answer. The columns say what the act was upon. `details` and `notes` are
    changed by `access/audit_redacting.py` alone, which writes a row that says so.
    """

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_logged_at", "logged_at"),
        Index("ix_audit_submission_id", "submission_id"),
        Index("ix_audit_action", "action"),
        Index("ix_audit_form_id", "form_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    action: Mapped[str]
    project_id: Mapped[int | None]
    form_id: Mapped[int | None]
    submission_id: Mapped[int | None]
    actee_actor_id: Mapped[int | None]
    dataset_id: Mapped[int | None]
    entity_id: Mapped[int | None]
    details: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    notes: Mapped[str | None]
    logged_at: Mapped[datetime]


class AuditLink(Base):
    """Kept, append only. A row of the audit in the chain: `hash` is over the link before and over what the row says.

    `content` is the digest of the row's details and notes alone, so that a row whose details were blanked by law still
    has its place. Positions count from 1 without a gap, in the order of chaining, not of ids.
    """

    __tablename__ = "audit_link"

    position: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"), unique=True)
    content: Mapped[bytes]
    hash: Mapped[bytes]


class Reading(Base):
    """Derived from the audit row of the same id: that somebody read something of a care project.

    `about` is the hash of the uuid of whom it was about (access/pseudonyms.py); none for a list or an export, which are
    about many. `way` is own, handed or opened (access/reading_log.py `by_what_way`).
    """

    __tablename__ = "reading"
    __table_args__ = (
        Index("ix_reading_about", "project_id", "about", "audit_id"),
        Index("ix_reading_read_at", "project_id", "read_at"),
        Index("ix_reading_actor_id", "actor_id", "audit_id"),
    )

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"), primary_key=True, autoincrement=False)
    project_id: Mapped[int]
    actor_id: Mapped[int | None]
    action: Mapped[str]
    about: Mapped[bytes | None]
    way: Mapped[str]
    read_at: Mapped[datetime]
