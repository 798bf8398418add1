"""A record that was returned and filled in anew names another row of the list: nothing of it stays in the one it named before."""

from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from server.db import Database
from server.intake.returning import return_record
from server.models import Audit, Entity, EntityBacklog, EntityVersion, Submission
from tests.making import a_dataset, a_form, a_record, new_id
from tests.returned import a_correcting_form, a_correction
from tests.server.intake.test_returning import WHY, Office

OLDER, MISTAKEN, RIGHT = "1", "2", "3"


def a_uuid() -> str:
    return new_id().removeprefix("uuid:")


def creates(uuid: str, label: str = "三社 4 号") -> str:
    return f'<entity dataset="homes" id="{uuid}" create="1"><label>{label}</label></entity>'


def updates(uuid: str, base: int = 1, label: str = "", more: str = "") -> str:
    return f'<entity dataset="homes" id="{uuid}" update="1" baseVersion="{base}"{more}><label>{label}</label></entity>'


class Homes(Office):
    """An office whose form makes and changes rows of the list homes, and two homes that other records made."""

    def __init__(self, app: Flask, database: Database, project_id: int) -> None:
        super().__init__(app, database, project_id)
        with database.transaction() as db:
            a_dataset(db, project_id, "homes", ["village_code"])
            a_form(db, project_id, version="2", xml=a_correcting_form(version="2", makes=True))
        self.first, self.second = a_uuid(), a_uuid()
        for one in (self.first, self.second):
            self.told(creates(one), village=OLDER)

    def told(self, entity: str, phone: int = 0, **answers: str) -> tuple[int, str]:
        """A record that says this of a home: its number and its instanceID."""
        instance_id = new_id()
        xml = a_record(version="2", instance_id=instance_id, entity=entity, **answers)  # type: ignore[arg-type]
        assert self.send(xml, phone) == 201
        return self.number(instance_id), instance_id

    def number(self, instance_id: str) -> int:
        with self.database.reading() as db:
            return db.scalars(select(Submission.id).where(Submission.instance_id == instance_id)).one()

    def corrects(self, number: int, instance_id: str, entity: str, **answers: str) -> str:
        """It goes back, and what comes for it says this of a home; the instanceID of the correction."""
        self.act(return_record, number, WHY)
        new = new_id()
        given: dict[str, Any] = {"version": "2", "instance_id": new, "entity": entity, **answers}
        assert self.send(a_correction(instance_id, **given)) == 201
        return new

    def row(self, uuid: str) -> Entity:
        (found,) = self.rows(Entity, Entity.uuid == uuid)
        assert isinstance(found, Entity)
        return found

    def stands(self, uuid: str) -> tuple[str, int, str | None]:
        """Its village, its version, and whether it is in conflict."""
        row = self.row(uuid)
        return orjson.loads(row.data_json)["village_code"], row.version, row.conflict


@pytest.fixture
def homes(app: Flask, database: Database, project_id: int) -> Homes:
    return Homes(app, database, project_id)


def test_the_first_row_says_again_what_it_said_before_and_the_other_one_is_told_all_of_it(homes: Homes) -> None:
    number, instance_id = homes.told(updates(homes.first, label="五社 9 号"), village=MISTAKEN)
    assert (homes.stands(homes.first), homes.row(homes.first).label) == ((MISTAKEN, 2, None), "五社 9 号")
    homes.corrects(number, instance_id, updates(homes.second, label="五社 9 号"), village=RIGHT)

    assert (homes.stands(homes.first), homes.row(homes.first).label) == ((OLDER, 3, None), "三社 4 号")
    assert (homes.stands(homes.second), homes.row(homes.second).label) == ((RIGHT, 2, None), "五社 9 号")
    kept = [orjson.loads(one.data_json)["village_code"] for one in homes.rows(EntityVersion) if one.version > 1]
    assert sorted(kept) == [OLDER, MISTAKEN, RIGHT], "every version stays"


def test_also_where_every_answer_is_the_same_as_before(homes: Homes) -> None:
    number, instance_id = homes.told(updates(homes.first), village=MISTAKEN)
    homes.corrects(number, instance_id, updates(homes.second), village=MISTAKEN)
    assert (homes.stands(homes.first), homes.stands(homes.second)) == ((OLDER, 3, None), (MISTAKEN, 2, None))


def test_what_somebody_else_wrote_into_the_first_row_since_stays(homes: Homes) -> None:
    number, instance_id = homes.told(updates(homes.first), village=MISTAKEN)
    homes.told(updates(homes.first, base=2), phone=1, village="7")
    homes.corrects(number, instance_id, updates(homes.second), village=RIGHT)
    assert homes.stands(homes.first) == ("7", 3, None)


def test_a_record_that_names_the_first_row_again_tells_it_all_again(homes: Homes) -> None:
    number, instance_id = homes.told(updates(homes.first), village=MISTAKEN)
    again = homes.corrects(number, instance_id, updates(homes.second), village=MISTAKEN)
    homes.corrects(number, again, updates(homes.first, base=3), village=MISTAKEN)
    assert (homes.stands(homes.first), homes.stands(homes.second)) == ((MISTAKEN, 4, None), (OLDER, 3, None))


def test_a_row_that_the_record_made_leaves_its_list_with_it(homes: Homes) -> None:
    made = a_uuid()
    number, instance_id = homes.told(creates(made), village=MISTAKEN)
    homes.corrects(number, instance_id, updates(homes.second), village=RIGHT)
    assert homes.row(made).deleted_at is not None
    assert homes.stands(homes.second) == (RIGHT, 2, None)


def test_a_row_that_the_record_made_and_others_used_stays_for_somebody_to_look_at(homes: Homes) -> None:
    made = a_uuid()
    number, instance_id = homes.told(creates(made), village=MISTAKEN)
    homes.told(updates(made), phone=1, village="7")
    homes.corrects(number, instance_id, updates(homes.second), village=RIGHT)
    assert (homes.row(made).deleted_at, homes.stands(made)) == (None, ("7", 2, "soft"))


def test_what_waited_to_be_written_into_the_first_row_waits_no_more(homes: Homes) -> None:
    branch = f' trunkVersion="1" branchId="{a_uuid()}"'
    number, instance_id = homes.told(updates(homes.first, base=2, more=branch), village=MISTAKEN)
    assert len(homes.rows(EntityBacklog)) == 1
    homes.corrects(number, instance_id, updates(homes.second), village=RIGHT)
    assert homes.rows(EntityBacklog) == []
    assert (homes.stands(homes.first), homes.stands(homes.second)) == ((OLDER, 1, None), (RIGHT, 2, None))


def test_the_step_that_the_phone_took_in_the_other_row_is_known_here(homes: Homes) -> None:
    number, instance_id = homes.told(updates(homes.first), village=MISTAKEN)
    branch = f' trunkVersion="1" branchId="{a_uuid()}"'
    homes.corrects(number, instance_id, updates(homes.second, more=branch), village=RIGHT)
    homes.told(updates(homes.second, base=2, more=branch), village="8")
    assert (homes.stands(homes.second), homes.rows(EntityBacklog)) == (("8", 3, None), [])


def test_a_row_that_nobody_knows_is_told_beside_the_record_and_the_first_is_free_of_it(homes: Homes) -> None:
    number, instance_id = homes.told(updates(homes.first), village=MISTAKEN)
    homes.corrects(number, instance_id, updates(a_uuid()), village=RIGHT)
    assert homes.stands(homes.first) == (OLDER, 3, None)
    assert len(homes.rows(Audit, Audit.action == "entity.error", Audit.submission_id == number)) == 1
