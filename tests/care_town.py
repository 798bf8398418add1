"""A care project with two villages and women in it, written as rows: what phones get of it is asked by HTTP."""

import csv
import io
import re
import uuid
from datetime import date, timedelta
from typing import Any

import orjson
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access import roles
from server.access.people import create_user
from server.access.phones import create_app_user
from server.db import Database
from server.models import (
    AppUser,
    Assignment,
    Dataset,
    Entity,
    FollowUp,
    FormVersion,
    Project,
    Village,
    VillageScope,
    Woman,
)
from server.publishing.datasets import link_by_name
from server.registry.entities import about_of
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_dataset, a_form, an_xform

TODAY = date(2026, 3, 2)  # of MORNING in Shanghai
VILLAGES = ("A1", "A2")
LISTS = {
    "households": ["village_code"],
    "women": ["code", "village_code", "consent_service", "consent_until"],
    "pregnancies": ["woman", "village_code", "status"],
    "contraception_episodes": ["woman", "village_code"],
    "referrals": ["woman", "village_code", "form_id"],
    "transfers": ["woman", "village_code", "direction", "status"],
}


class CareTown:
    """Rows are written in transactions of their own. `ids` are those of the villages, by code."""

    def __init__(self, app: Flask, database: Database, files: tuple[str, ...] = ("me", "due_visits", *LISTS)) -> None:
        self.app, self.database = app, database
        self.key: bytes = app.extensions["fangshi.key"]
        with database.transaction() as db:
            project = Project(name="禾川镇", kind="care", created_at=MORNING)
            db.add(project)
            db.flush()
            self.project_id = project.id
            rows = [Village(project_id=project.id, code=code, name=code, created_at=MORNING) for code in VILLAGES]
            db.add_all(rows)
            db.flush()
            self.ids = {row.code: row.id for row in rows}
            for name, properties in LISTS.items():
                a_dataset(db, project.id, name, properties)
            self.form_id = self.add_form(db, "visit", files)
        self.path = f"/projects/{self.project_id}/forms/visit"

    def add_form(self, db: Session, name: str, files: tuple[str, ...]) -> int:
        """A published form that names these lists as its files; the entity lists among them are linked."""
        form = a_form(db, self.project_id, name, xml=naming(an_xform(name), files))
        version = db.get_one(FormVersion, form.current_version_id)
        link_by_name(db, db.get_one(Project, self.project_id), version, MORNING)
        return form.id

    def person(self, name: str, role: str | None = None, *villages: str) -> int:
        """A web account, perhaps with a role in these villages (none given: the whole town)."""
        with self.database.transaction() as db:
            user = create_user(db, f"{name}@example.test", "correct horse battery", name, None, MORNING)
            if role:
                self.give(db, user.actor_id, roles.BY_SYSTEM[role].id, villages)
            return user.actor_id

    def phone(self, *villages: str, care_role: str = "village_worker", person: int | None = None) -> Client:
        """A phone of these villages (none given: the whole town)."""
        return Client(self.app, key=self.phone_key(*villages, care_role=care_role, person=person))

    def phone_key(self, *villages: str, care_role: str = "village_worker", person: int | None = None) -> str:
        """The key of a new phone."""
        with self.database.transaction() as db:
            made = create_app_user(db, self.key, self.project_id, "手机", None, MORNING)
            self.give(db, made.actor.id, roles.APP_USER, villages)
            row = db.get_one(AppUser, made.actor.id)
            row.care_role, row.person_id = care_role, person
            assert made.token is not None
            return made.token

    def give(self, db: Session, actor_id: int, role_id: int, villages: tuple[str, ...]) -> None:
        db.add(Assignment(actor_id=actor_id, role_id=role_id, project_id=self.project_id))
        ids = [self.ids[code] for code in villages] or [None]
        db.add_all(VillageScope(actor_id=actor_id, project_id=self.project_id, village_id=one) for one in ids)

    def woman(self, village: str, label: str = "W-0231 王*", **columns: Any) -> str:
        """A woman of the list with her consents; her uuid."""
        key = str(uuid.uuid4())
        row = {
            "consent_service": True,
            "consent_until": TODAY + timedelta(days=300),
            "consent_reminder": True,
            "consent_share_clinic": True,
            "consent_location": False,
            "consent_stats": True,
        }
        with self.database.transaction() as db:
            self.entity(db, "women", key, label, {"village_code": village, "code": label.split()[0]})
            db.add(Woman(project_id=self.project_id, uuid=key, label=label, village_code=village, **{**row, **columns}))
        return key

    def about(self, list_name: str, woman: str, village: str) -> str:
        """A pregnancy, an episode or a referral of hers; its uuid."""
        key = str(uuid.uuid4())
        with self.database.transaction() as db:
            self.entity(db, list_name, key, "W-0231 #1", {"woman": woman, "village_code": village})
        return key

    def entity(self, db: Session, list_name: str, key: str, label: str, data: dict[str, str]) -> None:
        dataset = db.scalars(
            select(Dataset).where(Dataset.project_id == self.project_id, Dataset.name == list_name)
        ).one()
        text = orjson.dumps(data).decode()
        code = data.get("village_code")
        row = Entity(dataset_id=dataset.id, uuid=key, label=label, data_json=text, about=about_of(data))
        row.village_code, row.created_at = code, MORNING
        db.add(row)
        db.flush()

    def follow_up(
        self, subject: str, village: str, due_in: int = 0, subject_list: str = "women", **columns: Any
    ) -> str:
        """A follow-up that is due so many days after TODAY, opens two weeks before, and is overdue ten days after."""
        due = columns.pop("due_on", TODAY + timedelta(days=due_in))
        row: dict[str, Any] = {
            "key": uuid.uuid4().hex,
            "visit_key": str(uuid.uuid4()),
            "rule": "ANC2",
            "rule_version": 1,
            "rule_hash": "x",
            "subject_list": subject_list,
            "subject": subject,
            "anchor_event": "uuid:x",
            "occurrence": 1,
            "village_code": village,
            "form_id": "antenatal_check",
            "opens_on": due - timedelta(days=14),
            "due_on": due,
            "closes_on": due + timedelta(days=7),
            "overdue_from": due + timedelta(days=10),
            "proposed_on": due,
            "state": "due",
            "ended": False,
            "severity": "info",
            "stands_on": TODAY,
            "why_json": "[]",
            "made_at": MORNING,
            "changed_at": MORNING,
            **columns,
        }
        with self.database.transaction() as db:
            db.add(FollowUp(project_id=self.project_id, **row))
        return str(row["visit_key"])

    def change(self, model: type, key: str, **columns: Any) -> None:
        """Changes a row that has this uuid, or this visit_key."""
        column = model.visit_key if model is FollowUp else model.uuid  # type: ignore[attr-defined]
        with self.database.transaction() as db:
            row = db.scalars(select(model).where(column == key)).one()
            for name, value in columns.items():
                setattr(row, name, value)

    def hashes(self, client: Client) -> dict[str, str]:
        """MD5 by file name, as the form's manifest says."""
        manifest = client.get(f"{self.path}/manifest")
        assert manifest.status_code == 200, manifest.text
        return dict(re.findall(r"<filename>([^<]+)</filename><hash>md5:(\w+)</hash>", manifest.text))

    def rows(self, client: Client, list_name: str) -> list[dict[str, str]]:
        """The rows of a list as this client gets it."""
        answer = client.get(f"{self.path}/attachments/{list_name}.csv")
        assert answer.status_code == 200, answer.text
        return list(csv.DictReader(io.StringIO(answer.text)))

    def names(self, client: Client, list_name: str) -> list[str]:
        return [row["name"] for row in self.rows(client, list_name)]


def naming(xml: bytes, files: tuple[str, ...]) -> bytes:
    """The form with an instance for each of these lists."""
    instances = "".join(f'<instance id="{name}" src="jr://file-csv/{name}.csv"/>' for name in files)
    return xml.replace(b"</instance>", b"</instance>" + instances.encode(), 1)
