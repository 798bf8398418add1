"""A town with a store: what came to it and what records say was handed out."""

from typing import Any

import orjson
from sqlalchemy import select

from server.models import Audit, SupplyHandout, SupplyLot, SupplyMovement, Village
from tests.server.web.pages.test_office import OfficeTown

PAGE = "/supplies"
LOT = {
    "item": "coc",
    "number": "B7",
    "expires_on": "2026-05-15",  # 74 days after the tests' Monday, 2 March 2026
    "received_on": "2026-02-02",
    "quantity": "40",
    "village": "town",
}


class StockedTown(OfficeTown):
    def lots(self) -> list[SupplyLot]:
        with self.database.reading() as db:
            return list(db.scalars(select(SupplyLot).order_by(SupplyLot.id)))

    def movements(self) -> list[SupplyMovement]:
        with self.database.reading() as db:
            return list(db.scalars(select(SupplyMovement).order_by(SupplyMovement.id)))

    def rows(self) -> list[tuple[str, int, str | None]]:
        return [(one.kind, one.quantity, one.reason) for one in self.movements()]

    @staticmethod
    def row(one: SupplyMovement) -> tuple[Any, ...]:
        return tuple(getattr(one, column.name) for column in SupplyMovement.__table__.columns)

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        with self.database.reading() as db:
            rows = db.scalars(select(Audit).where(Audit.action.startswith("supply.")).order_by(Audit.id))
            return [(one.action, one.details or {}) for one in rows]

    def village(self, code: str) -> int:
        with self.database.reading() as db:
            return db.scalars(select(Village.id).where(Village.code == code)).one()

    def record(
        self, item: str, quantity: int, point: str, lot: str = "", at: str = "2026-02-20T02:00:00+00:00"
    ) -> None:
        """What a record says, as the deriver leaves it once nothing leads to it any more."""
        told = {"item": item, "quantity": quantity, "number": lot.casefold(), "point": point, "at": at}
        with self.database.transaction() as db:
            db.add(SupplyHandout(project_id=self.project_id, told_json=orjson.dumps(told).decode()))
