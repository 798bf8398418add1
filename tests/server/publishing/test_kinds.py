"""A plain project becomes a care project only where none of our own forms chooses further women."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from forms.library import library_forms, read_library_form
from server.errors import ChoosesFurther, UnexpectedValue
from server.models import Form, Project
from server.publishing.definition import definition_of_xml
from server.publishing.draft import put_draft
from server.publishing.kinds import switch_kind
from server.publishing.publish import delete_form, publish_draft
from server.registry.telling import CHOSEN
from tests.conftest import MORNING
from tests.making import a_town
from tests.server.registry.naming import TALK

KEY = bytes(range(32))
NO_STORE: Any = None  # none of these forms has files of its own


@pytest.fixture
def project(db: Session) -> Project:
    project = a_town(db)
    project.kind = "plain"
    return project


def put(db: Session, project: Project, xml: bytes, form: Form | None = None) -> Form:
    return put_draft(db, project, form, definition_of_xml(xml), None, MORNING, KEY, ignore_warnings=True)


def publish(db: Session, project: Project, xml: bytes, form: Form | None = None) -> Form:
    made = put(db, project, xml, form)
    publish_draft(db, NO_STORE, project, made, None, None, MORNING)
    return made


def named(form_id: str) -> bytes:
    """The form that chooses from all four lists, under another name."""
    return TALK.replace('id="talk"', f'id="{form_id}"').encode()


@pytest.mark.parametrize("form_id", CHOSEN)
def test_none_with_a_changed_form_of_ours_becomes_one(db: Session, project: Project, form_id: str) -> None:
    publish(db, project, named(form_id))
    with pytest.raises(ChoosesFurther) as refused:
        switch_kind(db, project, "care", None, MORNING)
    assert (refused.value.details["field"], project.kind) == ("kind", "plain")
    assert form_id in refused.value.message and "make a new care project" in refused.value.message
    assert isinstance(refused.value, UnexpectedValue) and refused.value.code == 400.8


def test_every_such_form_is_named(db: Session, project: Project) -> None:
    for form_id in ("household_visit", "antenatal_check", "talk"):
        publish(db, project, named(form_id))
    with pytest.raises(ChoosesFurther) as refused:
        switch_kind(db, project, "care", None, MORNING)
    assert refused.value.details["forms"] == "antenatal_check, household_visit"


def test_an_earlier_version_and_a_deleted_form_count_since_records_of_them_are_there(
    db: Session, project: Project
) -> None:
    form = publish(db, project, named("antenatal_check"))
    again = TALK.replace('id="talk" version="1"', 'id="antenatal_check" version="2"')
    for name in ("women", "pregnancies", "contraception_episodes", "referrals"):
        again = again.replace(f'src="jr://file-csv/{name}.csv"', f'src="jr://file-csv/other_{name}.csv"')
    publish(db, project, again.encode(), form)
    delete_form(db, form, None, MORNING)
    with pytest.raises(ChoosesFurther):
        switch_kind(db, project, "care", None, MORNING)


def test_one_with_our_forms_as_they_are_and_forms_of_its_own_that_choose_becomes_one(
    db: Session, project: Project
) -> None:
    for one in library_forms():
        draft = put(db, project, read_library_form(one.form_id)).draft_version
        assert draft is not None
        draft.published_at = MORNING  # without the lists and pictures that publishing asks for
    publish(db, project, named("talk"))
    switch_kind(db, project, "care", None, MORNING)
    assert project.kind == "care"


def test_a_draft_is_no_hindrance_since_it_is_not_published_then(db: Session, project: Project) -> None:
    put(db, project, named("household_visit"))
    switch_kind(db, project, "care", None, MORNING)
    assert project.kind == "care"
