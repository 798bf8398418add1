"""What no form and no list of a care project may hold, whoever asks for it."""

import pytest
from sqlalchemy.orm import Session

from forms.xform import read_xform
from server.errors import UnexpectedValue
from server.models import Project
from server.publishing.datasets import add_property, create_dataset
from server.publishing.rights import refuse_forbidden
from server.registry.entities import properties_of
from tests.conftest import MORNING
from tests.making import a_town, an_xform

HERS = ("women", "pregnancies", "contraception_episodes", "referrals", "Women")


@pytest.fixture
def project(db: Session) -> Project:
    return a_town(db)


def writing_places(dataset: str) -> bytes:
    written = an_xform(entities=True).replace(b'dataset="homes"', f'dataset="{dataset}"'.encode())
    return written.replace(b'saveto="village_code"', b'saveto="geometry"')


@pytest.mark.parametrize("name", HERS)
def test_no_form_writes_a_place_beside_her_health(project: Project, name: str) -> None:
    form = read_xform(writing_places(name))

    with pytest.raises(UnexpectedValue) as refused:
        refuse_forbidden(project, form)
    assert (refused.value.details["field"], refused.value.details["value"]) == ("form", "geometry")
    project.kind = "plain"
    refuse_forbidden(project, form)


def test_a_list_of_households_holds_places(project: Project) -> None:
    refuse_forbidden(project, read_xform(writing_places("households")))


def test_nobody_adds_a_place_to_such_a_list_either(db: Session, project: Project) -> None:
    women, homes = (create_dataset(db, project, name, None, MORNING) for name in ("women", "households"))

    for name in ("geometry", "Geometry"):
        with pytest.raises(UnexpectedValue):
            add_property(db, women, name, None, MORNING)
    add_property(db, women, "code", None, MORNING)
    add_property(db, homes, "geometry", None, MORNING)
    assert (properties_of(db, women.id), properties_of(db, homes.id)) == (["code"], ["geometry"])
