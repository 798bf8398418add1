"""The doors' only way to write: items in savepoints, one transaction, requests that arrive together share it."""

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.instance import read_instance
from server.db import Database
from server.errors import InstanceConflict
from server.intake import derive
from server.intake.answer_index import answered
from server.intake.items import Item, Receipt
from server.intake.quality_queue import wait_for_look
from server.intake.store import Store, number_together
from server.models import (
    AnswerWord,
    Audit,
    DeriveProblem,
    Project,
    QualityWait,
    Submission,
    SubmissionGeometry,
    SubmissionVersion,
)
from server.models.facts import ProjectFacts
from server.publishing.versions import get_version
from server.reading import Reading
from server.workplaces import Workplaces
from tests.conftest import MORNING, Listen
from tests.making import a_form, a_record, new_id


@pytest.fixture
def make_item(database: Database, project_id: int) -> Callable[[bytes], Item]:
    with database.transaction() as db:
        a_form(db, project_id)
    with database.reading() as db:
        asked = get_version(db, project_id, "visit", "1")
    return lambda xml: Item(asked, read_instance(xml), xml, (), None, "collect:x", "test", MORNING)


def count(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(SubmissionVersion))


def test_one_bad_item_keeps_only_itself_out(database: Database, make_item: Callable[[bytes], Item]) -> None:
    instance_id = new_id()
    good, other = a_record(instance_id=instance_id), a_record(instance_id=instance_id, note="other")
    outcomes = Store(database).store([make_item(xml) for xml in (good, other, a_record())])
    assert [type(one) for one in outcomes] == [Receipt, InstanceConflict, Receipt]
    assert count(database) == 2


def test_many_identical_uploads_at_once_are_one_record(database: Database, make_item: Callable[[bytes], Item]) -> None:
    store, item, outcomes = Store(database), make_item(a_record()), []
    gate = threading.Barrier(8)

    def send() -> None:
        gate.wait()
        outcomes.extend(store.store([item]))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(one.kind for one in outcomes) == ["again"] * 7 + ["new"]
    assert count(database) == 1


def test_requests_that_wait_together_share_one_commit(
    database: Database, make_item: Callable[[bytes], Item], listen: Listen
) -> None:
    if not database.is_sqlite:
        return  # PostgreSQL groups its flushes itself
    store, commits = Store(database), []
    listen("commit", lambda _: commits.append(1))
    with store.writer:
        threads = [threading.Thread(target=store.store, args=([make_item(a_record())],)) for _ in range(10)]
        for thread in threads:
            thread.start()
        while len(store.waiting) < 10:
            pass
    for thread in threads:
        thread.join()
    assert (len(commits), count(database)) == (1, 10)


def test_what_takes_long_is_written_in_parts_so_that_others_get_in_between(
    database: Database, make_item: Callable[[bytes], Item], listen: Listen
) -> None:
    """And who got the lock writes on until his own is written, for those before him too."""
    if not database.is_sqlite:
        return
    store, commits = Store(database), []
    listen("commit", lambda _: commits.append(1))
    store.most_now = 3
    with store.writer:
        threads = [threading.Thread(target=store.store, args=([make_item(a_record())],)) for _ in range(4)]
        for number, thread in enumerate(threads, 1):
            thread.start()
            while len(store.waiting) < number:
                pass
    for thread in threads:
        thread.join()
    assert (len(commits), count(database)) == (2, 4)


@pytest.mark.parametrize(("number", "seconds", "next_time"), [(1, 0.1, 2), (10, 5.0, 1), (2, 0.0, 64), (8, 0.02, 64)])
def test_how_many_go_together_is_what_takes_a_quarter_of_a_second(number: int, seconds: float, next_time: int) -> None:
    assert number_together(number, seconds) == next_time


