"""A care project in which everything was told, done and asked for, with a word in every sensitive field."""

import io
from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from server.access import roles
from server.access.people import create_user
from server.config import Config
from server.db import Database
from server.jobs import run_all_once
from server.models import (
    AppUser,
    Assignment,
    FollowUp,
    Submission,
    User,
    Village,
    VillageScope,
)
from tests.conftest import MORNING, PASSWORD, Clock
from tests.server.registry.caring import VILLAGE, Care, a_care_record, a_uuid, created
from tests.server.web.pages.conftest import Browser
from tests.test_reading_doors import fill

WORDS = {
    "her name": "WORDNAME",
    "her phone": "13977770000",
    "her label": "WORDLABEL",
    "her home label": "WORDHOME",
    "her door": "WORDDOOR",
    "where she lives": "30.0071234",
    "an answer": "WORDSECRET",
    "a method": "WORDMETHOD",
    "a comment": "WORDCOMMENT",
    "a reason": "WORDREASON",
    "a photo": "WORDPHOTO",
}
OTHER_VILLAGE = "519901201002"
STAFF = {
    "wang": (roles.VILLAGE_WORKER, VILLAGE),
    "nia": (roles.VILLAGE_WORKER, OTHER_VILLAGE),
    "lin": (roles.CLINICIAN, None),
    "lea": (roles.TOWN_LEAD, None),
    "dora": (roles.DPO, None),
}
LARGE = 600_000  # bytes of a photo: more than an upload keeps in memory


