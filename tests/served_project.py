"""A care project on a real served process, made by its own doors: a form, a phone, and somebody who reads records."""

import requests

from server.access.people import create_user
from server.access.phone_passwords import make_phone_password
from server.access.roles import DATA_COLLECTOR, REVIEWER
from server.access.sessions import open_session
from server.clock import now
from server.config import Config
from server.db import Database
from server.models import Assignment, VillageScope
from tests.making import an_xform
from tests.serving import ADMIN_EMAIL, ADMIN_PASSWORD, RunningServer

Headers = dict[str, str]


def sign_in(server: RunningServer) -> Headers:
    """The administrator's."""
    answer = requests.post(
        f"{server.api}/sessions", json={"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD}, timeout=30
    )
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def make_project(server: RunningServer, name: str) -> str:
    """Project 1 with the form `visit`; the key of a phone that fills it. `name` is its own and the phone's."""
    office = requests.Session()
    office.headers.update(sign_in(server))
    assert office.post(f"{server.api}/projects", json={"name": name, "kind": "care"}).status_code == 200
    forms = f"{server.api}/projects/1/forms"
    kind = {"Content-Type": "application/xml"}
    made = office.post(f"{forms}?publish=true&ignoreWarnings=true", data=an_xform(), headers=kind)
    assert made.status_code == 200, made.text
    phone = office.post(f"{server.api}/projects/1/app-users", json={"displayName": name}).json()
    assert office.post(f"{forms}/visit/assignments/2/{phone['id']}").status_code == 200
    return str(phone["token"])


def database_of(server: RunningServer) -> Database:
    config = Config(server.data_dir, **server.database_url)  # type: ignore[arg-type]
    return Database(config.sqlalchemy_url, config.key_file)


def a_filler(server: RunningServer, project: int, email: str, password: str) -> str:
    """Somebody who fills forms, without a phone of the project: her new phone password."""
    database = database_of(server)
    with database.transaction() as db:
        person = create_user(db, email, password, "李云", None, now())
        db.add(Assignment(actor_id=person.actor_id, role_id=DATA_COLLECTOR, project_id=project))
        secret = make_phone_password(db, person.actor_id, now())
    database.dispose()
    return secret


def a_reader(database: Database, email: str, password: str, name: str) -> Headers:
    """A reviewer of the whole of project 1."""
    with database.transaction() as db:
        person = create_user(db, email, password, name, None, now())
        db.add(Assignment(actor_id=person.actor_id, role_id=REVIEWER, project_id=1))
        db.add(VillageScope(actor_id=person.actor_id, project_id=1, village_id=None))
        token, _ = open_session(db, person.actor_id, now())
    return {"Authorization": f"Bearer {token}"}
