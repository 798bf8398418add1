"""PostgreSQL ends connections at any moment, as at its restart: a request in the midst is told to come again, nothing of it is
half stored, and nobody else notices. (SQLite has no connection to lose; a file that is locked or away is 503 too:
tests/server/web/test_openrosa.py, tests/server/web/pages/test_problems.py.)
"""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, func, select, text
from werkzeug.test import TestResponse

from server import equip_app, postgresql
from server.access.sessions import open_session
from server.config import Config
from server.db import Database
from server.jobs import TIMETABLE
from server.models import Submission, TimetableRun
from server.timetable import Timetable
from tests.client import Client
from tests.conftest import MORNING, Clock, Listen
from tests.making import a_record, new_id

HELD = 4  # connections that lie ready in the pool
SLEEP = "SELECT pg_sleep(20)"
MOST = 60  # statements of one request
END_ALL = (
    "SELECT pg_terminate_backend(pid, 9000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


class Cutter:
    """Ends every connection to the database: at once, or at some statement of what is asked."""

    def __init__(self, database: Database) -> None:
        self.address = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self.left = 0

    def while_asking(self, moment: int, ask: Callable[[], TestResponse]) -> TestResponse:
        """Cut off before the statement of this number; `has_cut` says whether it came to that."""
        self.left = moment
        reply = ask()
        self.has_cut, self.left = self.left <= 0, 0
        return reply

    def cut(self) -> None:
        """They are gone when it returns."""
        with psycopg.connect(self.address, autocommit=True) as own:
            own.execute(END_ALL).fetchall()

    def count_down(self, *_statement: object) -> None:
        self.left -= 1
        if self.left == 0:
            self.cut()


@pytest.fixture
def cutter(database: Database, listen: Listen) -> Cutter:
    cutter = Cutter(database)
    listen("before_cursor_execute", cutter.count_down)
    return cutter


def stored(database: Database, instance_id: str) -> int:
    with database.reading() as db:
        query = select(func.count()).select_from(Submission).where(Submission.instance_id == instance_id)
        return db.execute(query).scalar_one()


def test_a_phone_whose_record_was_cut_off_hears_503_and_its_resend_is_stored_once(
    cutter: Cutter, phone: Client, database: Database, project_id: int
) -> None:
    if database.is_sqlite:
        return
    assert (
        phone.send(project_id, a_record()).status_code == 201
    )  # the phone was noted: it is so every few minutes alone
    heard = []
    for moment in range(1, MOST):
        instance_id = new_id()
        reply = cutter.while_asking(moment, lambda: phone.send(project_id, a_record(instance_id=instance_id)))  # noqa: B023
        heard.append(reply.status_code)
        if reply.status_code == 503:
            assert reply.headers["Retry-After"] == "30" and b"OpenRosaResponse" in reply.data
            assert stored(database, instance_id) == 0
            assert phone.send(project_id, a_record(instance_id=instance_id)).status_code == 201
        assert stored(database, instance_id) == 1
        if not cutter.has_cut:
            break
    assert heard[-1] == 201 and set(heard[:-1]) == {503} and len(heard) > 4


def test_a_record_that_was_cut_off_at_its_commit_is_stored_once(
    cutter: Cutter, phone: Client, database: Database, project_id: int, listen: Listen
) -> None:
    if database.is_sqlite:
        return
    instance_id, commits = new_id(), []

    def cut_once(*_connection: object) -> None:
        commits.append(1)
        if len(commits) == 1:
            cutter.cut()

    listen("commit", cut_once)
    first = phone.send(project_id, a_record(instance_id=instance_id))
    assert {first.status_code, phone.send(project_id, a_record(instance_id=instance_id)).status_code} <= {201, 503}
    assert phone.send(project_id, a_record(instance_id=instance_id)).status_code == 201
    assert stored(database, instance_id) == 1


READS = ["/projects", "/projects/{p}/forms/visit/submissions.csv", "/projects/{p}/forms/visit.svc/Submissions"]


@pytest.mark.parametrize("path", READS)
def test_a_program_whose_question_was_cut_off_hears_503_at_whatever_moment(
    cutter: Cutter, database: Database, phone: Client, as_bob: Client, project_id: int, path: str
) -> None:
    if database.is_sqlite:
        return
    phone.send(project_id, a_record())
    heard = []
    for moment in range(1, MOST):
        reply = cutter.while_asking(moment, lambda: as_bob.get(path.format(p=project_id)))
        heard.append(reply.status_code)
        if reply.status_code == 503:
            assert reply.headers["Retry-After"] == "30" and reply.json["code"] == 503.1
        assert database.engine.pool.checkedout() == 0, "one that is left is taken until rubbish is collected"
        if not cutter.has_cut:
            break
    assert (
        heard[-1] == 200 and set(heard[:-1]) <= {200, 503} and 503 in heard
    )  # a look is noted in a transaction of its own


def test_each_is_told_in_its_own_tongue(
    cutter: Cutter, app: Flask, phone: Client, cast: dict[str, int], database: Database, project_id: int
) -> None:
    if database.is_sqlite:
        return
    with database.transaction() as db:
        token, _ = open_session(db, cast["bob"], MORNING)
    browser = app.test_client()
    browser.set_cookie("session", token)
    page = cutter.while_asking(1, lambda: browser.get("/review", headers={"Accept": "text/html"}))
    form_list = cutter.while_asking(1, lambda: phone.get(f"/projects/{project_id}/formList"))
    assert (page.status_code, form_list.status_code) == (503, 503)
    assert "服务器现在办不了" in page.text and "OpenRosaResponse" in form_list.text
    assert page.headers["Retry-After"] == form_list.headers["Retry-After"] == "30"
    assert browser.get("/review").status_code == 200


def hold_some(database: Database) -> None:
    """So that several connections lie in the pool."""
    held = [database.reading() for _ in range(HELD)]
    for one in held:
        one.execute(text("SELECT 1"))
    for one in held:
        one.close()


def test_who_asks_after_a_restart_does_not_notice_it(cutter: Cutter, database: Database, as_bob: Client) -> None:
    if database.is_sqlite:
        return
    hold_some(database)
    cutter.cut()
    assert [as_bob.get("/projects").status_code for _ in range(HELD + 1)] == [200] * (HELD + 1)


def test_after_the_first_that_fails_every_old_connection_is_let_go(
    cutter: Cutter, database: Database, as_bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where nothing tells that the other side is gone: a cable that was pulled."""
    if database.is_sqlite:
        return
    hold_some(database)
    monkeypatch.setattr(postgresql, "is_open", lambda _connection: True)
    cutter.cut()
    assert [as_bob.get("/projects").status_code for _ in range(HELD + 1)] == [503] + [200] * HELD


def test_where_no_connection_is_free_each_is_told_to_come_again(
    cutter: Cutter, database: Database, phone: Client, as_bob: Client, project_id: int, app: Flask
) -> None:
    if database.is_sqlite:
        return
    address = database.engine.url.render_as_string(hide_password=False)
    with Database(address, database.keys.path, connections=1) as small:
        small.engine.pool._timeout = 0.1
        equip_app(app, app.config["CONFIG"], small)
        instance_id = new_id()
        with small.reading() as held:
            held.execute(text("SELECT 1"))
            refused = [as_bob.get("/projects"), phone.send(project_id, a_record(instance_id=instance_id))]
        assert [(one.status_code, one.headers["Retry-After"]) for one in refused] == [(503, "30")] * 2
        assert refused[0].json["code"] == 503.1 and b"OpenRosaResponse" in refused[1].data
        assert as_bob.get("/projects").status_code == 200
    assert stored(database, instance_id) == 0


def test_a_question_that_takes_too_long_is_ended_and_who_asked_is_told_to_come_again(
    cutter: Cutter, database: Database, phone: Client, as_bob: Client, project_id: int, app: Flask, listen: Listen
) -> None:
    if database.is_sqlite:
        return
    address = database.engine.url.render_as_string(hide_password=False)
    with Database(address, database.keys.path, 4, question_seconds=1) as hurried:
        equip_app(app, app.config["CONFIG"], hurried)
        slow = [" FROM project ", " FROM app_user "]

        def be_slow(_connection: object, _cursor: object, statement: str, given: object, *_rest: object) -> tuple:
            said = statement.replace("\n", " ")
            return (SLEEP if any(one in said for one in slow) else statement), given

        event.listen(hurried.engine, "before_cursor_execute", be_slow, retval=True)
        asked = [as_bob.get("/projects"), phone.get(f"/projects/{project_id}/formList")]
        assert [(one.status_code, one.headers["Retry-After"]) for one in asked] == [(503, "30")] * 2
        assert asked[0].json["code"] == 503.1 and b"OpenRosaResponse" in asked[1].data
        slow.clear()
        assert as_bob.get("/projects").status_code == 200


def test_the_timetable_goes_on_by_itself(
    cutter: Cutter, database: Database, config: Config, clock: Clock, tmp_path: Path
) -> None:
    if database.is_sqlite:
        return
    timetable = Timetable(database, config)
    timetable.renew()
    assert timetable.held_until > clock.now()
    cutter.cut()
    timetable.renew()
    clock.forward(seconds=10)
    timetable.renew()
    assert timetable.held_until > clock.now()
    job = next(one for one in TIMETABLE if one.name == "sessions")
    timetable.run_if_holding(job)
    timetable.lease.close()
    with database.reading() as db:
        assert db.get_one(TimetableRun, "sessions").result == "0"
