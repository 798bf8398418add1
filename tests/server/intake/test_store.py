"""The doors' only way to write: items in savepoints, one transaction, requests that arrive together share it."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.db import Database
from server.errors import InstanceConflict
from server.intake import derive
from server.intake.items import Item, Outcome, Receipt
from server.intake.quality_queue import wait_for_look
from server.intake.store import Store
from server.intake.together import Ticket
from server.models import Audit, DeriveProblem, Project, QualityWait, Submission, SubmissionVersion
from server.models.facts import ProjectFacts
from server.reading import Reading
from server.workplaces import Workplaces
from tests.conftest import Listen
from tests.making import a_record, new_id


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


@contextmanager
def held(store: Store) -> Iterator[None]:
    """Somebody leads who has nothing to write."""
    store.line.is_led = True
    yield
    store.line.hand_on(Ticket([]))


def test_requests_that_wait_together_share_one_commit(
    database: Database, make_item: Callable[[bytes], Item], listen: Listen
) -> None:
    if not database.is_sqlite:
        return  # PostgreSQL groups its flushes itself
    store, commits = Store(database), []
    listen("commit", lambda _: commits.append(1))
    with held(store):
        threads = [threading.Thread(target=store.store, args=([make_item(a_record())],)) for _ in range(10)]
        for thread in threads:
            thread.start()
        while len(store.line.waiting) < 10:
            pass
    for thread in threads:
        thread.join()
    assert (len(commits), count(database)) == (1, 10)


def test_what_takes_long_is_written_in_parts_so_that_others_get_in_between(
    database: Database, make_item: Callable[[bytes], Item], listen: Listen
) -> None:
    if not database.is_sqlite:
        return
    store, commits = Store(database), []
    listen("commit", lambda _: commits.append(1))
    store.line.most_now = 3
    with held(store):
        threads = [threading.Thread(target=store.store, args=([make_item(a_record())],)) for _ in range(4)]
        for number, thread in enumerate(threads, 1):
            thread.start()
            while len(store.line.waiting) < number:
                pass
    for thread in threads:
        thread.join()
    assert (len(commits), count(database)) == (2, 4)


def test_how_long_it_waited_for_its_turn_says_nothing_of_how_many_go_together(
    database: Database, make_item: Callable[[bytes], Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a job of many transactions leaves one record to each turn, and 32 phones wait for 32 turns."""
    if not database.is_sqlite:
        return  # where nobody waits for a turn
    monkeypatch.setattr("server.intake.together.SECONDS_TOGETHER", 1.0)
    store, item = Store(database), make_item(a_record())
    phone = threading.Thread(target=store.store, args=([item],))
    with database.transaction() as db:
        db.execute(update(Project).values(name="held"))
        phone.start()
        phone.join(1.5)
        assert phone.is_alive()
    phone.join()
    assert store.line.most_now > 1


def test_who_comes_while_the_turn_is_waited_for_goes_along(
    database: Database, make_item: Callable[[bytes], Item], listen: Listen
) -> None:
    """Else a job's transaction keeps the first waiting, and a second one of the job's the rest."""
    if not database.is_sqlite:
        return  # where nobody waits for a turn
    store, commits = Store(database), []
    items = [make_item(a_record()) for _ in range(4)]
    phones = [threading.Thread(target=store.store, args=([item],)) for item in items]
    with database.transaction() as db:
        db.execute(update(Project).values(name="held"))
        phones[0].start()
        while not store.line.is_led:
            pass
        phones[0].join(0.2)  # long enough to stand at the lock
        for phone in phones[1:]:
            phone.start()
        while len(store.line.waiting) < len(items):
            pass
        listen("commit", lambda _: commits.append(1))
    for phone in phones:
        phone.join()
    assert (len(commits), count(database)) == (2, 4), "the job's and one of all"


def test_where_the_turn_does_not_come_who_waited_for_it_is_told_and_who_came_later_waits_on(
    database: Database, make_item: Callable[[bytes], Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, item = Store(database), make_item(a_record())
    early, late = Ticket([item]), Ticket([item])

    def refuse(choose: Callable[[], list[Item]]) -> list[Outcome]:
        store.line.waiting.append(late)
        raise TimeoutError

    monkeypatch.setattr(store, "write", refuse)
    store.line.waiting.append(early)
    store.write_waiting()
    assert early.done and isinstance(early.error, TimeoutError)
    assert not late.done and list(store.line.waiting) == [late]


def test_records_of_care_wait_for_each_other_without_a_connection_and_others_do_not_wait(
    database: Database, make_item: Callable[[bytes], Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL a lock was waited for in vain where many sent, and what records tell was not known for a minute."""
    store, item = Store(database), make_item(a_record())
    of_care = replace(item, asked=replace(item.asked, project=ProjectFacts(1, "care")))
    written: list[str] = []
    monkeypatch.setattr(store, "write", lambda choose: written.append(choose()[0].asked.project.kind) or [None])
    with held(store):
        waiting = threading.Thread(target=store.store, args=([of_care],))
        waiting.start()
        while not store.line.waiting:
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
            assert not places.is_mine, "what is left is to say that it is stored"

    with held(store):
        phone = threading.Thread(target=send)
        phone.start()
        while not store.line.waiting:
            pass
        assert places.since == {}
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

    def fail(*_: object) -> None:
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
