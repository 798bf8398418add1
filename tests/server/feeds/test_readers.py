"""What a webhook of a care project hears: ids of what may be used and shared, and nothing that is for one role alone."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from server.clock import today
from server.db import Database
from server.feeds.numbering import number_all
from server.feeds.readers import reader_of_webhook
from server.feeds.reading import Told, read_changes
from server.models import BENEFIT_CASES, Change, Dataset, Entity, FollowUp, Project
from server.registry.restriction import restrict
from tests.conftest import MORNING
from tests.making import a_dataset
from tests.server.followups.told import a_case
from tests.server.registry.caring import Care, a_uuid


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


def heard(database: Database, project_id: int) -> list[Told]:
    number_all(database, project_id)
    with database.reading() as db:
        reader = reader_of_webhook(db.get_one(Project, project_id), today(MORNING))
        return read_changes(db, reader, 0, 1000).told


def ids(told: list[Told]) -> set[str]:
    return {one.id for one in told}


def test_of_who_shares_with_the_clinic_it_hears(care: Care, database: Database, project_id: int) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    sent = {care.register(woman), care.pregnancy(woman, pregnancy)}
    with database.reading() as db:
        visits = set(db.scalars(select(FollowUp.visit_key).where(FollowUp.subject == woman)))
    assert ids(heard(database, project_id)) >= sent | visits | {woman, pregnancy}
    assert visits


def test_of_who_does_not_share_it_hears_nothing_of_her_health(care: Care, database: Database, project_id: int) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman, consent_share_clinic="no")
    record = care.pregnancy(woman, pregnancy)
    assert not ids(heard(database, project_id)) & {record, pregnancy}


def test_what_is_sealed_is_not_heard(care: Care, database: Database, project_id: int) -> None:
    record = care.pregnancy(a_uuid(), a_uuid())
    assert care.seal_of(record)
    assert record not in ids(heard(database, project_id))


def test_of_whose_data_are_kept_unused_it_hears_nothing_more(care: Care, database: Database, project_id: int) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    record = care.register(woman), care.pregnancy(woman, pregnancy)
    with database.transaction() as db:
        restrict(db, project_id, woman, None, MORNING)
    told = heard(database, project_id)
    with database.reading() as db:
        visits = set(db.scalars(select(FollowUp.visit_key).where(FollowUp.subject == woman)))
    assert not ids(told) & {*record, woman, pregnancy, *visits}
    assert "gone" in {one.kind for one in told}


def test_lists_for_one_role_alone_are_not_heard_of(care: Care, database: Database, project_id: int) -> None:
    case, result = a_uuid(), a_uuid()
    with database.transaction() as db:
        a_case(db, db.get_one(Project, project_id), case)
        workers = a_dataset(db, project_id, "workers", [])
        made: dict[str, Any] = {"label": "x", "data_json": "{}", "created_at": MORNING}
        db.add(Entity(dataset_id=workers.id, uuid=result, **made))
        db.flush()
        rows = list(db.scalars(select(Entity).where(Entity.uuid.in_((case, result)))))
        for row in rows:
            db.add(Change(project_id=project_id, kind="entity.create", about_id=row.id, made_at=MORNING))
        assert db.scalar(select(Dataset.id).where(Dataset.name == BENEFIT_CASES)) is not None
        assert len(rows) == 2
    assert not ids(heard(database, project_id)) & {case, result}
