"""What a draft leaves in the database, and what it never does."""

from typing import Any

import orjson
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.schema import FormSchema
from server.access.tokens import hash_token, unseal
from server.db import Database
from server.errors import FieldTypeConflict, FormWarnings, NotFound, RedLine, VersionAlreadyPublished
from server.models import Audit, Form, FormVersion, Project
from server.publishing.definition import definition_of_xml
from server.publishing.draft import put_draft
from server.publishing.publish import publish_draft
from tests.conftest import MORNING
from tests.making import a_town, an_xform

KEY = bytes(range(32))
NO_STORE: Any = None  # a plain project's files are not read when it is published


@pytest.fixture
def project(db: Session) -> Project:
    return a_town(db, kind="plain")


def put(db: Session, project: Project, form: Form | None, xml: bytes, **how) -> Form:
    return put_draft(db, project, form, definition_of_xml(xml), None, MORNING, KEY, **how)


def test_a_draft_has_a_token_of_its_own_that_can_be_shown_again(db: Session, project: Project) -> None:
    form = put(db, project, None, an_xform())
    token = unseal(KEY, form.draft_token_sealed)
    assert token is not None and form.draft_token_hash == hash_token(token)

    put(db, project, form, an_xform(version="2"))
    assert unseal(KEY, form.draft_token_sealed) != token
    publish_draft(db, NO_STORE, project, form, None, None, MORNING)
    assert (form.draft_token_hash, form.draft_token_sealed, form.draft_version_id) == (None, None, None)


def test_what_is_stored_of_a_form_is_what_its_bytes_say(db: Session, project: Project) -> None:
    form = put(db, project, None, an_xform(entities=True))
    version = db.get(FormVersion, form.draft_version_id)

    assert version is not None and bytes(version.xml) == an_xform(entities=True)
    assert version.entity_related and not version.encrypted
    stored = FormSchema.from_json(orjson.loads(version.schema_json))
    assert stored == definition_of_xml(an_xform(entities=True)).xform.schema


def test_a_replaced_draft_is_gone_and_a_published_version_is_not(db: Session, project: Project) -> None:
    form = put(db, project, None, an_xform())
    for version in ("2", "3"):
        put(db, project, form, an_xform(version=version))
    publish_draft(db, NO_STORE, project, form, None, None, MORNING)
    put(db, project, form, an_xform(version="4"))

    assert sorted(db.scalars(select(FormVersion.version))) == ["3", "4"]


@pytest.mark.parametrize(
    ("xml", "problem"),
    [
        (an_xform(version="2").replace(b'size" type="int"', b'size" type="geopoint"'), FieldTypeConflict),
        (
            an_xform(version="2").replace(b"<size/>", b"").replace(b'<bind nodeset="/data/size" type="int"/>', b""),
            FormWarnings,
        ),
    ],
)
def test_a_draft_that_is_refused_leaves_the_old_one(db: Session, project: Project, xml: bytes, problem: type) -> None:
    form = put(db, project, None, an_xform())
    publish_draft(db, NO_STORE, project, form, None, None, MORNING)
    put(db, project, form, an_xform(version="1b"))
    before, acts = form.draft_version_id, db.scalar(select(func.count()).select_from(Audit))

    with pytest.raises(problem):
        put(db, project, form, xml)
    assert form.draft_version_id == before
    assert db.scalar(select(func.count()).select_from(Audit)) == acts


@pytest.mark.parametrize("kind", ["plain", "care"])
def test_words_that_hurt_are_pointed_out_and_the_author_decides(db: Session, project: Project, kind: str) -> None:
    project.kind = kind
    with pytest.raises(FormWarnings) as warned:
        put(db, project, None, an_xform("two", title="拒绝服务"))
    (found,) = warned.value.details["warnings"]["workflowWarnings"]
    assert (found["type"], found["details"]["term"]) == ("words", "拒绝")
    assert put(db, project, None, an_xform("two", title="拒绝服务"), ignore_warnings=True).id


def test_a_version_published_before_is_refused_even_after_others(db: Session, project: Project) -> None:
    form = put(db, project, None, an_xform(version="1"))
    publish_draft(db, NO_STORE, project, form, None, None, MORNING)
    put(db, project, form, an_xform(version="2"))
    publish_draft(db, NO_STORE, project, form, None, None, MORNING)
    put(db, project, form, an_xform(version="1"))
    with pytest.raises(VersionAlreadyPublished):
        publish_draft(db, NO_STORE, project, form, None, None, MORNING)


def test_what_a_care_project_never_asks_is_refused_in_a_draft_from_before_it_cared(
    db: Session, project: Project
) -> None:
    form = put(db, project, None, an_xform(title="查环查孕"), ignore_warnings=True)
    project.kind = "care"

    with pytest.raises(RedLine):
        publish_draft(db, NO_STORE, project, form, None, None, MORNING)
    assert form.current_version_id is None


def test_a_draft_that_somebody_else_published_meanwhile_is_no_longer_there(
    database: Database, project: Project, db: Session
) -> None:
    form_id = put(db, project, None, an_xform()).id
    db.commit()
    with database.writing() as other:
        stale = other.get(Form, form_id)
        here = other.get(Project, project.id)
        assert stale is not None and stale.draft_version_id is not None and here is not None
        other.commit()  # it still knows the draft, and no longer holds the database
        form = db.get(Form, form_id)
        assert form is not None
        publish_draft(db, NO_STORE, project, form, None, None, MORNING)
        db.commit()
        with pytest.raises(NotFound):
            publish_draft(other, NO_STORE, here, stale, None, None, MORNING)
