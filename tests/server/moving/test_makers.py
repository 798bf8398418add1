"""Which record made which version of an entity, as Central says it and where nothing says it."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.entities import EntityAct
from server.models import Entity, EntityVersion, Project, SubmissionVersion
from server.moving.bringing import Bringing
from server.moving.central_source import CentralSource
from server.moving.import_central import import_central
from server.moving.makers import Makers, fits, instance_of

KEY = b"k" * 32


def an_act(**more: Any) -> EntityAct:
    told = {"create": False, "update": True, "base_version": 1, "trunk_version": None, "branch_id": None}
    return EntityAct(dataset="homes", uuid=str(uuid.uuid4()), label="", properties={}, **{**told, **more})


@pytest.mark.parametrize(
    ("act", "told", "fitting"),
    [
        ({"create": True, "update": False}, {"version": 1, "baseVersion": None}, True),
        ({}, {"version": 1, "baseVersion": None}, False),
        ({}, {"version": 2, "baseVersion": 1}, True),
        ({"base_version": 2}, {"version": 2, "baseVersion": 1}, False),
        ({"branch_id": "b", "base_version": 3}, {"version": 4, "branchId": "b", "branchBaseVersion": 3}, True),
        ({"branch_id": "b", "base_version": 3}, {"version": 4, "branchId": "b", "branchBaseVersion": 2}, False),
        ({"branch_id": "b"}, {"version": 2, "branchId": "c", "branchBaseVersion": 1}, False),
        ({"branch_id": "b"}, {"version": 1, "baseVersion": None, "branchId": "b"}, True),
    ],
)
def test_an_act_fits_the_version_that_it_asks_for(act: dict[str, Any], told: dict[str, Any], fitting: bool) -> None:
    assert fits(an_act(**act), {"branchId": None, **told}) is fitting


def test_central_names_the_record_in_the_source() -> None:
    assert instance_of({"source": {"submission": {"instanceId": "uuid:x"}, "event": {}}}) == "uuid:x"
    assert instance_of({"source": {"event": {"action": "entity.bulk.create"}}}) is None
    assert instance_of({}) is None


@pytest.fixture
def moved(town: dict[str, Any], new_server: Callable[[], Bringing], source: Callable[..., CentralSource]) -> Bringing:
    bringing = new_server()
    import_central(bringing, source(bringing), KEY)
    return bringing


def first_of(db: Session, uuid_: str) -> tuple[EntityVersion, SubmissionVersion]:
    version = db.scalars(
        select(EntityVersion).join(Entity).where(Entity.uuid == uuid_, EntityVersion.version == 1)
    ).one()
    return version, db.get_one(SubmissionVersion, version.submission_version_id)


def test_what_the_source_says_goes_before_what_the_records_ask_for(moved: Bringing, town: dict[str, Any]) -> None:
    with moved.database.reading() as db:
        version, record = first_of(db, town["home"])
        makers = Makers(db.scalars(select(Project.id)).one())
        told: dict[str, Any] = {"version": 1, "baseVersion": None, "branchId": None}
        by = version.creator_id
        other = db.scalars(select(SubmissionVersion).where(SubmissionVersion.instance_id == town["first"])).one()
        named = {**told, "source": {"submission": {"instanceId": town["first"]}}}
        assert makers.maker_of(db, "homes", town["home"], named, by) == other.id
        assert makers.maker_of(db, "homes", town["home"], {**told, "source": {"event": {"action": "x"}}}, by) is None
        assert makers.maker_of(db, "homes", town["home"], told, by + 1 if by else None) is None
        unnamed = {**told, "source": {"submission": {"id": 7}}}
        assert makers.maker_of(db, "homes", town["home"], unnamed, by) == record.id
        assert makers.maker_of(db, "homes", town["home"], told, by) is None, "each record makes one"
