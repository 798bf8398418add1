"""Sealed until consent is known: what opens a health record, what keeps it shut, and what it waits for."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from server.db import Database
from server.intake import derive
from server.models import (
    Audit,
    CareEvent,
    DeriveProblem,
    Entity,
    FollowUp,
    Pregnancy,
    Project,
    Submission,
    SubmissionGeometry,
    Woman,
)
from server.registry import sealing
from server.registry.sealing import seal_record
from tests.client import Client
from tests.conftest import Clock
from tests.server.registry.caring import Care, a_uuid, created


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


def test_a_registration_with_consent_is_its_own_evidence(care: Care) -> None:
    woman = a_uuid()
    assert care.seal_of(care.register(woman)) is None
    (row,) = care.rows(Woman)
    assert (row.uuid, row.label, row.consent_service, row.village_code) == (woman, "W-0231 王*", True, "519901201001")


def test_her_no_is_kept_sealed_and_makes_nobody(care: Care) -> None:
    assert care.seal_of(care.register(a_uuid(), consent_service="no")) == "no_consent"
    assert care.rows(Entity) == care.rows(Woman) == care.rows(CareEvent) == []


@pytest.mark.parametrize(("day", "reason"), [("2026-02-01", None), ("2026-03-01", None), ("2026-03-02", "no_consent")])
def test_a_record_is_open_until_the_last_day_of_consent(care: Care, clock: Clock, day: str, reason: str | None) -> None:
    clock.set(datetime(2026, 3, 20, tzinfo=UTC))
    woman = a_uuid()
    care.register(woman, until="2026-03-01")
    assert care.seal_of(care.pregnancy(woman, a_uuid(), day)) == reason


def test_nothing_follows_from_a_sealed_record(care: Care) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman, until="2026-02-05")
    sealed = care.pregnancy(woman, pregnancy, "2026-02-10")
    assert care.seal_of(sealed) == "no_consent"
    assert care.entity(pregnancy) is None
    assert care.rows(Pregnancy) == care.rows(FollowUp) == care.rows(SubmissionGeometry) == []
    assert [one.form_id for one in care.rows(CareEvent)] == ["woman_consent"]
    (record,) = [one for one in care.rows(Submission) if one.instance_id == sealed]
    assert (record.health, record.village_id, record.place_how) == (True, None, None)


def test_records_that_come_before_what_they_are_about_open_when_it_arrives(care: Care) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    check = care.check(pregnancy)
    registration = care.pregnancy(woman, pregnancy)
    assert [care.seal_of(one) for one in (check, registration)] == ["unknown", "unknown"]
    assert care.rows(CareEvent) == care.rows(Entity) == []

    care.register(woman)
    assert [care.seal_of(one) for one in (check, registration)] == [None, None]
    assert {one.subject for one in care.rows(CareEvent)} == {woman}
    assert care.entity(pregnancy) is not None
    assert [one.uuid for one in care.rows(Pregnancy)] == [pregnancy]
    assert care.rows(FollowUp), "her checks are due at once"


def test_a_record_that_cannot_be_read_again_holds_up_nobody(
    care: Care, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    woman = a_uuid()
    waiting = care.pregnancy(woman, a_uuid())
    with monkeypatch.context() as patch:
        patch.setattr(derive, "read_again", lambda *_: 1 / 0)
        assert care.seal_of(care.register(woman)) is None
    assert care.seal_of(waiting) == "unknown"
    clock.forward(minutes=2)
    with database.transaction() as db:
        assert derive.retry_one(db, clock.now())
    assert care.seal_of(waiting) is None


def test_a_renewal_lets_what_it_covers_be_read(care: Care) -> None:
    woman = a_uuid()
    care.register(woman, until="2026-02-05")
    sealed = care.pregnancy(woman, a_uuid(), "2026-02-20")
    care.renew(woman, "2026-02-19", "2027-02-19")
    assert care.seal_of(sealed) is None


def test_a_record_about_nobody_stays_shut_and_waits_for_nothing(care: Care) -> None:
    assert care.seal_of(care.method("")) == "unknown"
    assert care.seal_of(care.check("")) == "unknown"


def test_what_our_reading_fails_on_stays_sealed_and_is_opened_by_the_next_try(
    care: Care, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    woman = a_uuid()
    whole = derive.DERIVERS
    broken = (("consent", lambda *_: 1 / 0), *whole[1:])
    monkeypatch.setattr(derive, "DERIVERS", broken)
    sent = care.register(woman)
    assert care.seal_of(sent) == "unread"
    assert care.rows(Woman) == care.rows(Entity) == []

    monkeypatch.setattr(derive, "DERIVERS", whole)
    clock.forward(minutes=2)
    with database.transaction() as db:
        assert derive.retry_one(db, clock.now())
    assert care.seal_of(sent) is None
    assert [one.uuid for one in care.rows(Woman)] == [woman]
    assert care.rows(DeriveProblem) == []


def test_a_correction_is_sealed_again_until_it_was_looked_at(care: Care) -> None:
    woman, other, pregnancy = a_uuid(), a_uuid(), a_uuid()
    care.register(woman)
    first = care.pregnancy(woman, pregnancy)
    answers = {"woman": other, "visit_date": "2026-02-10", "wants_registration": "yes"}
    entity = created("pregnancies", pregnancy)
    corrected = care.post("pregnancy_registration", answers, entity, deprecated_id=first)
    assert corrected != first
    assert care.seal_of(first) == "unknown"
    assert care.rows(Pregnancy) == []
    assert [one.subject for one in care.rows(CareEvent)] == [woman]


def test_a_correction_of_her_consent_to_no_takes_it_back(care: Care) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    first = care.register(woman)
    later = care.pregnancy(woman, pregnancy)
    answers = {"action": "register", "visit_date": "2026-02-01", "consent_service": "no"}
    care.post("woman_consent", answers, deprecated_id=first)
    assert care.seal_of(first) == "no_consent"
    assert care.seal_of(later) == "unknown"
    assert care.rows(Woman) == care.rows(CareEvent) == []


def test_a_plain_project_seals_nothing(app: Flask, database: Database, project_id: int, care: Care) -> None:
    with database.transaction() as db:
        db.execute(update(Project).values(kind="plain"))
    assert care.seal_of(care.check(a_uuid())) is None
    assert care.rows(CareEvent) == []
    with database.reading() as db:
        assert db.scalars(select(Submission.health)).all() == [False]


def test_that_a_record_was_sealed_and_opened_is_written_down(care: Care) -> None:
    woman = a_uuid()
    care.pregnancy(woman, a_uuid())
    care.register(woman)
    acts = [one.action for one in care.rows(Audit) if "seal" in one.action]
    assert acts == ["submission.seal", "submission.unseal"]


def test_health_records_from_before_are_sealed_when_a_project_becomes_a_care_project(
    care: Care, as_alice: Client, database: Database, clock: Clock
) -> None:
    with database.transaction() as db:
        db.execute(update(Project).values(kind="plain"))
    woman = a_uuid()
    given, refused = care.register(woman), care.register(a_uuid(), consent_service="no")
    assert as_alice.patch(f"/projects/{care.project_id}", json={"kind": "care"}).status_code == 200
    assert [care.seal_of(one) for one in (given, refused)] == ["unread", "unread"]
    for expected in (True, True, False):
        with database.transaction() as db:
            assert derive.retry_one(db, clock.now()) is expected
    assert [care.seal_of(one) for one in (given, refused)] == [None, "no_consent"]
    assert [one.uuid for one in care.rows(Woman)] == [woman]


def test_records_that_arrive_at_the_same_moment_do_not_miss_each_other(
    care: Care, monkeypatch: pytest.MonkeyPatch
) -> None:
    """She registers while her pregnancy's record, which did not find her, is about to be sealed."""
    decided, registered = Event(), Event()

    def slowly(*what: Any) -> Any:
        decided.set()
        registered.wait(4)
        return seal_record(*what)

    monkeypatch.setattr(sealing, "seal_record", slowly)
    woman = a_uuid()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(care.pregnancy, woman, a_uuid())
        assert decided.wait(30)
        care.register(woman)
        registered.set()
    assert care.seal_of(waiting.result()) is None
