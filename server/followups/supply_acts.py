"""What is done with what lies in store, each a row of the ledger: received, sent on, handed out, taken out, counted, taken back.

Whoever does something holds its lot until the transaction ends, so that two people do not hand out the same packages.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import clock
from server.access.audit import record
from server.errors import NotFound, TooLong, UnexpectedValue
from server.followups.supply_ledger import KnownLot
from server.followups.supply_reading import InStore, SupplyReach, read_store
from server.followups.supply_words import (
    ARRIVED,
    CAME,
    COUNTED,
    HANDED_OUT,
    ITEMS,
    SENT,
    TAKEN_OUT,
    WHY_DIFFERENT,
    WHY_TAKEN_OUT,
)
from server.models import Project, SupplyLot, SupplyMovement, Village

LONGEST_NUMBER: Final = 40
MOST: Final = 100_000
TAKEN_BACK_FOR: Final = timedelta(days=31)
"""How long a row may be taken back; what is found out later, the next count puts right."""


@dataclass(frozen=True)
class Doer:
    """Who does it, at which points, and when."""

    person: int
    project: Project
    reach: SupplyReach
    now: datetime


@dataclass(frozen=True)
class NewLot:
    """What somebody writes off the package. `village` is None for the town's own store."""

    item: str
    number: str
    expires_on: date
    received_on: date
    quantity: int
    village: int | None = None


def receive(db: Session, doer: Doer, new: NewLot) -> SupplyMovement:
    """More of a lot that is there already is added to it. Raises UnexpectedValue and TooLong for what no package says."""
    check_new(new, clock.today(doer.now))
    check_point(db, doer, new.village)
    lot = find_same(db, doer.project.id, new)
    came_now = lot is not None and new.received_on == clock.today(doer.now)
    at = doer.now if came_now else clock.begin_of(new.received_on)
    return write(db, doer, lot or add_lot(db, doer, new), CAME, new.quantity, at=at)


def check_new(new: NewLot, today: date) -> None:
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
    check_number(new.quantity)


def check_number(quantity: int, least: int = 1) -> None:
    if not least <= quantity <= MOST:
        raise UnexpectedValue(field="quantity", value=str(quantity)[:20], reason="it is no number that can be counted")


def check_point(db: Session, doer: Doer, village: int | None) -> None:
    """Raises UnexpectedValue for what is no point of this town, or none of the doer's."""
    row = db.get(Village, village) if village is not None else None
    ours = village is None or (row is not None and row.project_id == doer.project.id and row.retired_at is None)
    if not ours or not doer.reach.covers(village):
        raise UnexpectedValue(field="village", value=village or "", reason="it is none of this town's villages")


def find_same(db: Session, project_id: int, new: NewLot) -> SupplyLot | None:
    """The lot that these packages belong to, if it is at that point already."""
    place = SupplyLot.village_id == new.village if new.village is not None else SupplyLot.village_id.is_(None)
    same = SupplyLot.item == new.item, SupplyLot.number == new.number, SupplyLot.expires_on == new.expires_on
    query = select(SupplyLot).where(SupplyLot.project_id == project_id, place, *same).order_by(SupplyLot.id)
    return db.scalars(query.limit(1)).first()


def add_lot(db: Session, doer: Doer, new: NewLot) -> SupplyLot:
    lot = SupplyLot(
        project_id=doer.project.id,
        village_id=new.village,
        item=new.item,
        number=new.number,
        expires_on=new.expires_on,
        received_on=new.received_on,
        added_by_id=doer.person,
        added_at=doer.now,
    )
    db.add(lot)
    db.flush()
    return lot


def hold(db: Session, doer: Doer, lot_id: int) -> tuple[SupplyLot, InStore]:
    """A lot within reach, held until the transaction ends, and what lies in store then. Raises NotFound."""
    lot = db.get(SupplyLot, lot_id, with_for_update=True)
    if lot is None or lot.project_id != doer.project.id:
        raise NotFound()
    store = read_store(db, doer.project.id, doer.reach)
    store.get_lot(lot_id)
    return lot, store


def hold_enough(db: Session, doer: Doer, lot_id: int, quantity: int) -> tuple[SupplyLot, KnownLot]:
    """As `hold`. Raises UnexpectedValue where there are not so many."""
    check_number(quantity)
    lot, store = hold(db, doer, lot_id)
    if quantity > store.stock.left[lot_id]:
        raise UnexpectedValue(field="quantity", value=str(quantity), reason="there are not so many; count them first")
    return lot, store.get_lot(lot_id)


