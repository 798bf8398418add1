"""A year after the last contact only code and counts are left; a dry run says so before, and changes nothing."""

import os
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from flask import Flask
from sqlalchemy import func, select

from server.blobs import BlobStore
from server.commands import read_arguments
from server.config import Config
from server.db import Database
from server.followups.restricting import keep_unused
from server.jobs import keep_no_longer
from server.models import (
    CareEvent,
    Entity,
    FollowUp,
    Minimised,
    Project,
    RetentionRun,
    Submission,
    SubmissionVersion,
    Tombstone,
    Woman,
)
from server.registry.retention import backups_until, delete_old_backups, find_past
from server.registry.retention_runs import plan_retention, run_one, run_retention
from server.registry.rights_desk import open_request
from tests.conftest import MORNING, Clock
from tests.server.registry.caring import VILLAGE, Care, a_uuid


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


def contents(database: Database) -> tuple[int, ...]:
    with database.reading() as db:
        return tuple(
            db.scalar(select(func.count()).select_from(one)) or 0
            for one in (Woman, Entity, FollowUp, CareEvent, Minimised, RetentionRun)
        )


def test_after_a_year_without_contact_code_and_counts_are_left(
    care: Care, database: Database, config: Config, project_id: int, clock: Clock
) -> None:
    blobs = BlobStore(config.blob_dir)
    past, present, asking, unused = (a_uuid() for _ in range(4))
    for woman in (past, present, asking, unused):
        care.register(woman, display_name="WORDNAME")
    pregnancy = a_uuid()
    care.pregnancy(past, pregnancy)
    care.check(pregnancy)
    care.report(pregnancy, mood2="low", mode="caesarean")
    declined = care.post("woman_consent", {"action": "register", "consent_service": "no", "display_name": "WORDNAME"})
    assert care.seal_of(declined) == "no_consent"
    clock.forward(days=300)
    care.renew(present, "2026-12-20", "2027-12-20")
    clock.forward(days=64)
    before = contents(database)
    with database.reading() as db:
        assert plan_retention(db, None, clock.now())[project_id].women == 0, "the year is not over"
    clock.forward(days=3)
    with database.transaction() as db:
        open_request(db, project_id, "export", asking, None, clock.now())
        keep_unused(db, db.get_one(Project, project_id), unused, None, clock.now())
    with database.reading() as db:
        planned = plan_retention(db, None, clock.now())[project_id]
    assert (planned.women, planned.records, planned.sealed_records) == (1, 4, 1)
    assert contents(database)[:2] == before[:2], "a dry run changes nothing"

    assert run_retention(database, blobs, None, clock.now()) == {project_id: planned}
    assert sorted(one.uuid for one in care.rows(Woman)) == sorted([present, asking, unused])
    assert {one.uuid for one in care.rows(Entity)} == {present, asking, unused}
    (row,) = care.rows(Minimised)
    counts = {"woman_consent": 1, "pregnancy_registration": 1, "antenatal_check": 1}
    counts["delivery_postnatal"] = 1
    assert (row.code, row.village_code, orjson.loads(row.counts_json)) == ("W-0231", VILLAGE, counts)
    empty = [one for one in care.rows(SubmissionVersion) if not one.xml]
    assert len(empty) == 5
    assert care.rows(Tombstone) == [], "she may come again"
    with database.reading() as db:
        shut = db.scalars(select(Submission.sealed).where(Submission.id.in_([one.submission_id for one in empty])))
        assert set(shut) == {True}
    (run,) = care.rows(RetentionRun)
    assert orjson.loads(run.report_json)["women"] == 1

    assert run_retention(database, blobs, None, clock.now())[project_id].women == 0
    assert len(care.rows(RetentionRun)) == 1, "a run with nothing to do leaves no report"


def test_who_is_met_or_asks_while_a_run_goes_on_is_left_alone(
    care: Care, database: Database, config: Config, project_id: int, clock: Clock
) -> None:
    met, asking, past = a_uuid(), a_uuid(), a_uuid()
    for woman in (met, asking, past):
        care.register(woman, until="2026-02-05")
    shut = care.pregnancy(met, a_uuid(), "2026-02-20")
    assert care.seal_of(shut) == "no_consent"
    clock.forward(days=380)
    with database.reading() as db:
        found = find_past(db, project_id, clock.now())
    assert (set(found.women), len(found.records)) == ({met, asking, past}, 1)
    care.renew(met, "2026-02-19", "2027-02-19")
    with database.transaction() as db:
        open_request(db, project_id, "export", asking, None, clock.now())

    report = run_one(database, BlobStore(config.blob_dir), found, clock.now())
    assert (report.women, report.sealed_records) == (1, 0)
    assert {one.uuid for one in care.rows(Woman)} == {met, asking}
    assert care.seal_of(shut) is None
    assert sum(not one.xml for one in care.rows(SubmissionVersion)) == 1


def test_backups_go_after_thirty_days_and_the_day_is_told(tmp_path: Path) -> None:
    for name, age in (("old.db", 31), ("new.db", 2)):
        (tmp_path / name).write_bytes(b"x")
        at = (MORNING - timedelta(days=age)).timestamp()
        os.utime(tmp_path / name, (at, at))
    assert str(backups_until(tmp_path, MORNING)) == "2026-04-01"
    assert delete_old_backups(tmp_path, MORNING) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["new.db"]


def test_the_job_goes_by_the_machines_clock_and_the_command_only_counts_ahead(
    care: Care, database: Database, config: Config, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    care.register(a_uuid())
    later = clock.now() + timedelta(days=500)
    assert keep_no_longer(database, config, later) == 0
    with pytest.raises(SystemExit):
        read_arguments(["retention", "--as-of", "2028-01-01T00:00:00Z"], "1")
    assert "--dry-run" in capsys.readouterr().err
    clock.forward(days=500)
    assert keep_no_longer(database, config, clock.now()) == 1
