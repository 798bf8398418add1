"""The door of OData: what Excel, Power BI, R and pyODK rely on (odk-contract.md section 7), and who may read what."""

import threading
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.serving import make_server

from server.access.roles import PROJECT_MANAGER, REVIEWER
from server.access.sessions import open_session
from server.db import Database
from server.models import Assignment, Form, Project, Submission, SubmissionVersion, Village, VillageScope
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_form, a_phone, new_id
from tests.server.reports.census import Send
from tests.server.reports.reading import HOST, a_token, ids, pages_of
from tests.server.reports.samples import a_census, a_census_form, a_member


def test_the_service_document_names_every_table(as_bob: Client, census_phone: Client, feed: str) -> None:
    reply = as_bob.get(feed)
    assert reply.headers["OData-Version"] == "4.0"
    assert reply.content_type.startswith("application/json")
    assert "odata.metadata=minimal" in reply.content_type
    assert reply.json == {
        "@odata.context": f"{HOST}/v1{feed}/$metadata",
        "value": [
            {"name": name, "kind": "EntitySet", "url": name}
            for name in ("Submissions", "Submissions.member", "Submissions.member.toy")
        ],
    }


def test_one_record_is_addressed_by_its_id_encoded_or_not(as_bob: Client, send: Send, feed: str) -> None:
    sent, _other = send(size="1"), send(size="2")
    for spelling in (sent, quote(sent, safe="")):
        assert ids(as_bob.get(f"{feed}/Submissions('{spelling}')")) == [sent]
    reply = as_bob.get(f"{feed}/Submissions('{sent}')/member?$count=true")
    assert (reply.json["value"], reply.json["@odata.count"]) == ([], 0)
    assert reply.json["@odata.context"].endswith("$metadata#Submissions.member")
    for path in ("Submissions('uuid:nobody')", "Submissions('uuid:nobody')/member", "Submissions('')", "Nothing"):
        assert as_bob.get(f"{feed}/{path}").json["code"] == 404.1


def test_an_id_with_a_quote_and_a_slash_has_an_address(as_bob: Client, send: Send, feed: str) -> None:
    sent = send(instance_id="it's/odd", members=a_member("甲"))
    link = as_bob.get(feed + "/Submissions").json["value"][0]["member@odata.navigationLink"]
    assert link == "Submissions('it%27%27s%2Fodd')/member"
    assert as_bob.get(f"{feed}/{link}").json["value"][0]["__Submissions-id"] == sent


FORMATS = {
    "": (200, 200),
    "*/*": (200, 200),
    "application/json;odata.metadata=minimal;q=1.0, text/plain": (200, 406),
    "application/xml": (406, 200),
    "text/html, application/*;q=0.5": (200, 200),
    "application/json;q=0": (406, 406),
}


def test_a_format_the_client_excludes_is_406(as_bob: Client, census_phone: Client, feed: str) -> None:
    def status(path: str, accept: str) -> int:
        return as_bob.get(feed + path, headers={"Accept": accept}).status_code

    assert {one: (status("/Submissions", one), status("/$metadata", one)) for one in FORMATS} == FORMATS
    assert {one: status("", one) for one in FORMATS} == {one: both[0] for one, both in FORMATS.items()}


def test_older_versions_of_odata_are_not_spoken(as_bob: Client, census_phone: Client, feed: str) -> None:
    assert as_bob.get(feed, headers={"OData-MaxVersion": "3.0"}).json["code"] == 404.1
    assert as_bob.get(feed, headers={"OData-MaxVersion": "4.01"}).status_code == 200


def test_nothing_changed_is_304_until_something_did(as_bob: Client, send: Send, feed: str, project_id: int) -> None:
    sent = send()

    def ask(tag: str = "") -> Any:
        return as_bob.get(feed + "/Submissions?$top=5", headers={"If-None-Match": tag} if tag else {})

    tag = ask().headers["ETag"]
    assert tag.startswith('W/"')
    for spelling in (tag, tag.removeprefix("W/")):
        assert (ask(spelling).status_code, ask(spelling).data) == (304, b"")
    assert as_bob.get(feed + "/Submissions?$top=4", headers={"If-None-Match": tag}).status_code == 200
    as_bob.get(f"/projects/{project_id}/forms/census/submissions.csv")
    assert ask(tag).status_code == 304
    as_bob.patch(f"/projects/{project_id}/forms/census/submissions/{sent}", json={"reviewState": "approved"})
    assert ask(tag).status_code == 200


