"""Records by REST: Central's shapes, who may, review, comments, versions, files, and the scope of a care project."""

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from server.access.roles import REVIEWER, TRAINER
from server.db import Database
from server.models import Assignment, Project, Submission, Village, VillageScope
from tests.care_town import CareTown
from tests.client import Client
from tests.conftest import MORNING, Listen
from tests.making import a_form, a_phone, a_record, an_xform, new_id

PHOTO = b"\xff\xd8\xff\xe0" + b"photo" * 100


@pytest.fixture
def base(project_id: int) -> str:
    return f"/projects/{project_id}/forms/visit/submissions"


@pytest.fixture
def sent(phone: Client, project_id: int) -> str:
    instance_id = new_id()
    assert phone.send(project_id, a_record(instance_id=instance_id, photo="1.jpg"), {"1.jpg": PHOTO}).status_code == 201
    return instance_id


def test_the_list_has_centrals_shape_and_the_newest_first(
    as_bob: Client, phone: Client, project_id: int, base: str
) -> None:
    ids = [new_id() for _ in range(3)]
    for instance_id in ids:
        phone.send(project_id, a_record(instance_id=instance_id))
    listed = as_bob.get(base).json

    assert [one["instanceId"] for one in listed] == ids[::-1]
    assert set(listed[0]) == {
        "instanceId",
        "submitterId",
        "deviceId",
        "userAgent",
        "reviewState",
        "createdAt",
        "updatedAt",
        "deletedAt",
        "currentVersion",
    }
    assert listed[0]["deviceId"] == "collect:test"
    assert listed[0]["createdAt"] == "2026-03-02T01:00:00.000Z"
    assert [one["instanceId"] for one in as_bob.get(base + "?offset=1&limit=1").json] == [ids[1]]


def test_extended_metadata_names_the_sender(as_bob: Client, sent: str, base: str) -> None:
    listed = as_bob.get(base, headers={"X-Extended-Metadata": "true"}).json
    assert listed[0]["submitter"]["displayName"] == "赵秀兰的手机"
    assert as_bob.get(base + "/submitters").json[0]["type"] == "field_key"


def test_the_detail_and_the_exact_bytes(as_bob: Client, phone: Client, project_id: int, base: str) -> None:
    instance_id = new_id()
    xml = a_record(instance_id=instance_id, note="原文")
    phone.send(project_id, xml)
    assert as_bob.get(f"{base}/{instance_id}").json["instanceId"] == instance_id
    assert as_bob.get(f"{base}/{instance_id.replace(':', '%3A')}.xml").data == xml


def test_a_file_comes_back_as_it_was_with_its_etag(as_bob: Client, sent: str, base: str) -> None:
    assert as_bob.get(f"{base}/{sent}/attachments").json == [{"name": "1.jpg", "exists": True}]
    reply = as_bob.get(f"{base}/{sent}/attachments/1.jpg")
    assert reply.data == PHOTO
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.content_type == "image/jpeg"
    again = as_bob.get(f"{base}/{sent}/attachments/1.jpg", headers={"If-None-Match": reply.headers["ETag"]})
    assert again.status_code == 304


def test_a_file_that_only_says_it_is_a_picture_is_a_download(
    as_bob: Client, phone: Client, project_id: int, base: str
) -> None:
    instance_id = new_id()
    phone.send(project_id, a_record(instance_id=instance_id, photo="x.jpg"), {"x.jpg": b"<script>alert(1)</script>"})
    reply = as_bob.get(f"{base}/{instance_id}/attachments/x.jpg")
    assert reply.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in reply.headers["Content-Security-Policy"]


@pytest.mark.parametrize("state", ["approved", "hasIssues", "rejected", None])
def test_a_review_state_is_set_and_read_back(as_bob: Client, sent: str, base: str, state: str | None) -> None:
    assert as_bob.patch(f"{base}/{sent}", json={"reviewState": state}).json["reviewState"] == state
    assert as_bob.get(f"{base}/{sent}").json["reviewState"] == state


@pytest.mark.parametrize(
    ("body", "code"), [({"reviewState": "fine"}, 400.8), ({}, 400.2), ({"reviewState": 3}, 400.11)]
)
def test_a_review_state_that_is_none_is_refused(as_bob: Client, sent: str, base: str, body: dict, code: float) -> None:
    reply = as_bob.patch(f"{base}/{sent}", json=body)
    assert (reply.status_code, reply.json["code"]) == (400, code)
    assert as_bob.get(f"{base}/{sent}").json["reviewState"] is None


def test_comments_are_kept_newest_first(as_bob: Client, sent: str, base: str) -> None:
    for body in ("第一条", "第二条"):
        assert as_bob.post(f"{base}/{sent}/comments", json={"body": body}).json["body"] == body
    assert [one["body"] for one in as_bob.get(f"{base}/{sent}/comments").json] == ["第二条", "第一条"]


