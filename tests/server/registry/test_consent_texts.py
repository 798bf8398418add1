"""The words in which a project asks: versions that stay, hashes of what is shown, and the list that phones read."""

import csv
import hashlib
import io
from datetime import timedelta

import pytest

from server.db import Database
from server.models import ConsentText, Project
from server.registry.consent_texts import (
    SHIPPED,
    TEXTS,
    all_versions,
    hash_of,
    publish_text,
    take_on_shipped,
    texts_csv,
    texts_in_force,
)
from tests.conftest import MORNING


@pytest.fixture
def project(database: Database, project_id: int) -> Project:
    with database.reading() as db:
        return db.get_one(Project, project_id)


def test_the_hash_is_of_both_languages_as_anybody_can_work_it_out() -> None:
    assert hash_of("同意", "I agree") == hashlib.sha256("同意\nI agree".encode()).hexdigest()
    assert hash_of("同意", "I agree") != hash_of("同意\nI", "agree")


def test_a_project_without_words_of_its_own_asks_in_those_that_come_with_fangshi(
    database: Database, project_id: int
) -> None:
    with database.reading() as db:
        texts = texts_in_force(db, project_id)
    assert tuple(texts) == TEXTS
    assert {(one.version, one.published_at) for one in texts.values()} == {(1, None)}


def test_the_words_that_come_with_fangshi_are_kept_once(
    database: Database, project: Project, cast: dict[str, int]
) -> None:
    with database.transaction() as db:
        for _ in range(2):
            take_on_shipped(db, project, cast["bob"], MORNING)
    with database.reading() as db:
        kept = db.query(ConsentText).all()
    assert len(kept) == len(TEXTS) and {one.published_by for one in kept} == {cast["bob"]}
    assert {one.purpose: (one.zh, one.en) for one in kept} == SHIPPED


def test_new_words_count_on_from_the_last_version_and_leave_the_old_ones_as_they_are(
    database: Database, project: Project, cast: dict[str, int]
) -> None:
    later = MORNING + timedelta(days=1)
    with database.transaction() as db:
        for number in (2, 3):
            assert publish_text(db, project, "location", f"说法{number}", f"Words {number}", cast["bob"], later)
        assert not publish_text(db, project, "location", "说法3", "Words 3", cast["bob"], later)
    with database.reading() as db:
        texts, every = texts_in_force(db, project.id), all_versions(db, project.id)
    assert (texts["location"].version, texts["location"].zh, texts["service"].version) == (3, "说法3", 1)
    assert [every["location", number].zh for number in (1, 2, 3)] == [SHIPPED["location"][0], "说法2", "说法3"]


def test_another_project_keeps_its_own_words(database: Database, project: Project, cast: dict[str, int]) -> None:
    with database.transaction() as db:
        other = Project(name="邻镇", kind="care", created_at=MORNING)
        db.add(other)
        db.flush()
        publish_text(db, other, "location", "邻镇的说法", "Next door", cast["bob"], MORNING)
        assert texts_in_force(db, project.id)["location"].zh == SHIPPED["location"][0]
        assert texts_in_force(db, other.id)["location"].zh == "邻镇的说法"


def test_phones_get_each_text_in_both_languages_with_version_and_hash(database: Database, project_id: int) -> None:
    with database.reading() as db:
        content = texts_csv(texts_in_force(db, project_id).values())
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert [row["name"] for row in rows] == list(TEXTS)
    for row in rows:
        assert (row["label"], row["en"]) == SHIPPED[row["name"]]
        assert (row["version"], row["sha256"]) == ("1", hash_of(row["label"], row["en"]))
