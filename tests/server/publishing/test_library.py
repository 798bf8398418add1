"""Our own forms in a town's project, with the town's villages."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.library import library_forms
from server.blobs import BlobStore
from server.models import Dataset, Form, FormVersion, Project, Village
from server.publishing.draft import copy_published, put_draft
from server.publishing.library import publish_library, refresh_villages
from server.publishing.publish import publish_draft
from server.publishing.queries import find_attachment
from tests.conftest import MORNING

KEY = bytes(32)


@pytest.fixture
def town(db: Session, town: Project) -> Project:
    """With two villages."""
    add_village(db, town, "02", '上湾,"北"')
    add_village(db, town, "01", "河口村")
    return town


def add_village(db: Session, project: Project, code: str, name: str) -> None:
    db.add(Village(project_id=project.id, code=code, name=name, created_at=MORNING))
    db.flush()


def visit_form(forms: list[Form]) -> Form:
    return next(form for form in forms if form.xml_form_id == "household_visit")


def villages_of_form(db: Session, store: BlobStore, form: Form) -> list[list[str]]:
    version = db.get(FormVersion, form.current_version_id)
    project = db.get(Project, form.project_id)
    assert version is not None and project is not None
    found = find_attachment(db, project, version, "villages.csv")
    assert found is not None and found.blob is not None
    return list(csv.reader(io.StringIO(store.read(found.blob.sha256).decode())))


def test_the_library_makes_a_care_project_with_its_forms_lists_and_villages(
    db: Session, store: BlobStore, town: Project
) -> None:
    forms = publish_library(db, store, town, None, MORNING, KEY)

    assert [form.xml_form_id for form in forms] == [one.form_id for one in library_forms()]
    assert town.kind == "care"
    assert villages_of_form(db, store, visit_form(forms)) == [["name", "label"], ["01", "河口村"], ["02", '上湾,"北"']]
    assert "households" in db.scalars(select(Dataset.name)).all()


def test_publishing_the_library_again_changes_nothing_but_the_villages(
    db: Session, store: BlobStore, town: Project
) -> None:
    form = visit_form(publish_library(db, store, town, None, MORNING, KEY))
    before = db.scalar(select(func.count()).select_from(FormVersion))
    add_village(db, town, "03", "新村")
    publish_library(db, store, town, None, MORNING + timedelta(days=1), KEY)

    assert db.scalar(select(func.count()).select_from(FormVersion)) == before
    assert [row[0] for row in villages_of_form(db, store, form)] == ["name", "01", "02", "03"]


def test_a_retired_village_is_no_longer_offered(db: Session, store: BlobStore, town: Project) -> None:
    form = visit_form(publish_library(db, store, town, None, MORNING, KEY))
    village = db.scalar(select(Village).where(Village.code == "01"))
    assert village is not None
    village.retired_at = MORNING
    db.flush()
    refresh_villages(db, store, town, MORNING)

    assert [row[0] for row in villages_of_form(db, store, form)] == ["name", "02"]


def test_a_version_of_the_towns_own_stands_when_the_library_is_published_again(
    db: Session, store: BlobStore, town: Project
) -> None:
    form = visit_form(publish_library(db, store, town, None, MORNING, KEY))
    put_draft(db, town, form, copy_published(db, form), None, MORNING, KEY, ignore_warnings=True)
    own = publish_draft(db, store, town, form, "2026-town", None, MORNING)
    publish_library(db, store, town, None, MORNING + timedelta(days=1), KEY)

    assert form.current_version_id == own.id
