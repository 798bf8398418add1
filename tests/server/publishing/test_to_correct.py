"""What lies on a phone of its records that went back, by HTTP as that phone: its own, and of anybody's health nothing."""

import csv
import io
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from server.access.people import create_user
from server.db import Database
from server.intake.returning import return_record
from server.intake.review import set_review_state
from server.models import (
    AppUser,
    CareEvent,
    Form,
    FormVersion,
    Restriction,
    Submission,
    SubmissionVersion,
    Woman,
)
from server.publishing.to_correct import names_in, taken_over
from server.publishing.versions import SCHEMAS
from tests.care_town import TODAY, CareTown
from tests.client import Client
from tests.conftest import MORNING, PASSWORD
from tests.making import a_form, a_record, new_id
from tests.returned import a_correcting_form

HEAD = ["name", "label", "form_id", "why", "day", "was_gps", "was_note", "was_visit_date", "was_size"]
HOSTILE = '=cmd|"x"!A1,<script>alert(1)</script>\n${corrects} </item>'


@pytest.fixture
def town(app: Flask, database: Database) -> CareTown:
    made = CareTown(app, database)
    with database.transaction() as db:
        a_form(db, made.project_id, "visit2", xml=a_correcting_form("visit2"))
        made.by = create_user(db, "rita@example.test", PASSWORD, "rita", None, MORNING).actor_id  # type: ignore[attr-defined]
    return made


def sent(town: CareTown, phone: Client, **answers: Any) -> tuple[int, str]:
    instance_id = new_id()
    xml = a_record("visit2", instance_id=instance_id, **answers)
    assert phone.send(town.project_id, xml).status_code == 201
    with town.database.reading() as db:
        return db.scalars(select(Submission.id).where(Submission.instance_id == instance_id)).one(), instance_id


def back(town: CareTown, number: int, why: str = "点位不对") -> None:
    with town.database.transaction() as db:
        return_record(db, db.get_one(Submission, number), why, town.by, MORNING)  # type: ignore[attr-defined]


def rows(town: CareTown, phone: Client, form: str = "visit2") -> list[dict[str, str]]:
    answer = phone.get(f"/projects/{town.project_id}/forms/{form}/attachments/to_correct.csv")
    assert answer.status_code == 200, answer.text
    reader = csv.DictReader(io.StringIO(answer.text))
    assert reader.fieldnames == HEAD
    return list(reader)


def health(town: CareTown, number: int, woman: str) -> None:
    """The record is a health record of hers."""
    with town.database.transaction() as db:
        record = db.get_one(Submission, number)
        record.health = True
        event = CareEvent(submission_id=number, project_id=town.project_id, event=record.instance_id, form_id="visit2")
        event.submission_version_id = version_of(db, number)
        event.subject_list, event.subject, event.visit_date = "women", woman, TODAY
        event.received_at, event.data_json = MORNING, "{}"
        db.merge(event)


def version_of(db: Any, number: int) -> int:
    return int(db.scalars(select(SubmissionVersion.id).where(SubmissionVersion.submission_id == number)).one())


def test_a_returned_record_lies_on_its_own_phone_with_why_and_what_was_answered(town: CareTown) -> None:
    mine, other = town.phone("A1"), town.phone("A1")
    number, instance_id = sent(
        town, mine, note="三社", size="4", gps="30.1 105.2 0 5", photo="x.jpg", members=[("a", "1")]
    )
    assert rows(town, mine) == []
    back(town, number)
    (row,) = rows(town, mine)
    known = {"name": instance_id, "label": f"{instance_id[5:13]}：点位不对", "form_id": "visit2", "why": "点位不对"}
    answers = {"was_gps": "30.1 105.2 0 5", "was_note": "三社", "was_size": "4", "was_visit_date": ""}
    assert row == {**known, "day": TODAY.isoformat(), **answers}
    assert rows(town, other) == []


def test_the_manifest_tells_another_hash_when_something_comes_back_and_the_old_one_when_it_is_over(
    town: CareTown,
) -> None:
    phone = town.phone("A1")
    number, _ = sent(town, phone)

    def hashed() -> str:
        manifest = phone.get(f"/projects/{town.project_id}/forms/visit2/manifest").text
        return re.findall(r"<filename>to_correct.csv</filename><hash>md5:(\w+)</hash>", manifest)[0]

    before = hashed()
    back(town, number)
    with_one = hashed()
    with town.database.transaction() as db:
        set_review_state(db, db.get_one(Submission, number), "approved", None, MORNING)
    assert (with_one != before, hashed()) == (True, before)


def test_a_reason_is_one_line_of_text_whatever_somebody_wrote(town: CareTown) -> None:
    phone = town.phone("A1")
    number, _ = sent(town, phone)
    back(town, number, HOSTILE)
    (row,) = rows(town, phone)
    assert row["why"] == " ".join(HOSTILE.split())
    assert row["label"].endswith("${corrects} ＜/item＞") and not set("<>[]") & set(row["label"])