def test_records_of_care_wait_for_each_other_without_a_connection_and_others_do_not_wait(
    database: Database, make_item: Callable[[bytes], Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL a lock was waited for in vain where many sent, and what records tell was not known for a minute."""
    store, item = Store(database), make_item(a_record())
    of_care = replace(item, asked=replace(item.asked, project=ProjectFacts(1, "care")))
    written: list[str] = []
    monkeypatch.setattr(store, "write", lambda items: written.append(items[0].asked.project.kind) or [None])
    with store.writer:
        waiting = threading.Thread(target=store.store, args=([of_care],))
        waiting.start()
        while not store.waiting:
            pass
        if not database.is_sqlite:
            store.store([item])
            assert written == [item.asked.project.kind]
    waiting.join()
    assert written[-1] == "care"


def test_who_waits_for_the_writer_keeps_nobody_else_from_work(
    database: Database, make_item: Callable[[bytes], Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    places = Workplaces(1)
    monkeypatch.setattr("server.intake.store.HERE", places)
    store, item = Store(database), make_item(a_record())
    item = replace(item, asked=replace(item.asked, project=ProjectFacts(item.asked.project.id, "care")))

    def send() -> None:
        with places.work():
            store.store([item])
            assert places.is_mine

    with store.writer:
        phone = threading.Thread(target=send)
        phone.start()
        while not store.waiting:
            pass
        assert places.free.acquire(timeout=30)
        places.free.release()
    phone.join()
    assert count(database) == 1


def test_the_log_begins_anew_however_many_look_one_after_the_other(
    database: Database, make_item: Callable[[bytes], Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not database.is_sqlite:
        return  # PostgreSQL does so itself
    monkeypatch.setattr("server.intake.store.LONG_LOG", 2**20)
    monkeypatch.setattr("server.intake.store.PATIENCE_MS", 5000)  # of a busy machine
    store, over = Store(database), threading.Event()

    def look() -> None:
        while not over.wait(0.01):
            with look_at(database):
                over.wait(0.02)

    lookers = [threading.Thread(target=look) for _ in range(4)]
    for looker in lookers:
        looker.start()
    sizes = []
    for _ in range(60):
        store.store([make_item(a_record())])
        sizes.append(database.log_size())
    over.set()
    for looker in lookers:
        looker.join()
    assert 0 in sizes


def test_who_looks_for_long_stops_nobody_and_the_log_is_shortened_after_that(
    database: Database, make_item: Callable[[bytes], Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not database.is_sqlite:
        return
    monkeypatch.setattr("server.intake.store.LONG_LOG", 2**18)
    tries: list[bool] = []
    empty = Database.empty_log
    monkeypatch.setattr(Database, "empty_log", lambda own, wait: tries.append(empty(own, wait)) or tries[-1])
    store, look = Store(database), look_at(database)
    for _ in range(20):
        assert isinstance(store.store([make_item(a_record())])[0], Receipt)
    assert 0 < len(tries) < 12
    assert not any(tries)
    look.close()
    for _ in range(20):
        store.store([make_item(a_record())])
    assert tries[-1]
    assert database.log_size() < 2 * 2**18


def look_at(database: Database) -> Session:
    look = database.reading()
    look.scalar(select(func.count()).select_from(SubmissionVersion))
    return look


def test_when_the_transaction_fails_everybody_who_waited_is_told(
    database: Database, make_item: Callable[[bytes], Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(database)

    def fail(_: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr(store, "write", fail)
    if not database.is_sqlite:
        return
    with pytest.raises(OSError, match="disk"):
        store.store([make_item(a_record())])
    monkeypatch.undo()
    assert isinstance(store.store([make_item(a_record())])[0], Receipt)


def test_a_fault_of_ours_in_one_item_does_not_take_the_others_along(
    database: Database, make_item: Callable[[bytes], Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.intake import receive

    bad = make_item(a_record(note="bad"))
    real = receive.check

    def fail(instance: object, schema: object) -> list:
        if instance is bad.instance:
            raise ZeroDivisionError
        return real(instance, schema)

    monkeypatch.setattr(receive, "check", fail)
    outcomes = Store(database).store([make_item(a_record()), bad, make_item(a_record())])
    assert [type(one) for one in outcomes] == [Receipt, ZeroDivisionError, Receipt]
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Submission)) == 2


def test_a_deriver_that_fails_takes_along_nothing_of_its_record_and_of_none_beside_it(
    database: Database, make_item: Callable[[bytes], Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All three are written a second time then: nothing stands there twice, and nothing that the failed one wrote."""
    bad = make_item(a_record(note="bad"))

    def fail_late(db: Session, reading: Reading) -> None:
        wait_for_look(db, reading.submission_id)
        if reading.instance is bad.instance:
            raise ZeroDivisionError

    monkeypatch.setattr(derive, "DERIVERS", (("place", fail_late), *derive.DERIVERS))
    outcomes = Store(database).store([make_item(a_record()), bad, make_item(a_record())])
    assert [one.kind for one in outcomes if isinstance(one, Receipt)] == ["new"] * 3
    with database.reading() as db:
        problem = db.scalars(select(DeriveProblem)).one()
        waits = Counter(db.scalars(select(QualityWait.submission_id)))
        created = select(func.count()).where(Audit.action == "submission.create")
        assert db.scalar(created) == db.scalar(select(func.count()).select_from(Submission)) == 3
    assert (problem.submission_version_id, problem.tries) == (outcomes[1].submission_version_id, 1)
    assert [waits[one.submission_id] for one in outcomes] == [2, 1, 2]


MOST_STATEMENTS = {"sqlite": 8, "postgresql": 2}
MOST_OF_THREE = {"sqlite": 10, "postgresql": 15}


def test_a_new_record_costs_few_statements_and_deletes_nothing(
    database: Database,
    make_item: Callable[[bytes], Item],
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    """Nothing was derived of it yet, so there is nothing to replace; its words are one statement, however many."""
    store = Store(database)
    store.store([make_item(a_record(note="first"))])  # makes the project's key
    item = make_item(a_record(note="one", gps="30 105 0 5", members=[("甲", "3"), ("乙", "40"), ("丙", "41")]))
    with count_queries() as statements:
        store.store([item])
    told = [one.split("(")[0] for one in statements if not one.startswith("BEGIN")]
    assert len(told) <= MOST_STATEMENTS[database.engine.dialect.name]
    assert not [one for one in told if one.startswith("DELETE")]
    assert sum(one.count("INTO answer_word") for one in statements) == 1


def test_a_record_alone_is_one_statement_on_postgresql_and_no_transaction_around_it(
    database: Database, make_item: Callable[[bytes], Item], listen: Listen
) -> None:
    """BEGIN and COMMIT are two ways there and back, and psycopg keeps no statement of more than fifty values."""
    if database.is_sqlite:
        return  # which begins one before it looks
    store, alone, values = Store(database), [], []
    store.store([make_item(a_record(note="first"))])  # makes the project's key
    listen("before_cursor_execute", lambda c, *_: alone.append(c.connection.dbapi_connection.autocommit))
    listen("before_cursor_execute", lambda _c, _k, _s, given, *_: values.append(len(given)))
    store.store([make_item(a_record(instance_id="uuid:x", gps="30 105 0 5"))])
    assert alone == [True, True]
    assert max(values) <= 50
    alone.clear()
    assert store.store([make_item(a_record(instance_id="uuid:x", note="other"))])[0].code == 409.1
    assert alone[:2] == [True, False], "whatever is not new is seen to in a transaction"


def test_of_records_that_are_written_together_only_the_first_asks_what_is_the_same_for_all(
    database: Database,
    make_item: Callable[[bytes], Item],
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    """The project's boundaries and its key: neither changes while that transaction lasts. The next one asks again."""
    store = Store(database)
    store.store([make_item(a_record(note="first"))])
    for _ in range(2):
        items = [make_item(a_record(note=note, gps="30 105 0 5")) for note in "abc"]
        with count_queries() as statements:
            store.store(items)
        assert [sum(f"FROM {table}" in one for one in statements) for table in ("boundary_set", "answer_key")] == [1, 1]
        assert len(statements) <= MOST_OF_THREE[database.engine.dialect.name]


def test_records_of_two_projects_that_are_written_together_have_each_its_own_key(
    database: Database, make_item: Callable[[bytes], Item]
) -> None:
    with database.transaction() as db:
        other = Project(name="Other", created_at=MORNING)
        db.add(other)
        db.flush()
        a_form(db, other.id)
    with database.reading() as db:
        asked = get_version(db, other.id, "visit", "1")
    for _ in range(2):  # the second time both have a key already
        ours, theirs = make_item(a_record(note="same")), make_item(a_record(note="same"))
        told = Store(database).store([ours, replace(theirs, asked=asked)])
        with database.reading() as db:
            for project_id, receipt in zip((ours.asked.project.id, other.id), told, strict=True):
                form_id = db.get_one(Submission, receipt.submission_id).form_id
                found = db.scalars(select(Submission.id).where(answered(db, project_id, form_id, "/note", ["same"])))
                assert receipt.submission_id in found.all()


def told_of(database: Database, submission_id: int) -> dict[str, int]:
    """How many rows tell of a record, by table."""
    with database.reading() as db:
        return {
            table.__tablename__: db.scalar(select(func.count()).where(table.submission_id == submission_id))
            for table in (Audit, AnswerWord, QualityWait, SubmissionGeometry, SubmissionVersion)
        }


def test_all_that_is_written_last_is_there_for_each_record_however_many_came_together(
    database: Database, make_item: Callable[[bytes], Item]
) -> None:
    store = Store(database)
    alone = store.store([make_item(a_record(note="one", gps="30 105 0 5"))])
    together = store.store([make_item(a_record(note=note, gps="30 105 0 5")) for note in "abc"])
    rows = [told_of(database, one.submission_id) for one in (*alone, *together)]
    assert rows == [rows[0]] * 4
    assert all(rows[0].values()), rows[0]


def test_a_correction_that_came_with_its_record_replaces_all_that_was_derived(
    database: Database,
    make_item: Callable[[bytes], Item],
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    """What waited to be written of the record is written before it is replaced: nothing of its answers is found any more."""
    first, second = new_id(), new_id()
    before = a_record(instance_id=first, note="before", gps="30 105 0 5", members=[("甲", "3"), ("乙", "40")])
    after = a_record(instance_id=second, deprecated_id=first, note="after")
    alone, wanted = Store(database), Store(database)
    alone.store([make_item(a_record(note="first"))])  # makes the project's key
    with count_queries() as statements:
        outcomes = alone.store([make_item(xml) for xml in (before, before, after, after)])
    assert not [one for one in statements if "SAVEPOINT" in one], "nothing of it failed"
    assert [one.kind for one in outcomes] == ["new", "again", "edit", "again"]
    (compared,) = wanted.store([make_item(a_record(note="after"))])
    told, fresh = (told_of(database, one.submission_id) for one in (outcomes[0], compared))
    derived = ("answer_word", "submission_geometry")
    assert {name: told[name] for name in derived} == {name: fresh[name] for name in derived}
    assert (told["submission_version"], told["audit"]) == (2, 2)


def test_no_statement_of_a_new_record_reads_a_whole_table(
    database: Database, make_item: Callable[[bytes], Item], listen: Listen
) -> None:
    """However full the form is. A list that the statement brings along (json_each) is no table, and a table that it does not
    name is looked at only while some foreign key is broken: the plan of an insert into one with triggers tells all of those.
    """
    if not database.is_sqlite:
        return  # PostgreSQL's planner goes by how much there is
    store, asked = Store(database), []
    store.store([make_item(a_record(note="first"))])
    listen("before_cursor_execute", lambda _c, _k, statement, values, *_: asked.append((statement, values)))
    store.store([make_item(a_record(note="one", gps="30 105 0 5"))])
    told = [(one, values) for one, values in asked if one.split(" ")[0] in ("SELECT", "INSERT", "UPDATE", "DELETE")]
    plans = []
    with database.reading() as db:
        for statement, values in told:
            first = values[0] if isinstance(values, list) else values
            plan = db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", first)
            plans += [row.detail for row in plan if row.detail.split(" ")[1] in statement]
    assert [one for one in plans if one.startswith("SCAN") and "VIRTUAL" not in one] == []
    assert [one for one in plans if one.startswith("SEARCH submission_version ")]
