"""Links for everybody come over with their keys; one for a single record takes no second one here."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from server.db import Database
from server.models import Actor, MovedActor, PublicLink, Submission
from server.moving import links
from server.moving.bringing import Bringing
from server.moving.central_client import CentralClient, SourceRefuses
from server.moving.people import add_actor
from server.moving.planning import plan
from tests.client import Client
from tests.making import a_form, a_record
from tests.server.moving.conftest import rows_of, why_left

Bring = Callable[..., Bringing]


class Square:
    """A form with links on the village square: a plain one, one for a single record, one that was revoked."""

    def __init__(self, app: Flask, database: Database, project_id: int, manager: Client) -> None:
        self.app, self.project_id, self.manager = app, project_id, manager
        self.form = f"/projects/{project_id}/forms/visit"
        with database.transaction() as db:
            a_form(db, project_id)
        self.plain = self.make("公告栏")
        self.once = self.make("一次", True)
        self.revoked = self.make("旧的")
        manager.delete(f"/sessions/{self.revoked['token']}")

    def make(self, name: str, once: bool = False) -> dict[str, Any]:
        made = self.manager.post(self.form + "/public-links", json={"displayName": name, "once": once})
        assert made.status_code == 200, made.json
        return made.json

    def send(self, link: dict[str, Any], app: Flask | None = None) -> int:
        return Client(app or self.app, key=link["token"]).send(self.project_id, a_record()).status_code


@pytest.fixture
def square(app: Flask, database: Database, project_id: int, as_bob: Client, without_java: None) -> Square:
    return Square(app, database, project_id, as_bob)


def here_of(bringing: Bringing, link: dict[str, Any]) -> PublicLink:
    with bringing.database.reading() as db:
        actor_id = db.scalars(select(MovedActor.actor_id).filter_by(theirs=str(link["id"]))).one()
        return db.get_one(PublicLink, actor_id)


def test_links_keep_their_keys_names_and_who_sent_by_them(
    bring_it: Bring, square: Square, new_app: Callable[[Bringing], Flask]
) -> None:
    assert square.send(square.plain) == 201
    bringing = bring_it()
    report = bringing.report
    assert report.is_whole, list(report.as_lines())
    assert (report.there["public_links"], report.here["public_links"], report.came["public_links"]) == (3, 3, 3)
    assert ("public_links", "revoked") in why_left(bringing)
    assert any("旧的" in one.which for one in report.left if one.why == "revoked")
    here = new_app(bringing)
    assert square.send(square.plain, here) == 201
    with bringing.database.reading() as db:
        senders = set(db.scalars(select(Submission.submitter_id)))
        (sender,) = senders
        actor = db.get_one(Actor, sender)
        assert (actor.type, actor.display_name, actor.deleted_at) == ("public_link", "公告栏", None)
    assert here_of(bringing, square.once).once
    assert not here_of(bringing, square.plain).once
    assert here_of(bringing, square.revoked).token_hash is None
    assert square.send(square.once, here) == 201


def test_a_second_run_changes_nothing(bring_it: Bring, square: Square) -> None:
    square.send(square.once)
    before = rows_of(bring_it().database)
    again = bring_it()
    assert not +again.report.came
    assert again.report.is_whole
    assert rows_of(again.database) == before


def test_a_link_for_one_record_that_took_it_there_takes_none_here(
    bring_it: Bring, square: Square, new_app: Callable[[Bringing], Flask]
) -> None:
    assert square.send(square.once) == 201
    bringing = bring_it()
    assert here_of(bringing, square.once).token_hash is not None, "the same record may come again by it"
    assert square.send(square.once, new_app(bringing)) == 403


def test_a_link_whose_one_record_is_in_the_trash_there_comes_stopped(
    bring_it: Bring, square: Square, new_app: Callable[[Bringing], Flask]
) -> None:
    record = a_record()
    assert Client(square.app, key=square.once["token"]).send(square.project_id, record).status_code == 201
    (sent,) = square.manager.get(square.form + "/submissions").json
    square.manager.delete(f"{square.form}/submissions/{sent['instanceId']}")
    bringing = bring_it()
    assert ("public_links", "used_there") in why_left(bringing)
    assert square.send(square.once, new_app(bringing)) == 403
    before = rows_of(bringing.database)
    assert rows_of(bring_it().database) == before


def test_a_link_that_is_revoked_or_used_there_later_is_stopped_here(
    bring_it: Bring, square: Square, new_app: Callable[[Bringing], Flask]
) -> None:
    bringing = bring_it()
    square.manager.delete(f"/sessions/{square.plain['token']}")
    assert square.send(square.once) == 201
    again = bring_it()
    assert again.report.is_whole, list(again.report.as_lines())
    here = new_app(bringing)
    assert (square.send(square.plain, here), square.send(square.once, here)) == (403, 403)


def test_a_link_that_was_deleted_there_later_is_stopped_here_but_not_because_links_are_not_told(
    bring_it: Bring, square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_it()
    whole = CentralClient.find_json

    def find_json(self: CentralClient, path: str, **query: object) -> Any:
        if path.endswith("/public-links"):
            raise SourceRefuses(403, "403.1", "no")
        return whole(self, path, **query)

    for one in (square.plain, square.once):
        assert square.manager.delete(f"{square.form}/public-links/{one['id']}").status_code == 200
    with monkeypatch.context() as patched:
        patched.setattr(CentralClient, "find_json", find_json)
        assert here_of(bring_it(), square.plain).token_hash is not None
    again = bring_it()
    assert here_of(again, square.plain).token_hash is here_of(again, square.once).token_hash is None
    assert sum(one.why == "revoked" for one in again.report.left) == 3
    assert again.report.is_whole


def test_a_link_of_which_only_the_name_came_before_gets_its_key(
    bring_it: Bring, square: Square, monkeypatch: pytest.MonkeyPatch, new_app: Callable[[Bringing], Flask]
) -> None:
    """As imports left them before they brought links."""
    square.send(square.plain)
    with monkeypatch.context() as patched:
        patched.setattr("server.moving.import_central.bring_all_links", lambda *_: None)
        bring_it()
    bringing = bring_it()
    assert bringing.report.is_whole
    assert square.send(square.plain, new_app(bringing)) == 201
    with bringing.database.reading() as db:
        assert len(set(db.scalars(select(Submission.submitter_id)))) == 1


def test_a_link_that_was_taken_away_here_stays_away(
    bring_it: Bring, square: Square, new_app: Callable[[Bringing], Flask]
) -> None:
    bringing = bring_it()
    actor_id = here_of(bringing, square.plain).actor_id
    with bringing.database.transaction() as db:
        form = links.find_form(db, bringing.project_id, "visit")
        assert form is not None
        links.revoke_link(db, form[1], actor_id, None, bringing.now)
        db.get_one(Actor, actor_id).deleted_at = bringing.now
    again = bring_it()
    assert not +again.report.came
    assert square.send(square.plain, new_app(bringing)) == 403


def test_a_key_that_another_link_has_here_is_not_given_twice(
    bring_it: Bring, square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    bringing = bring_it()
    with bringing.database.transaction() as db:
        theirs = db.scalars(select(MovedActor).filter_by(theirs=str(square.plain["id"]))).one()
        theirs.actor_id = add_actor(db, {"displayName": "别人"}, "public_link", bringing.now).id
    again = bring_it()
    assert ("public_links", "key_taken") in why_left(again)
    assert here_of(again, square.plain).token_hash is None


def test_a_form_that_did_not_come_is_named_with_its_links(
    bring_it: Bring, square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.moving.import_central.bring_form", lambda *_: None)
    bringing = bring_it()
    assert ("public_links", "no_form") in why_left(bringing)
    assert (bringing.report.there["public_links"], bringing.report.here["public_links"]) == (3, 0)
    assert not bringing.report.is_whole


def test_a_dry_run_counts_links_and_names_those_that_were_revoked(
    new_server: Callable[[], Bringing], source: Callable[..., Any], square: Square
) -> None:
    bringing = new_server()
    before = rows_of(bringing.database)
    plan(source(bringing))
    assert bringing.report.there["public_links"] == 3
    assert ("public_links", "revoked") in why_left(bringing)
    assert rows_of(bringing.database) == before
