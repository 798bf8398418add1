"""What numbers were told, and to whom: what the next ones are held against."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId


class Release(Base):
    """Kept. One line of numbers of a project as it was told from `made_at` on: the newest `number` of a measure holds.

    `told_json` is geo/releasing.Told: counts by village or form and what readers can know of them, of nobody by name.
    Of a rate there is one row a month's end, `number` counts months, and `told_json` holds what was shown, too, for it is
    shown again as it was (access/month_ends.py).
    """

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("project_id", "measure", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    measure: Mapped[str]
    number: Mapped[int] = mapped_column(BigId)
    told_json: Mapped[str]
    made_at: Mapped[datetime]


class ReleaseLook(Base):
    """Kept. Who was told a release, and when first."""

    __tablename__ = "release_look"
    __table_args__ = (UniqueConstraint("release_id", "actor_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"), index=True)
    looked_at: Mapped[datetime]
