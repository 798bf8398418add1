"""One of our own forms, changed so that it chooses a further woman, is refused: her word would not be asked."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from forms.library import library_forms, read_library_form
from server.errors import RedLine
from server.models import Form, Project
from server.publishing.definition import definition_of_xml
from server.publishing.draft import put_draft
from server.publishing.kinds import switch_kind
from server.publishing.publish import publish_draft
from server.publishing.whom_it_chooses import chooses_more
from tests.care_town import naming
from tests.conftest import MORNING
from tests.making import a_town, an_xform
from tests.server.registry.naming import TALK

KEY = bytes(range(32))
NO_STORE: Any = None  # none of these forms has files


@pytest.fixture
def project(db: Session) -> Project:
    return a_town(db)


def named(form_id: str, *changes: tuple[str, str]) -> bytes:
    """The form that chooses from all four lists, under a name of ours."""
    text = TALK.replace('id="talk"', f'id="{form_id}"')
    for old, new in changes:
        text = text.replace(old, new)
    return text.encode()


def put(db: Session, project: Project, xml: bytes) -> Form:
    return put_draft(db, project, None, definition_of_xml(xml), None, MORNING, KEY, ignore_warnings=True)


@pytest.mark.parametrize(
    ("form_id", "paths"),
    [
        ("household_visit", ["/women", "/pregnancies", "/contraception_episodes", "/referrals"]),
        ("pregnancy_registration", ["/women", "/pregnancies", "/contraception_episodes", "/referrals"]),
        ("talk", []),
    ],
)
def test_a_care_project_takes_a_changed_form_of_ours_only_while_it_chooses_nobody_more(
    db: Session, project: Project, form_id: str, paths: list[str]
) -> None:
    xml = named(form_id)
    if not paths:
        put(db, project, xml)
        return
    with pytest.raises(RedLine) as refused:
        put(db, project, xml)
    assert [one["path"] for one in refused.value.details["findings"]] == paths
    assert "另" in refused.value.message and "under another name" in refused.value.message


def test_the_forms_of_the_library_choose_as_they_are_known_to(db: Session) -> None:
    for one in library_forms():
        assert list(chooses_more(one.form_id, definition_of_xml(read_library_form(one.form_id)).xform.schema)) == [], (
            one.form_id
        )


def test_the_known_question_chooses_one_woman_and_not_several(db: Session) -> None:
    asked = (("women/>", "woman/>"), ("/data/women", "/data/woman"), ("women</label>", "woman</label>"))
    several = definition_of_xml(named("pregnancy_registration", *asked)).xform.schema
    assert "/woman" in list(chooses_more("pregnancy_registration", several))
    one = definition_of_xml(
        named("pregnancy_registration", *asked, ("<select ", "<select1 "), ("</select>", "</select1>"))
    )
    assert "/woman" not in list(chooses_more("pregnancy_registration", one.xform.schema))


def test_a_draft_from_when_the_project_was_plain_is_not_published(db: Session, project: Project) -> None:
    project.kind = "plain"
    form = put(db, project, named("household_visit"))
    switch_kind(db, project, "care", None, MORNING)
    with pytest.raises(RedLine):
        publish_draft(db, NO_STORE, project, form, None, None, MORNING)


def test_a_visit_to_a_home_chooses_no_woman_even_by_its_known_question() -> None:
    xml = named(
        "household_visit", ("women/>", "household/>"), ("/data/women", "/data/household"), ("<select ", "<select1 ")
    )
    schema = definition_of_xml(xml.replace(b"</select>", b"</select1>")).xform.schema
    assert "/household" in list(chooses_more("household_visit", schema))


@pytest.mark.parametrize("name", ["women", "referrals", "transfers"])
def test_a_form_that_looks_women_up_and_chooses_nobody_is_refused(db: Session, project: Project, name: str) -> None:
    """Its record would hold what a sum or a bar code found of her, and go by nobody's word."""
    with pytest.raises(RedLine) as refused:
        put(db, project, naming(an_xform("sums"), (name,)))
    (one,) = refused.value.details["findings"]
    assert one["term"] == f"{name}.csv" and "选" in one["reasonZh"] and "chooses" in one["reasonEn"]
    project.kind = "plain"
    put(db, project, naming(an_xform("sums"), (name,)))


@pytest.mark.parametrize("name", ["households", "me", "due_visits"])
def test_a_form_that_looks_up_what_is_of_no_woman_alone_is_taken(db: Session, project: Project, name: str) -> None:
    put(db, project, naming(an_xform("sums"), (name,)))
