"""Derived rows can be worked out again from what is kept: where all is well nothing changes, what was lost comes back."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update

from server.db import Database
from server.intake.rederiving import rederive
from server.intake.review import set_review_state
from server.intake.withdrawing import KEEP, withdraw
from server.models import (
    Audit,
    Base,
    CareEvent,
    Consent,
    ContraceptionEpisode,
    Dataset,
    DeriveProblem,
    Entity,
    EntityVersion,
    FollowUp,
    Household,
    Notification,
    Pregnancy,
    Project,
    Seal,
    Submission,
    SubmissionGeometry,
    Tombstone,
    Withdrawal,
    Woman,
)
from tests.conftest import Clock
from tests.making import a_form, a_record
from tests.server.registry.caring import Care, a_uuid, created, updated

DERIVED: tuple[type[Base], ...] = (
    *(
        CareEvent,
        Consent,
        Household,
        Woman,
        Pregnancy,
        ContraceptionEpisode,
        FollowUp,
        SubmissionGeometry,
        Submission,
        DeriveProblem,
    ),
)
KEPT: tuple[type[Base], ...] = (Seal, Tombstone, Withdrawal, Entity, EntityVersion, Dataset, Audit, Notification)


def dump(database: Database, models: tuple[type[Base], ...], without: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    """All rows of these tables as text. Points get new row ids when they are written again: those do not count."""
    found = {}
    with database.reading() as db:
        for model in models:
            left_out = {*without, "geometry", *(["id"] if model is SubmissionGeometry else [])}
            columns = [column for column in model.__table__.columns if column.name not in left_out]
            found[model.__tablename__] = sorted(str(tuple(row)) for row in db.execute(select(*columns)))
    return found


@pytest.fixture
def town(app: Flask, database: Database, project_id: int, cast: dict[str, int], clock: Clock) -> Care:
    """Every kind of thing once: homes, women at each stage, one who withdrew, one removed, sealed and waiting
    records, one that was rejected.
    """
    care = Care(app, database, project_id)
    with database.transaction() as db:
        a_form(db, project_id)
    care.phone.send(project_id, a_record(gps="30.1 104.5 0 5", village="519901201001"))
    home = a_uuid()
    visit = {"visit_date": "2026-02-20", "visit_result": "met", "consent_household": "yes", "hamlet": "二社"}
    care.post("household_visit", visit | {"village_code": "519901201001"}, created("households", home, "A-1 二社"))
    care.post("household_visit", visit, updated("households", a_uuid()))  # of a home that is not here: noted, not done
    women = [a_uuid() for _ in range(5)]
    pregnancies = [a_uuid() for _ in range(4)]
    care.check(pregnancies[0], "2026-02-26", us_new="yes", us_date="2026-02-20", us_weeks="13", us_days="0")
    care.pregnancy(women[0], pregnancies[0])
    for woman in women[:4]:
        care.register(woman)
    care.pregnancy(women[1], pregnancies[1])
    care.check(pregnancies[1], "2026-02-27", still_pregnant="gave_birth")
    rejected = care.check(pregnancies[1], "2026-02-26")
    care.method(women[2], a_uuid(), start_date="2026-02-10", reminder_wish="phone", last_injection="2026-02-10")
    care.method(women[0], a_uuid(), reason="resupply", method="coc", supply_end="2026-04-01", reminder_wish="phone")
    care.pregnancy(women[3], pregnancies[3])
    care.withdraw(women[3], "2026-02-25")
    care.pregnancy(women[1], a_uuid(), "2026-02-26", danger_now="bleeding")
    clock.forward(minutes=1)
    care.check(pregnancies[3], "2026-02-28")
    care.withdraw(women[2], "2026-03-01", erase="erase")
    care.method(women[4], a_uuid())
    with database.transaction() as db:
        woman, project = db.query(Woman).filter_by(uuid=women[1]).one(), db.get_one(Project, project_id)
        withdraw(db, project, woman, ["location", "stats"], KEEP, cast["bob"], clock.now())
        aside = db.query(Submission).filter_by(instance_id=rejected).one()
        set_review_state(db, aside, "rejected", cast["bob"], clock.now())
    return care


def test_on_a_healthy_database_nothing_changes(town: Care, database: Database, clock: Clock) -> None:
    before, kept = dump(database, DERIVED), dump(database, KEPT)
    assert all(before[model.__tablename__] for model in DERIVED[:-1])
    clock.forward(hours=1)
    steps: list[tuple[int, int]] = []
    records, _ = rederive(database, None, clock.now(), lambda done, of: steps.append((done, of)))
    assert dump(database, DERIVED) == before
    assert dump(database, KEPT) == kept
    assert steps == [(0, records), (records, records)]


def test_what_was_lost_comes_back_as_it_was(town: Care, database: Database, clock: Clock) -> None:
    before = dump(database, DERIVED, without=("id",))
    with database.transaction() as db:
        for model in (CareEvent, Consent, Household, Woman, Pregnancy, SubmissionGeometry):
            db.execute(delete(model))
        db.execute(update(Submission).values(village_id=None, place_how=None))
    rederive(database, town.project_id, clock.now(), lambda *_: None)
    assert dump(database, DERIVED, without=("id",)) == before


def test_rows_that_nothing_speaks_of_go(town: Care, database: Database, clock: Clock) -> None:
    before = dump(database, DERIVED)
    with database.transaction() as db:
        ghost = {"project_id": town.project_id, "uuid": a_uuid(), "label": "x", "village_code": "1"}
        consents = ("service", "reminder", "share_clinic", "location", "stats")
        db.add(Woman(**ghost, **{f"consent_{name}": True for name in consents}))
    rederive(database, None, clock.now(), lambda *_: None)
    assert dump(database, DERIVED) == before


def test_health_records_from_before_a_project_became_a_care_project_are_looked_at(
    town: Care, database: Database, clock: Clock
) -> None:
    with database.transaction() as db:
        db.execute(text("DELETE FROM seal"))
        db.execute(update(Submission).values(health=False, sealed=False))
    rederive(database, None, clock.now() + timedelta(hours=1), lambda *_: None)
    with database.reading() as db:
        shut = sorted(db.scalars(select(Seal.reason)))
        assert db.scalars(select(Submission.instance_id).where(Submission.sealed, ~Submission.health)).all() == []
    assert "erased" in shut
    assert "unknown" in shut
    assert "no_consent" in shut
