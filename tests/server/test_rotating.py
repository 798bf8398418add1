"""Changing keys: everything is sealed anew, also when it was cut off, and nothing is unreadable meanwhile."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy import select

from server import rotating
from server.access.phones import create_app_user, get_app_user
from server.blobs import BlobStore, FileDamaged
from server.db import Database
from server.keys import SealBroken, read_keys
from server.models import AppUser, Household, Project, QualityFlag, SealingKey, Submission
from server.rotating import KeyInUse, count_by_key, count_old_files, forget_keys, list_keys, reseal_files, rotate
from server.upgrading import note_key
from tests.conftest import MORNING
from tests.making import a_form

HOMES = 10


@pytest.fixture
def store(town: Database, tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs", town.keys)


def say_nothing(_done: int, _of: int) -> None:
    """Progress is for people."""


@pytest.fixture
def town(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Homes and a phone, sealed under the only key of a file of the test's own; three rows are sealed at once."""
    monkeypatch.setattr(rotating, "AT_ONCE", 3)
    database.keys.path = tmp_path / "secret.key"
    database.keys.make_if_missing()
    with database.transaction() as db:
        db.query(SealingKey).delete()
    note_key(database, MORNING)
    with database.transaction() as db:
        project = Project(name="禾川镇", kind="care", created_at=MORNING)
        db.add(project)
        db.flush()
        for number in range(HOMES):
            door = None if number % 2 else str(number)
            home = {"uuid": f"h{number}", "village_code": "A1", "hamlet": None, "consents": True}
            db.add(Household(project_id=project.id, label=f"赵家 {number}", door_code=door, **home))
        create_app_user(db, database.keys.current_secret(), project.id, "手机", None, MORNING)
    return database


def turn(database: Database) -> int:
    return rotate(database, MORNING, say_nothing, wait=0)


def labels(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.scalars(select(Household.label).order_by(Household.id)))


def test_after_a_change_of_keys_all_is_under_the_new_one_and_reads_as_before(town: Database) -> None:
    before, secret = labels(town), town.keys.current_secret()
    assert turn(town) == HOMES + HOMES // 2
    assert labels(town) == before
    assert town.keys.current_secret() != secret and secret in town.keys.secrets
    assert [(one.values, one.in_use) for one in list_keys(town)] == [(15, True), (0, False)]


def test_a_phone_key_can_be_shown_again_after_a_change_of_keys(town: Database) -> None:
    with town.reading() as db:
        project_id, actor_id = db.execute(select(AppUser.project_id, AppUser.actor_id)).one()
        token = get_app_user(db, town.keys.current_secret(), project_id, actor_id).token
    turn(town)
    with town.reading() as db:
        assert token is not None
        assert get_app_user(db, town.keys.current_secret(), project_id, actor_id).token == token


