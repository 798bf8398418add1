"""False alarms of the rights linter that two people looked at."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId


class Waiver(Base):
    """Kept. A sentence of a form that names a forbidden term without asking for what it means (domain.md 6.5).

    It holds for this sentence alone, from `confirmed_at` on: asked for by one person, confirmed by another, both named on
    the page of what we do not do.
    """

    __tablename__ = "waiver"
    __table_args__ = (Index("ix_waiver_form", "project_id", "xml_form_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    xml_form_id: Mapped[str]
    term: Mapped[str]
    sentence: Mapped[str]
    reason: Mapped[str]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    asked_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    confirmed_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    ended_at: Mapped[datetime | None]
