"""A large care town for the office's desk: villages, records, homes, women and their follow-ups, written in bulk.

Records go into the tables with their places and the words of their answers as the derivers write them; each is a visit to a
home. A home has one woman, and she four follow-ups: three that closed in the last two years and one that is asked for now.
"""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final
from uuid import UUID

import orjson
from flask import Flask
from geoalchemy2 import WKTElement
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from forms.findable import list_words
from forms.instance import read_instance, read_values
from geo.boundaries import read_boundaries
from server.access import roles
from server.access.assignments import assign, set_villages
from server.access.caller import Caller
from server.access.people import create_administrator, create_user
from server.clock import now, today
from server.followups.due import key_of as key_of_visit
from server.intake.answer_index import key_of, number_of
from server.models import (
    AnswerWord,
    CareEvent,
    FollowUp,
    FormVersion,
    Household,
    Project,
    Submission,
    SubmissionGeometry,
    SubmissionVersion,
    Village,
    Woman,
)
from server.places.villages import import_boundaries
from server.publishing.versions import SCHEMAS
from tests.benchmarks.bench import VISIT, visit_xml
from tests.benchmarks.filling import go_on_counting
from tests.making import a_form, a_phone

EMAIL: Final = "doctor@town.test"
PASSWORD: Final = "three green hills"
TOGETHER: Final = 5000
VISITS: Final = 3
"""To each home."""
STATES: Final = (None, None, None, "approved", "approved", "approved", "approved", "hasIssues", "rejected", "edited")
SIDE: Final = 0.01  # degrees: about a kilometre
WEST, SOUTH = 104.0, 30.0
DAY: Final = timedelta(days=1)
CONSENTS: Final = {f"consent_{one}": True for one in ("service", "reminder", "share_clinic", "location", "stats")}
MODELS: Final = (Household, Woman, FollowUp, Submission, SubmissionVersion, SubmissionGeometry, AnswerWord, CareEvent)
"""In the order in which they need each other."""

Row = tuple[Any, dict[str, Any]]


def make_villages(number: int) -> bytes:
    """GeoJSON of squares side by side, twenty in a row."""
    features = []
    for one in range(number):
        west, south = corner_of(one)
        ring = [[west, south], [west + SIDE, south], [west + SIDE, south + SIDE], [west, south + SIDE], [west, south]]
        named = {"code": code_of(one), "name": f"村{one + 1}"}
        shape = {"type": "Polygon", "coordinates": [[[round(x, 6), round(y, 6)] for x, y in ring]]}
        features.append({"type": "Feature", "properties": named, "geometry": shape})
    return orjson.dumps({"type": "FeatureCollection", "features": features})


def code_of(number: int) -> str:
    return f"5120210{number:05}"