def hand_out(db: Session, doer: Doer, lot_id: int, quantity: int) -> SupplyMovement:
    """To somebody whose name nobody asks. Raises UnexpectedValue for more than there is, and for what has expired."""
    lot, known = hold_enough(db, doer, lot_id, quantity)
    if known.expires_on < clock.today(doer.now):
        raise UnexpectedValue(field="lot", value=known.number, reason="it has expired")
    return write(db, doer, lot, HANDED_OUT, quantity)


def send_on(db: Session, doer: Doer, lot_id: int, quantity: int, village: int | None) -> SupplyMovement:
    """From one point to another, where it is a lot of the same number. The town's own store takes back from everybody."""
    lot, known = hold_enough(db, doer, lot_id, quantity)
    if village is not None:
        check_point(db, doer, village)
    if village == known.shelf[0]:
        raise UnexpectedValue(field="village", value=village or "", reason="it is there already")
    sent = write(db, doer, lot, SENT, quantity)
    same = NewLot(lot.item, lot.number, lot.expires_on, clock.today(doer.now), quantity, village)
    there = find_same(db, doer.project.id, same) or add_lot(db, doer, same)
    write(db, doer, there, ARRIVED, quantity, partner=sent.id)
    return sent


def take_out(db: Session, doer: Doer, lot_id: int, quantity: int, reason: str) -> SupplyMovement:
    """Raises UnexpectedValue for a reason that is none of WHY_TAKEN_OUT, and for more than there is."""
    if reason not in WHY_TAKEN_OUT:
        raise UnexpectedValue(field="reason", value=reason[:40], reason="it is none of those that are offered")
    lot, _ = hold_enough(db, doer, lot_id, quantity)
    return write(db, doer, lot, TAKEN_OUT, quantity, reason=reason)


def count(db: Session, doer: Doer, lot_id: int, quantity: int, reason: str = "") -> SupplyMovement:
    """What there is, whatever was told before. Raises UnexpectedValue where it differs and nobody says why."""
    check_number(quantity, 0)
    lot, store = hold(db, doer, lot_id)
    differs = quantity != store.stock.left[lot_id]
    if differs and reason not in WHY_DIFFERENT:
        raise UnexpectedValue(field="reason", value=reason[:40], reason="the number differs: choose why")
    return write(db, doer, lot, COUNTED, quantity, reason=reason if differs else None)


def take_back(db: Session, doer: Doer, entry_id: int) -> list[SupplyMovement]:
    """Counter-rows of one row, and of what arrived by it. Raises NotFound for what is taken back already, too old, elsewhere, an
    arrival (whoever sent it takes it back), and a handing out of which the doer is not told."""
    entry = db.get(SupplyMovement, entry_id)
    if entry is None or entry.partner_id is not None or entry.made_at < doer.now - TAKEN_BACK_FOR:
        raise NotFound()
    _, store = hold(db, doer, entry.lot_id)
    is_told = doer.person == entry.by_id or doer.reach.is_own(store.get_lot(entry.lot_id).shelf)
    if entry.kind == HANDED_OUT and not is_told:
        raise NotFound()
    arrived = db.scalars(select(SupplyMovement).where(SupplyMovement.partner_id == entry_id)).all()
    return [reverse(db, doer, one) for one in (entry, *arrived)]


def reverse(db: Session, doer: Doer, entry: SupplyMovement) -> SupplyMovement:
    known = select(SupplyMovement.id).where(SupplyMovement.reverses_id == entry.id)
    if entry.reverses_id is not None or db.scalar(known) is not None:
        raise NotFound()
    lot = db.get_one(SupplyLot, entry.lot_id)
    return write(db, doer, lot, entry.kind, entry.quantity, at=entry.at, reason=entry.reason, reverses=entry.id)


def write(
    db: Session,
    doer: Doer,
    lot: SupplyLot,
    kind: str,
    quantity: int,
    *,
    at: datetime | None = None,
    reason: str | None = None,
    partner: int | None = None,
    reverses: int | None = None,
) -> SupplyMovement:
    """The one place that adds a row to the ledger; none is ever changed. The audit says of a handing out that there was one, and
    not of what: others are told of that five times at a time."""
    row = SupplyMovement(
        lot_id=lot.id,
        kind=kind,
        quantity=quantity,
        at=at or doer.now,
        reason=reason,
        partner_id=partner,
        reverses_id=reverses,
        by_id=doer.person,
        made_at=doer.now,
    )
    db.add(row)
    db.flush()
    action = "supply.update.undo" if reverses else f"supply.update.{kind}"
    of_what = {} if kind == HANDED_OUT else {"lot": lot.id, "item": lot.item}
    record(
        db, action, actor_id=doer.person, now=doer.now, project_id=lot.project_id, details={**of_what, "entry": row.id}
    )
    return row
