"""What Collect asks of a server, by HTTP: the form list and its files, and the decision table of a submission."""

import re
from collections.abc import Callable
from datetime import timedelta
from errno import ENOSPC
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from sqlalchemy import delete, event, func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from server.access.phones import revoke_app_user
from server.db import Database
from server.errors import Forbidden, FormNotOpen
from server.models import (
    AppUser,
    Assignment,
    Dataset,
    Form,
    FormAttachment,
    Project,
    Submission,
    SubmissionAttachment,
    SubmissionVersion,
)
from server.publishing.shown import TextMemory
from server.web.errors import TONGUES
from server.web.wire import openrosa_xml
from tests.care_town import CareTown
from tests.client import Client
from tests.conftest import MORNING, Clock
from tests.making import a_form, a_phone, a_record, new_id

LIST = "{http://openrosa.org/xforms/xformsList}"
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


def test_the_form_list_names_each_form_with_the_hash_of_its_exact_bytes(phone: Client, project_id: int) -> None:
    reply = phone.get(f"/projects/{project_id}/formList?deviceID=collect:abc")

    assert reply.status_code == 200
    assert "text/xml" in reply.content_type
    assert reply.headers["X-OpenRosa-Version"] == "1.0"
    (form,) = ElementTree.fromstring(reply.data).findall(f"{LIST}xform")
    assert form.findtext(f"{LIST}formID") == "visit"
    assert form.findtext(f"{LIST}name") == "走访"
    assert re.fullmatch(r"md5:[0-9a-f]{32}", form.findtext(f"{LIST}hash"))
    assert "/v1/key/" in form.findtext(f"{LIST}downloadUrl")
    assert form.find(f"{LIST}manifestUrl") is None


def test_a_phone_sees_only_forms_it_is_assigned_to(
    app: Flask, database: Database, project_id: int, phone: Client
) -> None:
    with database.transaction() as db:
        a_form(db, project_id, "other")
    reply = phone.get(f"/projects/{project_id}/formList")
    assert [one.text for one in ElementTree.fromstring(reply.data).iter(f"{LIST}formID")] == ["visit"]


def test_nobody_gets_no_list(as_nobody: Client, project_id: int) -> None:
    reply = as_nobody.get(f"/projects/{project_id}/formList")
    assert reply.status_code == 401
    assert b"OpenRosaResponse" in reply.data


@pytest.mark.parametrize(("key", "status"), [("short", 401), ("A" * 64, 403)])
def test_a_bad_key_never_gives_a_list(app: Flask, project_id: int, key: str, status: int) -> None:
    reply = Client(app, key=key).get(f"/projects/{project_id}/formList")
    assert reply.status_code == status
    assert "WWW-Authenticate" not in reply.headers


def test_a_stopped_phone_gets_nothing_from_that_moment_on(
    app: Flask, database: Database, project_id: int, phone: Client
) -> None:
    with database.transaction() as db:
        form = db.scalars(select(Form)).one()
        actor_id, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    stopped = Client(app, key=token)
    assert stopped.get(f"/projects/{project_id}/formList").status_code == 200
    with database.transaction() as db:
        revoke_app_user(db, actor_id, None, MORNING)
    assert stopped.get(f"/projects/{project_id}/formList").status_code == 403
    assert stopped.send(project_id, a_record()).status_code == 403


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_asking_before_sending_gives_204_and_a_size(phone: Client, project_id: int, method: str) -> None:
    reply = phone.open(method, f"/projects/{project_id}/submission?deviceID=x")
    assert reply.status_code == 204
    assert int(reply.headers["X-OpenRosa-Accept-Content-Length"]) > 1_000_000


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


def test_a_closed_form_takes_nothing_and_a_closing_one_does(phone: Client, project_id: int, database: Database) -> None:
    for state, status in (("closing", 201), ("closed", FormNotOpen().status)):
        with database.transaction() as db:
            db.scalars(select(Form)).one().state = state
        assert phone.send(project_id, a_record()).status_code == status


def test_of_a_closed_form_a_phone_gets_neither_definition_nor_manifest(
    phone: Client, as_bob: Client, project_id: int, database: Database
) -> None:
    one = f"/projects/{project_id}/forms/visit"
    assert [phone.get(one + part).status_code for part in (".xml", "/manifest")] == [200, 200]
    with database.transaction() as db:
        db.scalars(select(Form)).one().state = "closed"
    assert [phone.get(one + part).status_code for part in (".xml", "/manifest")] == [403, 403]
    assert as_bob.get(one + "/manifest").status_code == 200


def test_nobody_between_keeps_what_a_phone_gets(phone: Client, project_id: int) -> None:
    assert phone.get(f"/projects/{project_id}/formList").headers["Cache-Control"] == "private, no-cache"
    assert phone.send(project_id, a_record()).headers["Cache-Control"] == "no-store"


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


