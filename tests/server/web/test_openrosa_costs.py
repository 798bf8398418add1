"""What a phone's doors ask of the database, and what they leave unread."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from sqlalchemy import delete, event, select, update
from sqlalchemy.orm import Session

from server.access.phones import revoke_app_user
from server.db import Database
from server.models import (
    AppUser,
    Assignment,
    Form,
    Project,
)
from server.publishing.shown import TextMemory
from tests.care_town import CareTown
from tests.client import Client
from tests.conftest import MORNING, Clock
from tests.making import a_record


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

    md5 = ElementTree.fromstring(phone.get(f"/projects/{project_id}/formList").data).findtext(
        ".//{http://openrosa.org/xforms/xformsList}hash"
    )
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