class Day:
    """A care project in which everything was told, done and asked for. `people` are browsers by name."""

    def __init__(self, app: Flask, database: Database, project_id: int, clock: Clock, config: Config) -> None:
        self.app, self.database, self.project_id, self.clock, self.config = app, database, project_id, clock, config
        self.care = Care(app, database, project_id)
        self.uuids = {name: a_uuid() for name in ("home", "woman", "pregnancy", "episode", "leaves", "goes")}
        self.people = {name: self.hire(name, *given) for name, given in STAFF.items()}
        with database.transaction() as db:
            carer = db.scalar(select(User.actor_id).where(User.email == "wang@example.test"))
            db.execute(update(AppUser).values(person_id=carer, care_role="village_worker"))
        self.records = self.tell_everything()
        self.do_everything()
        for days in (0, 1, 30, 60):
            clock.set(MORNING + timedelta(days=days))
            run_all_once(database, config, clock.now())
        self.people["alice"] = Browser(app).sign_in("alice@example.test")
        for name in STAFF:
            self.people[name] = Browser(app).sign_in(f"{name}@example.test")

    def hire(self, name: str, role_id: int, village: str | None) -> Browser:
        with self.database.transaction() as db:
            if village == OTHER_VILLAGE:
                db.add(Village(project_id=self.project_id, code=village, name="二村", created_at=MORNING))
            actor_id = create_user(db, f"{name}@example.test", PASSWORD, name, None, MORNING).actor_id
            db.add(Assignment(actor_id=actor_id, role_id=role_id, project_id=self.project_id))
            place = db.scalar(select(Village.id).where(Village.code == village)) if village else None
            db.add(VillageScope(actor_id=actor_id, project_id=self.project_id, village_id=place))
        return Browser(self.app).sign_in(f"{name}@example.test")

    def tell_everything(self) -> dict[str, str]:
        """A record of each form with its words; instance ids by form."""
        care, known = self.care, self.uuids
        visit = {"visit_date": "2026-02-01", "visit_result": "met", "consent_household": "yes", "location_ok": "yes"}
        visit |= {"village_code": VILLAGE, "hamlet": "三社", "door_code": WORDS["her door"]}
        visit["geometry"] = f"{WORDS['where she lives']} 105.0051234 0 5"
        home = created("households", known["home"], f"H-0001 {WORDS['her home label']}")
        sent = {"household_visit": care.post("household_visit", visit, home)}
        for name, code in (("woman", "W-0777"), ("leaves", "W-0778"), ("goes", "W-0779")):
            label = f"{code} {WORDS['her label']}*"
            agreed = {"action": "register", "visit_date": "2026-02-01", "consent_until": "2027-02-01"}
            agreed |= dict.fromkeys(("consent_service", "consent_reminder", "consent_share_clinic"), "yes")
            agreed |= {"consent_location": "yes", "village_code": VILLAGE, "household": known["home"]}
            agreed["display_name"] = f"{WORDS['her name']} {WORDS['her phone']}"
            sent["woman_consent"] = care.post("woman_consent", agreed, created("women", known[name], label))
        pregnant = {"woman": known["woman"], "visit_date": "2026-02-10", "wants_registration": "yes"}
        pregnant |= {"lmp_known": "exact", "lmp_date": "2025-12-01", "danger_now": "none", "village_code": VILLAGE}
        label = created("pregnancies", known["pregnancy"], f"W-0777 {WORDS['her label']} #1")
        sent["pregnancy_registration"] = care.post("pregnancy_registration", pregnant, label)
        checked = {"pregnancy": known["pregnancy"], "visit_date": "2026-03-02", "still_pregnant": "ongoing"}
        checked |= {"danger": "bleeding", "secret": WORDS["an answer"]}
        sent["antenatal_check"] = care.post("antenatal_check", checked)
        xml = a_care_record("antenatal_check", checked, instance_id=sent["antenatal_check"])
        photo = b"\xff\xd8\xff\xe0" + WORDS["a photo"].encode() * (LARGE // len(WORDS["a photo"]))
        parts = {
            "xml_submission_file": FileStorage(io.BytesIO(xml), "s.xml"),
            "1.jpg": FileStorage(io.BytesIO(photo), "1.jpg"),
        }
        boundary, body = encode_multipart(parts)  # in memory, so that only the server's own files are looked for
        sort = f'multipart/form-data; boundary="{boundary}"'
        answer = care.phone.post(f"/projects/{self.project_id}/submission", data=body, content_type=sort)
        assert answer.status_code == 201, answer.text
        told = {"secret": WORDS["an answer"], "birth_date": "2026-03-01", "mood2": "low", "danger_nb": "cord"}
        sent["delivery_postnatal"] = care.report(known["pregnancy"], "2026-03-02", **told)
        method = care.method(known["woman"], known["episode"], method=WORDS["a method"])
        return sent | {"contraception_followup": method}

    def do_everything(self) -> None:
        """A comment, an emergency, a woman who takes all back, a record of hers that comes late, three wishes, an erasure."""
        lin, dora, known = self.people["lin"], self.people["dora"], self.uuids
        check = f"/v1/projects/{self.project_id}/forms/antenatal_check/submissions/{self.records['antenatal_check']}"
        written = lin.client.post(
            f"{check}/comments", json={"body": WORDS["a comment"]}, headers={"X-Requested-With": "XMLHttpRequest"}
        )
        assert written.status_code == 200, written.text
        reason = {"village": VILLAGE, "reason": f"{WORDS['a reason']} 她大出血，等不了"}
        done(self.people["nia"].send("/emergency", reason))
        taken = {"purpose": "service", "what": "keep_minimal"}
        done(dora.send(f"/people/{known['leaves']}/consent", taken))
        self.care.method(known["leaves"], method=WORDS["a method"], day="2026-03-01")
        for code, kind in (("W-0777", "export"), ("W-0777", "restriction"), ("W-0779", "erasure")):
            wish = done(dora.send("/rights", {"code": code, "kind": kind})).location
        done(dora.send(f"{wish}/erase", {"sure": "yes"}))

    def addresses(self) -> set[str]:
        """Every address that answers to GET, with her, her home and her records where it asks for them."""
        with self.database.reading() as db:
            visit = db.scalar(select(FollowUp.visit_key).where(FollowUp.subject == self.uuids["pregnancy"]))
            visit = visit or db.scalar(select(FollowUp.visit_key).order_by(FollowUp.id))
            ids = {row.instance_id: row.id for row in db.scalars(select(Submission))}
        wanted: set[str] = set()
        for form, name, uuid in (("antenatal_check", "women", "woman"), ("household_visit", "households", "home")):
            sent, her = self.records[form], self.uuids["woman"]
            known: dict[str, object] = {"project_id": self.project_id, "form_id": form, "xml_form_id": form}
            known |= {"instance_id": sent, "version_id": sent, "submission_id": ids[sent], "name": name}
            known |= {"uuid": self.uuids[uuid], "woman": her, "woman_uuid": her, "visit_key": visit, "village": VILLAGE}
            known |= {
                "role": "clinician",
                "version": "1",
                "extension": "xlsx",
                "filename": "css/base.css",
                "token": "x",
            }
            wanted.update(fill(self.app, known, ["Submissions"]))
        return wanted | {
            "/map/features?box=104,29,106,31&zoom=20",
            f"/review/{ids[self.records['antenatal_check']]}/1.jpg",
        }


def done(answer: TestResponse) -> TestResponse:
    assert answer.status_code == 303, answer.text
    return answer


def said(text: str) -> list[str]:
    """Which of the words a text holds."""
    return [what for what, word in WORDS.items() if word in text]
