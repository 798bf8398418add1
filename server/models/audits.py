"""Who did what, when."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId


class Audit(Base):
    """Kept, append only. `details` hold ids and counts, never an answer. The columns say what the act was upon."""

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
