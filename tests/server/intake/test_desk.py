"""The review list finds a page of the newest records without reading the others."""

from server.access.allow import Scope
from server.db import Database
from server.intake.desk import newest
from server.intake.wanted import Wanted
from tests.plans import plan_of


def test_the_newest_records_of_a_project_are_read_in_their_order(database: Database, project_id: int) -> None:
    if not database.is_sqlite:
        return  # PostgreSQL goes by how much there is
    with database.reading() as db:
        asked = newest(db, Scope(project_id, everything=True), Wanted()).limit(50)
    plan = plan_of(database, asked)
    assert any("ix_submission_newest" in line for line in plan) and not any("TEMP B-TREE" in line for line in plan), (
        plan
    )