def test_somebody_with_a_password_but_no_right_is_asked_to_sign_in(
    as_chelsea: Client, phone: Client, project_id: int
) -> None:
    assert as_chelsea.send(project_id, a_record()).status_code == 401


def test_values_that_are_no_numbers_are_kept_as_sent(phone: Client, project_id: int, database: Database) -> None:
    for gps in ("NaN NaN 0 0", "1e400 0 0 0", "91 181 0 0", "__proto__", "30.1 104.5 0 0"):
        assert phone.send(project_id, a_record(gps=gps, size="NaN")).status_code == 201
    assert rows(database, Submission) == 5


def test_it_is_written_down_when_a_phone_last_spoke_but_not_at_every_word(
    app: Flask, phone: Client, project_id: int, database: Database, clock: Clock
) -> None:
    def last() -> tuple:
        with database.reading() as db:
            row = db.scalars(select(AppUser)).one()
            return row.last_used_at, row.last_device_id

    phone.get(f"/projects/{project_id}/formList?deviceID=collect:test")
    assert last() == (MORNING, "collect:test")
    clock.forward(seconds=30)
    phone.send(project_id, a_record())
    assert last()[0] == MORNING
    phone.get(f"/projects/{project_id}/formList?deviceID=collect:abc")
    assert last()[1] == "collect:abc", "another device is news"
    clock.set(MORNING + timedelta(seconds=30))
    clock.forward(seconds=40)
    phone.send(project_id, a_record())
    assert last()[0] == MORNING + timedelta(seconds=70)


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


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError("SELECT", {}, Exception("database is locked")), 503),
        (PoolTimeout("no connection"), 503),
        (OSError(ENOSPC, "no space"), 503),
        (RuntimeError("nobody foresaw this"), 500),
        (Forbidden(), 403),
    ],
)
def test_no_fault_of_ours_takes_the_forms_off_a_phone(
    phone: Client, project_id: int, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    """A phone in match_exactly deletes what an empty list does not name (odk-contract.md 2.15)."""

    def fail(*_given: object) -> None:
        raise error

    monkeypatch.setattr("server.web.openrosa.offered_forms", fail)
    reply = phone.get(f"/projects/{project_id}/formList")
    assert reply.status_code == status and b"xforms" not in reply.data.replace(b"openrosa.org/xforms", b"")
    assert b"OpenRosaResponse" in reply.data and "ETag" not in reply.headers
    if status == 503:
        assert int(reply.headers["Retry-After"]) > 0, "0 would have it asked again at once"


def test_a_list_made_for_review_says_that_its_entities_come_after_approval(
    phone: Client, as_bob: Client, project_id: int, database: Database
) -> None:
    as_bob.post(f"/projects/{project_id}/datasets", json={"name": "homes", "approvalRequired": True})
    with database.transaction() as db:
        form = db.scalars(select(Form)).one()
        dataset_id = db.scalars(select(Dataset.id)).one()
        needed = FormAttachment(
            form_version_id=form.current_version_id, name="homes.csv", type="file", dataset_id=dataset_id
        )
        db.add(needed)
    told = phone.get(f"/projects/{project_id}/forms/visit/manifest").text
    assert '<mediaFile type="approvalEntityList"><filename>homes.csv</filename>' in told
    with database.transaction() as db:
        db.execute(update(Dataset).values(approval_required=False))
    assert '<mediaFile type="entityList">' in phone.get(f"/projects/{project_id}/forms/visit/manifest").text


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


@pytest.mark.parametrize(
    ("door", "statements"),
    [("formList", 2), ("forms/visit/manifest", 2), ("forms/visit.xml", 2), ("submission", 2)],
)
def test_a_phones_door_asks_so_many_statements(
    phone: Client, project_id: int, count_queries: Callable[[], Any], door: str, statements: int
) -> None:
    """Who asks, and what is asked for: also when the phone is told that it has it."""
    first = phone.get(f"/projects/{project_id}/{door}")
    for known in {} if "ETag" not in first.headers else {"If-None-Match": first.headers["ETag"]}, {}:
        with count_queries() as seen:
            reply = phone.get(f"/projects/{project_id}/{door}", headers=known)
        assert reply.status_code == (304 if known else first.status_code)
        assert len([one for one in seen if one != "BEGIN"]) == statements, "\n".join(seen)


@pytest.mark.parametrize("door", ["formList", "forms/visit.xml", "forms/visit/manifest"])
def test_a_person_who_asks_what_phones_ask_costs_one_statement_more(
    as_alice: Client, phone: Client, project_id: int, count_queries: Callable[[], Any], door: str
) -> None:
    as_alice.get(f"/projects/{project_id}/{door}")
    with count_queries() as seen:
        assert as_alice.get(f"/projects/{project_id}/{door}").status_code == 200
    assert len([one for one in seen if one != "BEGIN"]) == 3, "\n".join(seen)


def test_a_phone_of_a_care_project_is_asked_for_no_villages_where_none_count(
    app: Flask, database: Database, clock: Clock, count_queries: Callable[[], Any]
) -> None:
    town = CareTown(app, database)
    asking = town.phone("A1")
    for door in ("formList", "submission"):
        asking.get(f"/projects/{town.project_id}/{door}")
        with count_queries() as seen:
            assert asking.get(f"/projects/{town.project_id}/{door}").status_code in (200, 204)
        assert len([one for one in seen if one != "BEGIN"]) == 2, "\n".join(seen)
        assert not [one for one in seen if "village_scope" in one or "hand_over" in one]


def test_what_a_phone_has_is_not_read_for_it_and_what_was_read_is_read_once(
    phone: Client, project_id: int, count_queries: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.web.attachments.TEXTS", TextMemory())
    address = f"/projects/{project_id}/forms/visit.xml"

    def texts_read(**headers: str) -> tuple[int, int]:
        with count_queries() as seen:
            reply = phone.get(address, headers=headers)
        return reply.status_code, len([one for one in seen if one.startswith("SELECT form_version.xml")])

    md5 = ElementTree.fromstring(phone.get(f"/projects/{project_id}/formList").data).findtext(f".//{LIST}hash")
    assert md5 is not None
    mark = f'"{md5.removeprefix("md5:")}"'
    assert texts_read(**{"If-None-Match": mark}) == (304, 0)
    assert texts_read(**{"If-Match": '"another"'}) == (412, 0)
    assert texts_read() == (200, 1)
    assert texts_read() == (200, 0)


@pytest.mark.parametrize("door", ["formList", "forms/visit.xml", "forms/visit/manifest"])
def test_nothing_of_what_a_phone_may_is_remembered(
    phone: Client, as_alice: Client, project_id: int, database: Database, door: str
) -> None:
    """Whether it may is asked anew each time, though the form's text is remembered, and though the phone has it all."""
    address = f"/projects/{project_id}/{door}"
    first = phone.get(address)
    known = {"If-None-Match": first.headers["ETag"]}
    assert first.status_code == 200 and phone.get(address, headers=known).status_code == 304

    def after(change: Callable[[Session], object]) -> tuple[int, bool]:
        with database.transaction() as db:
            change(db)
        reply = phone.get(address, headers=known)
        return reply.status_code, b"formID" in reply.data

    refused = (200, False) if door == "formList" else (403, False)
    assert after(lambda db: db.execute(update(Form).values(state="closed"))) == refused
    assert after(lambda db: db.execute(update(Form).values(state="open"))) == (304, False)
    held = after(lambda db: db.execute(delete(Assignment).where(Assignment.form_id.is_not(None))))
    assert held == refused
    assert after(lambda db: db.execute(update(Project).values(deleted_at=MORNING))) == (404, False)
    assert after(lambda db: revoke_app_user(db, db.scalars(select(AppUser.actor_id)).one(), None, MORNING)) == (
        403,
        False,
    )


@pytest.mark.parametrize("door", ["formList", "forms/visit/manifest"])
def test_what_names_a_form_does_not_read_what_it_is_made_of(
    phone: Client, project_id: int, count_queries: Callable[[], Any], door: str
) -> None:
    with count_queries() as seen:
        phone.get(f"/projects/{project_id}/{door}")
    assert not [one for one in seen if "form_version.xml," in one or "schema_json" in one]


@pytest.mark.parametrize("door", ["formList", "forms/visit.xml", "forms/visit/manifest", "submission"])
def test_on_postgresql_a_phone_s_question_is_asked_without_a_transaction(
    phone: Client, project_id: int, database: Database, door: str
) -> None:
    """To begin one and to roll it back are two more ways there and back; nothing is left of it for who writes next."""
    if database.is_sqlite:
        return
    phone.get(f"/projects/{project_id}/{door}")
    states = []

    def note(_connection: Any, cursor: Any, said: str, *_more: Any) -> None:
        states.append((said.lstrip().startswith(("INSERT", "UPDATE")), cursor.connection.info.transaction_status.name))

    event.listen(database.engine, "after_cursor_execute", note)
    try:
        assert phone.get(f"/projects/{project_id}/{door}").status_code in (200, 204)
        alone, states[:] = set(states), []
        assert phone.send(project_id, a_record()).status_code == 201
    finally:
        event.remove(database.engine, "after_cursor_execute", note)
    assert (alone, states[0]) == ({(False, "IDLE")}, (False, "IDLE"))
    assert {state for writes, state in states if writes} == {"INTRANS"}
