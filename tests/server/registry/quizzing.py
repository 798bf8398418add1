"""A care town with two workers and their phones, and a small form that writes what the training quiz (F10) writes."""

from typing import Any

import orjson
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from server.db import Database
from server.models import Entity, Project
from server.publishing.town_lists import offer_rows
from server.registry.workers import worker_uuid
from tests.care_town import TODAY, CareTown
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_form
from tests.server.registry.caring import a_care_record

RESULTS = ("score", "passed", "fails", "retake_due", "quiz_on")
XFORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:orx="http://openrosa.org/xforms" xmlns:entities="http://www.opendatakit.org/xforms/entities">
<h:head><h:title>{form_id}</h:title><model entities:entities-version="2024.1.0"><instance><data id="{form_id}" version="1">
{elements}<meta><entity dataset="workers" {may}="" baseVersion="" id=""><label/></entity><instanceID/></meta></data></instance>
{binds}<bind nodeset="/data/meta/instanceID" type="string"/></model></h:head><h:body>{inputs}</h:body></h:html>"""


def a_quiz(form_id: str = "training_quiz", may: str = "update") -> bytes:
    return XFORM.format(
        form_id=form_id,
        may=may,
        elements="".join(f"<{name}/>" for name in RESULTS),
        binds="".join(f'<bind nodeset="/data/{one}" type="string" entities:saveto="{one}"/>' for one in RESULTS),
        inputs="".join(f'<input ref="/data/{name}"><label>{name}</label></input>' for name in RESULTS),
    ).encode()


class QuizTown(CareTown):
    """`zhao` and `qian` are the workers' account numbers, `hers` and `other` their phones, `keys` their uuids in the list."""

    def __init__(self, app: Flask, database: Database) -> None:
        super().__init__(app, database, ("me", "due_visits", "workers", "women"))
        with database.transaction() as db:
            a_form(db, self.project_id, "training_quiz", xml=a_quiz())
        self.zhao, self.qian = (self.person(name, "village_worker", "A1") for name in ("zhao", "qian"))
        self.keys = {one: worker_uuid(self.project_id, one) for one in (self.zhao, self.qian)}
        self.refresh()
        self.hers, self.other = (self.phone("A1", person=one) for one in (self.zhao, self.qian))

    def refresh(self) -> None:
        """As every door does after it changed who works."""
        with self.database.transaction() as db:
            offer_rows(db, db.get_one(Project, self.project_id), MORNING)

    def take(
        self,
        phone: Client,
        person: int,
        form_id: str = "training_quiz",
        act: str = "update",
        base: int = 1,
        **told: str,
    ) -> TestResponse:
        """A quiz that this phone says was this person's: 55 points and a first failure, unless told otherwise."""
        given = {"score": "55", "passed": "0", "fails": "1", "retake_due": "2026-03-16", "quiz_on": str(TODAY), **told}
        at = f' baseVersion="{base}"' if act == "update" else ""
        entity = f'<entity dataset="workers" id="{self.keys[person]}" {act}="1"{at}><label/></entity>'
        sent = phone.send(self.project_id, a_care_record(form_id, given, entity))
        assert sent.status_code == 201, sent.get_data(as_text=True)
        return sent

    def row(self, person: int) -> Entity:
        with self.database.reading() as db:
            return db.scalars(select(Entity).where(Entity.uuid == self.keys[person])).one()

    def results(self, person: int) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.row(person).data_json)
        return found

    def told_of(self, client: Client, person: int) -> dict[str, str]:
        """The row of a worker as this caller gets it; nothing of her where it is not listed."""
        found = [row for row in self.rows(client, "workers") if row["name"] == self.keys[person]]
        return found[0] if found else {}
