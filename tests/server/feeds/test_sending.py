"""Webhooks on their way: signed, in order, at least once, whatever breaks; ids and kinds, nothing that anybody said."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from server.access import outbound
from server.config import Config
from server.db import Database
from server.feeds import deliveries, sending
from server.feeds.deliveries import MOST_TRIES, MOST_WAITING, STUCK_AFTER, claim_one, make_deliveries
from server.feeds.sending import send_one
from server.feeds.webhooks import change_secret, remove_webhook, restore_webhook, set_pause
from server.models import Project, Submission, Webhook, WebhookDelivery
from tests.conftest import MORNING
from tests.http_sink import HttpSink
from tests.server.feeds.hooking import ALLOWED, a_webhook, is_signed, run, some_records, states, told

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def test_what_changes_is_told_once_and_signed(
    database: Database, config: Config, project_id: int, http_sink: HttpSink
) -> None:
    before = some_records(database, project_id, 1)
    run(database, config, MORNING)
    _, secret = a_webhook(database, http_sink, project_id)
    ids = some_records(database, project_id, 3)
    assert [run(database, config, MORNING + minute * MINUTE) for minute in range(3)] == [1, 0, 0]
    [got] = http_sink.got
    assert (told(http_sink), is_signed(got, secret), is_signed(got, "other")) == ([ids], [True], [False])
    assert before[0] not in str(got.body)
    assert got.headers["x-fangshi-version"] == "1"
    assert int(got.headers["x-fangshi-timestamp"]) - int(MORNING.timestamp()) in range(60)
    body = {key: value for key, value in got.told.items() if key not in ("changes", "delivery")}
    assert body == {"version": 1, "purpose": "changes", "project": project_id, "first": 2, "last": 4}
    assert got.told["delivery"] == got.headers["x-fangshi-delivery"]
    assert got.told["changes"][0] == {"seq": 2, "kind": "submission.create", "id": ids[0]}


def test_each_hears_of_what_it_was_set_up_for(
    database: Database, config: Config, project_id: int, http_sink: HttpSink
) -> None:
    a_webhook(database, http_sink, project_id, "/review", groups=("review",))
    a_webhook(database, http_sink, project_id, "/records", groups=("records",))
    some_records(database, project_id, 2)
    run(database, config, MORNING)
    assert [got.path for got in http_sink.got] == ["/records"]


def test_no_word_that_anybody_said_goes_out(
    database: Database, config: Config, project_id: int, http_sink: HttpSink
) -> None:
    a_webhook(database, http_sink, project_id)
    ids = some_records(database, project_id, 1)
    run(database, config, MORNING)
    [got] = http_sink.got
    said = f"{got.path} {json.dumps(got.headers)} {got.body.decode()}"
    assert ids[0] in said
    assert not [word for word in ("visit", "走访", "village", "alice", "form") if word in said]


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"status": 500}, "busy"),
        ({"status": 429}, "busy"),
        ({"status": 502}, "unknown"),
        ({"fault": "cut"}, "unknown"),
        ({"fault": "hang"}, "unknown"),
    ],
)
def test_what_was_not_taken_is_sent_again_until_it_is(
    database: Database,
    config: Config,
    project_id: int,
    http_sink: HttpSink,
    monkeypatch: pytest.MonkeyPatch,
    fault: dict[str, object],
    why: str,
) -> None:
    monkeypatch.setattr(outbound, "PATIENCE", 0.6)
    a_webhook(database, http_sink, project_id)
    ids = some_records(database, project_id, 1)
    for name, value in fault.items():
        setattr(http_sink, name, value)
    assert run(database, config, MORNING) == 0
    assert states(database) == [("waiting", 1, why)]
    assert run(database, config, MORNING + timedelta(seconds=30)) == 0, "it is not asked again at once"
    http_sink.fault, http_sink.status = "", 200
    assert run(database, config, MORNING + 2 * MINUTE) == 1
    assert (told(http_sink)[-1], states(database)) == ([ids[0]], [("sent", 2, None)])
    assert len({got.told["delivery"] for got in http_sink.got}) == 1, "the other side knows it by its mark"


@pytest.mark.parametrize(("status", "why"), [(404, "status:404"), (302, "redirected")])
def test_a_no_for_good_is_a_dead_letter_and_the_next_goes_on(
    database: Database, config: Config, project_id: int, http_sink: HttpSink, status: int, why: str
) -> None:
    a_webhook(database, http_sink, project_id)
    some_records(database, project_id, 1)
    http_sink.status = status
    http_sink.headers = {"Location": f"{http_sink.url}/elsewhere"}
    run(database, config, MORNING)
    assert states(database) == [("failed", 1, why)]
    http_sink.status = 200
    after = some_records(database, project_id, 1)
    assert run(database, config, MORNING + MINUTE) == 1
    assert told(http_sink)[-1] == after
    assert {got.path for got in http_sink.got} == {"/in"}, "no redirect is followed"


def test_who_is_away_for_long_gets_it_in_order_when_back(
    database: Database, config: Config, project_id: int, http_sink: HttpSink
) -> None:
    a_webhook(database, http_sink, project_id)
    http_sink.status = 503
    ids = []
    for hour in range(6):
        ids += some_records(database, project_id, 1)
        run(database, config, MORNING + hour * HOUR)
    assert len({got.told["delivery"] for got in http_sink.got}) == 1, "the later ones wait for the first"
    http_sink.status, reached = 200, len(http_sink.got)
    run(database, config, MORNING + 8 * HOUR)
    assert [one for got in told(http_sink)[reached:] for one in got] == ids


def test_after_its_last_try_it_is_given_up(
    database: Database, config: Config, project_id: int, http_sink: HttpSink
) -> None:
    a_webhook(database, http_sink, project_id)
    some_records(database, project_id, 1)
    http_sink.status = 503
    for hour in range(MOST_TRIES + 2):
        run(database, config, MORNING + hour * HOUR * 2)
    assert states(database) == [("failed", MOST_TRIES, "busy")]


class Killed(BaseException):
    """As if the process were ended: nothing catches it."""


def test_killed_between_claiming_and_sending_it_is_sent_later(
    database: Database, config: Config, project_id: int, http_sink: HttpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_webhook(database, http_sink, project_id)
    ids = some_records(database, project_id, 2)

    def die(*_given: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(sending, "post", die)
        with pytest.raises(Killed):
            run(database, config, MORNING)
    assert (states(database), http_sink.got) == ([("sending", 1, None)], [])
    assert run(database, config, MORNING + MINUTE) == 0, "it may still be under way"
    assert run(database, config, MORNING + STUCK_AFTER + MINUTE) == 1
    assert told(http_sink) == [ids]


def test_killed_after_sending_it_comes_twice_with_the_same_mark(
    database: Database, config: Config, project_id: int, http_sink: HttpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_webhook(database, http_sink, project_id)
    some_records(database, project_id, 1)

    def die(*_given: object, **_values: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(sending, "settle", die)
        with pytest.raises(Killed):
            run(database, config, MORNING)
    run(database, config, MORNING + STUCK_AFTER + MINUTE)
    marks = [got.told["delivery"] for got in http_sink.got]
    assert (len(marks), len(set(marks))) == (2, 1)


def test_nothing_is_told_before_it_is_on_disk(
    database: Database, config: Config, project_id: int, http_sink: HttpSink
) -> None:
    a_webhook(database, http_sink, project_id)

    class Broken(Exception):
        pass

    from server.access.changes import note_changes

    with pytest.raises(Broken), database.transaction() as db:
        note_changes(db, project_id, "submission.seal", [1], MORNING)
        raise Broken
    assert (run(database, config, MORNING), http_sink.got) == (0, [])


def test_while_a_new_secret_is_brought_over_both_sign(
    database: Database, config: Config, project_id: int, http_sink: HttpSink
) -> None:
    number, old = a_webhook(database, http_sink, project_id)
    by = who_made_it(database)
    with database.transaction() as db:
        new = change_secret(db, db.get_one(Webhook, number), by, MORNING)
    some_records(database, project_id, 1)
    run(database, config, MORNING + MINUTE)
    assert (is_signed(http_sink.got[0], new), is_signed(http_sink.got[0], old)) == ([True, False], [False, True])
    some_records(database, project_id, 1)
    run(database, config, MORNING + 49 * HOUR)
    assert (is_signed(http_sink.got[1], new), is_signed(http_sink.got[1], old)) == ([True], [False])


def who_made_it(database: Database) -> int:
    with database.reading() as db:
        return db.scalars(select(Webhook.made_by_id)).one()


def test_while_it_is_paused_or_removed_nothing_goes_and_nothing_is_lost(
    database: Database, config: Config, project_id: int, http_sink: HttpSink
) -> None:
    number, _ = a_webhook(database, http_sink, project_id)
    by = who_made_it(database)
    with database.transaction() as db:
        set_pause(db, db.get_one(Webhook, number), True, by, MORNING)
    ids = some_records(database, project_id, 1)
    assert (run(database, config, MORNING), http_sink.got) == (0, [])
    with database.transaction() as db:
        row = db.get_one(Webhook, number)
        set_pause(db, row, False, by, MORNING)
        remove_webhook(db, row, by, MORNING)
    assert (run(database, config, MORNING), http_sink.got) == (0, [])
    with database.transaction() as db:
        restore_webhook(db, project_id, number, by, MORNING + HOUR)
    assert run(database, config, MORNING + HOUR) == 1
    assert told(http_sink) == [ids]


def test_of_what_was_removed_a_week_ago_no_secret_stays(
    database: Database, config: Config, project_id: int, http_sink: HttpSink
) -> None:
    number, secret = a_webhook(database, http_sink, project_id)
    by = who_made_it(database)
    with database.transaction() as db:
        remove_webhook(db, db.get_one(Webhook, number), by, MORNING)
    run(database, config, MORNING + timedelta(days=6))
    with database.reading() as db:
        assert secret in db.get_one(Webhook, number).destination_json
    run(database, config, MORNING + timedelta(days=7))
    with database.reading() as db:
        assert (secret in db.get_one(Webhook, number).destination_json) is False


def test_what_is_no_longer_readable_when_it_is_sent_is_not_told(
    database: Database, config: Config, project_id: int, http_sink: HttpSink
) -> None:
    a_webhook(database, http_sink, project_id)
    first, second = some_records(database, project_id, 2)
    http_sink.status = 503
    run(database, config, MORNING)
    with database.transaction() as db:
        db.execute(update(Submission).where(Submission.instance_id == first).values(sealed=True))
    http_sink.status = 200
    run(database, config, MORNING + HOUR)
    assert told(http_sink) == [[first, second], [second]]
    some_records(database, project_id, 1)
    http_sink.status = 503
    run(database, config, MORNING + 2 * HOUR)
    with database.transaction() as db:
        db.execute(update(Submission).values(sealed=True))
    run(database, config, MORNING + 4 * HOUR)
    assert states(database)[-1][0] == "empty"


def test_of_a_project_that_was_deleted_nothing_is_told(
    database: Database, config: Config, project_id: int, http_sink: HttpSink
) -> None:
    a_webhook(database, http_sink, project_id)
    some_records(database, project_id, 1)
    with database.transaction() as db:
        db.execute(update(Project).values(deleted_at=MORNING))
    assert (run(database, config, MORNING), http_sink.got) == (0, [])


def test_an_address_inside_the_network_is_not_called_though_it_was_allowed_once(
    database: Database, project_id: int, config: Config, http_sink: HttpSink
) -> None:
    from server.sending_jobs import tell_programs

    a_webhook(database, http_sink, project_id)
    some_records(database, project_id, 1)
    tell_programs(database, config, MORNING)
    assert (states(database), http_sink.reached) == ([("failed", 1, "not_allowed")], 0)


def test_two_that_send_at_once_take_on_different_ones(database: Database, project_id: int, http_sink: HttpSink) -> None:
    from server.feeds.numbering import number_all

    number, _ = a_webhook(database, http_sink, project_id)
    some_records(database, project_id, 1)
    number_all(database, project_id)
    with database.transaction() as db:
        make_deliveries(db, number, MORNING)
    with database.transaction() as db:
        assert claim_one(db, MORNING) is not None
    with database.transaction() as db:
        assert claim_one(db, MORNING) is None
    assert send_one(database, ALLOWED, lambda: MORNING) is None


def test_of_an_address_that_is_away_few_deliveries_are_made_ahead(
    database: Database, config: Config, project_id: int, http_sink: HttpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "TOGETHER", 1)
    a_webhook(database, http_sink, project_id)
    http_sink.status = 503
    ids = some_records(database, project_id, MOST_WAITING + 5)
    run(database, config, MORNING)
    assert len(states(database)) == MOST_WAITING
    http_sink.status = 200
    reached = len(http_sink.got)
    for hour in (1, 2):
        run(database, config, MORNING + hour * HOUR)
    assert [one for got in told(http_sink)[reached:] for one in got] == ids


def test_what_came_through_a_month_ago_is_forgotten_and_what_failed_is_not(
    database: Database, config: Config, project_id: int, http_sink: HttpSink
) -> None:
    a_webhook(database, http_sink, project_id)
    for status in (200, 404):
        http_sink.status = status
        some_records(database, project_id, 1)
        run(database, config, MORNING)
    run(database, config, MORNING + timedelta(days=31))
    with database.reading() as db:
        assert list(db.scalars(select(WebhookDelivery.state))) == ["failed"]
