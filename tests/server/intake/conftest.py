from collections.abc import Callable

import pytest
from sqlalchemy import text

from forms.instance import read_instance
from server.db import Database
from server.intake.items import Item
from server.publishing.versions import get_version
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_form

COUNTED = ("submission", "submission_version")


@pytest.fixture
def phone(database: Database, phone: Client) -> Client:
    """Its records are 1, 2, 3, …: PostgreSQL goes on counting from test to test."""
    with database.transaction() as db:
        if db.get_bind().dialect.name == "postgresql":
            for table in COUNTED:
                db.execute(text(f"ALTER SEQUENCE {table}_id_seq RESTART"))
    return phone


@pytest.fixture
def make_item(database: Database, project_id: int) -> Callable[[bytes], Item]:
    with database.transaction() as db:
        a_form(db, project_id)
    with database.reading() as db:
        asked = get_version(db, project_id, "visit", "1")
    return lambda xml: Item(asked, read_instance(xml), xml, (), None, "collect:x", "test", MORNING)
