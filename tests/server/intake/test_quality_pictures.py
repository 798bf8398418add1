"""A photo packed anew is known on the later record; what is kept of it is sealed, and a broken file stops nobody."""

import pytest
from flask import Flask
from sqlalchemy import select, text

from server.db import Database
from server.intake.quality_judging import judge_waiting
from server.intake.quality_queue import wait_for_look
from server.intake.review import delete_submission
from server.models import Blob, QualityPicture, Submission
from tests.conftest import Clock
from tests.forms.photos.test_likeness import a_room, look, packed
from tests.server.intake.quality_town import CAME, QualityTown

PHOTO = packed(a_room(1), quality=92)
AGAIN = packed(a_room(1).resize((600, 450)), quality=50)
OTHER = packed(a_room(2))


@pytest.fixture
def town(app: Flask, database: Database, project_id: int, clock: Clock) -> QualityTown:
    clock.set(CAME)
    return QualityTown(app, database, project_id)


def judge(town: QualityTown) -> None:
    judge_waiting(town.database, CAME, 50, town.app.extensions["fangshi.blobs"])


def send(town: QualityTown, data: bytes, **more: object) -> int:
    return town.send(photo="a.jpg", files={"a.jpg": data}, **more)  # type: ignore[arg-type]


def test_a_photo_packed_anew_is_asked_about_on_the_later_record_and_another_is_not(town: QualityTown) -> None:
    first, other, again = send(town, PHOTO), send(town, OTHER), send(town, AGAIN)
    judge(town)
    assert [town.asked(one) for one in (first, other)] == [{}, {}]
    assert town.asked(again) == {"doubled_file": {"record": first, "alike": 1}}


def test_another_phone_s_and_a_deleted_record_s_photos_are_not_looked_at(town: QualityTown, database: Database) -> None:
    gone = send(town, PHOTO)
    judge(town)
    with database.transaction() as db:
        delete_submission(db, db.get_one(Submission, gone), None, CAME)
    _, phone = town.a_phone("二号")
    theirs, mine = send(town, PHOTO + b"\x00", phone=phone), send(town, AGAIN)
    judge(town)
    assert [town.asked(one) for one in (theirs, mine)] == [{}, {}]


def test_a_broken_and_a_missing_file_stop_nobody(town: QualityTown, database: Database) -> None:
    broken, gone, good = send(town, PHOTO[:2000]), send(town, OTHER), send(town, PHOTO)
    with database.reading() as db:
        for sha256 in db.scalars(select(Blob.sha256)):
            store = town.app.extensions["fangshi.blobs"]
            if store.read(sha256) == OTHER:
                store.path(sha256).unlink()
    judge(town)
    with database.reading() as db:
        looks = dict(db.execute(select(QualityPicture.submission_id, QualityPicture.look)).all())
    assert looks == {broken: None, gone: None, good: look(PHOTO)}


def test_how_a_picture_looks_is_sealed_and_goes_with_its_record_and_with_its_file(
    town: QualityTown, database: Database
) -> None:
    record = send(town, PHOTO, instance_id="uuid:1")
    judge(town)
    with database.reading() as db:
        plain = look(PHOTO)
        assert plain and plain not in bytes(db.execute(text("SELECT look FROM quality_picture")).scalar_one())
    send(town, OTHER, instance_id="uuid:2", deprecated_id="uuid:1")
    judge(town)
    with database.reading() as db:
        assert db.scalars(select(QualityPicture.look)).all() == [look(OTHER)]
    with database.transaction() as db:
        delete_submission(db, db.get_one(Submission, record), None, CAME)
        wait_for_look(db, record)
    judge(town)
    with database.reading() as db:
        assert db.scalars(select(QualityPicture.look)).all() == []
