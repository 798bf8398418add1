"""The notices of days off that a town added because its version of the product has none for the year yet."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId


class TownCalendar(Base):
    """Kept. `notice` is the YAML of one year as it was checked (server/followups/calendar_files.py). One that was taken out
    stays with `removed_at`; of those in force a town has one a year."""

    __tablename__ = "town_calendar"
    __table_args__ = (
        Index(
            "ix_town_calendar_in_force",
            "project_id",
            "year",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    year: Mapped[int]
    notice: Mapped[str]
    added_by: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    added_at: Mapped[datetime]
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    removed_at: Mapped[datetime | None]
