"""Two care towns with the same things in them, each thing with a word that says where it lies: what a matrix is asked about."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from flask import Flask
from sqlalchemy import select, update

from server.db import Database
from server.models import Entity, EntityVersion, Household, Project, Submission, SubmissionComment
from server.publishing.recordings import hash_of_words, notice_in, put_recording
from tests.care_town import CareTown
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_record, new_id

PLACES = ("HERE", "THERE", "ELSEWHERE")
"""Where a thing lies: in the caller's village, in another of the same town, in another town."""

KINDS = ("OPEN", "HEALTH")
NUMBERS = {"HERE": 1, "THERE": 2, "ELSEWHERE": 3}


@dataclass
class Things:
    """What there is of a place: values for the parts of addresses. A word of it is `WORD` + kind + place."""

    project_id: int
    village: str
    woman: str = ""
    household: str = ""
    visit_key: str = ""
    instance: dict[str, str] = field(default_factory=dict)
    submission: dict[str, int] = field(default_factory=dict)
    phone_id: int = 0


def word(kind: str, place: str) -> str:
    return f"WORD{kind}{place}"


class Towns:
    """`things[place]`; every person and phone that asks belongs to the town of HERE and THERE, in the village of HERE."""

    def __init__(self, app: Flask, database: Database) -> None:
        self.app, self.database = app, database
        self.town, self.other = CareTown(app, database), CareTown(app, database)
        self.things = {
            "HERE": Things(self.town.project_id, "A1"),
            "THERE": Things(self.town.project_id, "A2"),
            "ELSEWHERE": Things(self.other.project_id, "A1"),
        }
        for town in (self.town, self.other):
            self.record_notice(town)
        for place, things in self.things.items():
            self.fill(self.other if place == "ELSEWHERE" else self.town, place, things)

    def fill(self, town: CareTown, place: str, things: Things) -> None:
        things.household = self.household(town, place, things.village)
        home = {"consent_location": True, "household_uuid": things.household}
        things.woman = town.woman(things.village, word("WOMAN", place), **home)
        town.about("pregnancies", things.woman, things.village)
        things.visit_key = town.follow_up(things.woman, things.village)
        self.version(town)
        phone = town.phone(things.village)
        for kind in KINDS:
            self.send(town, phone, things, kind, place)

    def record_notice(self, town: CareTown) -> None:
        """The town's recording of the consent notice."""
        stored = self.app.extensions["fangshi.blobs"].put(b"ID3 voice")
        with self.database.transaction() as db:
            project = db.get_one(Project, town.project_id)
            words = hash_of_words(notice_in(db, project, "zh"))
            put_recording(db, project, "zh", stored, "audio/mpeg", words, "", None, MORNING)

    def household(self, town: CareTown, place: str, village: str) -> str:
        key, label = new_id()[5:], word("HOME", place)
        with self.database.transaction() as db:
            town.entity(db, "households", key, label, {"village_code": village})
            row = {"project_id": town.project_id, "uuid": key, "label": label, "village_code": village}
            db.add(Household(**row, consents=True, door_code=word("DOOR", place)))
        return key

    def version(self, town: CareTown) -> None:
        """A first version of every entity that has none: the town writes only the rows that phones get."""
        with self.database.transaction() as db:
            have = select(EntityVersion.entity_id)
            for row in db.scalars(select(Entity).where(Entity.id.not_in(have))):
                row.version = 1
                told = {"label": row.label, "data_json": row.data_json, "received_json": row.data_json}
                db.add(EntityVersion(entity_id=row.id, version=1, **told, created_at=MORNING))

    def send(self, town: CareTown, phone: Client, things: Things, kind: str, place: str) -> None:
        said, number = word(kind, place), NUMBERS[place]
        things.instance[kind] = new_id()
        gps = f"30.00{number} 105.00{number} 0 5"
        sent = a_record(instance_id=things.instance[kind], photo=f"{said}.jpg", note=said, gps=gps)
        answer = phone.send(town.project_id, sent, {f"{said}.jpg": b"\xff\xd8\xff\xe0" + said.encode() * 9})
        assert answer.status_code == 201, answer.text
        with self.database.transaction() as db:
            here = Submission.instance_id == things.instance[kind]
            values = {"village_id": town.ids[things.village], "health": kind == "HEALTH"}
            db.execute(update(Submission).where(here).values(**values))
            things.submission[kind] = db.scalars(select(Submission.id).where(here)).one()
            actor = db.scalars(select(Submission.submitter_id).where(here)).one()
            assert actor is not None
            things.phone_id = actor
            comment = {"submission_id": things.submission[kind], "actor_id": actor, "body": said}
            db.add(SubmissionComment(**comment, created_at=MORNING))

    def values(self, place: str, kind: str, under: str | None = None) -> dict[str, Any]:
        """What fills the parts of an address, with the things of a place; `under` gives the project of another place."""
        things = self.things[place]
        parent = self.things[under or place]
        return {
            "project_id": parent.project_id,
            "form_id": "visit",
            "xml_form_id": "visit",
            "instance_id": quote(things.instance[kind]),
            "version_id": quote(things.instance[kind]),
            "submission_id": things.submission[kind],
            "uuid": things.woman,
            "woman": things.woman,
            "woman_uuid": things.woman,
            "case_id": "0d2f1c4e-6f0a-4c1b-9a55-3e1f0f6c7a21",
            "visit_key": things.visit_key,
            "village": things.village,
            "code": things.village,
            "actor_id": things.phone_id,
            "role": "trainer",
            "kind": "webhook",
            "rule": "ANC2",
            "version": "1",
            "extension": "xlsx",
            "below": "Submissions",
            "filename": "css/base.css",
            "token": "a" * 64,
            "language": "zh",
            "photo": f"{word(kind, place)}.jpg",
        }


def text_in(data: bytes) -> str:
    """A body as text, zips unpacked."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return " ".join(name + packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


def words_in(text: str) -> Iterator[tuple[str, str]]:
    """(kind, place) of every word that a text holds."""
    for kind in (*KINDS, "WOMAN", "HOME", "DOOR"):
        for place in PLACES:
            if word(kind, place) in text:
                yield kind, place
