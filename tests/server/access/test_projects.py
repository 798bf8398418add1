"""Records of the town's own forms that name women: whom a scope of villages lets see them, and since when they count."""

import pytest
from flask import Flask
from sqlalchemy import select

from server.access.projects import set_kind
from server.access.roles import CLINICIAN
from server.db import Database
from server.intake.derive import retry_one
from server.models import Assignment, Project, Submission, Village, VillageScope
from tests.client import Client
from tests.conftest import MORNING
from tests.server.registry.caring import VILLAGE, Care, a_uuid
from tests.server.registry.naming import a_care_with_talk, seen, talk


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return a_care_with_talk(app, database, project_id)


def test_a_record_that_names_a_woman_of_another_village_is_only_for_who_reaches_both(
    care: Care, app: Flask, database: Database, cast: dict[str, int], project_id: int
) -> None:
    woman, neighbour = a_uuid(), a_uuid()
    with database.transaction() as db:
        db.add(Village(project_id=project_id, code="519901201002", name="二村", created_at=MORNING))
        db.flush()
        ids = dict(db.execute(select(Village.code, Village.id)).all())
        db.add(Assignment(actor_id=cast["bob"], role_id=CLINICIAN, project_id=project_id))
        db.add(VillageScope(actor_id=cast["bob"], project_id=project_id, village_id=ids[VILLAGE]))
    care.register(woman)
    care.register(neighbour, village_code="519901201002")
    talk(care, women=f"{woman} {neighbour}")
    talk(care, women=woman)
    assert seen(Client.signed_in(app, database, cast["bob"]), care) == [1, 1, 1]
    with database.transaction() as db:
        db.add(VillageScope(actor_id=cast["bob"], project_id=project_id, village_id=ids["519901201002"]))
    assert seen(Client.signed_in(app, database, cast["bob"]), care) == [2, 2, 2]


def test_in_a_project_that_becomes_a_care_project_records_of_before_go_by_it(
    care: Care, database: Database, project_id: int
) -> None:
    woman = a_uuid()
    care.register(woman)
    with database.transaction() as db:
        db.get_one(Project, project_id).kind = "plain"
    hers, unknown, nobodys = talk(care, women=woman), talk(care, women=a_uuid()), talk(care)
    with database.transaction() as db:
        set_kind(db, db.get_one(Project, project_id), "care", None, MORNING)
    assert [care.seal_of(one) for one in (hers, unknown, nobodys)] == ["unread"] * 3
    while True:
        with database.transaction() as db:
            if not retry_one(db, MORNING):
                break
    assert [care.seal_of(one) for one in (hers, unknown, nobodys)] == [None, "unknown", None]
    health = {one.instance_id: one.health for one in care.rows(Submission)}
    assert [health[one] for one in (hers, unknown, nobodys)] == [True, True, False]
