"""An import whose other server fails at something, or holds what cannot be written: no other is kept out, and all is named."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from server.access.audit import record
from server.access.roles import PROJECT_MANAGER
from server.models import Assignment, Form
from server.moving import records
from server.moving.bringing import Bringing
from server.moving.central_client import CentralClient, SourceRefuses
from server.moving.central_source import CentralSource
from server.moving.import_central import import_central
from tests.conftest import Clock
from tests.server.moving.test_import_central import KEY, Bring, rows_of, why_left


@pytest.fixture
def bring(town: dict[str, Any], new_server: Callable[[], Bringing], source: Callable[..., CentralSource]) -> Bring:
    def run(**how: Any) -> Bringing:
        bringing = new_server()
        import_central(bringing, source(bringing), KEY, **how)
        return bringing

    return run


def raising(which: str, error: Exception, whole: Callable[..., Any]) -> Callable[..., Any]:
    """As `whole`, but for whatever has a word among what it is given: once or always, as `error` lasts."""

    def call(*given: Any, **more: Any) -> Any:
        if any(isinstance(one, str) and which in one for one in given):
            raise error
        return whole(*given, **more)

    return call


def test_a_list_that_failed_there_is_not_taken_for_empty(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = SourceRefuses(500, "500.1", "something went wrong")
    for path in ("/users", "/assignments"):
        with monkeypatch.context() as patched:
            patched.setattr(CentralClient, "get_json", raising(path, failed, CentralClient.get_json))
            with pytest.raises(SourceRefuses):
                bring()
    assert bring().report.is_whole
    assert bring().report.here["assignments"] == 6


def test_a_forms_file_that_failed_comes_the_next_time(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = SourceRefuses(500, "500.1", "something went wrong")
    with monkeypatch.context() as patched:
        patched.setattr(CentralClient, "fetch", raising("wells.csv", failed, CentralClient.fetch))
        assert not bring().report.is_whole
    bringing = bring()
    assert bringing.report.is_whole, list(bringing.report.as_lines())
    assert +bringing.report.came == {"form_files": 1}
    assert not +bring().report.came


def test_a_form_that_the_other_server_cannot_give_keeps_no_other_out(
    bring: Bring, town: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = SourceRefuses(500, "500.1", "something went wrong")
    with monkeypatch.context() as patched:
        patched.setattr(CentralClient, "get_bytes", raising("secret/versions/1.xml", failed, CentralClient.get_bytes))
        report = bring().report
    assert not report.is_whole
    assert (report.there["form_versions"], report.here["form_versions"], report.here["submissions"]) == (6, 5, 6)
    assert bring().report.is_whole


def test_what_cannot_be_written_keeps_nothing_else_out_and_nobody_who_was_made_for_it(
    bring: Bring, town: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "insert_version", failing_first(records.insert_version, town["first"]))
    monkeypatch.setattr("server.moving.import_central.bring_phones", lambda *_given: None)
    monkeypatch.setattr("server.moving.import_central.bring_roles", lambda *_given: None)
    bringing = bring()
    assert ("submissions", "unreadable") in why_left(bringing)
    assert (bringing.report.came["submissions"], bringing.report.here["submissions"]) == (6, 6)


def failing_first(whole: Callable[..., Any], instance_id: str) -> Callable[..., Any]:
    def insert(db: Any, item: Any, *more: Any) -> Any:
        if item.instance.instance_id == instance_id:
            raise ValueError("odd")
        return whole(db, item, *more)

    return insert


def test_an_odd_entity_keeps_no_other_out(bring: Bring, town: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = CentralSource.read_entity

    def read(self: CentralSource, name: str, told: Any) -> Any:
        found = whole(self, name, told)
        return replace(found, versions=[]) if told["uuid"] == town["home"] else found

    monkeypatch.setattr(CentralSource, "read_entity", read)
    bringing = bring()
    assert ("entities", "unreadable") in why_left(bringing)
    assert bringing.report.came["entities"] == 1


def test_a_form_that_was_deleted_here_does_not_come_back(bring: Bring, clock: Clock) -> None:
    bringing = bring()
    with bringing.database.transaction() as db:
        db.scalars(select(Form).where(Form.xml_form_id == "secret")).one().deleted_at = clock.now()
    bringing = bring()
    assert ("forms", "changed_here") in why_left(bringing)
    assert not +bringing.report.came


def test_a_phone_that_was_stopped_there_since_is_named(bring: Bring, town: dict[str, Any]) -> None:
    bring()
    town["alice"].delete(f"/sessions/{town['phone']['token']}")
    assert ("app_users", "stopped_there") in why_left(bring())


def test_a_role_that_was_taken_away_here_does_not_come_back(bring: Bring, app: Flask, clock: Clock) -> None:
    bringing = bring()
    wanted = (Assignment.role_id == PROJECT_MANAGER) & (Assignment.project_id == bringing.project_id)
    with bringing.database.transaction() as db:
        bob = db.scalars(select(Assignment).where(wanted)).one()
        details = {"roleId": PROJECT_MANAGER}
        record(
            db,
            "user.assignment.delete",
            actor_id=None,
            actee_actor_id=bob.actor_id,
            project_id=bringing.project_id,
            details=details,
            now=clock.now(),
        )
        db.delete(bob)
    bringing = bring()
    assert ("assignments", "changed_here") in why_left(bringing)
    with bringing.database.reading() as db:
        assert db.scalar(select(Assignment.id).where(wanted)) is None


def test_more_comments_there_are_named_and_come_when_it_looks_thoroughly(bring: Bring, town: dict[str, Any]) -> None:
    bring()
    town["alice"].post(f"{town['project']}/forms/visit/submissions/{town['first']}/comments", json={"body": "又看"})
    assert ("comments", "thorough") in why_left(bring())
    assert bring(thorough=True).report.is_whole


def test_what_is_no_project_begins_nothing(
    bring: Bring, new_server: Callable[[], Bringing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CentralClient, "get_json", lambda *_given, **_more: {})
    with pytest.raises(SourceRefuses, match="no project"):
        bring()
    assert rows_of(new_server().database)["project"] == 0


def test_a_server_that_is_busy_now_and_then_and_breaks_off_loses_nothing(
    bring: Bring, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, asked = app.wsgi_app, count(1)
    monkeypatch.setattr(CentralClient, "_tries", lambda _client: iter((False, False, False, True)))

    def busy(environ: Any, start: Any) -> Any:
        number = next(asked) if environ["REQUEST_METHOD"] == "GET" else 0
        failure = {5: "503 Away", 10: "429 Too Many", 15: "502 Bad", 20: "401 Over"}.get(number % 23)
        if failure is not None:
            start(failure, [("Content-Length", "2")])
            return [b"{}"]
        body = b"".join(whole(environ, start))
        return [body[:-1]] if body and number % 23 == 12 else [body]  # shorter than its Content-Length says

    monkeypatch.setattr(app, "wsgi_app", busy)
    bringing = bring()
    assert bringing.report.is_whole, list(bringing.report.as_lines())
    assert next(asked) > 100
