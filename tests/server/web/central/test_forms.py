"""Forms, by HTTP: uploading, reading in every version, and names that are hard on addresses."""

from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import update

from server.db import Database
from server.models import Project
from server.publishing import definition
from tests.client import Client
from tests.conftest import MORNING
from tests.making import XLSX, a_form, a_workbook, an_xform

XML = {"content_type": "application/xml"}
DATA = Path(__file__).parents[3] / "data"
EXTENDED = {"X-Extended-Metadata": "true"}

pytestmark = pytest.mark.usefixtures("without_java")


def test_an_uploaded_form_is_a_draft_until_it_is_published(as_bob: Client, project_id: int) -> None:
    path, xml = f"/projects/{project_id}/forms", an_xform()
    made = as_bob.post(path, data=xml, **XML).json

    assert set(made) == {
        "projectId", "xmlFormId", "state", "name", "version", "hash", "sha", "sha256", "draftToken", "keyId", "enketoId",
        "enketoOnceId", "webformsEnabled", "createdAt", "updatedAt", "publishedAt", "phoneAppOnly",
    }  # fmt: skip
    assert (made["xmlFormId"], made["version"], made["name"], made["state"]) == ("visit", "1", "走访", "open")
    assert made["publishedAt"] is None and len(made["draftToken"]) == 64
    assert as_bob.get(path).json == [made]
    assert as_bob.get(path + "/visit").json == made
    assert as_bob.get(path + "/visit/draft").json == made
    assert as_bob.post(path + "/visit/draft/publish").json == {"success": True}
    published = as_bob.get(path + "/visit").json
    assert (published["publishedAt"], published["draftToken"]) == ("2026-03-02T01:00:00.000Z", None)
    assert as_bob.get(path + "/visit/draft").json["code"] == 404.1
    assert as_bob.get(path + "/visit.xml").data == xml


def test_publish_true_gives_the_form_to_phones_at_once(as_bob: Client, project_id: int) -> None:
    made = as_bob.post(f"/projects/{project_id}/forms?publish=True&ignoreWarnings=True", data=an_xform(), **XML).json
    assert made["publishedAt"] == "2026-03-02T01:00:00.000Z"


def test_the_hash_is_that_of_the_bytes_served(as_bob: Client, project_id: int) -> None:
    import hashlib

    made = as_bob.post(f"/projects/{project_id}/forms", data=an_xform(), **XML).json
    served = as_bob.get(f"/projects/{project_id}/forms/visit/draft.xml")

    assert made["hash"] == hashlib.md5(served.data).hexdigest()
    assert made["sha256"] == hashlib.sha256(served.data).hexdigest()
    assert served.headers["ETag"] == f'"{made["hash"]}"'
    again = as_bob.get(
        f"/projects/{project_id}/forms/visit/draft.xml", headers={"If-None-Match": f'W/"{made["hash"]}"'}
    )
    assert (again.status_code, again.data) == (304, b"")


