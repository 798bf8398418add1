"""Other records about the same home or person: hers and that home's, never from one to the other, never beyond the scope."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from server.access.allow import Scope
from server.db import Database
from server.intake.earlier import MOST, list_others
from server.models import CareEvent, Submission
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_record


@pytest.fixture
def five(phone: Client, project_id: int, database: Database) -> Scope:
    """Records 1 and 2 are about one home, 3 and 4 about a woman (4 is sealed from others as health), 5 about nobody."""
    for number in range(1, 6):
        phone.send(project_id, a_record())
        if number < 5:
            whom = (
                ("households", "h") if number < 3 else ("women", "h")
            )  # the same letters mean somebody else in another list
            with database.transaction() as db:
                row = {"submission_id": number, "submission_version_id": number, "project_id": project_id}
                day = {"visit_date": MORNING.date(), "received_at": MORNING, "event": str(number), "form_id": "visit"}
                db.add(CareEvent(**row, **day, subject_list=whom[0], subject=whom[1], data_json="{}"))
    with database.transaction() as db:
        db.execute(update(Submission).where(Submission.id == 4).values(health=True))
    return Scope(project_id, everything=True, health=True, withheld=frozenset())


def others(database: Database, scope: Scope, record: int) -> list[int]:
    with database.reading() as db:
        return [one.id for one in list_others(db, scope, record)]


def test_a_home_leads_to_that_home_and_a_woman_to_herself(five: Scope, database: Database) -> None:
    assert [others(database, five, one) for one in range(1, 6)] == [[2], [1], [4], [3], []]


def test_what_the_scope_does_not_reach_is_left_out(five: Scope, database: Database) -> None:
    assert others(database, replace(five, health=False), 3) == []
    assert others(database, replace(five, everything=False), 1) == []


def test_without_lists_of_care_an_entity_leads_to_its_other_records(
    phone: Client, project_id: int, database: Database
) -> None:
    from server.models import Dataset, Entity, EntityVersion

    for _ in range(3):
        phone.send(project_id, a_record())
    with database.transaction() as db:
        homes = Dataset(project_id=project_id, name="homes", created_at=MORNING)
        db.add(homes)
        db.flush()
        home = Entity(dataset_id=homes.id, uuid="u", label="x", data_json="{}", created_at=MORNING)
        db.add(home)
        db.flush()
        for number in (1, 2):
            told = {"label": "x", "data_json": "{}", "received_json": "{}", "created_at": MORNING}
            db.add(EntityVersion(entity_id=home.id, version=number, submission_version_id=number, **told))
    scope = Scope(project_id, everything=True, health=True, withheld=frozenset())
    assert [others(database, scope, one) for one in (1, 2, 3)] == [[2], [1], []]


def test_there_is_an_end(phone: Client, project_id: int, database: Database) -> None:
    for number in range(1, MOST + 4):
        phone.send(project_id, a_record())
        with database.transaction() as db:
            row = {"submission_id": number, "submission_version_id": number, "project_id": project_id}
            day = {"visit_date": MORNING.date(), "received_at": MORNING, "event": str(number), "form_id": "visit"}
            db.add(CareEvent(**row, **day, subject_list="households", subject="h", data_json="{}"))
    scope = Scope(project_id, everything=True, health=True, withheld=frozenset())
    assert others(database, scope, 1) == list(range(MOST + 3, 3, -1))