def corner_of(number: int) -> tuple[float, float]:
    return WEST + SIDE * (number % 20), SOUTH + SIDE * (number // 20)


def fill(db: Session, app: Flask, records: int, villages: int, visits: int, say: Callable[[str], None]) -> None:
    """Homes before the `visits` to each of them; as many homes as that makes."""
    town = Town(db, app, villages, visits)
    homes = max(1, records // visits)
    for what, total, rows_of in (("homes", homes, town.rows_of_home), ("records", records, town.rows_of_visit)):
        for first in range(0, total, TOGETHER):
            rows: dict[Any, list[dict[str, Any]]] = {model: [] for model in MODELS}
            for number in range(first, min(first + TOGETHER, total)):
                for model, row in rows_of(number):
                    rows[model].append(row)
            for model, values in rows.items():
                if values:
                    db.execute(insert(model), values)
            say(f"\r{min(first + TOGETHER, total)} of {total} {what} written ")
    go_on_counting(db)
    say("\n")


class Town:
    """An administrator, a clinician of the whole town, villages, and a form with twenty phones."""

    def __init__(self, db: Session, app: Flask, villages: int, visits: int) -> None:
        self.visits = visits
        self.db, self.rng, self.serials = db, random.Random(7), count(1)
        self.begun = now() - 365 * DAY
        self.project = Project(name="bench", kind="care", created_at=now())
        db.add(self.project)
        db.flush()
        admin = create_administrator(db, "office@town.test", PASSWORD, now())
        self.admin_id = admin.actor_id
        file = read_boundaries(make_villages(villages), "v.geojson", "EPSG:4326")
        import_boundaries(db, self.project.id, file, admin.actor_id, now())
        self.villages = list(db.scalars(select(Village.id).order_by(Village.code)))
        self.a_clinician(Caller(actor_id=admin.actor_id, type="user"))
        self.form = a_form(db, self.project.id, "household_visit", xml=VISIT.encode(), now=now())
        ring = app.extensions["fangshi.key"]
        self.senders = [a_phone(db, ring, self.project.id, self.form)[0] for _ in range(20)]
        self.version = db.get_one(FormVersion, self.form.current_version_id)
        self.schema = SCHEMAS.get(db, self.version.id, self.version.sha256)

    def a_clinician(self, by: Caller) -> None:
        doctor = create_user(self.db, EMAIL, PASSWORD, "doctor", by.actor_id, now())
        assign(self.db, by, roles.BY_ID[roles.CLINICIAN], doctor.actor_id, now(), self.project, None)
        set_villages(self.db, by, self.project, doctor.actor_id, None, now())

    def village_of(self, home: int) -> int:
        """Homes lie as they come, so that villages have as many each."""
        return home % len(self.villages)

    def rows_of_home(self, home: int) -> Iterator[Row]:
        known = {"project_id": self.project.id, "village_code": code_of(self.village_of(home))}
        its = {**known, "uuid": home_id(home), "label": f"{home:06}", "hamlet": None, "door_code": f"{home:06}"}
        yield Household, {**its, "consents": home % 20 > 0, "last_visit_on": today() - (home % 300) * DAY}
        hers = {**known, **CONSENTS, "uuid": woman_id(home), "label": f"W-{home:06}", "household_uuid": home_id(home)}
        yield Woman, {**hers, "consent_until": today() + 300 * DAY}
        for occurrence in range(4):
            yield FollowUp, {**known, **follow_up(self.rng, woman_id(home), occurrence)}

    def rows_of_visit(self, number: int) -> Iterator[Row]:
        home = number // self.visits
        at = self.begun + timedelta(minutes=5 * number)
        xml, _members = visit_xml(self.rng, f"uuid:{UUID(int=self.rng.getrandbits(128), version=4)}")
        instance, village, serial = read_instance(xml), self.village_of(home), next(self.serials)
        values = read_values(instance, self.schema)
        known = {"form_id": self.form.id, "draft": False, "created_at": at, "submitter_id": self.senders[number % 20]}
        place = {"village_id": self.villages[village]}
        own = {"id": serial, "project_id": self.project.id, "instance_id": instance.instance_id}
        state = STATES[number % len(STATES)]
        yield Submission, {**known, **place, **own, "review_state": state, "place_how": "inside"}
        stored = {"xml": xml, "values_json": orjson.dumps(values).decode(), "instance_name": f"H-{number:06}"}
        which = {"id": serial, "submission_id": serial, "form_version_id": self.version.id}
        told = {"instance_id": instance.instance_id, "is_current": True, "encrypted": False}
        yield SubmissionVersion, {**known, **stored, **which, **told}
        yield SubmissionGeometry, {**place, **self.point(serial, village)}
        key = key_of(self.db, self.project.id, serial)
        for word in {number_of(key, self.form.id, path, one) for path, one in list_words(self.schema, values)}:
            yield AnswerWord, {"word": word, "submission_id": serial}
        yield CareEvent, self.event(serial, home, at)

    def point(self, serial: int, village: int) -> dict[str, Any]:
        west, south = corner_of(village)
        place = f"POINT({west + self.rng.random() * SIDE:.6f} {south + self.rng.random() * SIDE:.6f})"
        told = {"project_id": self.project.id, "path": "/gps", "is_place": True, "how": "inside", "accuracy": 5.0}
        which = {"submission_id": serial, "submission_version_id": serial}
        return {**told, **which, "geometry": WKTElement(place, srid=4326)}

    def event(self, serial: int, home: int, at: datetime) -> dict[str, Any]:
        which = {"submission_id": serial, "submission_version_id": serial, "project_id": self.project.id}
        whom = {"subject_list": "households", "subject": home_id(home), "form_id": "household_visit"}
        return {
            **which,
            **whom,
            "event": f"uuid:{UUID(int=serial)}",
            "visit_date": today(at),
            "received_at": at,
            "data_json": "{}",
        }


def home_id(number: int) -> str:
    return str(UUID(int=number + (1 << 80)))


def woman_id(number: int) -> str:
    return str(UUID(int=number + (1 << 81)))


def follow_up(rng: random.Random, subject: str, occurrence: int) -> dict[str, Any]:
    """The last of four is asked for now, one in six of them late; of the others nine in ten were in time."""
    asked = occurrence == 3
    closes = today() + rng.randint(-5, 25) * DAY if asked else today() - rng.randint(30, 700) * DAY
    event = f"uuid:{UUID(int=rng.getrandbits(128), version=4)}"
    state = "open" if asked else "done_on_time" if rng.random() < 0.9 else "expired"
    return {
        "key": key_of_visit("ANC2", subject, None, event, occurrence + 1),
        "visit_key": str(UUID(int=rng.getrandbits(128), version=4)),
        "rule": "ANC2",
        "rule_version": 1,
        "rule_hash": "0" * 64,
        "subject_list": "women",
        "subject": subject,
        "anchor_event": event,
        "occurrence": occurrence + 1,
        "form_id": "antenatal_check",
        "opens_on": closes - 34 * DAY,
        "due_on": closes - 20 * DAY,
        "closes_on": closes,
        "overdue_from": closes + DAY,
        "proposed_on": closes - 20 * DAY,
        "state": state,
        "ended": not asked,
        "answered_on": closes - 10 * DAY if state == "done_on_time" else None,
        "severity": "info",
        "stands_on": min(closes, today()),
        "why_json": "[]",
        "made_at": now(),
        "changed_at": now(),
    }
