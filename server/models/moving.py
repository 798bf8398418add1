"""Projects that came from another server, and who is who there: so that an import goes on where it broke off."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId


class Move(Base):
    """Kept. A project of another server, or a form of a Kobo export, and the project here that it goes into.

    `source` is the address without a password, or the Kobo asset's uid; `theirs` the project's number there, 0 for Kobo.
    """

    __tablename__ = "move"
    __table_args__ = (
        CheckConstraint("kind IN ('central', 'kobo')", name="kind"),
        UniqueConstraint("kind", "source", "theirs"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str]
    source: Mapped[str]
    theirs: Mapped[int]
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class MovedActor(Base):
    """Kept. Somebody of the other server, by number there (of Kobo by user name), and who that is here."""

    __tablename__ = "moved_actor"

    move_id: Mapped[int] = mapped_column(ForeignKey("move.id"), primary_key=True)
    theirs: Mapped[str] = mapped_column(primary_key=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
