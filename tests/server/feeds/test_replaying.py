"""Telling again: a dead letter, all of them, a range of numbers; and a test that waits for nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from server.config import Config
from server.db import Database
from server.errors import NotFound, TooManyTests, UnexpectedValue
from server.feeds import replaying
from server.feeds.replaying import (
    MOST_TESTS,
    begin_test,
    count_by_state,
    last_sent,
    replay_failed,
    replay_range,
    send_test,
)
from server.feeds.webhooks import read_range
from server.models import Webhook, WebhookDelivery
from tests.conftest import MORNING
from tests.http_sink import HttpSink
from tests.server.feeds.hooking import ALLOWED, a_webhook, is_signed, run, some_records, states, told

HOUR = timedelta(hours=1)


@pytest.fixture
def hook(database: Database, project_id: int, http_sink: HttpSink) -> int:
    return a_webhook(database, http_sink, project_id)[0]


def maker(database: Database) -> int:
    with database.reading() as db:
        return db.scalars(select(Webhook.made_by_id)).one()


def test_a_dead_letter_is_told_again(
    database: Database, config: Config, project_id: int, http_sink: HttpSink, hook: int
) -> None:
    http_sink.status = 404
    ids = some_records(database, project_id, 1)
    run(database, config, MORNING)
    by = maker(database)
    with database.transaction() as db:
        row = db.get_one(Webhook, hook)
        with pytest.raises(NotFound):
            replay_failed(db, row, 999_999, by, MORNING)
    with database.transaction() as db:
        assert replay_failed(db, db.get_one(Webhook, hook), None, by, MORNING) == 1
    http_sink.status = 200
    assert run(database, config, MORNING + HOUR) == 1
    assert (told(http_sink), states(database)) == ([ids, ids], [("sent", 1, None)])


def test_a_range_is_told_again_in_parts(
    database: Database,
    config: Config,
    project_id: int,
    http_sink: HttpSink,
    hook: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replaying, "TOGETHER", 2)
    ids = some_records(database, project_id, 6)
    run(database, config, MORNING)
    by = maker(database)
    with database.transaction() as db:
        assert replay_range(db, db.get_one(Webhook, hook), 2, 6, by, MORNING) == 3
    run(database, config, MORNING + HOUR)
    assert told(http_sink)[1:] == [ids[1:3], ids[3:5], ids[5:]]
    assert {got.told["purpose"] for got in http_sink.got[1:]} == {"replay"}


def test_numbers_that_were_not_given_yet_and_too_many_are_refused(
    database: Database, project_id: int, hook: int
) -> None:
    some_records(database, project_id, 1)
    by = maker(database)
    with database.transaction() as db:
        with pytest.raises(UnexpectedValue):
            replay_range(db, db.get_one(Webhook, hook), 1, 1, by, MORNING)
        with pytest.raises(UnexpectedValue):
            read_range("9-3")
    assert (read_range("12"), read_range(" 12 - 40 "), read_range("12–40")) == ((12, 12), (12, 40), (12, 40))


@pytest.mark.parametrize("text", ["", "0", "-3", "a-b", "1-2-3", "９", "1" * 16])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(UnexpectedValue):
        read_range(text)


def test_a_test_is_sent_at_once_and_tells_nothing(
    database: Database, config: Config, project_id: int, http_sink: HttpSink
) -> None:
    hook, secret = a_webhook(database, http_sink, project_id)
    http_sink.status = 503
    some_records(database, project_id, 1)
    run(database, config, MORNING)
    http_sink.status, by = 200, maker(database)
    with database.transaction() as db:
        claim = begin_test(db, db.get_one(Webhook, hook), by, MORNING)
    assert send_test(database, claim, ALLOWED, lambda: MORNING) == ""
    got = http_sink.got[-1]
    assert (got.told["purpose"], got.told["changes"], is_signed(got, secret)) == ("test", [], [True])
    assert [state for state, *_ in states(database)] == ["waiting", "sent"]


def test_a_test_that_fails_is_not_tried_again_and_says_why(
    database: Database, project_id: int, http_sink: HttpSink, hook: int
) -> None:
    http_sink.status, by = 503, maker(database)
    with database.transaction() as db:
        claim = begin_test(db, db.get_one(Webhook, hook), by, MORNING)
    assert send_test(database, claim, ALLOWED, lambda: MORNING) == "busy"
    assert states(database) == [("failed", 1, "busy")]


def test_tests_are_few(database: Database, hook: int) -> None:
    by = maker(database)
    for _ in range(MOST_TESTS):
        with database.transaction() as db:
            begin_test(db, db.get_one(Webhook, hook), by, MORNING)
    with database.transaction() as db, pytest.raises(TooManyTests):
        begin_test(db, db.get_one(Webhook, hook), by, MORNING)
    with database.transaction() as db:
        begin_test(db, db.get_one(Webhook, hook), by, MORNING + HOUR)


def test_what_came_of_them_is_counted(
    database: Database, config: Config, project_id: int, http_sink: HttpSink, hook: int
) -> None:
    some_records(database, project_id, 1)
    run(database, config, MORNING)
    with database.reading() as db:
        assert count_by_state(db, [hook]) == {(hook, "sent"): 1}
        assert last_sent(db, [hook]).keys() == {hook}
        assert db.scalars(select(WebhookDelivery.webhook_id)).all() == [hook]
