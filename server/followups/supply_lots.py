"""The register of lots in store: adding one, counting it, ending it, and taking that back. It names no woman."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import clock
from server.access.audit import record
from server.errors import NotFound, TooLong, UnexpectedValue
from server.followups.supply_tasks import Lot
from server.followups.supply_words import ENDS, ITEMS
from server.models import Project, SupplyCount, SupplyLot, Village

LONGEST_NUMBER: Final = 40
MOST: Final = 100_000
LISTED: Final = 50
"""How many lots that have ended a page lists."""


@dataclass(frozen=True)
class NewLot:
    """What somebody writes off the package. `village` is None for the town's own store."""

    item: str
    number: str
    expires_on: date
    received_on: date
    quantity: int
    village: int | None = None


def list_lots(db: Session, project: Project) -> list[Lot]:
    """Those that stand, in two questions whatever their number."""
    query = (
        select(SupplyLot, Village.name)
        .outerjoin(Village, Village.id == SupplyLot.village_id)
        .where(SupplyLot.project_id == project.id, SupplyLot.ended_on.is_(None))
        .order_by(SupplyLot.expires_on, SupplyLot.id)
    )
    counts = _last_counts(db, project)
    return [_as_lot(row, name, counts.get(row.id)) for row, name in db.execute(query)]


def _as_lot(row: SupplyLot, name: str | None, counted: tuple[date, int] | None) -> Lot:
    on, left = counted or (None, row.quantity)
    return Lot(row.id, row.item, row.number, name or "", row.expires_on, row.received_on, left, on)


def _last_counts(db: Session, project: Project) -> dict[int, tuple[date, int]]:
    """Day and number of the last count of each lot that stands."""
    last = (
        select(func.max(SupplyCount.id))
        .join(SupplyLot, SupplyLot.id == SupplyCount.lot_id)
        .where(SupplyLot.project_id == project.id, SupplyLot.ended_on.is_(None))
        .group_by(SupplyCount.lot_id)
    )
    query = select(SupplyCount.lot_id, SupplyCount.counted_on, SupplyCount.quantity).where(SupplyCount.id.in_(last))
    return {lot: (on, quantity) for lot, on, quantity in db.execute(query)}


def list_ended(db: Session, project: Project) -> list[SupplyLot]:
    """Those that ended, the latest first."""
    query = select(SupplyLot).where(SupplyLot.project_id == project.id, SupplyLot.ended_on.is_not(None))
    return list(db.scalars(query.order_by(SupplyLot.ended_on.desc(), SupplyLot.id.desc()).limit(LISTED)))


def add_lot(db: Session, by: int, project: Project, new: NewLot, now: datetime) -> SupplyLot:
    """Raises UnexpectedValue and TooLong for what no package says."""
    _check(new, clock.today(now))
    if new.village is not None:
        _check_village(db, project, new.village)
    lot = SupplyLot(
        project_id=project.id,
        village_id=new.village,
        item=new.item,
        number=new.number,
        expires_on=new.expires_on,
        received_on=new.received_on,
        quantity=new.quantity,
        added_by_id=by,
        added_at=now,
    )
    db.add(lot)
    db.flush()
    _note(db, "office.update.lot", lot, by, now)
    return lot


def _check(new: NewLot, today: date) -> None:
    if new.item not in ITEMS:
        raise UnexpectedValue(field="item", value=new.item[:40], reason="it is none of those that are offered")
    if not new.number:
        raise UnexpectedValue(field="number", value="", reason="the package has one")
    if len(new.number) > LONGEST_NUMBER:
        raise TooLong(field="number", limit=LONGEST_NUMBER)
    if new.received_on > today:
        raise UnexpectedValue(field="received_on", value=new.received_on.isoformat(), reason="it is to come")
    if new.expires_on <= new.received_on:
        raise UnexpectedValue(
            field="expires_on", value=new.expires_on.isoformat(), reason="it had expired when it came"
        )
    check_number(new.quantity, 1)


def check_number(quantity: int, least: int = 0) -> None:
    if not least <= quantity <= MOST:
        raise UnexpectedValue(field="quantity", value=str(quantity)[:20], reason="it is no number that can be counted")


def _check_village(db: Session, project: Project, village_id: int) -> None:
    village = db.get(Village, village_id)
    if village is None or village.project_id != project.id or village.retired_at is not None:
        raise UnexpectedValue(field="village", value=village_id, reason="it is none of this town's villages")


def get_lot(db: Session, project: Project, lot_id: int, ended: bool = False) -> SupplyLot:
    """One that stands, or one that has ended. Raises NotFound for another town's, and for one that is not so."""
    lot = db.get(SupplyLot, lot_id, with_for_update=True)
    if lot is None or lot.project_id != project.id or (lot.ended_on is not None) != ended:
        raise NotFound()
    return lot


def count_lot(db: Session, by: int, lot: SupplyLot, quantity: int, now: datetime) -> SupplyCount:
    """Raises UnexpectedValue for a number that cannot be."""
    check_number(quantity)
    count = SupplyCount(lot_id=lot.id, counted_on=clock.today(now), quantity=quantity, by_id=by, made_at=now)
    db.add(count)
    db.flush()
    _note(db, "office.update.count", lot, by, now)
    return count


def end_lot(db: Session, by: int, lot: SupplyLot, how: str, now: datetime) -> None:
    """Raises UnexpectedValue for a way that is none of supply_words.ENDS."""
    if how not in ENDS:
        raise UnexpectedValue(field="how", value=how[:40], reason="it is none of those that are offered")
    lot.ended_as, lot.ended_on, lot.ended_by_id = how, clock.today(now), by
    db.flush()
    _note(db, "office.update.lot_end", lot, by, now)


def take_back_end(db: Session, by: int, lot: SupplyLot, now: datetime) -> None:
    """It stands again."""
    lot.ended_as = lot.ended_on = lot.ended_by_id = None
    db.flush()
    _note(db, "office.update.undo", lot, by, now)


def _note(db: Session, action: str, lot: SupplyLot, by: int, now: datetime) -> None:
    record(db, action, actor_id=by, now=now, project_id=lot.project_id, details={"lot": lot.id, "item": lot.item})
