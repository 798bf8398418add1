"""What a new record is written with: few statements, none over a whole table, all of it there however many came together."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

from sqlalchemy import func, select

from server.db import Database
from server.intake.answer_index import answered
from server.intake.items import Item
from server.intake.store import Store
from server.models import (
    AnswerWord,
    Audit,
    Project,
    QualityWait,
    Submission,
    SubmissionGeometry,
    SubmissionVersion,
)
from server.publishing.versions import get_version
from tests.conftest import MORNING, Listen
from tests.making import a_form, a_record, new_id

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
