"""The timetable's own memory: who runs it, what ran, and what people asked of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId


class TimetableLease(Base):
    """Derived. One row (id 1) on both databases: who runs the timetable, until when; `fence` grows with each new holder."""

    __tablename__ = "timetable_lease"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holder: Mapped[str]
    fence: Mapped[int]
    expires_at: Mapped[datetime]


class TimetableRun(Base):
    """Kept. The last run of each job. `due_at` is when it was to start, `next_at` when the next one is."""

    __tablename__ = "timetable_run"

    name: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    result: Mapped[str | None]  # a count or an error's class, never an answer
    next_at: Mapped[datetime | None]


class TimetablePast(Base):
    """Kept while it is one of a job's last runs (server/runs.py KEPT). One without an end was cut off, or is under way."""

    __tablename__ = "timetable_past"
    __table_args__ = (Index("ix_timetable_past_name", "name", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str]
    due_at: Mapped[datetime]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    result: Mapped[str | None]
    asked: Mapped[bool] = mapped_column(default=False, server_default=false())


class TimetableWish(Base):
    """Kept. What an administrator asked of a job: to run now (until it starts), or to stand still for a while.

    `reason` is one of server/runs.py REASONS: no text of anybody's stands here.
    """

    __tablename__ = "timetable_wish"

    name: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime | None]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    paused_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    paused_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    reason: Mapped[str | None]
