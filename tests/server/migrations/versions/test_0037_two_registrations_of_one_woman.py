"""The schema grows with women in place: who is here already is looked at, and the meeting has its tables."""

from importlib import import_module

from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask
from sqlalchemy import text

from server.db import Database
from server.models import CareEvent, PersonPair, PersonWait, Woman
from server.registry.duplicates import look_at_waiting
from tests.conftest import Clock
from tests.server.registry.caring import Care, a_uuid

NEW = ("person_merge", "person_pair", "person_wait", "person_word", "person_key")
MORE = ("monthly_pack", "town_table_version", "town_table")
VERSIONS = "server.migrations.versions."
STEPS = [
    import_module(VERSIONS + "0037_two_registrations_of_one_woman"),
    import_module(VERSIONS + "0038_what_the_town_takes_to_its_meeting"),
]


def test_women_who_are_here_already_wait_to_be_looked_at(
    app: Flask, database: Database, project_id: int, clock: Clock
) -> None:
    care = Care(app, database, project_id)
    women = [a_uuid(), a_uuid()]
    for one in women:
        care.register(one, display_name="王秀英", phone_safe="13800000001")
    told = [(row.submission_id, row.subject) for row in care.rows(CareEvent)]
    with database.writing_engine.begin() as connection:
        for table in (*NEW, *MORE):
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text("ALTER TABLE care_event DROP COLUMN told_of"))
        with Operations.context(MigrationContext.configure(connection)):
            for one in STEPS:
                one.upgrade()
    assert sorted(row.woman_uuid for row in care.rows(PersonWait)) == sorted(women)
    assert [(row.submission_id, row.subject) for row in care.rows(CareEvent)] == told
    assert look_at_waiting(database, 10, clock.now()) == 2
    assert len(care.rows(PersonPair)) == 1
    assert len(care.rows(Woman)) == 2
