"""What no form and no list of a care project may hold, whoever asks for it."""

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from server.access.people import create_user
from server.errors import Forbidden, MissingParameter, RedLine, UnexpectedValue
from server.models import Project
from server.publishing.datasets import add_property, create_dataset
from server.publishing.definition import Definition, definition_of_xml, read_definition
from server.publishing.rights import refuse_forbidden, refuse_forbidden_xml, warn_of_words
from server.publishing.waivers import ask_waiver, confirm_waiver, end_waiver, list_waivers
from server.registry.entities import properties_of
from tests.conftest import MORNING
from tests.making import XLSX, a_town, a_workbook, an_xform

NO_STORE: Any = SimpleNamespace(put=lambda body: None)
HERS = ("women", "pregnancies", "contraception_episodes", "referrals", "transfers", "Women")


@pytest.fixture
def project(db: Session) -> Project:
    return a_town(db)


def writing_places(dataset: str) -> bytes:
    written = an_xform(entities=True).replace(b'dataset="homes"', f'dataset="{dataset}"'.encode())
    return written.replace(b'saveto="village_code"', b'saveto="geometry"')


@pytest.mark.parametrize("name", HERS)
def test_no_form_writes_a_place_beside_her_health(db: Session, project: Project, name: str) -> None:
    form = definition_of_xml(writing_places(name))

    with pytest.raises(RedLine) as refused:
        refuse_forbidden(db, project, form)
    assert (refused.value.details["field"], refused.value.details["value"]) == ("form", "geometry")
    project.kind = "plain"
    refuse_forbidden(db, project, form)
    assert [one["details"]["term"] for one in warn_of_words(project, form)] == ["geometry"]


def test_a_list_of_households_holds_places(db: Session, project: Project) -> None:
    refuse_forbidden(db, project, definition_of_xml(writing_places("households")))


def test_a_list_about_women_holds_what_it_holds_and_nothing_else(db: Session, project: Project) -> None:
    written = writing_places("women").replace(b'saveto="geometry"', b'saveto="education"')
    with pytest.raises(RedLine) as refused:
        refuse_forbidden(db, project, definition_of_xml(written))
    assert [one["term"] for one in refused.value.details["findings"]] == ["education"]
    women = create_dataset(db, project, "women", None, MORNING)
    with pytest.raises(RedLine):
        add_property(db, women, "education", None, MORNING)


def quoting(sentence: str, kind: str = "note") -> Definition:
    rows = [["type", "name", "label::中文 (zh)"], [kind, "leaflet", sentence], ["text", "hamlet", "社"]]
    return read_definition(a_workbook(rows, [["form_id"], ["leaflet"]]), XLSX, None, NO_STORE, validate=False)


def test_the_place_is_told_as_its_author_sees_it_and_in_both_languages(db: Session, project: Project) -> None:
    with pytest.raises(RedLine) as refused:
        refuse_forbidden(db, project, quoting("社会抚养费已取消"))
    (found,) = refused.value.details["findings"]
    assert (found["sheet"], found["row"], found["path"], found["waivable"]) == ("survey", 2, "/leaflet", True)
    assert "2021" in found["reasonZh"] and "2021" in found["reasonEn"]
    with pytest.raises(RedLine) as refused:
        refuse_forbidden_xml(db, project, writing_places("women"))
    (found,) = refused.value.details["findings"]
    assert writing_places("women").decode().splitlines()[found["line"] - 1].count("geometry")


def test_two_people_let_a_quoting_sentence_pass_and_no_other_one(db: Session, project: Project) -> None:
    asker, other = (create_user(db, f"{name}@x.test", "correct horse", name, None, MORNING) for name in ("甲", "乙"))
    leaflet = quoting("社会抚养费已取消")
    (row,) = ask_waiver(db, project, "leaflet", "社会抚养费已取消", "政策说明", asker.actor_id, MORNING)
    with pytest.raises(RedLine):
        refuse_forbidden(db, project, leaflet)
    with pytest.raises(Forbidden):
        confirm_waiver(db, project, row.id, asker.actor_id, MORNING)
    confirm_waiver(db, project, row.id, other.actor_id, MORNING)
    refuse_forbidden(db, project, leaflet)
    ((asked_by, confirmed_by),) = {(one.asked_by, one.confirmed_by) for one in list_waivers(db, project.id)}
    assert (asked_by, confirmed_by) == ("甲", "乙")
    for refused in (quoting("收社会抚养费"), quoting("社会抚养费已取消", "text")):
        with pytest.raises(RedLine):
            refuse_forbidden(db, project, refused)
    end_waiver(db, project, row.id, other.actor_id, MORNING)
    with pytest.raises(RedLine):
        refuse_forbidden(db, project, leaflet)


def test_how_a_form_is_built_is_never_waived(db: Session, project: Project) -> None:
    people = [create_user(db, f"{name}@x.test", "correct horse", name, None, MORNING).actor_id for name in "ab"]
    with pytest.raises(UnexpectedValue):
        ask_waiver(db, project, "leaflet", "education", "why not", people[0], MORNING)
    (row,) = ask_waiver(db, project, "leaflet", "policy_birth", "only a name", people[0], MORNING)
    confirm_waiver(db, project, row.id, people[1], MORNING)
    rows = [["type", "name", "label::中文 (zh)"], ["text", "policy_birth", "问题"]]
    named = read_definition(a_workbook(rows, [["form_id"], ["leaflet"]]), XLSX, None, NO_STORE, validate=False)
    with pytest.raises(RedLine):
        refuse_forbidden(db, project, named)


def test_a_waiver_needs_a_reason(db: Session, project: Project) -> None:
    with pytest.raises(MissingParameter):
        ask_waiver(db, project, "leaflet", "社会抚养费已取消", " ", 1, MORNING)


def test_nobody_adds_a_place_to_such_a_list_either(db: Session, project: Project) -> None:
    women, homes = (create_dataset(db, project, name, None, MORNING) for name in ("women", "households"))

    for name in ("geometry", "Geometry"):
        with pytest.raises(RedLine):
            add_property(db, women, name, None, MORNING)
    add_property(db, women, "code", None, MORNING)
    add_property(db, homes, "geometry", None, MORNING)
    assert (properties_of(db, women.id), properties_of(db, homes.id)) == (["code"], ["geometry"])
