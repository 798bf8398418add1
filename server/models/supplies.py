"""What lies in store, lot by lot, so that nobody is handed what has expired. It is about packages and names no woman."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId


class SupplyLot(Base):
    """Kept. One lot of an item (supply_words.ITEMS) at one place: a village, or the town's own store where there is none.

    `quantity` is how many came. It stands until `ended_on`, when it was used up, returned or destroyed (`ended_as`, one of
    supply_words.ENDS).
    """

    __tablename__ = "supply_lot"
    __table_args__ = (Index("ix_supply_lot_expires_on", "project_id", "ended_on", "expires_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    village_id: Mapped[int | None] = mapped_column(ForeignKey("village.id"))
    item: Mapped[str]
    number: Mapped[str]
    expires_on: Mapped[date]
    received_on: Mapped[date]
    quantity: Mapped[int]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    added_at: Mapped[datetime]
    ended_as: Mapped[str | None]
    ended_on: Mapped[date | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))


class SupplyCount(Base):
    """Kept. How many of a lot were there when somebody counted; of a day the last count holds."""

    __tablename__ = "supply_count"
    __table_args__ = (Index("ix_supply_count_lot_id", "lot_id", "counted_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("supply_lot.id"))
    counted_on: Mapped[date]
    quantity: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    made_at: Mapped[datetime]
