"""What Collect asks of a server, by HTTP: the form list and its files, and the decision table of a submission."""

import re
from datetime import timedelta
from errno import ENOSPC
from xml.etree import ElementTree

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from server.access.phones import revoke_app_user
from server.db import Database
from server.errors import Forbidden, FormNotOpen
from server.models import (
    AppUser,
    Dataset,
    Form,
    FormAttachment,
)
from tests.client import Client
from tests.conftest import MORNING, Clock
from tests.making import a_form, a_phone, a_record

LIST = "{http://openrosa.org/xforms/xformsList}"


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


def test_somebody_with_a_password_but_no_right_is_asked_to_sign_in(
    as_chelsea: Client, phone: Client, project_id: int
) -> None:
    assert as_chelsea.send(project_id, a_record()).status_code == 401


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
