"""Records that try a draft, by REST: the same addresses as real ones under /draft, and never mixed with them."""

import pytest
from flask import Flask

from tests.client import Client
from tests.making import a_record, an_xform, new_id

XML = {"content_type": "application/xml"}
PHOTO = b"\xff\xd8\xff\xe0" + b"photo" * 9

pytestmark = pytest.mark.usefixtures("without_java")


@pytest.fixture
def form(as_bob: Client, project_id: int) -> str:
    """The form `visit` in version 1, with version 2 as its draft."""
    forms = f"/projects/{project_id}/forms"
    as_bob.post(forms + "?publish=true", data=an_xform(), **XML)
    as_bob.post(forms + "/visit/draft", data=an_xform(version="2"), **XML)
    return forms + "/visit"


@pytest.fixture
def tried(as_bob: Client, form: str) -> str:
    """A record of the draft, with a file that it waits for, corrected once."""
    first, second = new_id(), new_id()
    draft = form + "/draft/submissions"
    sent = as_bob.post(draft + "?deviceID=desk", data=a_record(version="2", instance_id=first, photo="1.jpg"), **XML)
    assert (sent.status_code, sent.json["instanceId"], sent.json["deviceId"]) == (200, first, "desk")
    edit = a_record(version="2", instance_id=second, deprecated_id=first, photo="1.jpg", note="新")
    corrected = as_bob.put(f"{draft}/{first}", data=edit, **XML)
    assert (corrected.json["instanceId"], corrected.json["currentVersion"]["instanceId"]) == (first, second)
    return first


def test_what_tries_a_draft_is_read_by_every_address_and_stands_among_no_real_records(
    as_bob: Client, form: str, tried: str
) -> None:
    one = f"{form}/draft/submissions/{tried}"
    assert as_bob.get(form + "/submissions").json == []
    assert [each["instanceId"] for each in as_bob.get(form + "/draft/submissions").json] == [tried]
    assert [each["displayName"] for each in as_bob.get(form + "/draft/submissions/submitters").json] == ["bob"]
    assert as_bob.get(form + "/draft/submissions/keys").json == []
    second, first = (each["instanceId"] for each in as_bob.get(one + "/versions").json)
    assert first == tried
    assert as_bob.get(f"{one}/versions/{second}").json["current"] is True
    assert b"<note></note>" in as_bob.get(f"{one}/versions/{first}.xml").data
    assert {"old": None, "new": "新", "path": ["note"]} in [
        {**each, "old": each["old"] or None} for each in as_bob.get(one + "/diffs").json[second]
    ]
    assert "submission.create" in [each["action"] for each in as_bob.get(one + "/audits").json]
    assert as_bob.get(f"{one}/versions/{second}.geojson").json["features"] is not None


def test_a_comment_and_a_file_are_put_beside_what_tries_a_draft(as_bob: Client, form: str, tried: str) -> None:
    one = f"{form}/draft/submissions/{tried}"
    assert as_bob.post(one + "/comments", json={"body": "行"}).json["body"] == "行"
    assert [each["body"] for each in as_bob.get(one + "/comments").json] == ["行"]
    assert as_bob.get(one + "/attachments").json == [{"name": "1.jpg", "exists": False}]
    assert as_bob.post(one + "/attachments/1.jpg", data=PHOTO).json == {"success": True}
    assert as_bob.get(one + "/attachments/1.jpg").data == PHOTO
    second = as_bob.get(one + "/versions").json[0]["instanceId"]
    assert as_bob.get(f"{one}/versions/{second}/attachments").json == [{"name": "1.jpg", "exists": True}]
    assert as_bob.get(f"{one}/versions/{second}/attachments/1.jpg").data == PHOTO


def test_a_later_version_of_what_tries_a_draft_leads_to_itself_there(as_bob: Client, form: str, tried: str) -> None:
    second = as_bob.get(f"{form}/draft/submissions/{tried}/versions").json[0]["instanceId"]
    answer = as_bob.get(f"{form}/draft/submissions/{second}")
    assert answer.status_code == 301
    assert "/draft/submissions/" in answer.headers["Location"]


def test_what_tries_a_draft_has_no_state_and_no_trash(as_bob: Client, form: str, tried: str) -> None:
    one = f"{form}/draft/submissions/{tried}"
    assert as_bob.patch(one, json={"reviewState": "approved"}).status_code == 405
    assert as_bob.delete(one).status_code == 405
    assert as_bob.post(one + "/restore").status_code == 404


@pytest.mark.parametrize(
    ("record", "code"), [(a_record("other"), 400.8), (a_record()[:99], 400.1), (a_record(version="9"), None)]
)
def test_a_draft_takes_records_of_its_form_in_any_version(
    as_bob: Client, form: str, record: bytes, code: float | None
) -> None:
    answer = as_bob.post(form + "/draft/submissions", data=record, **XML)
    assert answer.json.get("code") == code


def test_a_form_without_a_draft_takes_nothing_that_tries_one(as_bob: Client, form: str) -> None:
    as_bob.delete(form + "/draft")
    assert as_bob.post(form + "/draft/submissions", data=a_record(), **XML).json["code"] == 404.1


def test_who_may_not_send_tries_nothing(as_chelsea: Client, as_nobody: Client, form: str, app: Flask) -> None:
    record = a_record(version="2")
    assert as_chelsea.post(form + "/draft/submissions", data=record, **XML).json["code"] == 403.1
    assert as_nobody.post(form + "/draft/submissions", data=record, **XML).json["code"] == 401.2


def test_a_tester_sends_a_record_by_the_test_address_alone(as_bob: Client, as_nobody: Client, form: str) -> None:
    token = as_bob.get(form + "/draft").json["draftToken"]
    record = a_record(version="2")
    sent = as_nobody.post(f"/test/{token}{form}/draft/submissions?deviceID=x", data=record, **XML)
    assert sent.json == {"success": True}
    assert len(as_bob.get(form + "/draft/submissions").json) == 1
    wrong = as_nobody.post(f"/test/{'x' * 64}{form}/draft/submissions", data=record, **XML)
    assert wrong.status_code == 404
