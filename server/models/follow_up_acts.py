"""What people did with follow-ups by hand."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId
from server.models.sealed import SealedText


class FollowUpAct(Base):
    """Kept. One thing that somebody did with one follow-up (`key`), or with all of hers (`key` empty): facts.Act.

    `kind` is one of facts.ACT_KINDS, `reason` one of limits.REASONS. `on_day` is the Shanghai day it was made. `day` and
    `until_day` are as in facts.Act; `place` is the name of a row of the town's clinics, empty for elsewhere; `note`
    what the next one should know. One that was undone stays, with who undid it; `confirmed_at` is a supervisor's word.
    """

    __tablename__ = "follow_up_act"
    __table_args__ = (
        Index("ix_follow_up_act_subject", "project_id", "subject_list", "subject"),
        Index("ix_follow_up_act_made_at", "project_id", "made_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    event: Mapped[str] = mapped_column(unique=True)
    key: Mapped[str] = mapped_column(index=True)
    subject_list: Mapped[str]
    subject: Mapped[str]
    episode: Mapped[str | None]
    village_code: Mapped[str]
    kind: Mapped[str]
    reason: Mapped[str]
    on_day: Mapped[date]
    day: Mapped[date | None]
    until_day: Mapped[date | None]
    place: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(SealedText("follow_up_act.note"), default="")
    never_again: Mapped[str | None]
    by_supervisor: Mapped[bool] = mapped_column(default=False)
    to_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    made_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