def test_a_phone_key_that_a_server_made_before_it_took_the_new_key_can_be_shown_again(
    town: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = town.keys.current_secret()
    made = []

    def make_a_phone(_seconds: float) -> None:
        with town.transaction() as db:
            project_id = db.scalars(select(Project.id)).one()
            made.append((project_id, create_app_user(db, old, project_id, "手机二", None, MORNING).actor.id))

    monkeypatch.setattr(rotating.time, "sleep", make_a_phone)
    turn(town)
    with town.reading() as db:
        assert get_app_user(db, town.keys.current_secret(), *made[0]).token is not None


def test_what_is_read_and_written_meanwhile_is_readable(town: Database) -> None:
    """A server with the same data, that has read the key file before, goes on with both keys."""
    server = Database(town.engine.url.render_as_string(hide_password=False), town.keys.path)
    before = labels(server)
    steps = rotating.reseal_all(town)
    rotating.add_key(town, MORNING)
    next(steps)
    assert labels(server) == before
    with server.transaction() as db:
        db.execute(Household.__table__.update().where(Household.uuid == "h9").values(label="新名"))
    assert labels(town)[-1] == "新名"
    server.dispose()
    steps.close()


def test_a_change_that_was_cut_off_goes_on_with_its_key(town: Database) -> None:
    rotating.add_key(town, MORNING)
    steps = rotating.reseal_all(town)
    next(steps)
    steps.close()
    assert town.keys.path is not None
    keys = read_keys(town.keys.path)
    with town.reading() as db:
        assert len(count_by_key(db)) == 2
    turn(town)
    assert read_keys(town.keys.path) == keys, "no third key"
    with town.reading() as db:
        assert len(count_by_key(db)) == 1


def test_an_old_key_is_forgotten_only_when_nothing_is_under_it(town: Database, store: BlobStore) -> None:
    rotating.add_key(town, MORNING)
    with pytest.raises(KeyInUse, match=r": 15$"):
        forget_keys(town, store)
    assert len(town.keys.secrets) == 2
    turn(town)
    assert len(forget_keys(town, store)) == 1
    assert [one.values for one in list_keys(town)] == [15]
    with town.reading() as db:
        assert db.scalars(select(SealingKey.key_id)).all() == [list_keys(town)[0].key_id]
    assert labels(town)[0] == "赵家 0"


def test_no_key_is_forgotten_that_a_photo_is_under(town: Database, store: BlobStore) -> None:
    photo = store.put(b"a photo")
    turn(town)
    with pytest.raises(KeyInUse, match="files: 1"):
        forget_keys(town, store)
    assert (reseal_files(store, say_nothing), reseal_files(store, say_nothing)) == (1, 0)
    assert len(forget_keys(town, store)) == 1
    assert store.read(photo.sha256) == b"a photo"


def flip_the_last(path: Path) -> None:
    *before, last = path.read_bytes()
    path.write_bytes(bytes([*before, last ^ 1]))


def flip_the_first(path: Path) -> None:
    """It looks like one from before files were sealed."""
    path.write_bytes(b"x" + path.read_bytes()[1:])


@pytest.mark.parametrize("damage", [flip_the_last, flip_the_first])
def test_a_damaged_photo_stays_as_it_lies_and_keeps_none_from_the_new_key(
    town: Database, store: BlobStore, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    photos = [store.put(b"photo %d" % number).sha256 for number in range(5)]
    damage(store.path(photos[2]))
    damaged = store.path(photos[2]).read_bytes()
    turn(town)
    with pytest.raises(FileDamaged, match=photos[2]):
        reseal_files(store, say_nothing)
    assert store.path(photos[2]).read_bytes() == damaged
    assert count_old_files(store) == 1
    assert photos[2] in caplog.text
    with pytest.raises(KeyInUse, match="files: 1"):
        forget_keys(town, store)


class Deleting(BlobStore):
    """Somebody takes each file away after it was found and before it is read."""

    def open_whole(self, sha256: str, to_the_end: bool = False) -> BinaryIO:
        self.path(sha256).unlink()
        return super().open_whole(sha256, to_the_end)


def test_a_photo_that_is_deleted_meanwhile_is_no_damaged_one(town: Database, store: BlobStore) -> None:
    photo = store.put(b"a photo")
    turn(town)
    assert reseal_files(Deleting(store.root, store.keys), say_nothing) == 0
    assert not store.path(photo.sha256).exists()


def test_no_phone_key_is_lost_with_the_key_that_is_forgotten(town: Database, store: BlobStore) -> None:
    """It was made by a server in the second before it took the new key, and the change was cut off there."""
    old = town.keys.current_secret()
    turn(town)
    with town.transaction() as db:
        project_id = db.scalars(select(Project.id)).one()
        phone = create_app_user(db, old, project_id, "手机二", None, MORNING).actor.id
    forget_keys(town, store)
    with town.reading() as db:
        assert get_app_user(db, town.keys.current_secret(), project_id, phone).token is not None


def test_a_value_that_does_not_open_stops_the_change_and_loses_nothing(town: Database) -> None:
    with town.transaction() as db:
        db.connection().exec_driver_sql("UPDATE household SET door_code = label WHERE uuid = 'h4'")
    with pytest.raises(SealBroken):
        turn(town)
    assert len(labels(town)) == HOMES
    assert town.keys.path is not None and len(read_keys(town.keys.path)) == 2


def test_every_column_of_sealed_tokens_is_known() -> None:
    named = {f"{one.table.name}.{one.name}" for one in rotating.token_columns()}
    assert {"app_user.token_sealed", "form.draft_token_sealed"} <= named


def test_rows_whose_key_is_of_two_parts_are_sealed_anew_each_once(town: Database) -> None:
    kinds = ("speed", "quick", "clock")
    with town.transaction() as db:
        project = db.scalars(select(Project.id)).one()
        form = a_form(db, project)
        for number in range(4):
            known = {"project_id": project, "form_id": form.id, "created_at": MORNING, "instance_id": f"uuid:{number}"}
            record = Submission(**known)
            db.add(record)
            db.flush()
            for kind in kinds:
                told = {"told_json": f'{{"n": "{number} {kind}"}}', "found_at": MORNING}
                db.add(QualityFlag(submission_id=record.id, kind=kind, project_id=project, **told))
    turn(town)
    with town.reading() as db:
        assert len(count_by_key(db)) == 1
        rows = db.scalars(select(QualityFlag).order_by(QualityFlag.submission_id, QualityFlag.kind)).all()
        assert len(rows) == 12 and all(row.kind in row.told_json for row in rows)
