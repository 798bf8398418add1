"""The phone of tests that ask for one: it has the form `visit`."""

import pytest
from flask import Flask

from server.db import Database
from tests.client import Client
from tests.making import a_form, a_phone


@pytest.fixture
def phone(app: Flask, database: Database, project_id: int) -> Client:
    with database.transaction() as db:
        form = a_form(db, project_id)
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    return Client(app, key=token)
