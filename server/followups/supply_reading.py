"""Reading what lies in store as somebody may see it: four questions to the database, whatever there is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.allow import holds_role, scope_of
from server.access.caller import Caller
from server.access.roles import VILLAGE_WORKER
from server.errors import NotFound
from server.followups.supply_ledger import Entry, Handout, KnownLot, Shelf, Stock, tell_in_fives, work_out
from server.followups.supply_tasks import Lot
from server.followups.supply_words import HANDED_OUT
from server.models import Project, SupplyHandout, SupplyLot, SupplyMovement, Village

TOWN = "town"
"""How a record calls the town's own store (F7, `stock_point`)."""


@dataclass(frozen=True)
class SupplyReach:
    """Which points somebody sees, and at which she works: there she is told of each handing out."""

    everything: bool
    villages: frozenset[int] = frozenset()
    hands_out: bool = False
    works: bool = True
    """False for what is read by many, as nobody of them worked at any point."""

    def covers(self, point: int | None) -> bool:
        return self.everything or (point is not None and point in self.villages)

    def is_own(self, shelf: Shelf) -> bool:
        point = shelf[0]
        if not self.works:
            return False
        return self.everything if point is None else self.hands_out and self.covers(point)


ALL = SupplyReach(everything=True, hands_out=True)
"""For sums of the whole town that tell of no point."""
ON_PAPER = SupplyReach(everything=True, works=False)
"""For what a meeting reads, month after month: two of them are no less than the handing out between them."""


def reach_of(caller: Caller, project: Project) -> SupplyReach:
    scope = scope_of(caller, project)
    return SupplyReach(scope.everything, scope.village_ids, holds_role(caller, VILLAGE_WORKER, project))


@dataclass(frozen=True)
class Points:
    """The town's villages by id; a merged one counts as what it is a part of now."""

    names: dict[int, str]
    ids: dict[str, int]
    into: dict[int, int]
    in_force: frozenset[int]

    def now(self, village: int | None) -> int | None:
        seen: set[int] = set()
        while village in self.into and village not in seen:
            seen.add(village)
            village = self.into[village]
        return village

    def name(self, village: int | None) -> str:
        """ "" for the town's own store."""
        return "" if village is None else self.names.get(village, "")


@dataclass(frozen=True)
class InStore:
    """`unplaced`: what records handed out at no point that they tell, which lowers nothing."""

    points: Points
    lots: list[KnownLot]
    entries: list[Entry]
    handouts: list[Handout]
    taken_back: list[Entry]

    @cached_property
    def stock(self) -> Stock:
        return work_out(self.lots, self.entries, self.handouts)

    @property
    def standing(self) -> list[Lot]:
        """Lots of which there is something, or of which more was handed out than there was."""
        stock = self.stock
        return [
            Lot(
                one.id,
                one.shelf[1],
                one.number,
                self.points.name(one.shelf[0]),
                one.expires_on,
                one.received_on,
                stock.left[one.id],
                stock.counted_on.get(one.id),
            )
            for one in self.lots
            if stock.left[one.id]
        ]

    @property
    def unplaced(self) -> list[Handout]:
        return [one for one in self.handouts if one.shelf is None]

    def get_lot(self, lot_id: int) -> KnownLot:
        """Raises NotFound."""
        found = next((one for one in self.lots if one.id == lot_id), None)
        if found is None:
            raise NotFound()
        return found


def read_store(db: Session, project_id: int, reach: SupplyReach) -> InStore:
    """What of the town's store is within reach, and told as far as it may be."""
    points = read_points(db, project_id)
    lots = [one for one in read_lots(db, project_id, points) if reach.covers(one.shelf[0])]
    known = {one.id for one in lots}
    standing, gone = ([one for one in some if one.lot in known] for some in read_entries(db, project_id))
    handouts = [one for one in read_handouts(db, project_id, points) if is_told(one, reach)]
    return InStore(points, lots, *tell_in_fives(lots, standing, handouts, reach.is_own), own_of(lots, gone, reach))


def own_of(lots: list[KnownLot], entries: list[Entry], reach: SupplyReach) -> list[Entry]:
    """Those of points at which the reader works: what was handed out and taken back elsewhere is no less a handing out."""
    own = {one.id for one in lots if reach.is_own(one.shelf)}
    return [one for one in entries if one.lot in own or one.kind != HANDED_OUT]


def is_told(one: Handout, reach: SupplyReach) -> bool:
    return reach.covers(one.shelf[0] if one.shelf else None)


def read_points(db: Session, project_id: int) -> Points:
    """By code; a code that is in force goes before one that is not any more."""
    rows = db.scalars(select(Village).where(Village.project_id == project_id).order_by(Village.code, Village.id)).all()
    gone = [one for one in rows if one.retired_at is not None]
    ids = {one.code: one.id for one in (*gone, *(one for one in rows if one.retired_at is None))}
    into = {one.id: one.successor_id for one in rows if one.successor_id is not None}
    in_force = frozenset(one.id for one in rows if one.retired_at is None)
    return Points({one.id: one.name for one in rows}, ids, into, in_force)


def read_lots(db: Session, project_id: int, points: Points) -> Iterator[KnownLot]:
    for row in db.scalars(select(SupplyLot).where(SupplyLot.project_id == project_id).order_by(SupplyLot.id)):
        yield KnownLot(row.id, (points.now(row.village_id), row.item), row.number, row.expires_on, row.received_on)


def read_entries(db: Session, project_id: int) -> tuple[list[Entry], list[Entry]]:
    """What stands of the ledger, and what was taken back; the rows that took it back are in neither."""
    query = select(SupplyMovement).join(SupplyLot, SupplyLot.id == SupplyMovement.lot_id)
    rows = list(db.scalars(query.where(SupplyLot.project_id == project_id).order_by(SupplyMovement.id)))
    gone = {one.reverses_id for one in rows if one.reverses_id is not None}
    standing: list[Entry] = []
    taken_back: list[Entry] = []
    for one in rows:
        if one.reverses_id is None:
            known = one.reason, one.by_id, one.made_at, one.partner_id
            entry = Entry(one.id, one.lot_id, one.kind, one.quantity, one.at, *known)
            (taken_back if one.id in gone else standing).append(entry)
    return standing, taken_back


def read_handouts(db: Session, project_id: int, points: Points) -> Iterator[Handout]:
    for text in db.scalars(select(SupplyHandout.told_json).where(SupplyHandout.project_id == project_id)):
        told = orjson.loads(text)
        at = datetime.fromisoformat(told["at"])
        yield Handout(shelf_of(told, points), told["quantity"], at, told["number"])


def shelf_of(told: dict[str, str], points: Points) -> Shelf | None:
    """None where the record tells no point, or one that is none of the town's villages."""
    if told["point"] == TOWN:
        return None, told["item"]
    village = points.now(points.ids.get(told["point"]))
    return None if village is None else (village, told["item"])
