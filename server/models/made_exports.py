"""Files of records that were too many to be made at once."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId
from server.models.sealed import SealedText


class MadeExport(Base):
    """Kept as a row; its file goes after a week, or earlier (intake/made_exports.py). For who asked for it alone.

    `wish_json` is what was asked for, with the scope that her rights had at that moment. `state` is waiting, running, ready,
    failed or over; `why` says what ended it. `records` are read so far, of `total`. `mark` is the file's name. `after_seq` is
    the number of the newest change when its making began.
    """

    __tablename__ = "made_export"
    __table_args__ = (
        Index("ix_made_export_actor_id", "actor_id", "project_id", "id"),
        Index("ix_made_export_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"))
    kind: Mapped[str]
    wish_json: Mapped[str] = mapped_column(SealedText("made_export.wish_json"))
    mark: Mapped[str]
    state: Mapped[str]
    why: Mapped[str | None]
    records: Mapped[int] = mapped_column(default=0)
    total: Mapped[int]
    size: Mapped[int | None]
    after_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    asked_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
