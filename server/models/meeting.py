"""What the town takes to its monthly meeting: the numbers of a pack, and its own tables with places for numbers in them."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId
from server.models.sealed import SealedBytes, SealedText


class MonthlyPack(Base):
    """Kept for thirteen months. What was told of a town when a month was over; `month` is its first day.

    `told_json` are numbers as they may be told (reports/pack/facts.py), never a person; the file that people take is made of
    it and of the indicators as they were told by `made_at`, so two who take it hold the same.
    """

    __tablename__ = "monthly_pack"
    __table_args__ = (UniqueConstraint("project_id", "month"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    month: Mapped[date]
    told_json: Mapped[str] = mapped_column(SealedText("monthly_pack.told_json"))
    made_at: Mapped[datetime]


class TownTable(Base):
    """Kept. A table of the town's own, with marks where numbers belong (reports/tables/marks.py); its file is in its versions."""

    __tablename__ = "town_table"
    __table_args__ = (Index("ix_town_table_project_id", "project_id", "removed_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    name: Mapped[str]
    made_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class TownTableVersion(Base):
    """Kept. One workbook that somebody gave for a table, as it came; `number` counts from 1, the largest is filled in."""

    __tablename__ = "town_table_version"
    __table_args__ = (UniqueConstraint("table_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    table_id: Mapped[int] = mapped_column(ForeignKey("town_table.id"))
    number: Mapped[int]
    workbook: Mapped[bytes] = mapped_column(SealedBytes("town_table_version.workbook"))
    size: Mapped[int]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    added_at: Mapped[datetime]
