"""Data folders made by the commits that closed earlier issues must come up in today's program without loss.

`tests/data/releases/NAME-sqlite.tar.xz` is such a folder as it was; `NAME-postgis.tar.xz` has `fangshi.sql`, a dump with
INSERTs, in place of the database file. `a` is the first half of the path (schema 0004): a small demo town with records,
corrections, reviews, comments, photos and an entity list. `b` is from a visit to a reminder (schema 0005): women, pregnancies,
methods, sealed records, follow-ups and notices as well.
"""

import os
import tarfile
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from server import create_app
from server.config import Config
from server.db import Database
from server.demo.people import read_demo
from server.keys import MARK
from server.models.sealed import sealed_columns
from server.upgrading import is_current, upgrade
from tests.conftest import MORNING

RELEASES = Path(__file__).parent / "data" / "releases"
NAMES = sorted(path.name.removesuffix("-sqlite.tar.xz") for path in RELEASES.glob("*-sqlite.tar.xz"))
DERIVED = {"timetable_lease", "alembic_version", "spatial_ref_sys"}
ON = "postgis" if os.environ.get("TEST_DATABASE_URL") else "sqlite"


@pytest.fixture(params=NAMES)
def release(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Config]:
    """A data folder as its commit left it, and its database."""
    with tarfile.open(RELEASES / f"{request.param}-{ON}.tar.xz") as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Debian 12's Python, 3.11.2, has none yet
        archive.extractall(tmp_path)
    config = Config(data_dir=tmp_path / "data", testing=True)
    if ON == "sqlite":
        yield config
        return
    server = make_url(os.environ["TEST_DATABASE_URL"].replace("postgresql+psycopg://", "postgresql://"))
    name = f"release_{os.getpid()}_{uuid.uuid4().hex[:12]}"
    run_sql(server, f"CREATE DATABASE {name}")
    url = server.set(database=name)
    run_sql(url, (config.data_dir / "fangshi.sql").read_text(encoding="utf-8"))
    yield replace(config, database_url=url.render_as_string(hide_password=False))
    run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")


def run_sql(url: Any, statements: str) -> None:
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(statements)  # type: ignore[call-overload]


def read_rows(database: Database, known: dict[str, list[str]]) -> dict[str, list[list[str]]]:
    """The rows of these columns of each table, in a fixed order: what was there must be there afterwards.

    What is sealed by now is opened: the column says itself whether it holds text or bytes.
    """
    found, types = {}, {(column.table.name, column.name): column.type for column in sealed_columns()}
    with database.engine.connect() as connection:
        for table, columns in known.items():
            listed = ", ".join(f'"{column}"' for column in columns)
            rows = connection.execute(text(f'SELECT {listed} FROM "{table}"')).all()
            sealed = [types.get((table, column)) for column in columns]
            found[table] = sorted(
                [repr(opened(database, value, one)) for value, one in zip(row, sealed, strict=True)] for row in rows
            )
    return found


def opened(database: Database, value: Any, sealed: Any) -> Any:
    if sealed is None or not (isinstance(value, bytes) and value.startswith(MARK)):
        return value
    return sealed.process_result_value(value, database.engine.dialect)


def columns_of(connection: Any) -> dict[str, list[str]]:
    """The columns of each table of ours, whatever today's models say."""
    if connection.dialect.name == "postgresql":
        query = """SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t
            ON t.table_name = c.table_name AND t.table_schema = c.table_schema
            WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' ORDER BY 1, 2"""
        rows = connection.execute(text(query)).all()
    else:
        query = """SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p
            WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY 1, 2"""
        rows = connection.execute(text(query)).all()
    found: dict[str, list[str]] = {}
    for table, column in rows:
        if table not in DERIVED and not table.startswith(
            ("idx_", "sqlite_", "spatial", "geom", "views_", "virts_", "data_")
        ):
            found.setdefault(table, []).append(column)
    return found


def test_a_folder_of_an_earlier_issue_comes_up_without_loss(release: Config) -> None:
    database = Database(release.sqlalchemy_url, release.key_file)
    with database.engine.connect() as connection:
        known = columns_of(connection)
    before = read_rows(database, known)
    assert len(before["submission"]) >= 20
    upgrade(database, release.data_dir, MORNING)
    assert is_current(database)
    assert read_rows(database, known) == before
    database.dispose()


def test_after_the_upgrade_no_answer_and_no_name_stands_open_in_the_database(release: Config) -> None:
    database = Database(release.sqlalchemy_url, release.key_file)
    upgrade(database, release.data_dir, MORNING)
    with database.engine.connect() as connection:
        for column in sealed_columns():
            query = text(f'SELECT "{column.name}" FROM "{column.table.name}" WHERE "{column.name}" IS NOT NULL')
            assert all(bytes(value).startswith(MARK) for value in connection.execute(query).scalars()), column
    database.dispose()
    if ON == "sqlite":
        held = b"".join(path.read_bytes() for path in release.data_dir.glob("fangshi.db*"))
        assert b"orx:instanceID" not in held and b"household_visit" in held


def test_its_phones_still_sync_and_its_records_are_still_read(release: Config) -> None:
    database = Database(release.sqlalchemy_url, release.key_file)
    upgrade(database, release.data_dir, MORNING)
    demo = read_demo(release.data_dir)
    assert demo is not None
    client = create_app(release, database).test_client()
    for phone in demo.phones:
        forms = client.get(
            f"/v1/key/{phone.token}/projects/{demo.project_id}/formList", headers={"X-OpenRosa-Version": "1.0"}
        )
        assert forms.status_code == 200
        assert b"household_visit" in forms.data
    reviewer = next(login for login in demo.logins if login.role == "reviewer")
    signed = client.post("/v1/sessions", json={"email": reviewer.email, "password": reviewer.password})
    headers = {"Authorization": f"Bearer {signed.get_json()['token']}"}
    listed = client.get(f"/v1/projects/{demo.project_id}/forms/household_visit/submissions", headers=headers)
    assert len(listed.get_json()) >= 20
    database.dispose()
