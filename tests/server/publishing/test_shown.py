"""What phones ask of forms at every sync."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from server.errors import NotFound
from server.publishing.shown import LONGEST_KEPT, TEXTS_KEPT, TextMemory, find_shown, get_published, list_open
from tests.conftest import MORNING
from tests.making import a_form


@dataclass
class Version:
    """A form version of which only this is asked."""

    id: int
    sha256: str
    form_id: int = 1
    version: str = "1"
    name: str | None = None
    md5: str = ""
    published_at: datetime | None = MORNING


def test_a_project_without_an_open_form_is_there_and_one_that_is_not_is_not(db: Session, project_id: int) -> None:
    assert list_open(db, project_id)[1] == []
    a_form(db, project_id).state = "closing"
    db.flush()
    project, forms = list_open(db, project_id)
    assert (project.id, project.kind, forms) == (project_id, "plain", [])
    with pytest.raises(NotFound):
        list_open(db, project_id + 1000)


def test_forms_are_listed_by_name_with_the_version_that_is_current(db: Session, project_id: int) -> None:
    for form_id, version in (("b", "1"), ("a", "1"), ("b", "2")):
        a_form(db, project_id, form_id, version)
    _, forms = list_open(db, project_id)
    assert [(one.form.xml_form_id, one.version.version, one.needs_files) for one in forms] == [
        ("a", "1", False),
        ("b", "2", False),
    ]


def test_a_form_shows_its_published_version_else_its_draft_and_phones_get_no_draft(
    db: Session, project_id: int
) -> None:
    form = a_form(db, project_id)
    assert get_published(db, project_id, "visit").version.id == form.current_version_id
    form.draft_version_id, form.current_version_id = form.current_version_id, None
    db.flush()
    found = find_shown(db, project_id, "visit")
    assert found is not None and found.version.id == form.draft_version_id
    form.draft_version_id = None
    db.flush()
    assert find_shown(db, project_id, "visit") is None
    with pytest.raises(NotFound):
        get_published(db, project_id, "visit")


def test_a_text_that_is_remembered_is_that_of_its_version_and_of_its_hash(db: Session, project_id: int) -> None:
    memory, texts = TextMemory(), {}
    for number in (1, 2):
        a_form(db, project_id, version=str(number))
        db.flush()
        version = get_published(db, project_id, "visit").version
        texts[version.version] = memory.get(db, version)
        assert memory.get(db, version) == texts[version.version]
    assert texts["1"] != texts["2"] and b'version="2"' in texts["2"]
    with pytest.raises(NotFound):
        memory.get(db, Version(10_000, "none"))


def test_so_many_bytes_of_texts_are_remembered_and_no_more() -> None:
    memory = TextMemory()
    half = b"x" * (LONGEST_KEPT // 2)
    for number in range(20):
        memory._keep((number, "hash"), half)
        memory._keep((number, "hash"), half)
    memory._keep((99, "hash"), b"x" * (LONGEST_KEPT + 1))
    kept = list(memory._known)
    assert kept == [(number, "hash") for number in range(20 - len(kept), 20)]
    assert memory._size == sum(map(len, memory._known.values())) == len(kept) * len(half)
    assert TEXTS_KEPT - len(half) < memory._size <= TEXTS_KEPT
