"""A town in which everybody who could write anything wrote what would be a script, had a page forgotten to escape it."""

import io
import re
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import escape

import orjson
from openpyxl import Workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.crs import wgs84_to_gcj02
from geo.shift_detector import LEAST_POINTS
from server.access import roles
from server.access.app_passwords import make_app_password
from server.access.assignments import assign, set_villages
from server.access.break_glass import open_village
from server.access.caller import Caller, Grant
from server.access.hand_overs import Offer, give_hand_over
from server.access.people import create_user, issue_link
from server.access.sign_in_steps import begin_step
from server.access.signing_in import sign_in
from server.clock import now, today
from server.config import OpenIdProvider
from server.feeds.webhooks import GROUPS, make_webhook
from server.followups.rule_drafts import change_draft, make_draft
from server.followups.town_calendar import add_year
from server.followups.town_rules import FIRST_OF_A_TOWN
from server.followups.windows import add_months
from server.intake.transferring import a_row
from server.models import (
    AppUser,
    Base,
    CareEvent,
    Entity,
    EntityVersion,
    Feedback,
    FeedbackChannel,
    Form,
    Passkey,
    PersonPair,
    Project,
    QualityFlag,
    ReviewBatch,
    RightsRequest,
    SavedView,
    Submission,
    SubmissionVersion,
    SupplyLot,
    SupplyMovement,
    TransferPackage,
    User,
    Village,
    VillageAlias,
    Woman,
)
from server.publishing.waivers import ask_waiver
from server.registry.cards import make_card
from server.registry.consent_texts import publish_text
from server.reports.pack.keeping import make_pack
from server.reports.tables.keeping import add_table
from tests.client import Client
from tests.conftest import MORNING, PASSWORD
from tests.making import a_dataset, a_form, a_record, an_xform
from tests.server.followups.told import F12, a_case, tell
from tests.server.web.pages.conftest import CODES, Browser
from tests.server.web.pages.women import CareTown

HOSTILE = (
    "\"'><xss-probe></xss-probe><script>window.__ran=1</script><img src=x onerror=window.__ran=1>"
    "<svg onload=window.__ran=1></svg></textarea></title></script><iframe srcdoc='<script>parent.__ran=1</script>'>"
    "</iframe><a href='javascript:window.__ran=1'>{{7*7}}${7*7}"
)
TYPED = "\"'><xss-probe><img src onerror=__ran=1>"  # short enough for every field
FILE = "<xss-probe><img src=x onerror=window.__ran=1>.jpg"  # as a file may be called

LOCAL = frozenset({"localhost"})  # what may be called though it is no public address

# Every text column that somebody's words come to; those that are not here hold words of ours, numbers and names of things.
WRITTEN = {
    "supply_lot": ("number",),
    "town_table": ("name",),
    "project": ("name", "description"),
    "actor": ("display_name",),
    "app_user": ("last_device_id", "first_device_id", "other_device_id"),
    "app_password": ("name",),
    "boundary_set": ("source_name",),
    "break_glass": ("reason",),
    "consent_text": ("zh", "en"),
    "derive_problem": ("error",),
    "entity": ("label",),
    "entity_version": ("label", "user_agent"),
    "follow_up_act": ("place", "note"),
    "form_version": ("name",),
    "feedback_channel": ("channel",),
    "hand_over": ("note",),
    "household": ("label", "hamlet", "door_code"),
    "passkey": ("name",),
    "saved_view": ("name",),
    "session": ("user_agent",),
    "submission": ("device_id", "user_agent"),
    "submission_comment": ("body",),
    "submission_version": ("instance_name", "device_id", "user_agent"),
    "transfer_package": ("place",),
    "village": ("name",),
    "village_alias": ("name",),
    "waiver": ("sentence", "reason"),
    "woman": ("label",),
}


