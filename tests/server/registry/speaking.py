"""A care town in which people say what they think of the service, on our own form (F9), and those who work there."""

from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from forms.library import read_library_form
from forms.xform import read_xform
from server.access import roles
from server.access.people import create_user
from server.db import Database
from server.models import FEEDBACK, Assignment, Base, Feedback, FeedbackChannel, VillageScope
from tests.client import Client
from tests.conftest import MORNING, PASSWORD
from tests.making import a_form, new_id
from tests.server.registry.caring import Care

FORM = read_xform(read_library_form(FEEDBACK))
AGAINST_HIM = {"way": "self", "privacy_now": "alone", "who": "worker", "against": "supervisor", "text": "WORDTEXT"}


def a_piece(instance_id: str = "", deprecated_id: str = "", **answers: str) -> bytes:
    """A record of our form with these answers, each in its group; the phone's own name and minute beside them."""
    groups: dict[str, str] = {}
    for name, value in answers.items():
        (path,) = (one.path for one in FORM.schema.fields if one.name == name)
        group = path.split("/")[1] if path.count("/") > 1 else ""
        groups[group] = groups.get(group, "") + f"<{name}>{value}</{name}>"
    said = groups.pop("", "") + "".join(f"<{name}>{inside}</{name}>" for name, inside in groups.items())
    corrects = f"<orx:deprecatedID>{deprecated_id}</orx:deprecatedID>" if deprecated_id else ""
    return (
        f'<data id="feedback" version="{FORM.version}" xmlns:orx="http://openrosa.org/xforms"><today>2026-03-02</today>{said}'
        f"<orx:meta>{corrects}<orx:instanceID>{instance_id or new_id()}</orx:instanceID></orx:meta></data>"
    ).encode()


class Speaking(Care):
    """A care town with F9 beside its forms. `hire` gives somebody who works there."""

    def __init__(self, app: Flask, database: Database, project_id: int) -> None:
        super().__init__(app, database, project_id)
        self.app = app
        with database.transaction() as db:
            a_form(db, project_id, FEEDBACK, xml=read_library_form(FEEDBACK))

    def hire(self, name: str, *role_ids: int) -> int:
        """The actor id of somebody new with these roles in the whole town."""
        with self.database.transaction() as db:
            actor_id = create_user(db, f"{name}@example.test", PASSWORD, name, None, MORNING).actor_id
            for role_id in role_ids:
                db.add(Assignment(actor_id=actor_id, role_id=role_id, project_id=self.project_id))
            db.add(VillageScope(actor_id=actor_id, project_id=self.project_id, village_id=None))
            return actor_id

    def hire_all(self) -> dict[str, Client]:
        """Somebody of every role that a care project knows, signed in, by the role's name."""
        people = {role.system: self.hire(role.system, role.id) for role in roles.ROLES if role.id >= 5}
        return {name: Client.signed_in(self.app, self.database, one) for name, one in people.items()}

    def send(self, xml: bytes, **how: Any) -> TestResponse:
        return self.phone.send(self.project_id, xml, **how)

    def say(self, **answers: str) -> bytes:
        """Sends a piece of feedback; its bytes."""
        xml = a_piece(**({"way": "self", "privacy_now": "alone"} | answers))
        sent = self.send(xml)
        assert sent.status_code == 201, sent.text
        return xml

    def pieces(self) -> list[Feedback]:
        with self.database.reading() as db:
            found = list(db.scalars(select(Feedback).order_by(Feedback.received_on)))
            db.expunge_all()
            return found

    def channels(self) -> list[str]:
        with self.database.reading() as db:
            return list(db.scalars(select(FeedbackChannel.channel)))

    def rows_of(self, *models: type[Base]) -> list[str]:
        """Every row of these tables as text, sealed columns opened."""
        with self.database.reading() as db:
            return [str(tuple(row)) for model in models for row in db.execute(select(*model.__table__.columns))]