def test_a_correction_shows_in_versions_and_diffs(as_bob: Client, phone: Client, project_id: int, base: str) -> None:
    first, second = new_id(), new_id()
    phone.send(project_id, a_record(instance_id=first, note="旧", members=[("甲", "3")]))
    phone.send(project_id, a_record(instance_id=second, deprecated_id=first, note="新", members=[("甲", "4")]))

    assert [one["instanceId"] for one in as_bob.get(f"{base}/{first}/versions").json] == [second, first]
    changes = as_bob.get(f"{base}/{first}/diffs").json[second]
    assert {"old": "旧", "new": "新", "path": ["note"]} in changes
    assert {"old": "3", "new": "4", "path": [["member", 0], "age"]} in changes
    assert as_bob.get(f"{base}/{second}").status_code == 301
    assert as_bob.get(f"{base}/{first}/versions/{second}").json["current"] is True


def test_why_an_entity_was_not_made_is_read_beside_its_record(
    app: Flask, database: Database, as_bob: Client, project_id: int
) -> None:
    with database.transaction() as db:
        form = a_form(db, project_id, "homes", entities=True)
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    instance_id, nameless = new_id(), '<entity dataset="homes" id="" create="1"><label>x</label></entity>'
    Client(app, key=token).send(project_id, a_record("homes", instance_id=instance_id, entity=nameless))
    url = f"/projects/{project_id}/forms/homes/submissions/{instance_id}/audits"

    failed, made = as_bob.get(url).json
    assert (failed["action"], made["action"]) == ("entity.error", "submission.create")
    assert set(failed) == {"actorId", "action", "acteeId", "details", "loggedAt", "notes"}
    assert {"submissionId", "submissionDefId", "problem", "errorMessage"} == set(failed["details"])
    assert as_bob.get(url, headers={"X-Extended-Metadata": "true"}).json[0]["actor"]["type"] == "field_key"


def test_a_record_can_be_sent_and_corrected_by_rest(as_bob: Client, phone: Client, base: str) -> None:
    first, second = new_id(), new_id()
    made = as_bob.post(base, data=a_record(instance_id=first), content_type="application/xml")
    assert (made.status_code, made.json["instanceId"]) == (200, first)
    again = as_bob.post(base, data=a_record(instance_id=first), content_type="application/xml")
    assert again.json["code"] == 409.3

    edit = as_bob.put(f"{base}/{first}", data=a_record(instance_id=second, deprecated_id=first))
    assert (edit.json["instanceId"], edit.json["reviewState"]) == (first, "edited")
    assert edit.json["currentVersion"]["instanceId"] == second


def test_a_correction_must_name_what_it_replaces(as_bob: Client, sent: str, base: str) -> None:
    assert as_bob.put(f"{base}/{sent}", data=a_record()).json["code"] == 400.19


def test_a_deleted_record_is_gone_until_restored(
    as_bob: Client, phone: Client, project_id: int, sent: str, base: str
) -> None:
    assert as_bob.delete(f"{base}/{sent}").json == {"success": True}
    assert as_bob.get(f"{base}/{sent}").status_code == 404
    assert as_bob.get(base).json == []
    assert [one["instanceId"] for one in as_bob.get(base + "?deleted=True").json] == [sent]
    assert phone.send(project_id, a_record(instance_id=sent)).status_code == 409
    as_bob.post(f"{base}/{sent}/restore")
    assert as_bob.get(f"{base}/{sent}").status_code == 200


@pytest.mark.parametrize("path", ["", "/{sent}", "/{sent}.xml", "/{sent}/attachments", "/{sent}/comments"])
def test_only_those_with_the_right_read(
    as_chelsea: Client, as_nobody: Client, phone: Client, sent: str, base: str, path: str
) -> None:
    where = base + path.format(sent=sent)
    assert as_chelsea.get(where).json["code"] == 403.1
    assert as_nobody.get(where).json["code"] == 401.2
    assert phone.get(where).status_code == 403


@pytest.fixture
def care(database: Database, project_id: int, cast: dict[str, int], sent: str) -> dict[str, int]:
    """The project is a care project with two villages; the record lies in the first; chelsea reviews the second."""
    with database.transaction() as db:
        db.execute(update(Project).where(Project.id == project_id).values(kind="care"))
        villages = [
            Village(project_id=project_id, code=f"51082310100{n}", name=f"村{n}", created_at=MORNING) for n in (1, 2)
        ]
        db.add_all(villages)
        db.flush()
        db.execute(update(Submission).values(village_id=villages[0].id))
        db.add(Assignment(actor_id=cast["chelsea"], role_id=REVIEWER, project_id=project_id))
        db.add(VillageScope(actor_id=cast["chelsea"], project_id=project_id, village_id=villages[1].id))
        return {village.code: village.id for village in villages}


