"""What comes of a record that a phone sends: the decision table of a submission, by HTTP."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from server.db import Database
from server.models import (
    Form,
    Submission,
    SubmissionAttachment,
    SubmissionVersion,
)
from server.web.errors import TONGUES
from server.web.wire import openrosa_xml
from tests.care_town import CareTown
from tests.client import Client
from tests.making import a_phone, a_record, new_id

PHOTO = b"\xff\xd8\xff\xe0" + b"photo" * 100


@pytest.fixture
def other_phone(app: Flask, database: Database, project_id: int, phone: Client) -> Client:
    with database.transaction() as db:
        form = db.scalars(select(Form)).one()
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form, "别人的手机")
    return Client(app, key=token)


def rows(database: Database, model: type) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(model))


def test_a_new_record_is_kept_byte_for_byte(phone: Client, project_id: int, database: Database) -> None:
    xml = a_record(note="红 <&amp;> 绿".replace("<", "&lt;").replace(">", "&gt;"))
    reply = phone.send(project_id, xml)

    assert reply.status_code == 201
    assert reply.headers["X-OpenRosa-Version"] == "1.0"
    with database.reading() as db:
        assert bytes(db.scalars(select(SubmissionVersion.xml)).one()) == xml


def test_the_same_record_again_is_a_quiet_201(phone: Client, project_id: int, database: Database) -> None:
    xml = a_record()
    assert [phone.send(project_id, xml).status_code for _ in range(3)] == [201, 201, 201]
    assert rows(database, Submission) == 1


def test_a_resend_brings_the_photo_that_was_missing(phone: Client, project_id: int, database: Database) -> None:
    xml = a_record(photo="1.jpg")
    phone.send(project_id, xml)
    phone.send(project_id, xml, {"1.jpg": PHOTO})
    with database.reading() as db:
        slot = db.scalars(select(SubmissionAttachment)).one()
    assert (slot.name, slot.expected, slot.blob_sha256 is not None) == ("1.jpg", True, True)


def test_other_bytes_under_a_known_file_name_are_kept_aside(phone: Client, project_id: int, database: Database) -> None:
    xml = a_record(photo="1.jpg")
    phone.send(project_id, xml, {"1.jpg": PHOTO})
    for _ in range(2):
        assert phone.send(project_id, xml, {"1.jpg": PHOTO + b"other"}).status_code == 201
    with database.reading() as db:
        copies = db.scalars(select(SubmissionAttachment).order_by(SubmissionAttachment.copy)).all()
    assert [one.copy for one in copies] == [0, 1]
    assert copies[0].blob_sha256 != copies[1].blob_sha256


def test_a_file_the_record_does_not_name_is_kept(phone: Client, project_id: int, database: Database) -> None:
    assert phone.send(project_id, a_record(), {"stray.jpg": PHOTO}).status_code == 201
    with database.reading() as db:
        slot = db.scalars(select(SubmissionAttachment)).one()
    assert (slot.name, slot.expected) == ("stray.jpg", False)


def test_other_content_under_a_known_id_is_refused(phone: Client, project_id: int) -> None:
    instance_id = new_id()
    phone.send(project_id, a_record(instance_id=instance_id, note="a"))
    reply = phone.send(project_id, a_record(instance_id=instance_id, note="b"))
    assert reply.status_code == 409
    assert "<message" in reply.text


def test_a_correction_becomes_a_version_of_the_same_record(phone: Client, project_id: int, database: Database) -> None:
    first, second = new_id(), new_id()
    phone.send(project_id, a_record(instance_id=first, photo="1.jpg"), {"1.jpg": PHOTO})
    reply = phone.send(project_id, a_record(instance_id=second, deprecated_id=first, photo="1.jpg"))

    assert reply.status_code == 201
    with database.reading() as db:
        submission = db.scalars(select(Submission)).one()
        current = db.scalars(select(SubmissionVersion).where(SubmissionVersion.is_current)).one()
        carried = db.scalars(
            select(SubmissionAttachment).where(SubmissionAttachment.submission_version_id == current.id)
        ).one()
    assert (submission.instance_id, submission.review_state, current.instance_id) == (first, "edited", second)
    assert carried.blob_sha256 is not None


def test_a_correction_sent_again_is_a_quiet_201(phone: Client, project_id: int, database: Database) -> None:
    first = new_id()
    phone.send(project_id, a_record(instance_id=first))
    edit = a_record(deprecated_id=first)
    assert [phone.send(project_id, edit).status_code for _ in range(2)] == [201, 201]
    assert rows(database, SubmissionVersion) == 2


def test_a_correction_of_what_was_corrected_meanwhile_is_refused_in_chinese(phone: Client, project_id: int) -> None:
    first = new_id()
    phone.send(project_id, a_record(instance_id=first))
    phone.send(project_id, a_record(deprecated_id=first))
    reply = phone.send(project_id, a_record(deprecated_id=first))
    assert reply.status_code == 409


def test_the_replaced_record_sent_again_is_refused(phone: Client, project_id: int) -> None:
    first = new_id()
    xml = a_record(instance_id=first)
    phone.send(project_id, xml)
    phone.send(project_id, a_record(deprecated_id=first))
    assert phone.send(project_id, xml).status_code == 409


def test_a_correction_of_an_unknown_record_is_not_found(phone: Client, project_id: int) -> None:
    assert phone.send(project_id, a_record(deprecated_id=new_id())).status_code == 404


def test_a_correction_under_another_records_id_is_refused(phone: Client, project_id: int) -> None:
    first, second = new_id(), new_id()
    phone.send(project_id, a_record(instance_id=first))
    phone.send(project_id, a_record(instance_id=second))
    reply = phone.send(project_id, a_record(instance_id=second, deprecated_id=first))
    assert reply.status_code == 409


def test_a_phone_cannot_correct_what_another_phone_sent(phone: Client, other_phone: Client, project_id: int) -> None:
    first = new_id()
    phone.send(project_id, a_record(instance_id=first))
    assert other_phone.send(project_id, a_record(deprecated_id=first)).status_code == 403


def test_a_record_without_an_id_gets_one_from_its_bytes(phone: Client, project_id: int, database: Database) -> None:
    xml = re.sub(rb"<orx:instanceID>.*</orx:instanceID>", b"", a_record())
    assert [phone.send(project_id, xml).status_code for _ in range(2)] == [201, 201]
    assert rows(database, Submission) == 1


@pytest.mark.parametrize(
    ("xml", "status"),
    [
        (b"", 400),
        (b"<data", 400),
        (b"<data/>", 400),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><data id="visit" version="1"/>', 400),
        (a_record(form_id="none"), 404),
        (a_record(version="0"), 404),
    ],
)
def test_what_cannot_be_a_record_is_refused_with_a_message(
    phone: Client, project_id: int, database: Database, xml: bytes, status: int
) -> None:
    reply = phone.send(project_id, xml)
    assert reply.status_code == status
    assert "OpenRosaResponse" in reply.text
    assert rows(database, Submission) == 0


def test_a_post_without_the_record_is_refused(phone: Client, project_id: int) -> None:
    reply = phone.post(f"/projects/{project_id}/submission", data={"x": "y"}, content_type="multipart/form-data")
    assert reply.status_code == 400
    assert "OpenRosaResponse" in reply.text


def test_two_records_in_one_post_are_refused(phone: Client, project_id: int, database: Database) -> None:
    import io

    parts = [(io.BytesIO(a_record()), "a.xml"), (io.BytesIO(a_record()), "b.xml")]
    reply = phone.post(
        f"/projects/{project_id}/submission",
        data={"xml_submission_file": parts},
        content_type="multipart/form-data",
    )
    assert reply.status_code == 400
    assert rows(database, Submission) == 0


def test_values_that_are_no_numbers_are_kept_as_sent(phone: Client, project_id: int, database: Database) -> None:
    for gps in ("NaN NaN 0 0", "1e400 0 0 0", "91 181 0 0", "__proto__", "30.1 104.5 0 0"):
        assert phone.send(project_id, a_record(gps=gps, size="NaN")).status_code == 201
    assert rows(database, Submission) == 5


@pytest.mark.parametrize("columns", [{"village_id": "A2"}, {"village_id": "A1", "health": True}])
def test_nobody_corrects_a_record_that_she_may_not_read(
    app: Flask, database: Database, columns: dict[str, object]
) -> None:
    """A correction that names her own village would bring her every earlier version."""
    town, first = CareTown(app, database), new_id()
    assert town.phone("A2").send(town.project_id, a_record(instance_id=first)).status_code == 201
    with database.transaction() as db:
        db.execute(update(Submission).values({**columns, "village_id": town.ids[str(columns["village_id"])]}))
    manager = Client.signed_in(app, database, town.person("manager", "manager", "A1"))
    assert manager.send(town.project_id, a_record(deprecated_id=first)).status_code == 404
    sent = a_record(deprecated_id=first)
    assert manager.post(f"{town.path}/submissions", data=sent, content_type="text/xml").json["code"] == 404.5
    with database.transaction() as db:
        db.execute(update(Submission).values(village_id=town.ids["A1"], health=False))
    assert manager.send(town.project_id, a_record(deprecated_id=first)).status_code == 201


SEALED = """<data id="visit" version="1" encrypted="yes" xmlns="http://www.opendatakit.org/xforms/encrypted" xmlns:o="http://openrosa.org/xforms">
<base64EncryptedKey>a2V5</base64EncryptedKey><o:meta><o:instanceID>{id}</o:instanceID></o:meta>
<media><file>z.jpg.enc</file></media><media><file>a.csv.enc</file></media><media><file>录音 1.m4a.enc</file></media>
<encryptedXmlFile>submission.xml.enc</encryptedXmlFile>
<base64EncryptedElementSignature>c2ln</base64EncryptedElementSignature></data>"""


def test_an_encrypted_record_is_kept_whole_each_file_byte_for_byte_in_the_order_that_opens_it(
    phone: Client, as_bob: Client, project_id: int
) -> None:
    """Whoever has the key opens the files one after the other, the record last: the counter goes on from file to file."""
    xml, names = SEALED.format(id=(instance_id := new_id())).encode(), ["z.jpg.enc", "a.csv.enc", "录音 1.m4a.enc"]
    files = {name: bytes([number]) * 33 + PHOTO for number, name in enumerate([*names, "submission.xml.enc"])}
    later = {name: files[name] for name in ("submission.xml.enc", "a.csv.enc")}
    for part in (later, {name: files[name] for name in files if name not in later}):
        assert phone.send(project_id, xml, part).status_code == 201

    record = f"/projects/{project_id}/forms/visit/submissions/{instance_id}"
    assert as_bob.get(f"{record}.xml").data == xml, "which says the order"
    assert as_bob.get(f"{record}/attachments").json == [{"name": one, "exists": True} for one in sorted(files)]
    for name, content in files.items():
        assert as_bob.get(f"{record}/attachments/{name}").data == content


def test_an_encrypted_record_without_an_id_is_refused(phone: Client, project_id: int) -> None:
    reply = phone.send(project_id, SEALED.format(id="").encode())
    assert reply.status_code == 400 and b"OpenRosaResponse" in reply.data


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The numbers of what was refused: a phone is only told the words."""
    found: list[float] = []
    monkeypatch.setitem(TONGUES, "openrosa", lambda one: found.append(one.code) or openrosa_xml.error(one))
    return found