class HostileTown(CareTown):
    """Also dora, who protects data, ben, who has benefit cases, and otto, who was given a link and whose address nobody could
    have typed."""

    said = HOSTILE  # whatever somebody writes at length
    typed = TYPED  # what a field of a page takes
    file = FILE  # how a photo is called

    def make(self, db: Session) -> int:
        project_id = super().make(db)
        by = Caller(actor_id=self.actor_id(db, "ada"), type="user")
        project = db.get_one(Project, project_id)
        for name, role in (("dora", "dpo"), ("ben", "benefit_officer")):
            person = create_user(db, f"{name}@example.test", PASSWORD, name, by.actor_id, MORNING)
            assign(db, by, roles.BY_SYSTEM[role], person.actor_id, MORNING, project, None)
            set_villages(db, by, project, person.actor_id, None, MORNING)
        return project_id

    def poison(self) -> dict[str, str]:
        """Everybody writes. What the parts of addresses stand for: {name: value}."""
        records = self.send_records()
        self.put_draft()
        self.fill_list()
        made = self.fill(today(now()))
        with self.database.transaction() as db:
            self.write_in_the_office(db)
            wishes = {kind: self.ask(db, kind, made["woman"]) for kind in ("export", "correction")}
            tell_of(db, self.project_id, records[0], made["woman"])
            ask_about(db, records[0], self.actor_id(db, "rita"))
            alias = {"name": self.said, "created_at": now()}
            db.add(VillageAlias(village_id=self.village_ids[0], **alias))
            women = a_dataset(db, self.project_id, "women", [])
            her = Entity(dataset_id=women.id, uuid=made["woman"], label="W-0231 王*", data_json="{}", created_at=now())
            db.add(her)
            twice = change_at_once(db, her, self.said), a_pair(db, self.project_id, made["woman"])
            package = a_package(db, self.project_id, made["woman"], self.actor_id(db, "lin"), self.said)
            case, benefit = self.speak(db, today(now())), ask_benefit(db, self.project_id)
            ids = {"person_id": self.actor_id(db, "wang"), "phone_id": self.phone_id, "link": self.give_link(db)}
            give_card(db, self.project_id, made["woman"], ids["person_id"])
            step = begin_step(db, "code", self.actor_id(db, "rita"), {"next": "/"}, now())
            session, *_ = sign_in(db, self.actor_id(db, "vera"), self.said, now(), second_factor=True)
            write_a_rule(db, db.get_one(Project, self.project_id), self.actor_id(db, "lea"), self.said)
            add_days_off(db, db.get_one(Project, self.project_id), self.actor_id(db, "lea"), self.said)
            hook, _ = make_webhook(db, self.project_id, "https://localhost/in", GROUPS, LOCAL, ids["person_id"], now())
            table = add_table(db, db.get_one(Project, self.project_id), "x", self.draw_table(), ids["person_id"], now())
            write_in_columns(db, self.said)
            batch = db.scalars(select(ReviewBatch.id)).one()
        month = add_months(today(now()).replace(day=1), -1)
        make_pack(self.database, self.project_id, month, now())
        settings = self.app.config["CONFIG"]
        named = OpenIdProvider("http://127.0.0.1:9", "fangshi", "secret", self.said)
        self.app.config["CONFIG"] = replace(settings, openid=named)
        found = {**ids, **wishes, "submission_id": records[0], "project_id": self.project_id}
        entity_id, pair_id = twice
        found |= {"entity_id": entity_id, "pair_id": pair_id, "home_uuid": self.home_of(made["woman"])}
        steps = {"case_id": case, "benefit": benefit, "step": step, "session": session}
        people = {"woman": made["woman"], "visit_key": made["visit"], "village": CODES[0], "form_id": "visit"}
        people["code"], people["webhook_id"] = CODES[0], str(hook.id)
        people["list"], people["spoken"] = "clinics", "zh"
        people |= {"package_id": str(package.id), "transfer": package.transfer}
        people |= {"table_id": str(table.id), "batch_id": str(batch), "month": f"{month:%Y-%m}"}
        people |= {"rule": "IUD-1", "version": str(FIRST_OF_A_TOWN)}
        return {name: str(value) for name, value in {**found, **steps, **people}.items()}

    def home_of(self, woman: str) -> str:
        with self.database.reading() as db:
            return db.scalars(select(Woman.household_uuid).where(Woman.uuid == woman)).one() or ""

    def send_records(self) -> list[int]:
        """By the phone's door, to a form whose labels are no better; with a comment beside the first."""
        with self.database.transaction() as db:
            xml = re.sub(r"<label>.*?</label>", f"<label>{escape(self.said)}</label>", an_xform(version="2").decode())
            a_form(db, self.project_id, version="2", xml=xml.replace("走访", escape(self.said)).encode())
        text = escape(self.said)
        answers = {"note": text, "members": [(text, "4")], "photo": escape(self.file), "version": "2"}
        records = [self.record(village=1, files={self.file: b"\xff\xd8\xff\xe0"}, **answers) for _ in range(2)]
        for _ in range(LEAST_POINTS):  # as a web map draws a place of village 1: in village 2
            x, y = wgs84_to_gcj02(105.0085, 30.005)
            sent = a_record(gps=f"{y} {x} 0 5", village=CODES[0], version="2")
            assert Client(self.app, key=self.key).send(self.project_id, sent).status_code == 201
        comment = {"state": "hasIssues", "comment": self.said}
        rita = Browser(self.app).sign_in("rita@example.test")
        rita.send(f"/review/{records[0]}/state", comment)
        assert rita.send(f"/review/{records[1]}/return", {"reason": self.said}).status_code == 303
        return records

    def draw_table(self) -> bytes:
        """A table of the town's own, with a cell that is no better."""
        book, target = Workbook(), io.BytesIO()
        book.active["A1"] = self.typed
        book.save(target)
        return target.getvalue()

    def put_draft(self) -> None:
        """The form once more, as a draft in other words: what it changes tells both."""
        label = f"<label>{escape(self.said)} 2</label>"
        xml = label.join(re.split(r"<label>.*?</label>", an_xform(version="3").decode()))
        xml = xml.replace("走访", escape(self.said))
        sent = {"file": (io.BytesIO(xml.encode()), "visit.xml"), "ignore_warnings": "1"}
        assert Browser(self.app).sign_in("lea@example.test").send("/forms/visit/draft", sent).status_code == 303

    def fill_list(self) -> None:
        """A list of the town's own, that its forms show."""
        lea, path = Browser(self.app).sign_in("lea@example.test"), "/library/lists/clinics"
        was = re.search(r'name="was" value="([0-9a-f]{64})"', lea.see(path).get_data(as_text=True))
        assert was and lea.send(path, {"was": was[1], "name": "", "label": self.typed, "phone": ""}).status_code == 303

    def write_in_the_office(self, db: Session) -> None:
        """A hand-over, a village opened, new words of consent, a sentence that is to pass, names of keys."""
        project, at, day = db.get_one(Project, self.project_id), now(), today(now())
        ada, lea, wang, nia, vera = (self.actor_id(db, name) for name in ("ada", "lea", "wang", "nia", "vera"))
        offer = Offer(wang, nia, "village_worker", [CODES[0]], day, day + timedelta(days=4), self.said)
        give_hand_over(db, Caller(lea, "user"), project, offer, at)
        grants = (Grant(roles.VILLAGE_WORKER, project.id, None),)
        open_village(
            db, Caller(wang, "user", "wang", grants, {project.id: frozenset()}), project, CODES[1], self.said, at
        )
        publish_text(db, project, "reminder", self.said, self.said, ada, at)
        ask_waiver(db, project, "leaflet", "社会抚养费在 2021 年已经取消", self.said, lea, at)
        make_app_password(db, vera, self.said, at)
        lot = {
            "item": "coc",
            "number": self.said,
            "received_on": day,
            "expires_on": day + timedelta(days=9),
        }
        village = db.query(Village.id).filter_by(project_id=project.id, code=CODES[0]).scalar()
        for point in (None, village):
            row = SupplyLot(project_id=project.id, village_id=point, added_by_id=lea, added_at=at, **lot)
            db.add(row)
            db.flush()
            db.add(SupplyMovement(lot_id=row.id, kind="came", quantity=1, at=at, by_id=lea, made_at=at))
        rita, form = self.actor_id(db, "rita"), {"project_id": project.id, "wanted": "form=visit", "name": self.said}
        db.add(SavedView(actor_id=rita, made_at=at, **form))
        db.add(ReviewBatch(project_id=project.id, by_id=rita, what="approved", made_at=at, worked_at=at, ended_at=at))
        device = {"credential_id": b"1", "public_key": b"1", "sign_count": 0}
        db.add(Passkey(actor_id=vera, name=self.said, created_at=at, **device))

    def ask(self, db: Session, kind: str, woman: str) -> int:
        """A wish of hers; its id."""
        asked = datetime.now(UTC)
        hers = {"subject": woman, "subject_hash": b"\x00" * 32}
        days = {"received_at": asked, "due_at": asked + timedelta(hours=72)}
        row = RightsRequest(project_id=self.project_id, kind=kind, state="open", **hers, **days)
        db.add(row)
        db.flush()
        return int(row.id)

    def speak(self, db: Session, day: date) -> str:
        """Somebody without a name, whom dora answers; under which number it is kept."""
        version = db.scalars(select(Form.current_version_id).where(Form.xml_form_id == "visit")).first()
        told = {"urgent": True, "counted": True, "answers_json": orjson.dumps({"note": self.said}).decode()}
        days = {"received_on": day, "due_on": day, "taken_by_id": self.actor_id(db, "dora")}
        case = Feedback(id=str(uuid.uuid4()), project_id=self.project_id, form_version_id=version, **told, **days)
        db.add(case)
        db.flush()
        db.add(FeedbackChannel(feedback_id=case.id, channel=self.said))
        return case.id

    def give_link(self, db: Session) -> str:
        otto = self.actor_id(db, "otto")
        db.get_one(User, otto).email = self.said
        return issue_link(db, "password", otto, now())


