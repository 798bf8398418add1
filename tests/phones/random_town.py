"""A town whose phones are filled in at random: our forms by JavaRosa, with the lists that the server gives each phone."""

import csv
import io
import re
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from forms.library import read_library_form
from forms.media import choice_csv
from server import clock
from server.access import roles
from server.access.people import create_user
from server.access.phones import create_app_user
from server.blobs import BlobStore
from server.config import Config
from server.db import Database
from server.keys import KeyRing
from server.models import AppUser, Assignment, Project, Village, VillageScope
from server.publishing import recordings
from server.publishing.library import publish_library
from server.publishing.town_lists import put_list, refresh_lists
from tests.client import Client
from tests.forms.library.filling import Pocket, due_row, empty
from tests.phones.collectsim.csim.engine import Engine
from tests.walks.carried_phone import kept_offline, move

VILLAGES = {"510121001001": "石桥村", "510121001002": "河口村", "510121001003": "柳坝村"}
BOX = [105.30, 30.20, 105.40, 30.30]
MEDIA_FILE = re.compile(r'<mediaFile(?: type="(\w+)")?><filename>(\w+)\.csv<')
LANGUAGES = ["中文 (zh)", "English (en)"]
SUBJECTS = {
    "household_visit": "households",
    "contraception_followup": "women",
    "supplies": "women",
    "woman_consent": "women",
    "pregnancy_registration": "women",
    "migrant_transfer": "women",
    "back_check": "backcheck_sample",
    "benefit_case": "households",
}
"""Forms for which the server may have no visit that is due so soon, or no rule at all: what such a visit is about."""

OFFLINE = 400
"""Days after which a phone that was not synced meanwhile holds consents that have run out and visits that are overdue."""

CLINICS = [("town", "镇卫生院", "0825-5550120"), ("county", "县医院", "0825-5550999")]
POINTS = [(f"p{code[-1]}", f"{name}卫生室", code) for code, name in VILLAGES.items()]
PLACES = [
    ("44", "广东省", "prov", ""),
    ("440785", "恩平市", "county", "44"),
    ("s1", "城东社区卫生服务中心", "site", "440785"),
    ("51", "四川省", "prov", ""),
    ("512022", "乐至县", "county", "51"),
]
TOWN_FILES = {
    "clinics.csv": choice_csv(["name", "label", "phone"], CLINICS),
    "supply_points.csv": choice_csv(["name", "label", "village_code"], POINTS),
    "destinations.csv": choice_csv(["name", "label", "level", "parent"], PLACES),
}
"""What the town's office puts beside the forms."""

SEEDS = 100_000
"""Room for the seeds of one town's records, one each."""

CHECKED = {"household_visit": "households", "pregnancy_registration": "women"}
"""Forms whose records stand for what the lot draws in months: what they are about."""


@dataclass(frozen=True)
class Record:
    instance_id: str
    xml: bytes
    files: dict[str, bytes]


@dataclass
class Branch:
    """A question, note or page that shows on a condition: how often it did, and how often it did not."""

    path: str
    shown: int
    hidden: int


@dataclass
class Fills:
    """Of one form: what was filled in, and what shows in it on a condition."""

    records: list[Record]
    branches: list[Branch]
    unfinished: Counter[str]

    def never(self) -> set[str]:
        """`path` of what never showed, `not path` of what always did."""
        return {one.path for one in self.branches if not one.shown} | {
            f"not {one.path}" for one in self.branches if not one.hidden
        }


