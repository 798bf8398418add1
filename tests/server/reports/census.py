"""What tests of feeds and exports share: the census form on a phone, its addresses, records sent by the phone's door."""

from collections.abc import Callable

import pytest
from flask import Flask

from server.db import Database
from tests.client import Client
from tests.conftest import Clock
from tests.making import a_form, a_phone, new_id
from tests.server.reports.samples import a_census, a_census_form

Send = Callable[..., str]


@pytest.fixture
def census_phone(app: Flask, database: Database, project_id: int) -> Client:
    with database.transaction() as db:
        form = a_form(db, project_id, "census", xml=a_census_form())
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    return Client(app, key=token)


@pytest.fixture
def feed(project_id: int) -> str:
    """The address of the form's OData service."""
    return f"/projects/{project_id}/forms/census.svc"


@pytest.fixture
def records(project_id: int) -> str:
    """The address of its records; an ending makes it that of an export."""
    return f"/projects/{project_id}/forms/census/submissions"


@pytest.fixture
def send(census_phone: Client, project_id: int, clock: Clock) -> Send:
    """Sends a record of the census, a second after the one before; gives its id."""

    def send_one(files: dict[str, bytes] | None = None, **answers: str) -> str:
        clock.forward(seconds=1)
        instance_id = answers.pop("instance_id", None) or new_id()
        sent = a_census(instance_id=instance_id, **answers)
        assert census_phone.send(project_id, sent, files).status_code == 201
        return instance_id

    return send_one
