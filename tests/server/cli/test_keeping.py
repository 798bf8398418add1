import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from server.access.projects import create_project
from server.blobs import BlobStore
from server.clock import now
from server.keys import read_keys, replace_keys
from server.models import Entity, Woman
from server.sealed_files import is_under
from tests.making import a_dataset
from tests.server.cli.running import looking_into, run
from tests.server.followups.told import a_woman


def test_a_second_upgrade_has_nothing_to_do(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("upgrade", "--data", str(data)) == 0
    assert run("upgrade", "--data", str(data)) == 0
    assert "up to date" in capsys.readouterr().out


def test_rederive_tells_how_far_it_is_and_what_there_was(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with looking_into(data) as db:
        db.execute(text("SELECT 1"))
    assert run("rederive", "--data", str(data), "--project", "7") == 2
    assert run("rederive", "--data", str(data)) == 0
    said = capsys.readouterr()
    assert said.out == "0 份记录，0 个对象 / 0 records, 0 subjects\n"
    assert said.err.endswith(f"[{'#' * 40}] 0/0\n")


def shown_keys(data: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, object]]:
    assert run("keys", *words, "--data", str(data), "--json") == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def test_keys_are_shown_changed_and_forgotten(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("upgrade", "--data", str(data)) == 0
    with looking_into(data) as db:
        project = create_project(db, "禾川镇", None, None, now(), "care")
        a_woman(db, project, "w1", label="W-0001 王*")
    capsys.readouterr()
    before = shown_keys(data, capsys, "show")
    assert [one["in_use"] for one in before] == [True] and before[0]["values"] > 0
    assert shown_keys(data, capsys, "rotate", "--dry-run") == before
    changed = shown_keys(data, capsys, "rotate")
    assert [one["in_use"] for one in changed] == [True, False]
    assert changed[1] == {**before[0], "values": 0, "in_use": False} and changed[0]["values"] == before[0]["values"]
    assert shown_keys(data, capsys, "forget", "--dry-run") == changed
    assert shown_keys(data, capsys, "forget") == changed[:1]
    with looking_into(data) as db:
        assert db.scalars(select(Woman.label)).one() == "W-0001 王*"


def test_a_damaged_photo_is_named_when_the_key_is_changed(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("upgrade", "--data", str(data)) == 0
    store = BlobStore(data / "blobs")
    whole, damaged = store.put(b"whole").sha256, store.put(b"damaged").sha256
    store.path(damaged).write_bytes(store.path(damaged).read_bytes()[:-1])
    assert run("keys", "rotate", "--data", str(data)) == 1
    said = capsys.readouterr()
    assert damaged in said.err and whole not in said.err
    assert "in use" in said.out
    assert is_under(store.path(whole), store.keys.current())


def test_an_old_key_that_is_in_use_is_not_forgotten(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("upgrade", "--data", str(data)) == 0
    with looking_into(data) as db:
        a_woman(db, create_project(db, "禾川镇", None, None, now(), "care"), "w1", label="W-0001 王*")
    replace_keys(data / "secret.key", [bytes(32), *read_keys(data / "secret.key")])
    assert run("keys", "forget", "--data", str(data)) == 2
    assert "keys rotate" in capsys.readouterr().err
    assert len(read_keys(data / "secret.key")) == 2


def test_the_trash_is_counted_and_emptied(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("upgrade", "--data", str(data)) == 0
    with looking_into(data) as db:
        project = create_project(db, "禾川镇", None, None, now())
        wells = a_dataset(db, project.id, "wells", [])
        for name, days in (("east", 31), ("west", 29)):
            deleted = now() - timedelta(days=days)
            made = Entity(dataset_id=wells.id, uuid=name, label=name, data_json="{}", created_at=deleted)
            made.deleted_at = deleted
            db.add(made)
    counted = {"submissions": 0, "entities": 1, "forms": 0}
    capsys.readouterr()
    for words in (["--dry-run", "--json"], ["--json"]):
        assert run("purge", *words, "--data", str(data)) == 0
        assert json.loads(capsys.readouterr().out) == counted
    assert run("purge", "--data", str(data)) == 0
    assert "0 entities" in capsys.readouterr().out
    with looking_into(data) as db:
        assert db.scalars(select(Entity.uuid)).all() == ["west"]
