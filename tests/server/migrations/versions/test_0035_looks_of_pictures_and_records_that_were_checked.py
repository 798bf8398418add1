"""Looks of before are made anew, and records that were back-checked before are asked about."""

from importlib import import_module

from flask import Flask
from sqlalchemy import delete, select

from server.db import Database
from server.intake.quality_judging import judge_waiting
from server.intake.quality_queue import list_waiting
from server.models import QualityFlag, QualityPicture, QualityWait, Submission
from tests.conftest import Clock
from tests.server.intake.quality_town import CAME, QualityTown
from tests.server.intake.test_quality_pictures import AGAIN, PHOTO, send
from tests.server.registry.checking import a_care_with_checks, a_home, check

MIGRATION = import_module("server.migrations.versions.0035_looks_of_pictures_and_records_that_were_checked")


def test_pictures_are_looked_at_anew_and_what_was_asked_is_asked_again(
    app: Flask, database: Database, project_id: int, clock: Clock
) -> None:
    clock.set(CAME)
    town, store = QualityTown(app, database, project_id), app.extensions["fangshi.blobs"]
    first, _plain, again = send(town, PHOTO), town.send(), send(town, AGAIN)
    judge_waiting(database, CAME, 50, store)
    with database.transaction() as db:
        for one in db.scalars(select(QualityPicture)):
            one.look = bytes(16)  # as looks were before
        db.flush()
        MIGRATION.look_anew(db.connection())
        assert list_waiting(db) == [first, again]
        assert db.scalars(select(QualityPicture.submission_id)).all() == []
    judge_waiting(database, CAME, 50, store)
    assert town.asked(again) == {"doubled_file": {"record": first, "alike": 1}}


def test_a_record_that_was_checked_waits_and_is_asked_about(app: Flask, database: Database, project_id: int) -> None:
    care = a_care_with_checks(app, database, project_id)
    (checked, _), _other = a_home(care), a_home(care)
    check(care, checked, visit_happened="no")
    with database.transaction() as db:
        db.execute(delete(QualityWait))
        MIGRATION.queue_checked(db.connection())
        (number,) = db.scalars(select(Submission.id).where(Submission.instance_id == checked))
        assert list_waiting(db) == [number]
    judge_waiting(database, CAME, 50)
    with database.reading() as db:
        assert "checked" in db.scalars(select(QualityFlag.kind).where(QualityFlag.submission_id == number)).all()
