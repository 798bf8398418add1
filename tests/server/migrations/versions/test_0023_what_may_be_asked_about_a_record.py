"""Records from before the upgrade wait to be judged: those that somebody reads, the oldest first."""

from importlib import import_module

from flask import Flask
from sqlalchemy import delete, select, update

from server.db import Database
from server.intake.quality_queue import list_waiting
from server.models import QualityWait, Submission
from tests.conftest import MORNING, Clock
from tests.server.intake.quality_town import CAME, QualityTown


def test_records_from_before_wait_in_the_order_in_which_they_came(
    app: Flask, database: Database, project_id: int, clock: Clock
) -> None:
    clock.set(CAME)
    town = QualityTown(app, database, project_id)
    first, sealed, gone, trial, last = (town.send() for _ in range(5))
    with database.transaction() as db:
        db.execute(delete(QualityWait))
        for one, values in ((sealed, {"sealed": True}), (gone, {"deleted_at": MORNING}), (trial, {"draft": True})):
            db.execute(update(Submission).where(Submission.id == one).values(**values))
        import_module("server.migrations.versions.0023_what_may_be_asked_about_a_record").queue_records(db.connection())
        assert list_waiting(db) == [first, last]
        assert sorted(db.scalars(select(QualityWait.submission_id))) == [first, last]