def test_what_asks_for_the_time_is_never_told_that_nothing_changed(
    as_bob: Client, census_phone: Client, feed: str, records: str
) -> None:
    for path in (feed + "/Submissions", records + ".csv", records + ".geojson"):
        for spelling in ("now()", "now ( )"):
            reply = as_bob.get(f"{path}?$filter=__system/submissionDate lt {spelling}")
            assert (reply.status_code, "ETag" in reply.headers) == (200, False)


def test_a_draft_has_a_service_of_its_own(
    as_bob: Client, send: Send, database: Database, feed: str, project_id: int
) -> None:
    sent = send(size="1")
    draft = feed.replace(".svc", "/draft.svc")
    assert as_bob.get(draft).json["code"] == 404.1
    with database.transaction() as db:
        form = db.scalars(select(Form)).one()
        form.draft_version_id = form.current_version_id
    assert ids(as_bob.get(draft + "/Submissions")) == []
    with database.transaction() as db:
        for model in (Submission, SubmissionVersion):
            db.execute(update(model).values(draft=True))
    reply = as_bob.get(draft + "/Submissions?$top=1")
    assert (ids(reply), reply.json["@odata.context"]) == ([sent], f"{HOST}/v1{draft}/$metadata#Submissions")
    assert ids(as_bob.get(f"{draft}/Submissions('{sent}')")) == [sent]
    assert ids(as_bob.get(feed + "/Submissions")) == []


@pytest.mark.parametrize("form_id", ["入户 走访/一", "a.b.svc", "it's (new)", "x/draft", "50%"])
def test_any_form_id_works_in_an_address(
    as_bob: Client, app: Flask, database: Database, project_id: int, form_id: str
) -> None:
    with database.transaction() as db:
        form = a_form(db, project_id, form_id, xml=a_census_form(form_id.replace("&", "&amp;")))
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    sent = [new_id(), new_id()]
    for one in sent:
        Client(app, key=token).send(project_id, a_census(form_id, instance_id=one, members=a_member("甲")))
    base = f"/projects/{project_id}/forms/{quote(form_id, safe='')}.svc"

    assert as_bob.get(base).json["@odata.context"] == f"{HOST}/v1{base}/$metadata"
    assert as_bob.get(base + "/$metadata").status_code == 200
    assert sorted(chain(*pages_of(as_bob, base + "/Submissions?$top=1"))) == sorted(sent)
    assert len(ids(as_bob.get(f"{base}/Submissions('{quote(sent[0])}')/member"))) == 1


def test_only_those_with_the_right_read(
    as_alice: Client, as_chelsea: Client, as_nobody: Client, census_phone: Client, feed: str
) -> None:
    for path in ("", "/Submissions", "/Submissions.member", "/Submissions('x')"):
        assert as_alice.get(feed + path).status_code in (200, 404)
        assert as_chelsea.get(feed + path).json["code"] == 403.1
        assert as_nobody.get(feed + path).json["code"] == 401.2
        assert census_phone.get(feed + path).json["code"] == 403.1
        assert as_alice.get(f"/projects/999999999/forms/census.svc{path}").json["code"] == 404.1


@pytest.fixture
def care(database: Database, project_id: int, cast: dict[str, int], send: Send) -> dict[str, str]:
    """A care project with a record in each of two villages and one without; chelsea reviews the first village."""
    sent = {name: send(size="1", members=a_member(name)) for name in ("near", "far", "nowhere")}
    with database.transaction() as db:
        db.execute(update(Project).values(kind="care"))
        villages = [
            Village(project_id=project_id, code=f"51082310100{n}", name=f"村{n}", created_at=MORNING) for n in (1, 2)
        ]
        db.add_all(villages)
        db.flush()
        for name, village in zip(("near", "far"), villages, strict=False):
            where = Submission.instance_id == sent[name]
            db.execute(update(Submission).where(where).values(village_id=village.id))
        db.execute(update(Submission).where(Submission.instance_id == sent["nowhere"]).values(village_id=None))
        db.add(Assignment(actor_id=cast["chelsea"], role_id=REVIEWER, project_id=project_id))
        db.add(VillageScope(actor_id=cast["chelsea"], project_id=project_id, village_id=villages[0].id))
    return sent