def change_at_once(db: Session, entity: Entity, said: str) -> int:
    """Two changed an entry without knowing of each other; its number."""
    db.flush()
    told = [{"village_code": CODES[0]}, {"village_code": said}, {"village_code": CODES[1]}]
    for number, data in enumerate(told, start=1):
        text = orjson.dumps(data).decode()
        base = {
            "base_version": 1 if number > 1 else None,
            "created_at": now(),
            "label": entity.label,
            "user_agent": said,
        }
        db.add(EntityVersion(entity_id=entity.id, version=number, data_json=text, received_json=text, **base))
    entity.version, entity.data_json, entity.conflict = 3, orjson.dumps(told[2]).decode(), "hard"
    return entity.id


def a_pair(db: Session, project_id: int, woman: str) -> int:
    """She may be another one, too."""
    other = db.scalars(select(Woman.uuid).where(Woman.project_id == project_id, Woman.uuid != woman)).first()
    first, second = sorted((woman, other or ""))
    ids = {"project_id": project_id, "first_uuid": first, "second_uuid": second}
    row = PersonPair(weight=6, reasons="phone sound", found_at=now(), **ids)
    db.add(row)
    db.flush()
    return row.id


def a_package(db: Session, project_id: int, woman: str, by: int, said: str) -> TransferPackage:
    """What she brought from elsewhere, sealed there by somebody who wrote what would be a script."""
    listed = a_dataset(db, project_id, "transfers", ["direction", "woman", "status"])
    transfer, day = str(uuid.uuid4()), today(now())
    data = orjson.dumps({"direction": "in", "woman": woman, "status": "received"}).decode()
    db.add(Entity(dataset_id=listed.id, uuid=transfer, label="W-0231", data_json=data, about=woman, created_at=now()))
    items = {"next_dates": [{"zh": said, "en": said}], "contact": [{"number": said}], "method_card": [{"method": said}]}
    told = {"code": said, "from": said, "made_on": day.isoformat(), "items": items}
    row = a_row(project_id, woman, transfer, "received", by, now())
    row.direction, row.place, row.items, row.proof = "in", said, " ".join(items), bytes(32)
    row.content, row.answered_on = orjson.dumps(told), day
    db.add(row)
    db.flush()
    return row


