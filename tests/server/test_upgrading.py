"""upgrade = back up, migrate, check; a newer schema is refused, a kill leaves the old one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, select, text

from server import upgrading
from server.db import Database
from server.keys import SecretKeyUnusable
from server.models import Base, SealingKey
from server.upgrading import UpgradeRefused, is_current, schema_heads, upgrade
from tests.conftest import MORNING

GEOMETRY_INDEXES = {"idx_submission_geometry_geometry", "idx_village_boundary_geometry"}


def test_a_new_database_gets_the_schema_without_a_backup(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'fangshi.db'}")
    assert upgrade(database, tmp_path, MORNING) is None
    assert is_current(database)
    assert upgrade(database, tmp_path, MORNING) is None
    database.dispose()


def test_the_revisions_known_are_those_that_the_migrations_say() -> None:
    script = ScriptDirectory(str(upgrading.MIGRATIONS))
    in_order = [revision.revision for revision in script.walk_revisions()]
    assert schema_heads() == (in_order, script.get_current_head())


def test_every_geometry_is_registered_with_its_index(database: Database) -> None:
    with database.engine.connect() as connection:
        if database.is_sqlite:
            rows = connection.execute(
                text(
                    "SELECT f_table_name, f_geometry_column, srid, spatial_index_enabled FROM geometry_columns ORDER BY 1"
                )
            ).all()
            assert [tuple(row) for row in rows] == [
                ("submission_geometry", "geometry", 4326, 1),
                ("village_boundary", "geometry", 4326, 1),
            ]
        else:
            indexes = connection.execute(
                text("SELECT tablename FROM pg_indexes WHERE indexdef LIKE '%USING gist%' ORDER BY 1")
            ).scalars()
            assert list(indexes) == ["submission_geometry", "village_boundary"]


def test_a_newer_schema_is_refused_and_left_alone(database: Database, tmp_path: Path) -> None:
    with database.writing_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UpgradeRefused, match="newer"):
        upgrade(database, tmp_path, MORNING)
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"


def test_an_older_sqlite_is_backed_up_before_it_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(f"sqlite:///{tmp_path / 'fangshi.db'}")
    upgrade(database, tmp_path, MORNING)
    with database.writing_engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept (note TEXT)"))
        connection.execute(text("INSERT INTO kept VALUES ('before')"))
    known, _ = schema_heads()
    monkeypatch.setattr(upgrading, "schema_heads", lambda: ([*known, "later"], "later"))
    monkeypatch.setattr(command, "upgrade", lambda *_: None)

    saved = upgrade(database, tmp_path, MORNING)

    assert saved is not None
    copy = create_engine(f"sqlite:///{saved}")
    with copy.connect() as connection:
        assert connection.execute(text("SELECT note FROM kept")).scalar() == "before"
    copy.dispose()
    database.dispose()


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(f"sqlite:///{tmp_path / 'fangshi.db'}")
    real = command.upgrade

    def break_after(config: object, head: str) -> None:
        real(config, head)
        raise RuntimeError("power cut")

    monkeypatch.setattr(command, "upgrade", break_after)
    with pytest.raises(RuntimeError):
        upgrade(database, tmp_path, MORNING)
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar() == 0
    monkeypatch.undo()
    upgrade(database, tmp_path, MORNING)
    assert is_current(database)
    database.dispose()


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[Database]:
    """A database with something sealed in it, under tmp_path/secret.key."""
    database = Database(f"sqlite:///{tmp_path / 'fangshi.db'}")
    upgrade(database, tmp_path, MORNING)
    yield database
    database.dispose()


@pytest.mark.parametrize("key_file", [None, "00" * 32], ids=["missing", "another"])
def test_without_the_key_that_sealed_the_data_nothing_starts_and_no_new_key_is_made(
    sealed: Database, tmp_path: Path, key_file: str | None
) -> None:
    path = tmp_path / "secret.key"
    path.unlink()
    if key_file:
        path.write_text(key_file)
    again = Database(f"sqlite:///{tmp_path / 'fangshi.db'}")
    with pytest.raises(SecretKeyUnusable, match=r"secret\.key.*密钥.*put its copy back"):
        upgrade(again, tmp_path, MORNING)
    assert path.exists() == bool(key_file)
    again.dispose()


def test_a_key_whose_id_is_right_and_that_is_another_is_refused(sealed: Database, tmp_path: Path) -> None:
    with sealed.transaction() as db:
        row = db.scalars(select(SealingKey)).one()
        row.proof = row.proof[:-1] + bytes([row.proof[-1] ^ 1])
    with pytest.raises(SecretKeyUnusable):
        upgrade(sealed, tmp_path, MORNING)


def test_a_backup_does_not_hold_the_key(sealed: Database, tmp_path: Path) -> None:
    saved = Path(upgrading.back_up(sealed, tmp_path, "0006", MORNING))
    secret = (tmp_path / "secret.key").read_text().strip()
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]
    assert secret.encode() not in saved.read_bytes() and bytes.fromhex(secret) not in saved.read_bytes()


def test_the_newest_revision_is_known() -> None:
    known, head = schema_heads()
    assert head in known


def test_the_migrations_make_what_the_models_say(database: Database) -> None:
    """Every table, column and index of the models is there after the migrations: none was forgotten in either."""
    with database.engine.connect() as connection:
        found = inspect(connection)
        for table in Base.metadata.sorted_tables:
            assert {column.name for column in table.columns} == {one["name"] for one in found.get_columns(table.name)}
            made = {one["name"] for one in found.get_indexes(table.name)}
            assert {str(index.name) for index in table.indexes} - GEOMETRY_INDEXES <= made, table.name


@pytest.fixture
def false_pg_dump(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pg_dump that keeps what it was called with and what its password file holds, and then fails."""
    program, seen = tmp_path / "pg_dump", tmp_path / "seen"
    program.write_text(
        f'#!/bin/sh\necho "$@" > {seen}\ncat "$(echo "$@" | sed "s/.*passfile=//; s/%2F/\\//g")" >> {seen}\n'
        "echo no such database >&2; exit 1\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(upgrading.shutil, "which", lambda _name: str(program))
    return seen


def test_a_backup_of_postgresql_shows_its_password_to_nobody_and_says_why_it_failed(
    tmp_path: Path, false_pg_dump: Path
) -> None:
    database = Database("postgresql://office:s3c:ret@127.0.0.1/town")
    with pytest.raises(UpgradeRefused, match="no such database"):
        upgrading.dump_postgresql(database, tmp_path / "town.dump")
    called, password = false_pg_dump.read_text().splitlines()
    assert "s3c" not in called and "office@127.0.0.1/town" in called
    assert password == r"*:*:*:*:s3c\:ret"
    database.dispose()