def test_a_reviewer_sees_the_records_of_her_villages_only(
    as_chelsea: Client, database: Database, care: dict[str, int], sent: str, base: str
) -> None:
    assert as_chelsea.get(base).json == []
    assert as_chelsea.get(f"{base}/{sent}").status_code == 404
    assert as_chelsea.patch(f"{base}/{sent}", json={"reviewState": "approved"}).status_code == 404
    with database.transaction() as db:
        db.execute(update(VillageScope).values(village_id=next(iter(care.values()))))
    assert [one["instanceId"] for one in as_chelsea.get(base).json] == [sent]
    assert as_chelsea.patch(f"{base}/{sent}", json={"reviewState": "approved"}).status_code == 200


def test_an_administrator_has_no_content_in_a_care_project(
    as_alice: Client, care: dict[str, int], sent: str, base: str
) -> None:
    for path in ("", f"/{sent}", f"/{sent}.xml"):
        assert as_alice.get(base + path).status_code == 403


def test_a_manager_without_villages_sees_nothing_in_a_care_project(
    as_bob: Client, care: dict[str, int], base: str
) -> None:
    assert as_bob.get(base).json == []


def test_the_list_takes_the_same_number_of_queries_however_long_it_is(
    as_bob: Client, phone: Client, project_id: int, base: str, database: Database, listen: Listen
) -> None:
    counted: list[str] = []
    listen("before_cursor_execute", lambda *args: counted.append(args[2]))

    def queries() -> int:
        counted.clear()
        as_bob.get(base)
        return len(counted)

    phone.send(project_id, a_record())
    one = queries()
    for _ in range(20):
        phone.send(project_id, a_record())
    assert queries() == one
    with database.reading() as db:
        assert len(db.scalars(select(Submission)).all()) == 21


def test_a_form_called_draft_has_records_that_are_no_drafts(
    app: Flask, as_bob: Client, database: Database, project_id: int
) -> None:
    with database.transaction() as db:
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, a_form(db, project_id, "draft"))
    instance_id, base = new_id(), f"/projects/{project_id}/forms/draft"
    Client(app, key=token).send(project_id, a_record(form_id="draft", instance_id=instance_id))
    assert [one["instanceId"] for one in as_bob.get(base + "/submissions").json] == [instance_id]
    assert as_bob.get(f"{base}/submissions/{instance_id}").status_code == 200
    assert as_bob.get(base + "/draft/submissions").json == []


def test_what_was_done_to_a_record_of_a_draft_is_not_told_of_one_that_comes_after_it(
    as_bob: Client, phone: Client, project_id: int, base: str, without_java: None
) -> None:
    """A draft's records go when it is published, and SQLite gives their numbers away again."""
    form, instance_id = base.removesuffix("/submissions"), new_id()
    as_bob.post(form + "/draft")
    assert as_bob.post(form + "/draft/submissions", data=a_record()).status_code == 200
    assert as_bob.post(form + "/draft/publish?version=2").status_code == 200
    assert phone.send(project_id, a_record(version="2", instance_id=instance_id)).status_code == 201
    assert [one["action"] for one in as_bob.get(f"{base}/{instance_id}/audits").json] == ["submission.create"]


def test_a_list_that_is_known_is_not_sent_again(
    as_bob: Client, as_alice: Client, phone: Client, project_id: int, sent: str, base: str
) -> None:
    mark = as_bob.get(base).headers["ETag"]
    assert mark.startswith('W/"')

    def known(client: Client = as_bob, path: str = base, **headers: str) -> int:
        return client.get(path, headers={"If-None-Match": mark, **headers}).status_code

    assert known() == 304
    assert as_bob.get(base, headers={"If-None-Match": mark.removeprefix("W/")}).status_code == 304
    assert known(path=base + "?limit=1") == 200
    assert known(**{"X-Extended-Metadata": "true"}) == 200
    as_bob.patch(f"{base}/{sent}", json={"reviewState": "approved"})
    assert known() == 200
    mark = as_bob.get(base).headers["ETag"]
    phone.send(project_id, a_record())
    assert known() == 200


def test_a_list_that_names_senders_is_sent_again_when_one_was_taken_away(
    as_bob: Client, app: Flask, database: Database, project_id: int, sent: str, base: str
) -> None:
    extended = {"X-Extended-Metadata": "true"}
    mark, listed = (lambda answer: (answer.headers["ETag"], answer.json))(as_bob.get(base, headers=extended))
    as_bob.delete(f"/projects/{project_id}/app-users/{listed[0]['submitterId']}")
    again = as_bob.get(base, headers={**extended, "If-None-Match": mark})
    assert (again.status_code, again.json[0]["submitter"]["deletedAt"]) == (200, "2026-03-02T01:00:00.000Z")


