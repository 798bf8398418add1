"""Where words go beside the inbox and the mail server, who has taken on what is critical, and the addresses of calendars."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId
from server.models.sealed import SealedText


class NotificationChannel(Base):
    """Kept while it is used. A bot, hook or number of one person, or of a town's duty team: one of a kind each.

    `kind` is one of followups/channels.KINDS; `destination_json` its address, secret and number, which no page shows again.
    `alerts` and `digests`: what goes there. A town's `sms` is the gateway that its people's numbers are reached by.
    """

    __tablename__ = "notification_channel"
    __table_args__ = (
        CheckConstraint("(actor_id IS NULL) != (project_id IS NULL)", name="one_owner"),
        UniqueConstraint("actor_id", "kind"),
        UniqueConstraint("project_id", "kind"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))
    kind: Mapped[str]
    destination_json: Mapped[str] = mapped_column(SealedText("notification_channel.destination_json"))
    alerts: Mapped[bool]
    digests: Mapped[bool]
    made_at: Mapped[datetime]
    tested_at: Mapped[datetime | None]


class CriticalWatch(Base):
    """Kept. A follow-up that became critical and waits for somebody to say "I have it"; said again until then.

    `next_at` is when it is said again; null once somebody has taken it on (`taken_by_id`) or it is critical no longer.
    """

    __tablename__ = "critical_watch"
    __table_args__ = (Index("ix_critical_watch_next_at", "next_at"),)

    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), primary_key=True, autoincrement=False)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    began_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    repeats: Mapped[int] = mapped_column(default=0)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    taken_at: Mapped[datetime | None]


class CalendarAddress(Base):
    """Kept while it is used. The secret address at which a person's calendar program reads her open tasks, by its SHA-256.

    `fetches` counts since `hour_began_at`.
    """

    __tablename__ = "calendar_address"

    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"), primary_key=True, autoincrement=False)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    hour_began_at: Mapped[datetime | None]
    fetches: Mapped[int] = mapped_column(default=0)
