"""A town in which a woman asked for a transfer of care, and the same town as its receiver finds it."""

from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import select, update

from server.db import Database
from server.errors import PackageRefused, TransferRefused
from server.intake.transferring import make_package
from server.models import FollowUp, Project, TransferPackage, Village, Woman
from tests.conftest import Clock
from tests.server.registry.caring import VILLAGE, Care, a_uuid

ITEMS = "next_dates anc_summary"
PLACE = {"place_zh": "城东卫生院", "place_en": "East clinic", "dest_county": "440785"}


class Sending(Care):
    """A town in which she asked for a transfer; `by` is somebody at the desk."""

    def __init__(self, app: Flask, database: Database, project_id: int, clock: Clock, by: int) -> None:
        super().__init__(app, database, project_id)
        self.clock, self.by = clock, by
        self.woman, self.checked, self.transfer = a_uuid(), a_uuid(), a_uuid()
        self.register(self.woman, keeps="1", phone_safe="13800000001", phone_safe_who="yes", display_name="SECRETNAME")
        self.pregnancy(self.woman, self.checked)
        self.check(self.checked, bp_sys="118", bp_dia="76")
        self.method(self.woman, a_uuid(), method="condom_m")

    def ask(self, items: str = ITEMS, **answers: str) -> str:
        return self.leave(self.woman, self.transfer, items=items, **PLACE, **answers)

    def do(self, verb: Any, *args: Any, woman: str = "") -> Any:
        """One verb in its transaction, with whose it is and who does it."""
        with self.database.transaction() as db:
            project = db.get_one(Project, self.project_id)
            whose = db.scalars(select(Woman).where(Woman.uuid == (woman or self.woman))).one()
            made = verb(db, project, whose, *args, self.by, self.clock.now())
            db.flush()
            db.expunge_all()
            return made

    def make(self, items: str = ITEMS) -> tuple[bytes, str]:
        made = self.do(make_package, self.transfer, items.split())
        return made.row.content, made.key

    def listed(self, transfer: str = "") -> str:
        entity = self.entity(transfer or self.transfer)
        assert entity is not None
        return str(orjson.loads(entity.data_json)["status"])

    def states(self) -> list[str]:
        return [one.state for one in self.rows(TransferPackage)]

    def follow_up(self, rule: str) -> tuple[str, str | None]:
        (found,) = [(one.state, one.cause) for one in self.rows(FollowUp) if one.rule == rule]
        return found

    def move_to(self, county: str) -> None:
        """The same town, seen from elsewhere: its village lies in that county, and it made no package."""
        with self.database.transaction() as db:
            db.execute(update(Village).values(code=county + VILLAGE[6:]))
            db.execute(update(TransferPackage).values(name_sha256=None))


def refusal(town: Sending, verb: Any, *args: Any, woman: str = "") -> str:
    with pytest.raises((PackageRefused, TransferRefused)) as refused:
        town.do(verb, *args, woman=woman)
    return str(refused.value.details["reason"])


def there(town: Sending) -> Sending:
    """The town as its package's receiver finds it, with a woman of its own who registered."""
    town.move_to("440785")
    town.woman, kept = a_uuid(), town.woman
    town.register(town.woman, village_code="440785" + VILLAGE[6:])
    other = object.__new__(Sending)
    other.__dict__ |= town.__dict__
    town.woman = kept
    return other


def rows_of_packages(town: Sending) -> list[tuple[str, str | None, str]]:
    return [(one.woman_uuid, one.told_of, one.state) for one in town.rows(TransferPackage)]
