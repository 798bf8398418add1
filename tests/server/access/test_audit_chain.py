"""Rows in a chain: each change made afterwards is found at its position, on both databases."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as pysqlite
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from server.access.audit import record
from server.access.audit_chain import (
    LOOK_BACK,
    ROWS,
    WHOLE,
    Head,
    chain_rows,
    digest_content,
    find_head,
    next_hash,
)
from server.access.audit_heads import NAME, Anchor, anchor, read_anchors
from server.access.audit_redacting import redact_rows
from server.access.audit_verifying import Verdict, verify_chain
from server.config import Config
from server.db import Database
from server.jobs import chain_audit
from server.models import AuditLink
from tests.conftest import MORNING


def act(database: Database, count: int = 1, action: str = "project.update", **more: object) -> None:
    with database.transaction() as db:
        for number in range(count):
            details = {"data": {"number": number, "中文": "值"}}
            record(db, action, actor_id=None, now=MORNING + timedelta(minutes=number), details=details, **more)


def verified(database: Database, anchors: list[Anchor] | None = None) -> Verdict:
    with database.reading() as db:
        return verify_chain(db, anchors or [])


@pytest.fixture
def chain(database: Database) -> Database:
    """Five rows, chained."""
    act(database, 5, notes="试点")
    with database.transaction() as db:
        assert chain_rows(db) == 5
    return database


def by_hand(database: Database, *statements: str) -> None:
    """What somebody can do who owns the database: the guards are taken away first."""
    if database.is_sqlite:
        connection = pysqlite.connect(str(database.engine.url.database))
        guards = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit%'")
        for statement in (*(f"DROP TRIGGER {name}" for (name,) in guards.fetchall()), *statements):
            connection.execute(statement)
        connection.commit()
        connection.close()
        return
    with database.writing() as db:
        for statement in ("SET LOCAL session_replication_role = replica", *statements):
            db.connection().exec_driver_sql(statement)
        db.commit()


def one(database: Database, query: str) -> int:
    with database.reading() as db:
        return int(db.connection().exec_driver_sql(query).scalar_one())


def test_rows_are_chained_once_in_the_order_of_their_ids(chain: Database) -> None:
    with chain.transaction() as db:
        assert chain_rows(db) == 0
        assert find_head(db).position == 5
    verdict = verified(chain)
    assert (verdict.is_whole, verdict.links, verdict.waiting, verdict.redacted) == (True, 5, 0, 0)


def test_what_is_not_chained_yet_waits_and_is_no_fault(chain: Database) -> None:
    act(chain, 3)
    verdict = verified(chain)
    assert (verdict.is_whole, verdict.links, verdict.waiting) == (True, 5, 3)


def test_a_chain_is_continued_batch_by_batch(database: Database) -> None:
    act(database, 7)
    for left in (3, 3, 1, 0):
        with database.transaction() as db:
            assert chain_rows(db, most=3) == left
    assert verified(database).links == 7


CHANGES = {
    "UPDATE audit SET action = 'form.update' WHERE id = {id}": "row_changed",
    "UPDATE audit SET actor_id = NULL, project_id = 7 WHERE id = {id}": "row_changed",
    "UPDATE audit SET logged_at = '2026-03-02 05:00:00.000000' WHERE id = {id}": "row_changed",
    "UPDATE audit SET notes = 'x' WHERE id = {id}": "content_changed",
    "UPDATE audit SET details = '7' WHERE id = {id}": "content_changed",
    "UPDATE audit_link SET hash = content WHERE audit_id = {id}": "row_changed",
    "DELETE FROM audit_link WHERE audit_id = {id}": "gap",
}


@pytest.mark.parametrize("statement", CHANGES)
def test_a_row_that_was_changed_is_found_at_its_position(chain: Database, statement: str) -> None:
    audit_id = one(chain, "SELECT audit_id FROM audit_link WHERE position = 3")
    by_hand(chain, statement.format(id=audit_id))
    broken = verified(chain).broken
    assert broken is not None
    assert (broken.position, broken.why) == (3, CHANGES[statement])


def test_a_link_that_was_worked_out_anew_for_a_changed_row_is_found_at_the_next_one(chain: Database) -> None:
    audit_id = one(chain, "SELECT audit_id FROM audit_link WHERE position = 3")
    by_hand(chain, f"UPDATE audit SET action = 'form.update' WHERE id = {audit_id}")
    with chain.reading() as db:
        before = db.scalars(select(AuditLink.hash).where(AuditLink.position == 2)).one()
        row = db.execute(select(*WHOLE).where(ROWS.c.id == audit_id)).one()
        forged = next_hash(before, 3, row, digest_content(row.details, row.notes)).hex()
    value = f"X'{forged}'" if chain.is_sqlite else f"'\\x{forged}'"
    by_hand(chain, f"UPDATE audit_link SET hash = {value} WHERE position = 3")
    broken = verified(chain).broken
    assert broken is not None
    assert (broken.position, broken.why) == (4, "row_changed")


def test_a_row_that_was_taken_out_is_missed(chain: Database) -> None:
    by_hand(chain, "DELETE FROM audit WHERE id = (SELECT audit_id FROM audit_link WHERE position = 2)")
    broken = verified(chain).broken
    assert broken is not None
    assert (broken.position, broken.why) == (2, "row_missing")


PUT_IN = "INSERT INTO audit (id, action, logged_at) VALUES ({}, 'project.update', '2026-03-02 01:00:00.000000')"


def test_a_row_that_was_put_in_far_below_the_newest_is_found(chain: Database) -> None:
    newest = one(chain, "SELECT max(id) FROM audit")
    by_hand(chain, PUT_IN.format(newest + LOOK_BACK + 10))
    with chain.transaction() as db:
        assert chain_rows(db) == 1
    by_hand(chain, PUT_IN.format(newest + 3))
    with chain.transaction() as db:
        assert chain_rows(db) == 0, "it looks back only so far"
    broken = verified(chain).broken
    assert broken is not None
    assert (broken.audit_id, broken.why) == (newest + 3, "put_in")


def test_a_row_that_commits_after_a_later_one_is_chained_behind_it(chain: Database) -> None:
    newest = one(chain, "SELECT max(id) FROM audit")
    for number in (newest + 5, newest + 2):
        by_hand(chain, PUT_IN.format(number))
        with chain.transaction() as db:
            assert chain_rows(db) == 1
    assert verified(chain).is_whole


def test_an_end_that_was_cut_off_is_missed_by_the_file_of_heads(chain: Database, tmp_path: Path) -> None:
    with chain.reading() as db:
        anchor(tmp_path, find_head(db), MORNING)
    by_hand(chain, "DELETE FROM audit_link WHERE position > 3")
    broken = verified(chain, read_anchors(tmp_path)).broken
    assert broken is not None
    assert (broken.position, broken.why) == (4, "cut")
    assert verified(chain).is_whole, "without the file nothing is missed: that is what it is for"


def test_a_chain_that_was_written_anew_is_told_by_the_file_of_heads(chain: Database, tmp_path: Path) -> None:
    with chain.reading() as db:
        anchor(tmp_path, find_head(db), MORNING)
    by_hand(chain, "DELETE FROM audit_link", "UPDATE audit SET action = 'form.update'")
    with chain.transaction() as db:
        assert chain_rows(db) == 5
    assert verified(chain).is_whole
    broken = verified(chain, read_anchors(tmp_path)).broken
    assert broken is not None
    assert (broken.position, broken.why) == (5, "other_head")


def test_a_head_written_down_elsewhere_counts_as_the_file_does(chain: Database) -> None:
    broken = verified(chain, [Anchor(Head(4, bytes(32)), "given")]).broken
    assert broken is not None
    assert (broken.position, broken.why) == (4, "other_head")


def test_details_blanked_by_law_are_counted_and_nothing_is_broken(chain: Database) -> None:
    with chain.transaction() as db:
        ids = [row[0] for row in db.execute(text("SELECT audit_id FROM audit_link WHERE position IN (2, 4)"))]
        assert redact_rows(db, 1, dict.fromkeys(ids), None, MORNING) == 2
    verdict = verified(chain)
    assert (verdict.is_whole, verdict.redacted, verdict.waiting) == (True, 2, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit",
        "UPDATE audit SET action = 'x'",
        "DELETE FROM audit_link",
        "UPDATE audit_link SET position = 9",
    ],
)
def test_the_database_itself_refuses_to_change_or_delete_a_row(chain: Database, statement: str) -> None:
    with pytest.raises(DBAPIError, match="kept as they are"), chain.writing() as db:
        db.execute(text(statement))


def test_the_step_of_the_timetable_writes_the_head_down_once(database: Database, tmp_path: Path) -> None:
    config = Config(tmp_path)
    act(database, 2)
    assert [chain_audit(database, config, MORNING), chain_audit(database, config, MORNING)] == [2, 0]
    act(database)
    assert chain_audit(database, config, MORNING) == 1
    anchors = read_anchors(tmp_path)
    assert [one.head.position for one in anchors] == [2, 3]
    assert verified(database, anchors).is_whole


@pytest.mark.parametrize("left", ["3", "3 00ff", "3 {hash} 2026-03-0", "3 {hash} 2026-03-02T01:00:00Z"])
def test_half_a_line_that_a_full_disk_left_is_no_head_and_spoils_none_that_follows(tmp_path: Path, left: str) -> None:
    first, second = Head(2, bytes(32)), Head(3, b"\1" * 32)
    anchor(tmp_path, first, MORNING)
    with (tmp_path / NAME).open("a", encoding="ascii") as file:
        file.write(left.format(hash=second.hash.hex()))
    assert [one.head for one in read_anchors(tmp_path)] == [first]
    anchor(tmp_path, first, MORNING)
    anchor(tmp_path, second, MORNING)
    assert [one.head for one in read_anchors(tmp_path)] == [first, second]


def test_two_that_chain_at_once_make_one_chain(database: Database, tmp_path: Path) -> None:
    act(database, 60)
    errors: list[BaseException] = []

    def chain_some() -> None:
        try:
            for _ in range(12):
                with database.transaction() as db:
                    chain_rows(db, most=5)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=chain_some) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while chain_audit(database, Config(tmp_path), MORNING):
        pass
    assert errors == []
    assert (verified(database).is_whole, verified(database).links) == (True, 60)
