"""Sealed columns: what the database holds of them, what it may be asked, and that each is named for its own place."""

from pathlib import Path

import pytest
from sqlalchemy import BLOB, LargeBinary, create_engine, func, inspect, select, text
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.orm import Session

from server.db import Database
from server.keys import MARK, SealBroken, SecretKeyUnusable
from server.models import Household, Project, Woman
from server.models.sealed import bytes_of, keys_of, sealed_columns
from tests.conftest import MORNING

NAME = "赵秀兰-SENTINEL"
MUST_BE_SEALED = {
    "submission_version": {"xml", "values_json", "complaints_json", "instance_name"},
    "submission_comment": {"body"},
    "entity": {"label", "data_json"},
    "entity_version": {"label", "data_json", "received_json"},
    "entity_backlog": {"act_json"},
    "care_event": {"data_json"},
    "follow_up": {"why_json"},
    "household": {"label", "door_code"},
    "woman": {"label"},
    "contraception_episode": {"method"},
    "hand_over": {"note"},
    "break_glass": {"reason"},
}


@pytest.fixture
def home(db: Session) -> Household:
    project = Project(name="禾川镇", kind="care", created_at=MORNING)
    db.add(project)
    db.flush()
    home = Household(
        project_id=project.id, uuid="h", label=NAME, village_code="A1", hamlet="三社", door_code="12", consents=True
    )
    db.add(home)
    db.commit()
    return home


def test_every_answer_and_name_is_in_a_sealed_column() -> None:
    found: dict[str, set[str]] = {}
    for column in sealed_columns():
        found.setdefault(column.table.name, set()).add(column.name)
    assert all(columns <= found[table] for table, columns in MUST_BE_SEALED.items())


def test_every_sealed_column_is_named_for_its_own_table_and_column() -> None:
    """A value opens only where it belongs: two columns of one name could be exchanged."""
    assert [column for column in sealed_columns() if column.type.about != f"{column.table.name}.{column.name}"] == []


def test_a_value_comes_back_as_it_went_in_and_the_database_holds_none_of_it(db: Session, home: Household) -> None:
    db.expire_all()
    assert (home.label, home.door_code) == (NAME, "12")
    label, door = db.execute(text("SELECT label, door_code FROM household")).one()
    assert bytes(label).startswith(MARK) and bytes(door).startswith(MARK)
    assert b"SENTINEL" not in bytes(label)


def test_a_text_can_be_read_as_the_bytes_it_is(db: Session, home: Household) -> None:
    assert db.scalar(select(bytes_of(Household.label))) == NAME.encode()
    home.door_code = None
    db.commit()
    assert db.execute(select(bytes_of(Household.door_code))).all() == [(None,)]


def test_nothing_stays_nothing(db: Session, home: Household) -> None:
    home.door_code = None
    db.commit()
    assert db.scalar(text("SELECT count(*) FROM household WHERE door_code IS NULL")) == 1
    assert db.scalars(select(Household.uuid).where(Household.door_code.is_(None))).all() == ["h"]
    assert db.scalars(select(Household.uuid).where(Household.label.is_not(None))).all() == ["h"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda: Household.label == NAME,
        lambda: Household.label != NAME,
        lambda: Household.label.contains("赵"),
        lambda: Household.label.in_([NAME]),
        lambda: Household.label.desc(),
        lambda: "a" + Household.label,
    ],
    ids=["equals", "differs", "contains", "in", "sorted", "joined"],
)
def test_the_database_is_never_asked_what_it_cannot_know(ask: object) -> None:
    with pytest.raises(TypeError, match="sealed"):
        ask()  # type: ignore[operator]


def test_a_value_that_was_put_into_another_column_does_not_open(db: Session, home: Household) -> None:
    db.execute(text("UPDATE household SET door_code = label"))
    with pytest.raises(SealBroken, match=r"household\.door_code"):
        db.execute(select(Household.door_code)).all()


def test_a_function_of_two_columns_is_found_out(db: Session, home: Household) -> None:
    """Its type is that of the first, so the second's value does not open: better loud than wrong."""
    label = func.coalesce(Woman.label, Household.label)
    query = select(label).select_from(Household).outerjoin(Woman, Woman.uuid == Household.uuid)
    with pytest.raises(SealBroken):
        db.execute(query).all()


def test_an_engine_without_keys_opens_nothing(tmp_path: Path) -> None:
    engine = create_engine("sqlite://")
    with pytest.raises(SecretKeyUnusable, match="no keys"):
        keys_of(engine.dialect)
    engine.dispose()


def test_the_key_of_an_embedded_database_lies_beside_it_unless_another_is_named(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'fangshi.db'}")
    assert database.keys.path == tmp_path / "secret.key"
    other = Database(f"sqlite:///{tmp_path / 'fangshi.db'}", tmp_path / "elsewhere.key")
    assert other.keys.path == tmp_path / "elsewhere.key"
    for one in (database, other):
        one.dispose()


def test_a_sealed_column_is_bytes_for_both_databases() -> None:
    assert all(isinstance(column.type.impl, LargeBinary) for column in sealed_columns())


def test_a_sealed_column_is_bytes_in_the_database_as_migrations_made_it(db: Session) -> None:
    """PostgreSQL refuses to change bytes in a column of text. SQLite keeps them in any: there the columns that were sealed
    after they were made are still called text (migration 0006), and no later one is.
    """
    looks = inspect(db.connection())
    of_text = set()
    for column in sealed_columns():
        made = next(one for one in looks.get_columns(column.table.name) if one["name"] == column.name)
        if not isinstance(made["type"], (BLOB, BYTEA)):
            of_text.add(column.table.name)
    older = set(MUST_BE_SEALED) if db.get_bind().dialect.name == "sqlite" else set()
    assert of_text <= older
