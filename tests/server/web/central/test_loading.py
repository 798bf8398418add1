"""Every address of a project, asked by people who have no business there; every child asked under another parent."""

import re

import pytest
from flask import Flask

from server.access.people import create_user
from server.access.roles import PROJECT_MANAGER
from server.db import Database
from server.models import Assignment, Project
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_form, a_phone, a_record

OPEN = {("GET", "/projects/<int:project_id>/submission")}  # tells a phone that this is a place to send to, and no more


def addresses(app: Flask, known: dict[str, str]) -> list[tuple[str, str]]:
    found = []
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/v1/projects/<int:project_id>"):
            continue
        path = re.sub(r"<(?:[^:>]+:)?([^>]+)>", lambda match: known.get(match[1], "1"), rule.rule)
        for method in sorted(rule.methods - {"OPTIONS", "HEAD"}):
            if (method, rule.rule.removeprefix("/v1")) not in OPEN:
                found.append((method, path.removeprefix("/v1")))
    return found


@pytest.fixture
def known(app: Flask, database: Database, as_bob: Client, project_id: int) -> dict[str, str]:
    """Ids of what the project holds: a form with a file's slot, a record, a phone, an entity list."""
    with database.transaction() as db:
        form = a_form(db, project_id, entities=True)
        actor_id, _ = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    as_bob.send(project_id, a_record(instance_id="uuid:1"))
    return {
        "project_id": str(project_id),
        "xml_form_id": "visit",
        "form_id": "visit",
        "actor_id": str(actor_id),
        "role": "2",
        "extension": "xlsx",
        "instance_id": "uuid%3A1",
        "version_id": "uuid%3A1",
        "name": "homes",
        "table": "Submissions",
    }


@pytest.mark.parametrize("who", ["chelsea", "nobody", "phone of another project", "manager of another project"])
def test_no_address_of_a_project_answers_who_has_no_right_there(
    app: Flask,
    as_chelsea: Client,
    as_nobody: Client,
    database: Database,
    known: dict[str, str],
    who: str,
) -> None:
    with database.transaction() as db:
        other = Project(name="别镇", created_at=MORNING)
        db.add(other)
        db.flush()
        _, key = a_phone(db, app.extensions["fangshi.key"], other.id, a_form(db, other.id))
        stranger = create_user(db, "stranger@example.test", None, None, None, MORNING).actor_id
        db.add(Assignment(actor_id=stranger, role_id=PROJECT_MANAGER, project_id=other.id))
    client = {
        "chelsea": as_chelsea,
        "nobody": as_nobody,
        "phone of another project": Client(app, key=key),
        "manager of another project": Client.signed_in(app, database, stranger),
    }[who]

    let_in = []
    for method, path in addresses(app, known):
        answer = client.open(method, path, data=b"", content_type="application/json")
        if answer.status_code < 400:
            let_in.append((method, path, answer.status_code))
        answer.close()
    assert let_in == []


def test_a_child_is_not_found_under_another_parent_even_by_who_may_everything(
    app: Flask, as_alice: Client, database: Database, known: dict[str, str]
) -> None:
    with database.transaction() as db:
        other = Project(name="别镇", created_at=MORNING)
        db.add(other)
        db.flush()
        known = {**known, "project_id": str(other.id)}
    found = []
    for method, path in addresses(app, known):
        if path.count("/") < 4 or "/assignments" in path.removeprefix(f"/projects/{other.id}/forms"):
            continue  # the project's own lists, and roles, which belong to no project
        if path.startswith(f"/projects/{other.id}/ogc") and "/items/" not in path:
            continue  # what a project has of its own for GIS programs
        if path.startswith(f"/projects/{other.id}/indicators/"):
            continue  # every project has the same ones; who may see numbers is asked by the matrix of access
        if path.startswith(f"/projects/{other.id}/trash/"):
            continue  # left out, whatever it names
        answer = as_alice.open(method, path, json={"name": "x", "villages": [], "dataset": True, "state": "open"})
        if answer.status_code not in (404, 400):
            found.append((method, path, answer.status_code))
        answer.close()
    assert found == []
