"""A phone in somebody's pocket through the months of a pregnancy: our forms are filled by JavaRosa with the lists that the
server gives that day, and what comes of it is sent through the server's door.

The engine knows only the real day, the server the day of the story: lists are told to the engine as many days later as
lie between the two, and its records to the server as many days earlier.
"""

import csv
import io
import itertools
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from server.access.phones import create_app_user
from server.access.roles import APP_USER
from server.blobs import BlobStore
from server.config import Config
from server.db import Database
from server.followups.daily import recalculate_due
from server.models import AppUser, Assignment, FollowUp, Project, Village, VillageScope
from server.publishing.library import publish_library, refresh_villages
from tests.client import Client
from tests.conftest import MORNING, Clock
from tests.forms.library.filling import Filled, Phone, Pocket, Rows, begun_earlier, day, empty, today
from tests.forms.library.words_read import EN, ZH

VILLAGE = "519901201001"
NOON = time(4)  # UTC: midday in Shanghai
DAYS = re.compile(r"\b\d{4}-\d\d-\d\d\b")


@dataclass
class Town:
    """A care project with our own forms. `now` is the day of the story."""

    app: Flask
    database: Database
    config: Config
    clock: Clock
    engine: Phone
    project_id: int
    now: date = field(init=False)
    languages: Iterator[str] = field(default_factory=lambda: itertools.cycle((ZH, EN)))

    def __post_init__(self) -> None:
        self.engine.reads = True
        key: bytes = self.app.extensions["fangshi.key"]
        with self.database.transaction() as db:
            project = db.get_one(Project, self.project_id)
            db.add(Village(project_id=self.project_id, code=VILLAGE, name="石桥村", created_at=MORNING))
            publish_library(db, BlobStore(self.config.blob_dir), project, None, MORNING, key)

    def go_to(self, day_: date) -> None:
        """The day comes, and with it the timetable's daily step."""
        self.now = day_
        self.clock.set(datetime.combine(day_, NOON, UTC))
        with self.database.transaction() as db:
            while recalculate_due(db, self.now, self.clock.now(), limit=100):
                pass

    def add_village(self, code: str, name: str) -> None:
        with self.database.transaction() as db:
            project = db.get_one(Project, self.project_id)
            db.add(Village(project_id=self.project_id, code=code, name=name, created_at=MORNING))
            refresh_villages(db, BlobStore(self.config.blob_dir), project, MORNING)

    def give_phone(self, care_role: str = "village_worker", *codes: str) -> "Carried":
        """A phone of these villages; of the story's own where none is named. Each second one is set to English."""
        with self.database.transaction() as db:
            made = create_app_user(db, self.app.extensions["fangshi.key"], self.project_id, "手机", None, MORNING)
            db.add(Assignment(actor_id=made.actor.id, role_id=APP_USER, project_id=self.project_id))
            for village in db.scalars(select(Village.id).where(Village.code.in_(codes or (VILLAGE,)))):
                db.add(VillageScope(actor_id=made.actor.id, project_id=self.project_id, village_id=village))
            db.get_one(AppUser, made.actor.id).care_role = care_role
            assert made.token is not None
            return Carried(self, Client(self.app, key=made.token), next(self.languages))

    def follow_ups(self) -> dict[str, str]:
        """Rule to state and cause, of the one woman of a story; but the question whether her consent goes on."""
        with self.database.reading() as db:
            rows = list(db.scalars(select(FollowUp).where(FollowUp.rule != "CONS").order_by(FollowUp.id)))
        return {row.rule: " ".join(filter(None, (row.state, row.cause))) for row in rows}


@dataclass
class Carried:
    """One phone. What it filled offline waits until it is sent."""

    town: Town
    client: Client
    language: str

    def sync(self, form_id: str) -> Pocket:
        """What the form finds on the phone now, days told as the engine's."""
        path = f"/projects/{self.town.project_id}/forms/{form_id}"
        manifest = self.client.get(f"{path}/manifest").text
        pocket = Pocket()
        for kind, name in re.findall(r'<mediaFile(?: type="(\w+)")?><filename>(\w+)\.csv<', manifest):
            text = self.client.get(f"{path}/attachments/{name}.csv").text
            reader = csv.DictReader(io.StringIO(move(text, (today() - self.town.now).days)))
            rows = list(reader)
            if kind:
                pocket.lists[name] = [kept_offline(row) for row in rows]
            else:
                pocket.files[name] = rows or empty(reader.fieldnames or ())
        return pocket

    def due(self, form_id: str) -> Rows:
        """What that form's pages of due visits offer today."""
        rows = self.sync(form_id).files["due_visits"]
        return [row for row in rows if row["form_id"] == form_id and row["name"]]

    def everything_due(self) -> Rows:
        return [row for row in self.sync("antenatal_check").files["due_visits"] if row["name"]]

    def fill(self, form_id: str, **answers: Any) -> Filled:
        """A record as the phone would keep it, offline, of today. A due visit that is chosen fills in whom it is about."""
        given = {"visit_date": day(0), **answers}
        leaves = any(name.startswith("due_") for name in answers)
        engine, pocket = self.town.engine, self.sync(form_id)
        record = engine.fill(form_id, pocket, given, leave_prefilled=leaves, language=self.language)
        assert record.refused == [], record.refused
        return begun_earlier(record, (today() - self.town.now).days)

    def send(self, record: Filled) -> None:
        sent = self.client.send(self.town.project_id, record.xml)
        assert sent.status_code == 201, sent.text

    def tell(self, form_id: str, **answers: Any) -> Filled:
        record = self.fill(form_id, **answers)
        self.send(record)
        return record


def move(text: str, days: int) -> str:
    return DAYS.sub(lambda one: (date.fromisoformat(one[0]) + timedelta(days=days)).isoformat(), text)


def kept_offline(row: dict[str, str]) -> dict[str, str]:
    """An entity as Collect keeps it after a download: a branch of its own that begins at the version it came with."""
    return {**row, "__trunkVersion": row["__version"], "__branchId": str(uuid.uuid4())}
