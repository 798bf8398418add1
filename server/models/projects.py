"""A project is a town."""

from datetime import datetime

from sqlalchemy import CheckConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId


class Project(Base):
    """Kept. `kind` is plain (Central's roles and rights exactly) or care (village scope and purpose roles bind).

    Where it `asks_second_factor`, who has a role in it reaches it with more than a password only.
    Where it `keeps_photo_metadata`, photos go out as they came, with the place and the day that they tell.
    Whoever has more than `workload_cap` due visits is given no others without a supervisor's word.
    """

    __tablename__ = "project"
    __table_args__ = (CheckConstraint("kind IN ('plain', 'care')", name="kind"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str]
    description: Mapped[str | None]
    archived: Mapped[bool] = mapped_column(default=False)
    kind: Mapped[str] = mapped_column(default="plain")
    is_demo: Mapped[bool] = mapped_column(default=False)
    asks_second_factor: Mapped[bool] = mapped_column(default=False, server_default=false())
    keeps_photo_metadata: Mapped[bool] = mapped_column(default=False, server_default=false())
    workload_cap: Mapped[int] = mapped_column(default=40, server_default="40")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
