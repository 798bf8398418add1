import pytest
from sqlalchemy import text

from server.db import Database
from tests.client import Client

COUNTED = ("submission", "submission_version")


@pytest.fixture
def phone(database: Database, phone: Client) -> Client:
    """Its records are 1, 2, 3, …: PostgreSQL goes on counting from test to test."""
    with database.transaction() as db:
        if db.get_bind().dialect.name == "postgresql":
            for table in COUNTED:
                db.execute(text(f"ALTER SEQUENCE {table}_id_seq RESTART"))
    return phone