def tell_of(db: Session, project_id: int, record: int, woman: str) -> None:
    """As if this record told of her, so that she may have it corrected."""
    version = db.scalars(select(SubmissionVersion.id).where(SubmissionVersion.submission_id == record)).one()
    event = {"event": db.get_one(Submission, record).instance_id, "form_id": "visit", "data_json": "{}"}
    subject = {"subject_list": "women", "subject": woman, "visit_date": date(2026, 3, 1), "received_at": now()}
    rows = {"submission_id": record, "submission_version_id": version, "project_id": project_id}
    db.add(CareEvent(**rows, **event, **subject))
    db.flush()


def ask_about(db: Session, record: int, sender: int) -> None:
    """As if this person carried the phone that sent the record, and somebody asked about it."""
    submission = db.get_one(Submission, record)
    db.get_one(AppUser, submission.submitter_id).person_id = sender
    about = {"submission_id": record, "project_id": submission.project_id, "told_json": "{}"}
    db.add(QualityFlag(**about, kind="midnight", found_at=now(), asked_at=now(), asked_by_id=sender))
    db.flush()


def ask_benefit(db: Session, project_id: int) -> int:
    """A household's benefit case; the record that tells of it."""
    project, case = db.get_one(Project, project_id), str(uuid.uuid4())
    a_case(db, project, case)
    return tell(db, project, F12, "2026-03-01", subject=case, step="asked").submission_id


def write_a_rule(db: Session, project: Project, by: int, said: str) -> None:
    """A draft of the town's own, whose title is no better."""
    row = make_draft(db, project, "IUD-1", by, now())
    text = re.sub(r'(title:\n  zh: )"[^"]*"', lambda found: found[1] + orjson.dumps(said).decode(), row.text)
    assert change_draft(db, row, text, by, now()).title.zh == said


def add_days_off(db: Session, project: Project, by: int, said: str) -> None:
    """A year that the town added, from a notice that is called so."""
    title, day = orjson.dumps(said).decode(), f"{today(now()).year + 5}-10-01"
    words = f"title: {title}, number: {title}, issued_on: {day}, address: 'https://example.test/', mark: C"
    rest = f"rest: [{{festivals: [national_day], first: {day}, last: {day}}}]"
    add_year(db, by, project, f"year: {day[:4]}\nnotice: {{{words}}}\n{rest}\nworking: []\n", today(now()), now())


def write_in_columns(db: Session, said: str) -> None:
    """Whatever else is written somewhere."""
    for mapper in Base.registry.mappers:
        for name in WRITTEN.get(mapper.local_table.name, ()):  # type: ignore[attr-defined]
            for row in db.scalars(select(mapper.class_)):
                if getattr(row, name) is not None:
                    setattr(row, name, said)
    db.flush()


def give_card(db: Session, project_id: int, woman: str, by: int) -> None:
    """A service card, which goes to the town's clinic as somebody called it."""
    hers = db.scalars(select(Woman).where(Woman.project_id == project_id, Woman.uuid == woman)).one()
    make_card(db, hers, "", by, now())
