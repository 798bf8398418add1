"""Rights that end by themselves: villages handed over for some days, and a village opened in an emergency."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId
from server.models.sealed import SealedText


class HandOver(Base):
    """Kept. One person cares for another's villages from a first to a last day (Asia/Shanghai, both included).

    `care_role` is the role that both hold: village_worker or clinician. `ended_at` is set when it was ended earlier.
    """

    __tablename__ = "hand_over"
    __table_args__ = (
        Index("ix_hand_over_to", "to_id", "until_day"),
        Index("ix_hand_over_project", "project_id", "until_day"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    from_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    care_role: Mapped[str]
    from_day: Mapped[date]
    until_day: Mapped[date]
    note: Mapped[str] = mapped_column(SealedText("hand_over.note"))
    given_by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))


class HandOverVillage(Base):
    """Kept. A village that a hand-over is about."""

    __tablename__ = "hand_over_village"
    __table_args__ = (UniqueConstraint("hand_over_id", "village_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    hand_over_id: Mapped[int] = mapped_column(ForeignKey("hand_over.id"))
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))


class BreakGlass(Base):
    """Kept. A village that somebody of the care team opened for herself in an emergency, why, and until when."""

    __tablename__ = "break_glass"
    __table_args__ = (
        Index("ix_break_glass_actor", "actor_id", "ends_at"),
        Index("ix_break_glass_project", "project_id", "opened_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    reason: Mapped[str] = mapped_column(SealedText("break_glass.reason"))
    opened_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]  # when she closed it herself
