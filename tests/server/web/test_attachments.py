"""A form's files in the hands of who tries a draft, by its test address alone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from server.blobs import remember
from server.db import Database
from server.models import Audit, Form, FormAttachment
from server.web.errors import TONGUES
from server.web.wire import openrosa_xml
from tests.care_town import CareTown
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_phone, a_record, an_xform


@pytest.fixture
def draft(as_bob: Client, project_id: int, without_java: None) -> str:
    """The test address of a draft with a picture and an entity list."""
    path = f"/projects/{project_id}"
    files = '<instance id="a" src="jr://images/图 1.png"/><instance id="b" src="jr://file/homes.csv"/>'
    xml = an_xform("入户/一").replace(b"</instance>", b"</instance>" + files.encode(), 1)
    as_bob.post(path + "/datasets", json={"name": "homes"})
    made = as_bob.post(path + "/forms", data=xml, content_type="application/xml").json
    form = path + "/forms/%E5%85%A5%E6%88%B7%2F%E4%B8%80/draft"
    as_bob.post(form + "/attachments/%E5%9B%BE%201.png", data=b"\x89PNG\r\n\x1a\n", content_type="image/png")
    return f"/test/{made['draftToken']}{form}"


def test_every_address_in_a_drafts_list_and_manifest_can_be_fetched(as_nobody: Client, draft: str) -> None:
    listed = as_nobody.get(draft + "/formList").text
    manifest = as_nobody.get(draft + "/manifest").text
    addresses = re.findall(r"<downloadUrl>https?://[^/]+/v1([^<]+)</downloadUrl>", listed + manifest)

    assert len(addresses) == 3
    for address in addresses:
        assert as_nobody.get(address.replace("&amp;", "&")).status_code == 200, address
    md5 = re.search(r"<hash>md5:(\w+)</hash>", listed)
    assert as_nobody.get(addresses[0]).headers["ETag"] == f'"{md5[1]}"'


@pytest.mark.parametrize("part", ["/formList", ".xml", "/manifest", "/attachments/homes.csv", "/submission"])
def test_another_token_opens_nothing(as_nobody: Client, draft: str, part: str) -> None:
    wrong = re.sub(r"/test/[^/]+", "/test/" + "A" * 64, draft)
    assert as_nobody.get(wrong + part).status_code == 404


def test_a_token_that_is_over_has_its_own_number_in_the_form_list_alone(
    as_nobody: Client, draft: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes: list[float] = []
    monkeypatch.setitem(TONGUES, "openrosa", lambda one: codes.append(one.code) or openrosa_xml.error(one))
    wrong = re.sub(r"/test/[^/]+", "/test/" + "A" * 64, draft)
    sent = as_nobody.post(wrong + "/submissions", data=a_record("入户/一"))
    assert (sent.status_code, sent.json["code"]) == (404, 404.1)
    for part in ("/formList", "/manifest", "/submission"):
        assert "草稿" in as_nobody.get(wrong + part).text
    assert as_nobody.get(wrong + ".xml").status_code == 404
    assert codes == [404.4, 404.1, 404.1, 404.1]


def test_what_is_asked_at_every_sync_comes_once_and_then_as_304(
    app: Flask, database: Database, as_bob: Client, as_nobody: Client, draft: str, project_id: int
) -> None:
    form = "/projects" + draft.partition("/projects")[2].removesuffix("/draft")
    paths = ("/formList", "/manifest", ".xml", "/attachments/homes.csv", "/attachments/%E5%9B%BE%201.png")
    for path in paths:
        holds_its_mark(as_nobody, draft + path)
    as_bob.post(form + "/draft/publish")
    with database.transaction() as db:
        _, key = a_phone(db, app.extensions["fangshi.key"], project_id, db.scalars(select(Form)).one())
    phone = Client(app, key=key)
    project = f"/projects/{project_id}"
    for path in (f"{project}/formList", *(form + path for path in paths[1:])):
        holds_its_mark(phone, path)
    home = as_bob.post(f"{project}/datasets/homes/entities", json={"label": "一户"}).json["uuid"]
    integrity = f"{project}/datasets/homes/integrity?id={home}"
    holds_its_mark(phone, integrity)
    marks = [phone.get(path).headers["ETag"] for path in (integrity, form + "/manifest")]
    as_bob.delete(f"{project}/datasets/homes/entities/{home}")
    for path, mark in zip((integrity, form + "/manifest"), marks, strict=True):
        assert phone.get(path, headers={"If-None-Match": mark}).status_code == 200, "what changed comes anew"


def holds_its_mark(who: Client, path: str) -> None:
    """The same bytes under the same mark; 304 with the headers that a phone looks for where it shows the mark."""
    first = who.get(path)
    assert first.status_code == 200, path
    for mark in (first.headers["ETag"], f"W/{first.headers['ETag']}", f'"other", {first.headers["ETag"]}'):
        again = who.get(path, headers={"If-None-Match": mark})
        assert (again.status_code, again.data) == (304, b""), path
        for name in ("ETag", "Cache-Control", "Vary", "X-OpenRosa-Version"):
            assert again.headers.get(name) == first.headers.get(name), (path, name)
    assert first.headers["Cache-Control"] == "private, no-cache"
    other = who.get(path, headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.data) == (200, first.data)


def test_a_file_the_draft_does_not_name_is_not_there(as_nobody: Client, draft: str) -> None:
    assert as_nobody.get(draft + "/attachments/other.png").status_code == 404


def test_the_maker_reads_the_manifest_of_a_draft_and_of_an_old_version(
    as_bob: Client, as_chelsea: Client, draft: str, project_id: int
) -> None:
    form = "/projects" + draft.partition("/projects")[2].removesuffix("/draft")
    assert "homes.csv" in as_bob.get(form + "/draft/manifest").text
    as_bob.post(form + "/draft/publish")

    assert f"/v1{form}/versions/1/attachments/homes.csv" in as_bob.get(form + "/versions/1/manifest").text
    assert as_bob.get(form + "/draft/manifest").status_code == 404
    assert as_chelsea.get(form + "/versions/1/manifest").status_code == 403


@pytest.mark.parametrize("name", ["due_visits.csv", "women.csv"])
def test_no_list_is_given_that_is_not_noted_as_read(app: Flask, database: Database, name: str) -> None:
    """Whoever shows a mark that she knows beside one that is wrong gets 412 and nothing with it."""
    town = CareTown(app, database)
    phone, path = town.phone("A1"), f"{town.path}/attachments/{name}"
    mark = phone.get(path).headers["ETag"]
    with database.reading() as db:
        before = db.scalar(select(func.max(Audit.id)))
    for known in (mark, "*"):
        answer = phone.get(path, headers={"If-None-Match": known, "If-Match": '"other"'})
        assert (answer.status_code, answer.data) == (412, b"")
    with database.reading() as db:
        assert db.scalar(select(func.max(Audit.id))) == before


@pytest.mark.parametrize("known", [False, True])
def test_a_picture_is_three_questions_without_villages_or_the_definition(
    app: Flask, database: Database, count_queries: Callable[[], Any], known: bool
) -> None:
    """A new phone asks for some sixty of them."""
    town = CareTown(app, database, ("me",))
    picture = app.extensions["fangshi.blobs"].put(b"\x89PNG\r\n\x1a\n")
    with database.transaction() as db:
        remember(db, picture, "image/png", MORNING)
        version = db.get_one(Form, town.form_id).current_version_id
        db.add(FormAttachment(form_version_id=version, name="a.png", type="image", blob_sha256=picture.sha256))
    phone, path = town.phone("A1"), f"{town.path}/attachments/a.png"
    mark = phone.get(path).headers["ETag"]
    with count_queries() as seen:
        answer = phone.get(path, headers={"If-None-Match": mark} if known else {})
    assert answer.status_code == (304 if known else 200)
    assert len([one for one in seen if one != "BEGIN"]) == 3, "\n".join(seen)
    assert not [one for one in seen if "village_scope" in one or "form_version.xml," in one or "schema_json" in one]