def test_outside_ones_villages_nothing_exists(as_chelsea: Client, care: dict[str, str], feed: str) -> None:
    for query in ("", "?$count=true", "?$filter=size ge 1", "?$filter=__id ne 'x' or size ge 0", "?$search=uuid"):
        assert ids(as_chelsea.get(feed + "/Submissions" + query)) == [care["near"]]
    counted = as_chelsea.get(feed + "/Submissions?$top=0&$count=true")
    assert counted.json["@odata.count"] == 1
    assert [one["name"] for one in as_chelsea.get(feed + "/Submissions.member").json["value"]] == ["near"]
    for hidden in ("far", "nowhere"):
        assert as_chelsea.get(f"{feed}/Submissions('{care[hidden]}')").json["code"] == 404.1
        assert as_chelsea.get(f"{feed}/Submissions('{care[hidden]}')/member").json["code"] == 404.1
        token = a_token({"instanceId": care[hidden]})
        assert as_chelsea.get(f"{feed}/Submissions?$skiptoken={token}").json["code"] == 400.34


def test_an_administrator_has_no_content_in_a_care_project(
    as_alice: Client, as_bob: Client, care: dict[str, str], feed: str
) -> None:
    for path in ("", "/$metadata", "/Submissions"):
        assert as_alice.get(feed + path).status_code == 403
    assert ids(as_bob.get(feed + "/Submissions")) == []


def test_another_scope_is_another_etag(as_chelsea: Client, care: dict[str, str], feed: str, database: Database) -> None:
    tag = as_chelsea.get(feed + "/Submissions").headers["ETag"]
    with database.transaction() as db:
        db.execute(
            update(VillageScope).values(village_id=select(Village.id).where(Village.name == "村2").scalar_subquery())
        )
    reply = as_chelsea.get(feed + "/Submissions", headers={"If-None-Match": tag})
    assert (reply.status_code, ids(reply)) == (200, [care["far"]])


def test_a_key_url_prefixes_the_links(
    app: Flask, database: Database, send: Send, cast: dict[str, int], feed: str
) -> None:
    with database.transaction() as db:
        actor_id, token = a_phone(db, app.extensions["fangshi.key"], cast["project"], name="表格")
        db.add(Assignment(actor_id=actor_id, role_id=PROJECT_MANAGER, project_id=cast["project"]))
    send()
    send()
    reply = Client(app, key=token).get(feed + "/Submissions?$top=1")
    assert reply.json["@odata.context"].startswith(f"{HOST}/v1/key/{token}/projects/")
    assert reply.json["@odata.nextLink"].startswith(f"{HOST}/v1/key/{token}/projects/")


@pytest.fixture
def live(app: Flask) -> Iterator[str]:
    """The address of the app on a real socket."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_pyodk_reads_tables(
    live: str, send: Send, database: Database, cast: dict[str, int], project_id: int, tmp_path: Path
) -> None:
    from pyodk.client import Client as Pyodk

    sent = send(size="1", gps="30 104 5 1", members=a_member("甲", "3"))
    send(size="2")
    with database.transaction() as db:
        token, _ = open_session(db, cast["bob"], MORNING)
    (tmp_path / "config.toml").write_text(
        f'[central]\nbase_url = "{live}"\nusername = "bob@example.test"\npassword = "x"\ndefault_project_id = {project_id}\n'
    )
    (tmp_path / "cache.toml").write_text(f'token = "{token}"\n')
    with Pyodk(str(tmp_path / "config.toml"), str(tmp_path / "cache.toml")) as client:
        tables = client.submissions
        page = tables.get_table(form_id="census", top=1, count=True, wkt=True, filter="size eq 1", expand="*")
        assert page["@odata.count"] == 1
        (row,) = page["value"]
        assert (row["__id"], row["place"]["gps"]) == (sent, "POINT (104 30 5)")
        assert row["member"][0]["age"] == 3
        members = tables.get_table(form_id="census", table_name="Submissions.member", select="name,age")
        assert members["value"] == [{"name": "甲", "age": 3}]