def test_the_list_of_another_form_has_nothing_of_it(town: CareTown) -> None:
    phone = town.phone("A1")
    with town.database.transaction() as db:
        a_form(db, town.project_id, "visit3", xml=a_correcting_form("visit3"))
    number, _ = sent(town, phone)
    back(town, number)
    assert (len(rows(town, phone)), rows(town, phone, "visit3")) == (1, [])


def test_of_a_womans_record_the_phone_is_told_when_it_was_but_nothing_she_said(town: CareTown) -> None:
    phone, woman = town.phone("A1"), town.woman("A1")
    number, _ = sent(town, phone, note="WORDSECRET", gps="30.1 105.2 0 5")
    health(town, number, woman)
    back(town, number)
    (row,) = rows(town, phone)
    assert [row[one] for one in HEAD[5:]] == ["", "", "", ""]
    assert row["why"] == "点位不对"


@pytest.mark.parametrize("what", ["elsewhere", "withdrawn", "over", "restricted", "sealed", "deleted", "officer"])
def test_a_womans_record_leaves_the_phone_with_her(town: CareTown, what: str) -> None:
    phone, woman = town.phone("A1"), town.woman("A1")
    number, _ = sent(town, phone)
    health(town, number, woman)
    back(town, number)
    assert len(rows(town, phone)) == 1
    with town.database.transaction() as db:
        columns = {
            "elsewhere": {"village_code": "A2"},
            "withdrawn": {"consent_service": False},
            "over": {"consent_until": TODAY.replace(year=2025)},
        }
        if what in columns:
            db.execute(update(Woman).values(**columns[what]))
        if what == "restricted":
            db.add(Restriction(project_id=town.project_id, subject=woman, since_at=MORNING))
        if what == "officer":
            db.execute(update(AppUser).values(care_role="benefit_officer"))
        if what in ("sealed", "deleted"):
            record = db.get_one(Submission, number)
            record.sealed, record.deleted_at = what == "sealed", MORNING if what == "deleted" else None
    assert rows(town, phone) == []


def test_a_phone_that_is_told_no_points_is_told_none_of_a_returned_record(town: CareTown) -> None:
    phone = town.phone("A1", care_role="benefit_officer")
    number, _ = sent(town, phone, note="三社", gps="30.1 105.2 0 5")
    back(town, number)
    (row,) = rows(town, phone)
    assert (row["was_gps"], row["was_note"]) == ("", "三社")


def test_a_phone_that_was_stopped_gets_nothing(town: CareTown) -> None:
    phone = town.phone("A1")
    number, _ = sent(town, phone)
    back(town, number)
    with town.database.transaction() as db:
        db.execute(update(AppUser).values(token_hash=None, revoked_at=MORNING))
    answer = phone.get(f"/projects/{town.project_id}/forms/visit2/attachments/to_correct.csv")
    assert answer.status_code in (401, 403)


def test_a_form_takes_over_what_it_names_itself_but_no_file_and_nothing_that_repeats(town: CareTown) -> None:
    with town.database.reading() as db:
        version = db.scalars(
            select(FormVersion).join(Form, Form.id == FormVersion.form_id).where(Form.xml_form_id == "visit2")
        ).one()
        schema = SCHEMAS.get(db, version.id, version.sha256)
        assert names_in(bytes(version.xml)) == ("gps", "name", "note", "photo", "size", "visit_date")
        assert sorted(one.name for one in taken_over(bytes(version.xml), schema)) == [
            "gps",
            "note",
            "size",
            "visit_date",
        ]


@pytest.mark.parametrize("ours", ["", "11111111-2222-4333-8444-555555555555"])
def test_the_row_that_a_record_made_is_told_also_where_its_form_did_not_note_it(town: CareTown, ours: str) -> None:
    phone, made = town.phone("A1"), "7f3c5a10-9f61-4a9b-8a3e-0c1d2e3f4a5b"
    with town.database.transaction() as db:
        a_form(db, town.project_id, "homes", xml=a_correcting_form("homes", makes=True))
    xml = a_record(
        "homes", village="A1", entity=f'<entity dataset="homes" create="1" id="{made}"><label>家</label></entity>'
    )
    if ours:
        xml = xml.replace(b"<size>", f"<new_id>{ours}</new_id><size>".encode(), 1)
    assert phone.send(town.project_id, xml).status_code == 201
    with town.database.reading() as db:
        number = db.scalars(select(Submission.id)).one()
    back(town, number)
    text = phone.get(f"/projects/{town.project_id}/forms/homes/attachments/to_correct.csv").text
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["was_new_id"] == (ours or made)
