"""How much is past its time, for a page: what the run will do, asked in a few questions whatever the number of women."""

from typing import Any

import pytest
from flask import Flask

from server.db import Database
from server.followups.restricting import keep_unused
from server.models import Project
from server.registry.retention_counts import count_ahead
from server.registry.retention_runs import plan_retention
from tests.conftest import Clock
from tests.server.registry.caring import Care, a_uuid


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
