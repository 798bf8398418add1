"""What lies in store: lots, the ledger of what was done with them, and what records say was handed out. It is about packages
and names no woman."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId
from server.models.sealed import SealedText


class SupplyLot(Base):
    """Kept. One lot of an item (supply_words.ITEMS) at one point: a village's, or the town's own store where there is none.

    How many there are is nowhere: it is worked out from the ledger and the records (followups/supply_ledger.py).
    """

    __tablename__ = "supply_lot"
    __table_args__ = (Index("ix_supply_lot_expires_on", "project_id", "expires_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    village_id: Mapped[int | None] = mapped_column(ForeignKey("village.id"))
    item: Mapped[str]
    number: Mapped[str]
    expires_on: Mapped[date]
    received_on: Mapped[date]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    added_at: Mapped[datetime]


class SupplyMovement(Base):
    """Kept, and never changed: one row of the ledger. What was written wrongly is taken back by a row that `reverses_id` names.

    `kind` is one of supply_words.KINDS. `quantity` is how many came or went, of a count how many there were. `at` is when it
    happened, which orders it among records that arrive later. `partner_id` is the sending that an arrival belongs to;
    `reason` one of supply_words.REASONS, and asked for where something is missing or taken out.
    """

    __tablename__ = "supply_movement"
    __table_args__ = (
        Index("ix_supply_movement_lot_id", "lot_id", "at"),
        Index("ux_supply_movement_reverses_id", "reverses_id", unique=True),
        Index("ix_supply_movement_partner_id", "partner_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("supply_lot.id"))
    kind: Mapped[str]
    quantity: Mapped[int]
    at: Mapped[datetime]
    reason: Mapped[str | None]
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("supply_movement.id"))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("supply_movement.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    made_at: Mapped[datetime]


class SupplyHandout(Base):
    """Derived. What one record of F7 says was handed out, as packages: item, lot, number, point, moment.

    It says nothing of whom it was for, and is sealed all the same, for the record beside it may. When that record is
    emptied, nothing leads to it any more (`submission_id` is blank), for the packages are gone whatever she asks.
    """

    __tablename__ = "supply_handout"
    __table_args__ = (
        Index("ux_supply_handout_submission_id", "submission_id", unique=True),
        Index("ix_supply_handout_project_id", "project_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    told_json: Mapped[str] = mapped_column(SealedText("supply_handout.told_json"))
