"""Records with pictures from before the upgrade wait to be looked at: those that somebody reads, by what they have now."""

from importlib import import_module

from flask import Flask
from sqlalchemy import delete, select, update

from server.db import Database
from server.intake.quality_judging import judge_waiting
from server.intake.quality_queue import list_waiting
from server.models import Blob, QualityPicture, QualityWait, Submission, SubmissionAttachment
from tests.conftest import MORNING, Clock
from tests.server.intake.quality_town import CAME, QualityTown
from tests.server.intake.test_quality_pictures import AGAIN, OTHER, PHOTO, send

MIGRATION = "server.migrations.versions.0030_answers_of_workers_and_looks_of_pictures"


def test_records_with_pictures_from_before_wait_in_the_order_in_which_they_came(
    app: Flask, database: Database, project_id: int, clock: Clock
) -> None:
    clock.set(CAME)
    town = QualityTown(app, database, project_id)
    first, _plain, sealed, gone, trial = send(town, PHOTO), town.send(), *(send(town, OTHER) for _ in range(3))
    _sound = town.send(photo="a.mp3", files={"a.mp3": b"ID3\x03\x00\x00\x00"})
    _missing = town.send(photo="later.jpg")
    replaced = send(town, OTHER, instance_id="uuid:1")
    town.send(instance_id="uuid:2", deprecated_id="uuid:1")
    last = send(town, AGAIN)
    with database.transaction() as db:
        sound = select(SubmissionAttachment.blob_sha256).where(SubmissionAttachment.name == "a.mp3")
        db.execute(update(Blob).where(Blob.sha256.in_(sound)).values(content_type="audio/mpeg"))
        db.execute(delete(QualityWait))
        for one, values in ((sealed, {"sealed": True}), (gone, {"deleted_at": MORNING}), (trial, {"draft": True})):
            db.execute(update(Submission).where(Submission.id == one).values(**values))
        import_module(MIGRATION).queue_pictures(db.connection())
        assert list_waiting(db) == [first, last] and replaced not in list_waiting(db)

    # what waits is judged as anything else, and the pictures of before are known
    judge_waiting(database, CAME, 50, app.extensions["fangshi.blobs"])
    with database.reading() as db:
        assert list(db.scalars(select(QualityPicture.submission_id).order_by(QualityPicture.submission_id))) == [
            first,
            last,
        ]


def test_a_record_with_two_pictures_waits_once(app: Flask, database: Database, project_id: int, clock: Clock) -> None:
    clock.set(CAME)
    town = QualityTown(app, database, project_id)
    record = town.send(instance_id="uuid:1", photo="a.jpg", files={"a.jpg": PHOTO})
    town.send(instance_id="uuid:1", photo="a.jpg", files={"a.jpg": OTHER})
    with database.transaction() as db:
        db.execute(delete(QualityWait))
        import_module(MIGRATION).queue_pictures(db.connection())
        assert list(db.scalars(select(QualityWait.submission_id))) == [record]