def test_the_whole_decision_table_answers_by_its_numbers(
    phone: Client,
    other_phone: Client,
    as_nobody: Client,
    as_chelsea: Client,
    as_bob: Client,
    project_id: int,
    database: Database,
    codes: list[float],
) -> None:
    """odk-contract.md 2.11, row by row; None: 201."""

    def sends(code: float | None, xml: bytes, files: dict[str, bytes] | None = None, who: Client = phone) -> None:
        codes.clear()
        answer = who.send(project_id, xml, files)
        assert (answer.status_code, codes) == ((int(code), [code]) if code else (201, [])), xml
        assert "OpenRosaResponse" in answer.text and answer.headers["X-OpenRosa-Version"] == "1.0"

    first, second, third, gone, late = (new_id() for _ in range(5))
    assert phone.post(f"/projects/{project_id}/submission", data={"a": "b"}).status_code == 400
    assert codes == [400.7]
    sends(400.1, b"<data")
    sends(400.2, b"<data/>")
    sends(404.1, a_record(form_id="none"))
    sends(401.2, a_record(), who=as_nobody)
    sends(401.2, a_record(), who=as_chelsea)
    sends(404.6, a_record(version="0"))
    sends(None, a_record(instance_id=first, photo="1.jpg"))
    sends(None, a_record(instance_id=first, photo="1.jpg"), {"1.jpg": PHOTO})
    sends(None, a_record(instance_id=first, photo="1.jpg"), {"1.jpg": PHOTO + b"other"})
    sends(409.1, a_record(instance_id=first, note="other"))
    sends(404.5, a_record(instance_id=second, deprecated_id=late))
    sends(403.1, a_record(instance_id=second, deprecated_id=first), who=other_phone)
    edit = a_record(instance_id=second, deprecated_id=first, photo="2.jpg")
    sends(None, edit)
    sends(None, edit, {"2.jpg": PHOTO})
    sends(409.9, a_record(instance_id=third, deprecated_id=first))
    sends(409.9, a_record(instance_id=first, photo="1.jpg"))
    sends(None, a_record(instance_id=third))
    sends(409.8, a_record(instance_id=third, deprecated_id=second))
    sends(None, a_record(instance_id=gone))
    assert as_bob.delete(f"/projects/{project_id}/forms/visit/submissions/{gone}").status_code == 200
    sends(409.18, a_record(instance_id=gone))
    with database.transaction() as db:
        db.scalars(select(Form)).one().state = "closed"
    sends(409.2, a_record(instance_id=late))
    with database.transaction() as db:
        db.scalars(select(Form)).one().state = "closing"
    sends(None, a_record(instance_id=late))
