"""Looks are written a second later at most, outside the read, with whom they were about as a hash."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from server.access import roles
from server.access.caller import Caller, Grant, Handed, Opened
from server.access.pseudonyms import pseudonym
from server.access.reading_log import Read, ReadingLog, as_what, by_what_way, write_reads
from server.db import LOCK_PATIENCE_MS, Database
from server.models import Audit, Project, Reading, Seal, Village, Woman
from tests.client import Client
from tests.conftest import MORNING
from tests.server.registry.caring import a_clinician
from tests.server.registry.naming import a_care_with_talk, registered, talk

HER = "11111111-2222-4333-8444-555555555555"
WANG = Caller(actor_id=None, type="user", grants=(Grant(roles.VILLAGE_WORKER, 1, None),), villages={1: frozenset({7})})


def a_read(**more: object) -> Read:
    return Read(**{"action": "person.read", "caller": WANG, "project_id": 1, "at": MORNING, "about": HER, **more})  # type: ignore[arg-type]


def written(database: Database) -> list[Audit]:
    with database.reading() as db:
        return list(db.scalars(select(Audit).order_by(Audit.id)))


@pytest.fixture
def log(database: Database) -> Iterator[ReadingLog]:
    log = ReadingLog(database, wait=0.05)
    yield log
    log.close()


def test_a_look_says_who_as_what_by_what_way_and_of_whom_only_a_hash(database: Database) -> None:
    with database.transaction() as db:
        assert write_reads(db, [a_read(details={"followUpId": 3})]) == 1
    (row,) = written(database)
    about = pseudonym(1, HER)
    assert (row.action, row.project_id, row.logged_at) == ("person.read", 1, MORNING)
    assert row.details == {"followUpId": 3, "as": "village_worker", "way": "own", "about": about.hex()}
    assert HER not in str(row.details)
    with database.reading() as db:
        beside = db.get(Reading, row.id)
    assert beside is not None
    assert (beside.project_id, beside.about, beside.action, beside.read_at) == (1, about, "person.read", MORNING)


def test_the_same_look_again_in_one_batch_is_one_row_that_counts(database: Database) -> None:
    later = MORNING + timedelta(seconds=1)
    with database.transaction() as db:
        assert write_reads(db, [a_read(), a_read(at=later), a_read(action="followup.read"), a_read(at=later)]) == 2
    first, second = written(database)
    assert (first.details or {})["times"] == 3 and first.logged_at == MORNING
    assert "times" not in (second.details or {})


def test_whose_village_a_woman_lives_in_says_by_what_way_she_was_read(database: Database) -> None:
    with database.transaction() as db:
        db.add(project := Project(name="禾川镇", kind="care", created_at=MORNING))
        db.flush()
        db.add(village := Village(project_id=project.id, code="519901201001", name="一村", created_at=MORNING))
        given = dict.fromkeys(("consent_service", "consent_reminder", "consent_share_clinic"), True)
        given |= dict.fromkeys(("consent_location", "consent_stats"), False)
        db.add(Woman(project_id=project.id, uuid=HER, label="W-1 王*", village_code=village.code, **given))
        db.flush()
        handed = Handed(project.id, 5, frozenset({village.id}))
        wang = replace(WANG, villages={project.id: frozenset()}, handed=(handed,))
        write_reads(db, [a_read(caller=wang, project_id=project.id)])
    assert (written(database)[0].details or {})["way"] == "handed"


OPENED = Opened(1, 1, 9, MORNING)


@pytest.mark.parametrize(
    ("more", "village", "way"),
    [
        ({}, 7, "own"),
        ({}, None, "own"),
        ({"villages": {1: None}}, 99, "own"),
        ({"handed": (Handed(1, 5, frozenset({8})),)}, 8, "handed"),
        ({"handed": (Handed(2, 5, frozenset({8})),)}, 8, "own"),
        ({"opened": (OPENED,)}, 9, "opened"),
        ({"opened": (OPENED,)}, 7, "own"),
        ({"opened": (OPENED,)}, None, "opened"),
    ],
)
def test_the_way_is_own_before_opened_before_handed_and_the_widest_where_no_village_is_known(
    more: dict[str, object], village: int | None, way: str
) -> None:
    assert by_what_way(replace(WANG, **more), 1, village) == way  # type: ignore[arg-type]


def test_a_woman_who_chose_whoever_handed_over_is_read_by_that_way_also_in_ones_own_village() -> None:
    wang = replace(WANG, handed=(Handed(1, 5, frozenset({7})),))
    assert [by_what_way(wang, 1, 7, chosen) for chosen in ("5", "6", "")] == ["handed", "own", "own"]


def test_a_woman_who_chose_another_is_read_by_opening_also_in_ones_own_village() -> None:
    wang = replace(WANG, actor_id=3, opened=(replace(OPENED, village_id=7),))
    assert [by_what_way(wang, 1, 7, chosen) for chosen in ("6", "3", "")] == ["opened", "own", "own"]
    assert by_what_way(replace(wang, villages={1: None}), 1, 7, "6") == "opened"


def test_a_phone_reads_as_a_phone_and_roles_of_other_projects_do_not_count() -> None:
    assert as_what(Caller(type="field_key", care_role="clinician"), 1) == "phone,clinician"
    assert as_what(Caller(type="field_key"), 1) == "phone"
    grants = (Grant(roles.VILLAGE_WORKER, 1, None), Grant(roles.CLINICIAN, 2, None), Grant(roles.ADMIN, None, None))
    assert as_what(Caller(type="user", grants=grants), 1) == "village_worker,admin"


def test_noting_returns_at_once_and_the_writer_writes_by_itself(log: ReadingLog, database: Database) -> None:
    for number in range(40):
        log.note([a_read(details={"followUpId": number})])
    patience = datetime.now(UTC) + timedelta(seconds=60)
    while len(written(database)) < 40 and datetime.now(UTC) < patience:
        threading.Event().wait(0.02)
    assert len(written(database)) == 40


def test_what_waits_when_the_process_is_told_to_stop_is_written(database: Database) -> None:
    log = ReadingLog(database, wait=60)
    log.note([a_read()])
    assert written(database) == []
    log.close()
    assert len(written(database)) == 1


def test_a_database_that_takes_nothing_fails_no_read_and_gets_it_later(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    log = ReadingLog(database, wait=0)

    def away() -> None:
        raise OperationalError("INSERT of " + HER, {}, Exception(HER))

    monkeypatch.setattr(database, "transaction", away)
    log.note([a_read()])
    assert "reads not written yet: OperationalError" in caplog.text
    assert HER not in caplog.text
    monkeypatch.undo()
    log.note([a_read(action="followup.read")])
    assert [row.action for row in written(database)] == ["person.read", "followup.read"]


def test_when_too_much_waits_the_oldest_are_given_up_and_counted(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("server.access.reading_log.MOST_WAITING", 3)
    log = ReadingLog(database, wait=60)
    log.note(a_read(details={"followUpId": number}) for number in range(5))
    log.close()
    assert [(row.details or {})["followUpId"] for row in written(database)] == [2, 3, 4]
    assert "2 reads could not be written" in caplog.text


def test_a_thousand_looks_take_hardly_more_questions_than_two(
    database: Database, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    counts = []
    for many in (2, 1000):
        with count_queries() as asked, database.transaction() as db:
            write_reads(db, [a_read(details={"followUpId": number}, submission_id=number) for number in range(many)])
        counts.append(len(asked))
    assert counts[0] <= 5 and counts[1] <= counts[0] + 2, counts


def test_the_writer_waits_for_nobody_who_writes_longer(log: ReadingLog, database: Database) -> None:
    """A submission that holds the database for a while delays the writer, not whoever notes a look."""
    with database.writing() as holder:
        holder.execute(text("UPDATE project SET name = name"))
        started = datetime.now(UTC)
        log.note([a_read()])
        assert datetime.now(UTC) - started < timedelta(milliseconds=LOCK_PATIENCE_MS / 2)
        holder.rollback()
    patience = datetime.now(UTC) + timedelta(seconds=60)
    while not written(database) and datetime.now(UTC) < patience:
        threading.Event().wait(0.02)
    assert len(written(database)) == 1


@pytest.mark.parametrize("number", [1, 3])
def test_a_look_at_a_record_that_names_women_is_in_the_log_of_each_of_them(
    app: Flask, database: Database, cast: dict[str, int], project_id: int, number: int
) -> None:
    care = a_care_with_talk(app, database, project_id)
    women = registered(care, number)
    sent = talk(care, women=" ".join(women))
    a_clinician(care, cast["bob"])
    bob = Client.signed_in(app, database, cast["bob"])
    assert bob.get(f"/projects/{project_id}/forms/talk/submissions/{sent}").status_code == 200
    looks = sorted(one.about for one in care.rows(Reading) if one.action == "submission.read")
    assert looks == sorted(pseudonym(project_id, one) for one in women)
    assert care.rows(Seal) == []
