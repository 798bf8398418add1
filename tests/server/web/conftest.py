"""What the doors' tests share."""

from collections.abc import Iterator

import pytest
from flask import Flask

from server.db import Database
from tests.client import Client
from tests.defined import answers_that_fit
from tests.making import a_form, a_phone


@pytest.fixture(autouse=True)
def every_answer_fits_the_definition() -> Iterator[None]:
    with answers_that_fit():
        yield


@pytest.fixture
def phone(app: Flask, database: Database, project_id: int) -> Client:
    """A phone with the form `visit`."""
    with database.transaction() as db:
        form = a_form(db, project_id)
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    return Client(app, key=token)
