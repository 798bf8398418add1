import pytest
from flask import Flask
from sqlalchemy import text

from server.db import Database
from tests.client import Client
from tests.making import a_form, a_phone

COUNTED = ("submission", "submission_version")


@pytest.fixture
def phone(app: Flask, database: Database, project_id: int) -> Client:
    """A phone that may send the form `visit`. Its records are 1, 2, 3, …: PostgreSQL goes on counting from test to test."""
    with database.transaction() as db:
        if db.get_bind().dialect.name == "postgresql":
            for table in COUNTED:
                db.execute(text(f"ALTER SEQUENCE {table}_id_seq RESTART"))
        form = a_form(db, project_id)
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    return Client(app, key=token)
