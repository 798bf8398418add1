"""What she takes back at the office is in force everywhere when it is written, and what a phone sends late changes nothing."""

from datetime import date

import orjson
import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from server.db import Database
from server.errors import MissingParameter, NotFound, UnexpectedValue
from server.intake.withdrawing import ERASE, KEEP, withdraw
from server.models import Audit, Consent, FollowUp, Project, Tombstone, Withdrawal, Woman, table_of
from tests.conftest import Clock
from tests.server.registry.caring import Care, a_uuid, created, updated


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


@pytest.fixture
def take_back(care: Care, database: Database, cast: dict[str, int], clock: Clock):  # type: ignore[no-untyped-def]
    """`take_back(woman, "reminder", …)` as bob noted it; `what` is KEEP or ERASE."""

    def run(uuid: str, *purposes: str, what: str = KEEP) -> None:
        with database.transaction() as db:
            project = db.get_one(Project, care.project_id)
            woman = db.scalars(select(Woman).where(Woman.uuid == uuid)).one()
            withdraw(db, project, woman, purposes, what, cast["bob"], clock.now())
        clock.forward(minutes=1)

    return run


def test_one_purpose_is_taken_back_and_the_others_stay(care: Care, take_back) -> None:  # type: ignore[no-untyped-def]
    woman = a_uuid()
    care.register(woman, household=a_uuid())
    take_back(woman, "location")
    (row,) = care.rows(Woman)
    assert (row.consent_service, row.consent_location, row.household_uuid) == (True, False, None)
    entity = care.entity(woman)
    assert entity is not None
    told = orjson.loads(entity.data_json)
    assert (told["consent_location"], told["household"], told["consent_service"]) == ("no", "", "yes")
    kept = {one.purpose: one for one in care.rows(Consent)}
    assert kept["location"].withdrawal_id == care.rows(Withdrawal)[0].id
    assert kept["location"].submission_id is None
    assert (kept["service"].given, kept["service"].until) == (True, date(2027, 2, 1))
    assert kept["service"].submission_id is not None


def test_without_the_service_nothing_stands_and_her_follow_ups_end(
    care: Care, take_back, database: Database  # type: ignore[no-untyped-def]
) -> None:  # fmt: skip
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman, display_name="王秀英")
    care.pregnancy(woman, pregnancy)
    assert {row.ended for row in care.rows(FollowUp)} != {True}
    take_back(woman, "service")
    (row,) = care.rows(Woman)
    assert (row.consent_service, row.consent_stats, str(row.withdrawn_on), row.label) == (
        False,
        False,
        "2026-03-02",
        "",
    )
    assert {(row.ended, row.cause) for row in care.rows(FollowUp)} == {(True, "no_consent")}
    assert {one.given for one in care.rows(Consent)} == {False}
    entity = care.entity(woman)
    assert entity is not None and entity.label == "W-0231"
    with database.reading() as db:
        (details,) = db.scalars(select(Audit.details).where(Audit.action == "consent.withdraw"))
    assert details == {"entity": {"dataset": "women", "uuid": woman}}, "neither what nor why"


def test_what_a_phone_kept_back_meanwhile_is_sealed_and_brings_nothing_back(
    care: Care, take_back, clock: Clock  # type: ignore[no-untyped-def]
) -> None:  # fmt: skip
    """Also a visit of the weeks before, and a consent that was renewed in the morning before she took it back."""
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy)
    clock.forward(minutes=1)
    take_back(woman, "service")
    before = {row.key: row.state for row in care.rows(FollowUp)}
    visit = care.check(pregnancy, "2026-02-20", updated("pregnancies", pregnancy))
    method = care.method(woman, a_uuid(), "2026-03-01")
    renewal = care.renew(woman, "2026-03-02", "2027-03-02", start="2026-03-02T08:30:00.000+08:00")
    assert (care.seal_of(visit), care.seal_of(method)) == ("no_consent", "no_consent")
    (row,) = care.rows(Woman)
    assert (row.consent_service, row.label) == (False, "")
    assert care.seal_of(renewal) is None, "it is evidence of what she said, in its place before the withdrawal"
    assert {row.key: row.state for row in care.rows(FollowUp)} == before


def test_she_may_agree_again_whenever_she_likes(care: Care, take_back, clock: Clock) -> None:  # type: ignore[no-untyped-def]
    woman = a_uuid()
    care.register(woman)
    take_back(woman, "service")
    clock.forward(minutes=90)
    care.renew(woman, "2026-03-02", "2027-03-02", start="2026-03-02T09:10:00.000+08:00")
    (row,) = care.rows(Woman)
    assert (row.consent_service, row.withdrawn_on, row.consent_until) == (True, None, date(2027, 3, 2))


def test_with_her_wish_to_be_removed_nothing_stays_but_a_hash(care: Care, take_back) -> None:  # type: ignore[no-untyped-def]
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy)
    take_back(woman, "reminder")
    take_back(woman, "service", what=ERASE)
    late = care.check(pregnancy, "2026-02-20")
    again = care.post("woman_consent", {"action": "register", "visit_date": "2026-03-01"}, created("women", woman))
    assert (care.seal_of(late), care.seal_of(again)) == ("erased", "erased")
    for model in (Woman, Consent, Withdrawal):
        assert care.rows(model) == [], model
    assert len(care.rows(Tombstone)) >= 2


def test_a_purpose_that_nobody_asks_for_or_none_at_all_is_refused(care: Care, take_back) -> None:  # type: ignore[no-untyped-def]
    woman = a_uuid()
    care.register(woman)
    with pytest.raises(UnexpectedValue):
        take_back(woman, "everything")
    with pytest.raises(MissingParameter):
        take_back(woman)
    assert care.rows(Withdrawal) == []


def test_who_was_removed_or_renewed_in_the_same_moment_is_taken_as_she_stands_then(
    care: Care, database: Database, cast: dict[str, int], clock: Clock
) -> None:
    """The page has read her row when a phone or the rights desk is faster: nothing of the older row is written back."""
    renewed, removed = a_uuid(), a_uuid()
    for woman in (renewed, removed):
        care.register(woman)
    table = table_of(Woman)
    with database.transaction() as db:
        project = db.get_one(Project, care.project_id)
        seen = {row.uuid: row for row in db.scalars(select(Woman))}
        seen[renewed].consent_stats = False
        db.flush()
        db.execute(update(table).where(table.c.uuid == renewed).values(consent_stats=True))
        withdraw(db, project, seen[renewed], ["stats"], KEEP, cast["bob"], clock.now())
        db.execute(delete(table).where(table.c.uuid == removed))
        with pytest.raises(NotFound):
            withdraw(db, project, seen[removed], ["service"], KEEP, cast["bob"], clock.now())
    assert [(one.uuid, one.consent_stats) for one in care.rows(Woman)] == [(renewed, False)]
    assert [one.woman_uuid for one in care.rows(Withdrawal)] == [renewed]