BROKEN = [
    (b"", 400.1),
    (b"not xml", 400.1),
    (b"<a>", 400.1),
    (b"<a/>", 400.2),
    (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", 400.1),
    (an_xform().replace(b'id="visit"', b""), 400.2),
    (an_xform("visit.xlsx"), 400.8),
    (an_xform("visit.xml"), 400.8),
    (an_xform("a/../b"), 400.8),
    (an_xform("v" * 300), 400.13),
    (an_xform(version="1" * 300), 400.13),
    (an_xform().replace(b"<meta><instanceID/><instanceName/></meta>", b""), 400.27),
    (an_xform(entities=True).replace(b"2024.1.0", b"2031.1.0"), 400.25),
    (an_xform(entities=True).replace(b'dataset="homes"', b'dataset="a.b"'), 400.25),
    (b"\x00" * 100, 400.1),
    (b"x" * 10_000_001, 400.36),
]


@pytest.mark.parametrize(("body", "code"), BROKEN, ids=range(len(BROKEN)))
def test_a_form_that_cannot_be_used_is_told_by_number_and_leaves_nothing(
    as_bob: Client, project_id: int, body: bytes, code: float
) -> None:
    answer = as_bob.post(f"/projects/{project_id}/forms?publish=true", data=body, **XML)

    assert (answer.json["code"], answer.status_code) == (code, 400)
    assert as_bob.get(f"/projects/{project_id}/forms").json == []
    assert as_bob.get(f"/projects/{project_id}/datasets").json == []


def test_a_form_id_is_there_once(as_bob: Client, project_id: int) -> None:
    path = f"/projects/{project_id}/forms"
    as_bob.post(path, data=an_xform(), **XML)
    answer = as_bob.post(path, data=an_xform(version="2"), **XML)

    assert answer.json["code"] == 409.3
    assert answer.json["details"] == {"fields": ["projectId", "xmlFormId"], "values": [project_id, "visit"]}


def test_where_records_go_is_not_the_forms_to_say(as_bob: Client, project_id: int) -> None:
    xml = an_xform().replace(
        b"</instance>", b'</instance><submission action="https://evil.example/x" method="post"/>', 1
    )
    as_bob.post(f"/projects/{project_id}/forms?ignoreWarnings=true", data=xml, **XML)
    served = as_bob.get(f"/projects/{project_id}/forms/visit.xml").data

    assert b"evil" not in served and b'<submission method="post"/>' in served


@pytest.mark.parametrize(
    "form_id",
    ["入户走访", "a b", "v1.2.final", "家/庭", "it's (new)", "100%", "a+b", "käse", "q?x=1&y#z", ".x.xml.old"[1:]],
)
def test_a_form_of_any_name_works_in_every_path(as_bob: Client, project_id: int, form_id: str) -> None:
    path, name = f"/projects/{project_id}/forms", quote(form_id, safe="")
    xml = an_xform(form_id.replace("&", "&amp;"))
    made = as_bob.post(path + "?publish=true&ignoreWarnings=true", data=xml, **XML)
    assert made.json["xmlFormId"] == form_id

    for rest in (
        "",
        "/",
        ".xml",
        "/fields",
        "/attachments",
        "/versions",
        "/versions/1",
        "/versions/1.xml",
        "/assignments",
    ):
        assert as_bob.get(f"{path}/{name}{rest}").status_code == 200, rest
    assert as_bob.get(f"{path}/{name}.xlsx").json["code"] == 404.1
    assert as_bob.post(f"{path}/{name}/draft").json == {"success": True}
    assert as_bob.get(f"{path}/{name}/draft.xml").data == xml
    assert as_bob.post(f"{path}/{name}/draft/publish?version={name}").json == {"success": True}
    assert as_bob.get(f"{path}/{name}/versions/{name}").json["version"] == form_id
    assert as_bob.get(f"{path}/{name}/versions/{name}.xml").status_code == 200
    assert as_bob.patch(f"{path}/{name}", json={"state": "closing"}).json["state"] == "closing"
    assert as_bob.delete(f"{path}/{name}").json == {"success": True}


@pytest.mark.parametrize("name", ["%00", "a%01b", "%ff", "x" * 5000, "%ee%80%80"])
def test_a_name_no_form_could_have_is_not_found(as_bob: Client, project_id: int, name: str) -> None:
    assert as_bob.get(f"/projects/{project_id}/forms/{name}").json["code"] == 404.1


def test_the_empty_version_is_three_underscores_in_an_address(as_bob: Client, project_id: int) -> None:
    path = f"/projects/{project_id}/forms"
    as_bob.post(path + "?publish=true", data=an_xform(version=""), **XML)

    assert as_bob.get(path + "/visit/versions/___").json["version"] == ""
    assert as_bob.get(path + "/visit/versions/___.xml").status_code == 200
    assert as_bob.get(path + "/visit/versions/7").json["code"] == 404.1


def test_old_versions_stay_newest_first(as_bob: Client, project_id: int, clock) -> None:
    path = f"/projects/{project_id}/forms"
    as_bob.post(path + "?publish=true", data=an_xform(version="1"), **XML)
    clock.forward(minutes=1)
    as_bob.post(path + "/visit/draft", data=an_xform(version="2"), **XML)
    as_bob.post(path + "/visit/draft/publish")

    assert [one["version"] for one in as_bob.get(path + "/visit/versions").json] == ["2", "1"]
    assert as_bob.get(path + "/visit/versions/1.xml").data == an_xform(version="1")
    assert as_bob.get(path + "/visit").json["version"] == "2"


def test_a_workbook_becomes_a_form_and_is_given_back(as_bob: Client, project_id: int) -> None:
    book, path = a_workbook(), f"/projects/{project_id}/forms"
    how = {"content_type": XLSX, "headers": {"X-XlsForm-FormId-Fallback": quote("入户")}}
    made = as_bob.post(path + "?publish=true&ignoreWarnings=true", data=book, **how)

    assert made.json["xmlFormId"] == "入户"
    name = quote("入户")
    assert b"hamlet" in as_bob.get(f"{path}/{name}.xml").data
    served = as_bob.get(f"{path}/{name}.xlsx")
    assert (served.data, served.headers["Content-Type"]) == (book, XLSX)
    assert f"filename*=UTF-8''{name}.xlsx" in served.headers["Content-Disposition"]
    assert as_bob.get(f"{path}/{name}.xls").json["code"] == 404.1
    assert as_bob.get(f"{path}/{name}", headers=EXTENDED).json["excelContentType"] == XLSX


def test_a_workbook_of_old_excel_becomes_a_form_and_is_given_back(as_bob: Client, project_id: int) -> None:
    book, path = (DATA / "forms" / "small.xls").read_bytes(), f"/projects/{project_id}/forms"
    made = as_bob.post(path + "?publish=true&ignoreWarnings=true", data=book, content_type="application/vnd.ms-excel")

    assert made.status_code == 200, made.json
    name = quote(made.json["xmlFormId"], safe="")
    served = as_bob.get(f"{path}/{name}.xls")
    assert (served.data, served.headers["Content-Type"]) == (book, "application/vnd.ms-excel")
    assert as_bob.get(f"{path}/{name}.xlsx").json["code"] == 404.1


def test_pyxforms_words_come_back_with_sheet_and_row(as_bob: Client, project_id: int) -> None:
    book = a_workbook([["type", "name", "label"], ["text", "a", "A"], ["nonsense", "b", "B"]])
    answer = as_bob.post(f"/projects/{project_id}/forms", data=book, content_type=XLSX)

    assert answer.json["code"] == 400.15
    assert "nonsense" in answer.json["details"]["error"]
    assert (answer.json["details"]["sheet"], answer.json["details"]["row"]) == ("survey", 3)
    assert as_bob.get(f"/projects/{project_id}/forms").json == []


@pytest.mark.parametrize(
    "body", [b"", b"PK\x03\x04", b"not a workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600]
)
def test_a_workbook_that_is_none_is_an_error_of_the_file(as_bob: Client, project_id: int, body: bytes) -> None:
    answer = as_bob.post(f"/projects/{project_id}/forms", data=body, content_type=XLSX)
    assert (answer.status_code, answer.json["code"]) == (400, 400.15)


def test_warnings_stop_a_form_until_they_are_ignored(as_bob: Client, project_id: int, monkeypatch) -> None:
    monkeypatch.setattr(definition, "read_warnings_of_validate", lambda xml: ["Cycle in /data/a"])
    path = f"/projects/{project_id}/forms"
    answer = as_bob.post(path, data=an_xform(), **XML)

    assert answer.json["code"] == 400.16
    assert answer.json["details"] == {"warnings": {"xlsFormWarnings": ["Cycle in /data/a"], "workflowWarnings": None}}
    assert as_bob.get(path).json == []
    assert as_bob.post(path + "?ignoreWarnings=True", data=an_xform(), **XML).status_code == 200


def test_a_form_named_like_one_in_the_trash_is_warned_of(as_bob: Client, project_id: int) -> None:
    path = f"/projects/{project_id}/forms"
    as_bob.post(path, data=an_xform(), **XML)
    as_bob.delete(path + "/visit")
    answer = as_bob.post(path, data=an_xform(), **XML)

    assert answer.json["details"]["warnings"]["workflowWarnings"] == [
        {"type": "deletedFormExists", "details": {"xmlFormId": "visit"}}
    ]


def test_a_form_goes_into_the_trash_and_comes_back_by_its_number(
    as_bob: Client, as_chelsea: Client, project_id: int
) -> None:
    path = f"/projects/{project_id}/forms"
    as_bob.post(path + "?publish=true", data=an_xform(), **XML)
    assert as_bob.delete(path + "/visit").json == {"success": True}
    (trashed,) = as_bob.get(path + "?deleted=true").json

    assert as_bob.get(path).json == [] and as_bob.get(path + "/visit").json["code"] == 404.1
    assert as_chelsea.post(f"{path}/{trashed['id']}/restore").json["code"] == 403.1
    assert as_bob.post(f"{path}/{trashed['id']}/restore").json == {"success": True}
    assert as_bob.post(f"{path}/{trashed['id']}/restore").json["code"] == 404.1
    assert [one["xmlFormId"] for one in as_bob.get(path).json] == ["visit"]


def test_a_form_cannot_come_back_beside_another_of_its_name(as_bob: Client, project_id: int) -> None:
    path = f"/projects/{project_id}/forms"
    as_bob.post(path, data=an_xform(), **XML)
    as_bob.delete(path + "/visit")
    as_bob.post(path + "?ignoreWarnings=true", data=an_xform(), **XML)
    (trashed,) = as_bob.get(path + "?deleted=true").json

    assert as_bob.post(f"{path}/{trashed['id']}/restore").json["code"] == 409.23


@pytest.mark.parametrize(
    ("sent", "code"), [({"state": "ajar"}, 400.8), ({"state": None}, 400.11), ({"webformsEnabled": "yes"}, 400.11)]
)
def test_a_state_that_is_none_is_refused(as_bob: Client, database: Database, project_id: int, sent, code) -> None:
    with database.transaction() as db:
        a_form(db, project_id)
    assert as_bob.patch(f"/projects/{project_id}/forms/visit", json=sent).json["code"] == code


def test_the_note_beside_a_publishing_is_shown(as_bob: Client, project_id: int) -> None:
    path = f"/projects/{project_id}/forms"
    as_bob.post(path, data=an_xform(), **XML)
    as_bob.post(path + "/visit/draft/publish", headers={"X-Action-Notes": quote("第一版 v1")})

    assert as_bob.get(path + "/visit", headers=EXTENDED).json["publishNotes"] == "第一版 v1"


def test_a_care_projects_forms_may_not_ask_what_is_never_asked(as_alice: Client, project_id: int) -> None:
    path, xml = (
        f"/projects/{project_id}",
        an_xform().replace(b"<label>Note</label>", "<label>社会抚养费</label>".encode()),
    )
    as_alice.patch(path, json={"kind": "care"})
    answer = as_alice.post(path + "/forms?ignoreWarnings=true", data=xml, **XML)

    assert answer.json["code"] == 400.8
    assert answer.json["details"]["findings"][0]["path"] == "/note"
    assert as_alice.get(path + "/forms").json == []


def test_public_links_are_none(as_bob: Client, database: Database, project_id: int, app: Flask) -> None:
    with database.transaction() as db:
        a_form(db, project_id)
    assert as_bob.get(f"/projects/{project_id}/forms/visit/public-links").json == []


@pytest.mark.parametrize("part", ["", "/visit/draft"])
def test_phones_can_send_while_a_form_is_converted(
    as_bob: Client, database: Database, project_id: int, monkeypatch, part: str
) -> None:
    path, written = f"/projects/{project_id}/forms", []
    as_bob.post(path, data=an_xform(), **XML)

    def convert_slowly(_xml: bytes) -> list[str]:
        with database.transaction() as db:  # as a phone's record would
            db.execute(update(Project).values(updated_at=MORNING))
        written.append(True)
        return []

    monkeypatch.setattr(definition, "read_warnings_of_validate", convert_slowly)
    as_bob.post(path + part, data=an_xform("visit" if part else "other"), **XML)
    assert written == [True]
