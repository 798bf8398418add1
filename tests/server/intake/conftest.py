import pytest
from flask import Flask

from server.db import Database
from tests.client import Client
from tests.making import a_form, a_phone


@pytest.fixture
def phone(app: Flask, database: Database, project_id: int) -> Client:
    """A phone that may send the form `visit`."""
    with database.transaction() as db:
        form = a_form(db, project_id)
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    return Client(app, key=token)
