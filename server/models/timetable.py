"""The timetable's own memory: who runs it, and what ran."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base


class TimetableLease(Base):
    """Derived. One row (id 1) on both databases: who runs the timetable, until when; `fence` grows with each new holder."""

    __tablename__ = "timetable_lease"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holder: Mapped[str]
    fence: Mapped[int]
    expires_at: Mapped[datetime]


class TimetableRun(Base):
    """Kept. The last run of each job."""

    __tablename__ = "timetable_run"

    name: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    result: Mapped[str | None]  # a count or an error's class, never an answer
    next_at: Mapped[datetime | None]