def test_a_list_is_not_taken_for_known_when_its_reader_may_see_less_of_it(app: Flask, database: Database) -> None:
    """Records of a role's own forms go with the role; the village and the health answers that she reads are as before."""
    town = CareTown(app, database)
    who = town.person("rita", "reviewer")
    with database.transaction() as db:
        a_form(db, town.project_id, "training_quiz")
        db.add(Assignment(actor_id=who, role_id=TRAINER, project_id=town.project_id))
    rita = Client.signed_in(app, database, who)
    path = f"/projects/{town.project_id}/forms/training_quiz/submissions"
    assert rita.post(path, data=a_record("training_quiz")).status_code == 200
    before = rita.get(path)
    assert len(before.json) == 1
    with database.transaction() as db:
        db.execute(delete(Assignment).where(Assignment.actor_id == who, Assignment.role_id == TRAINER))
    after = rita.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert (after.status_code, after.json) == (200, [])


PUBLIC = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"
ENCRYPTED = """<data xmlns="http://www.opendatakit.org/xforms/encrypted" id="secret" version="1" encrypted="yes">
<base64EncryptedKey>abc</base64EncryptedKey><orx:meta xmlns:orx="http://openrosa.org/xforms">
<orx:instanceID>{id}</orx:instanceID></orx:meta><encryptedXmlFile>submission.xml.enc</encryptedXmlFile>
<base64EncryptedElementSignature>def</base64EncryptedElementSignature></data>"""


def test_the_public_key_of_a_form_is_told_once_a_record_was_encrypted_for_it(
    app: Flask, as_bob: Client, database: Database, project_id: int
) -> None:
    key = f'<submission base64RsaPublicKey="{PUBLIC}"/></model>'.encode()
    with database.transaction() as db:
        form = a_form(db, project_id, "secret", xml=an_xform("secret").replace(b"</model>", key))
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
        version_id = form.current_version_id
    keys = f"/projects/{project_id}/forms/secret/submissions/keys"
    assert as_bob.get(keys).json == []
    for _ in range(2):
        sent = ENCRYPTED.format(id=new_id()).encode()
        assert Client(app, key=token).send(project_id, sent, {"submission.xml.enc": b"x"}).status_code == 201
    assert as_bob.get(keys).json == [{"id": version_id, "public": PUBLIC, "managed": False, "hint": None}]


def test_a_record_opens_in_the_browser_where_its_form_does(
    as_bob: Client, as_chelsea: Client, sent: str, base: str, database: Database, project_id: int
) -> None:
    answer = as_bob.get(f"{base}/{sent}/edit")
    with database.reading() as db:
        number = db.scalars(select(Submission.id)).one()
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"http://localhost/review/{number}/edit?project={project_id}"
    assert as_chelsea.get(f"{base}/{sent}/edit").json["code"] == 403.1
    assert as_bob.get(f"{base}/{new_id()}/edit").json["code"] == 404.1
    as_bob.patch(base.removesuffix("/submissions"), json={"state": "closed"})
    assert as_bob.get(f"{base}/{sent}/edit").json["code"] == 409.11


def test_a_file_that_is_taken_away_keeps_its_place(as_bob: Client, sent: str, base: str) -> None:
    assert as_bob.delete(f"{base}/{sent}/attachments/1.jpg").json == {"success": True}
    assert as_bob.get(f"{base}/{sent}/attachments").json == [{"name": "1.jpg", "exists": False}]
    assert as_bob.get(f"{base}/{sent}/attachments/1.jpg").json["code"] == 404.1
    assert as_bob.delete(f"{base}/{sent}/attachments/2.jpg").json["code"] == 404.1


def test_an_earlier_version_keeps_its_own_files(as_bob: Client, phone: Client, project_id: int, base: str) -> None:
    first, second = new_id(), new_id()
    phone.send(project_id, a_record(instance_id=first, photo="1.jpg"), {"1.jpg": PHOTO})
    edit = a_record(instance_id=second, deprecated_id=first, photo="2.jpg")
    phone.send(project_id, edit, {"2.jpg": PHOTO + b"2"})
    versions = f"{base}/{first}/versions"
    assert as_bob.get(f"{versions}/{first}/attachments").json == [{"name": "1.jpg", "exists": True}]
    assert as_bob.get(f"{versions}/{first}/attachments/1.jpg").data == PHOTO
    assert as_bob.get(f"{versions}/{second}/attachments").json == [{"name": "2.jpg", "exists": True}]
    assert as_bob.get(f"{versions}/{second}/attachments/1.jpg").json["code"] == 404.1
