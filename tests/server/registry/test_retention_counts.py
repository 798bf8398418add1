"""How much is past its time, for a page: what the run will do, asked in a few questions whatever the number of women."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from server.db import Database
from server.followups.restricting import keep_unused
from server.models import CareEvent, Entity, Project
from server.registry.retention import past_women
from server.registry.retention_counts import count_ahead
from server.registry.retention_runs import plan_retention
from tests.conftest import MORNING, Clock
from tests.server.registry.caring import Care, a_uuid
from tests.server.registry.naming import publish_talk, talk


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


def a_past_woman(care: Care) -> str:
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy)
    care.check(pregnancy)
    return woman


def test_the_page_counts_what_the_run_will_do(care: Care, database: Database, project_id: int, clock: Clock) -> None:
    for _ in range(2):
        a_past_woman(care)
    unused, present = a_past_woman(care), a_uuid()
    care.post("woman_consent", {"action": "register", "consent_service": "no"})
    clock.forward(days=370)
    care.register(present, day="2027-03-05", until="2028-03-05")
    with database.transaction() as db:
        keep_unused(db, db.get_one(Project, project_id), unused, None, clock.now())
    with database.reading() as db:
        planned = plan_retention(db, project_id, clock.now())[project_id]
        counted = count_ahead(db, project_id, clock.now())
    assert counted == {name: getattr(planned, name) for name in counted}
    assert (counted["women"], counted["records"], counted["sealed_records"]) == (2, 6, 1)


def test_it_asks_as_often_for_many_women_as_for_one(
    care: Care, database: Database, project_id: int, clock: Clock, count_queries: Any
) -> None:
    def asked() -> int:
        with count_queries() as statements, database.reading() as db:
            assert count_ahead(db, project_id, clock.now())["women"] > 0
        return len(statements)

    a_past_woman(care)
    clock.forward(days=400)
    one = asked()
    clock.set(clock.now().replace(year=2026, month=3))
    for _ in range(5):
        a_past_woman(care)
    clock.forward(days=400)
    assert asked() == one


def test_a_talk_that_named_her_beside_another_is_a_contact(care: Care, database: Database, project_id: int) -> None:
    publish_talk(care)
    woman, first = a_uuid(), a_uuid()
    for one in (woman, first):
        care.register(one, until="2028-02-01")
    long_ago = datetime(2024, 2, 1, tzinfo=UTC)
    with database.transaction() as db:
        db.execute(update(CareEvent).values(visit_date=long_ago.date(), received_at=long_ago))
        db.execute(update(Entity).values(created_at=long_ago, updated_at=long_ago))
    talk(care, women=f"{first} {woman}")
    with database.reading() as db:
        assert past_women(db, project_id, date(2025, 3, 2)) == set()
        counted = count_ahead(db, project_id, MORNING + timedelta(days=800))
    assert (counted["women"], counted["records"]) == (2, 3), "one that names both is one"