@dataclass
class RandomTown:
    """A care project with the whole library, three villages, two workers, a doctor, and their phones."""

    app: Flask
    database: Database
    config: Config
    engine: Engine
    folder: Path
    project_id: int
    number: int = 0
    phones: dict[str, Client] = field(default_factory=dict)
    made: int = 0
    sent: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        now = clock.now()
        store = BlobStore(self.config.blob_dir, KeyRing(self.config.key_file))
        with self.database.transaction() as db:
            project = db.get_one(Project, self.project_id)
            rows = [
                Village(project_id=project.id, code=one, name=name, created_at=now) for one, name in VILLAGES.items()
            ]
            db.add_all(rows)
            db.flush()
            villages = [row.id for row in rows]
            publish_library(db, store, project, None, now, self.app.extensions["fangshi.key"])
            for name, role, reach in (
                ("worker", "village_worker", villages[:2]),
                ("another", "village_worker", villages[1:2]),
                ("doctor", "clinician", [None]),
                ("officer", "benefit_officer", [None]),
            ):
                self.phones[name] = self.give_phone(db, role, reach, add_person(db, project.id, role, reach, name))
            self.phones["spare"] = self.give_phone(db, "village_worker", villages[:2], None)
            refresh_lists(db, store, project, now)
            for name, content in TOWN_FILES.items():
                put_list(db, store, project, name, content, now)
            for language in recordings.FILES:
                voice, words = store.put(b"ID3 voice"), recordings.notice_in(db, project, language)
                heard = recordings.hash_of_words(words)
                recordings.put_recording(db, project, language, voice, "audio/mpeg", heard, "", None, now)

    def give_phone(self, db: Session, role: str, villages: Sequence[int | None], person: int | None) -> Client:
        """A phone of these villages (None: the whole town), carried by this person."""
        made = create_app_user(db, self.app.extensions["fangshi.key"], self.project_id, "手机", None, clock.now())
        give(db, made.actor.id, self.project_id, roles.APP_USER, villages)
        phone = db.get_one(AppUser, made.actor.id)
        phone.care_role, phone.person_id = role, person
        assert made.token is not None
        return Client(self.app, key=made.token)

    def sign_in(self, role: str, name: str) -> Client:
        """Somebody new with this role in the whole town."""
        with self.database.transaction() as db:
            person = add_person(db, self.project_id, role, [None], name)
        return Client.signed_in(self.app, self.database, person)

    def sync(self, name: str, form_id: str) -> Pocket:
        """What the form finds on this phone when it has just been synced."""
        phone = self.phones[name]
        path = f"/projects/{self.project_id}/forms/{form_id}"
        pocket = Pocket()
        for kind, name in MEDIA_FILE.findall(phone.get(f"{path}/manifest").text):
            reader = csv.DictReader(io.StringIO(phone.get(f"{path}/attachments/{name}.csv").text))
            rows = list(reader)
            if kind:
                pocket.lists[name] = [kept_offline(row) for row in rows]
            else:
                rows = rows or (self.sample() if name == "backcheck_sample" else [])
                pocket.files[name] = rows or empty(reader.fieldnames or ())
        return pocket

    def sample(self) -> list[dict[str, str]]:
        """Visits that were made, as a lot would give them to whoever back-checks, in each village."""
        made = [(one, about) for form_id, about in CHECKED.items() for one in self.sent.get(form_id, [])[:3]]
        return [
            {"name": one.removeprefix("uuid:"), "label": f"A-{n:04}", "village_code": code, "subject_list": about}
            for n, ((one, about), code) in enumerate(zip(made, [*VILLAGES] * 2, strict=False))
        ]

    def fill(self, form_id: str, pocket: Pocket, count: int, **answers: str | None) -> Fills:
        """So many records as they would be kept on phones that hold this, each from a seed of its own."""
        place = self.folder / f"{form_id}-{self.made}"
        write_pocket(place, form_id, pocket)
        done = self.engine.ask(
            cmd="fills", form=str(place / "form.xml"), media=str(place / "media"), out=str(place / "out"),
            entities=pocket.lists, seed=1 + self.number * SEEDS + self.made, count=count, answers=answers, bbox=BOX,
            languages=LANGUAGES, properties={"deviceid": "collect:test"},
        )  # fmt: skip
        self.made += count
        records = [read_record(one) for one in done["records"]]
        branches = [Branch(one["path"], one["shown"], one["hidden"]) for one in done["branches"]]
        shutil.rmtree(place)
        return Fills(records, branches, Counter(done["unfinished"]))

    def send(self, phone: Client, form_id: str, record: Record) -> None:
        answer = phone.send(self.project_id, record.xml, record.files)
        assert answer.status_code == 201, f"{answer.status_code} {answer.text}\n{record.xml.decode()}"
        self.sent.setdefault(form_id, []).append(record.instance_id)


def add_person(db: Session, project_id: int, role: str, villages: Sequence[int | None], name: str) -> int:
    user = create_user(db, f"{name}@example.test", "correct horse battery", name, None, clock.now())
    give(db, user.actor_id, project_id, roles.BY_SYSTEM[role].id, villages)
    return user.actor_id


def give(db: Session, actor_id: int, project_id: int, role_id: int, villages: Sequence[int | None]) -> None:
    db.add(Assignment(actor_id=actor_id, role_id=role_id, project_id=project_id))
    db.add_all(VillageScope(actor_id=actor_id, project_id=project_id, village_id=one) for one in villages)
    db.flush()


def write_pocket(place: Path, form_id: str, pocket: Pocket) -> None:
    (place / "media").mkdir(parents=True)
    (place / "form.xml").write_bytes(read_library_form(form_id))
    for name, rows in pocket.files.items():
        with (place / "media" / f"{name}.csv").open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(row for row in rows if any(row.values()))


def read_record(told: dict[str, Any]) -> Record:
    """A finished record with its files, as they lie in the folder of the engine."""
    file = Path(told["file"])
    assert told["problems"] == [], told["problems"]
    return Record(
        told["instanceId"], file.read_bytes(), {name: (file.parent / name).read_bytes() for name in told["media"]}
    )


def as_synced(pocket: Pocket, form_id: str) -> Pocket:
    return pocket


def long_offline(pocket: Pocket, form_id: str) -> Pocket:
    """The same on a phone that was not synced for more than a year: all days lie so far back."""
    lists, files = (
        {name: [aged(row) for row in rows] for name, rows in held.items()} for held in (pocket.lists, pocket.files)
    )
    return Pocket(lists, files)


def aged(row: dict[str, str]) -> dict[str, str]:
    return {name: move(value, -OFFLINE) if name != "label" else value for name, value in row.items()}


def nothing_due(pocket: Pocket, form_id: str) -> Pocket:
    """The same on a phone to which no visit had been given yet."""
    visits = pocket.files.get("due_visits")
    return pocket.with_rows("due_visits", empty(visits[0])) if visits else pocket


def visit_given(pocket: Pocket, form_id: str) -> Pocket:
    """The same with a visit that is due and one that is overdue, where the server has none for this form yet."""
    visits = pocket.files.get("due_visits", [])
    name = SUBJECTS.get(form_id, "")
    if name == "" or any(row["form_id"] == form_id for row in visits):
        return pocket
    subjects = (pocket.lists | pocket.files)[name]
    rows = [due_row(form_id, subjects[0]["name"], closes, subject_list=name) for closes in (5, -5)]
    return pocket.with_rows("due_visits", [*visits, *rows])
