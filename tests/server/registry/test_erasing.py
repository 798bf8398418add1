"""Taking consent back, and being removed: at once, for good, and whatever phones still send."""

from datetime import date

import orjson
import pytest
from flask import Flask
from sqlalchemy import select, update

from server.access.allow import Scope
from server.db import Database
from server.models import (
    CareEvent,
    ContraceptionEpisode,
    Dataset,
    Entity,
    EntityBacklog,
    EntityVersion,
    FollowUp,
    Pregnancy,
    Submission,
    SubmissionVersion,
    Tombstone,
    VillageScope,
    Woman,
)
from server.registry.backlog import force_one
from server.registry.lists import integrity_of
from server.registry.reach import Reach
from tests.client import Client
from tests.conftest import Clock
from tests.server.registry.caring import Care, a_clinician, a_uuid, updated


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


def revisions(care: Care) -> dict[str, int]:
    return {one.name: one.revision for one in care.rows(Dataset)}


def open_tasks(care: Care) -> list[FollowUp]:
    return [one for one in care.rows(FollowUp) if not one.ended]


def test_a_withdrawal_ends_consent_and_tasks_and_makes_phones_fetch_their_lists_in_one_step(care: Care) -> None:
    woman = a_uuid()
    care.register(woman)
    care.pregnancy(woman, a_uuid())
    before = revisions(care)
    assert open_tasks(care)

    assert care.seal_of(care.withdraw(woman, "2026-03-02")) is None
    (row,) = care.rows(Woman)
    assert (row.consent_service, row.consent_reminder, str(row.withdrawn_on)) == (False, False, "2026-03-02")
    assert open_tasks(care) == []
    after = revisions(care)
    assert all(after[name] > before[name] for name in ("women", "pregnancies", "contraception_episodes"))
    entity = care.entity(woman)
    assert entity is not None
    assert orjson.loads(entity.data_json)["consent_service"] == "no"


def test_what_she_told_before_stays_and_what_arrives_after_her_no_is_sealed_whatever_its_day(
    care: Care, clock: Clock
) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    told = care.pregnancy(woman, pregnancy)
    clock.forward(minutes=1)
    care.withdraw(woman, "2026-02-25")
    clock.forward(minutes=1)
    late, later = care.check(pregnancy, "2026-02-24"), care.check(pregnancy, "2026-02-26")
    assert [care.seal_of(one) for one in (told, late, later)] == [None, "no_consent", "no_consent"]


def test_a_withdrawal_that_arrives_late_seals_what_came_before_it(care: Care) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy)
    check = care.check(pregnancy, "2026-02-28")
    assert care.seal_of(check) is None
    care.withdraw(woman, "2026-02-25")
    assert care.seal_of(check) == "no_consent"
    assert "antenatal_check" not in {one.form_id for one in care.rows(CareEvent)}


def test_a_withdrawal_that_arrives_before_the_registration_holds(care: Care) -> None:
    woman = a_uuid()
    assert care.seal_of(care.withdraw(woman, "2026-02-25")) is None
    care.register(woman, "2026-02-01")
    (row,) = care.rows(Woman)
    assert row.consent_service is False
    entity = care.entity(woman)
    assert entity is not None
    assert orjson.loads(entity.data_json)["consent_service"] == "no", "phones ask by it"


def test_a_no_at_renewal_takes_the_consent_back(care: Care) -> None:
    woman = a_uuid()
    care.register(woman)
    answers = {"action": "renew", "woman": woman, "visit_date": "2026-03-01", "consent_service": "no"}
    assert care.seal_of(care.post("woman_consent", answers, updated("women", woman))) is None
    assert [one.consent_service for one in care.rows(Woman)] == [False]


def test_taking_back_the_location_unlinks_her_household(care: Care) -> None:
    woman = a_uuid()
    care.register(woman, household="h-1")
    assert [one.household_uuid for one in care.rows(Woman)] == ["h-1"]
    care.withdraw(woman, "2026-02-25", scope="location")
    (row,) = care.rows(Woman)
    assert (row.household_uuid, row.consent_location, row.consent_service) == (None, False, True)


def test_what_a_phone_still_says_of_her_household_does_not_outlive_her_consent_to_location(care: Care) -> None:
    woman, home = a_uuid(), a_uuid()
    care.register(woman, household=home)
    care.withdraw(woman, "2026-03-01", scope="location")
    late = {"action": "correct", "woman": woman, "visit_date": "2026-02-20", "household": home}
    care.post("woman_consent", late, updated("women", woman))
    entity = care.entity(woman)
    assert entity is not None
    assert orjson.loads(entity.data_json)["household"] == ""
    assert [one.household_uuid for one in care.rows(Woman)] == [None]


def test_of_a_woman_who_asks_to_be_removed_empty_records_and_hashes_are_left(care: Care) -> None:
    woman, pregnancy, episode = a_uuid(), a_uuid(), a_uuid()
    sent = [care.register(woman, display_name="王秀英")]
    sent += [care.pregnancy(woman, pregnancy), care.check(pregnancy), care.method(woman, episode)]
    other = a_uuid()
    care.register(other)

    sent.append(care.withdraw(woman, "2026-03-02", erase="erase"))
    assert {care.seal_of(one) for one in sent} == {"erased"}
    assert [one.uuid for one in care.rows(Woman)] == [other]
    assert care.rows(Pregnancy) == care.rows(ContraceptionEpisode) == []
    assert [one.subject for one in open_tasks(care)] == [other]
    assert [one.subject for one in care.rows(CareEvent)] == [other]
    assert [one.uuid for one in care.rows(Entity)] == [other]
    assert len(care.rows(EntityVersion)) == 1
    assert all(uuid.encode() not in one.uuid_hash for one in care.rows(Tombstone) for uuid in (woman, pregnancy))


@pytest.mark.parametrize("late", ["register", "renew", "pregnancy", "check", "method", "unseen_check"])
def test_nothing_that_comes_late_brings_her_back(care: Care, clock: Clock, late: str) -> None:
    woman, pregnancy, unseen = a_uuid(), a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy)
    care.withdraw(woman, "2026-02-25", erase="erase")
    clock.forward(days=2)
    if late == "unseen_check":
        check = care.check(unseen, "2026-02-24")
        assert care.seal_of(check) == "unknown"
        care.pregnancy(woman, unseen, "2026-02-20")
        sent = check
    else:
        sent = {
            "register": lambda: care.register(woman, "2026-02-01"),
            "renew": lambda: care.renew(woman, "2026-03-03", "2027-03-03"),
            "pregnancy": lambda: care.pregnancy(woman, a_uuid(), "2026-02-20"),
            "check": lambda: care.check(pregnancy, "2026-02-24"),
            "method": lambda: care.method(woman, a_uuid(), "2026-02-20"),
        }[late]()
    assert care.seal_of(sent) == "erased"
    assert care.rows(Woman) == care.rows(Pregnancy) == care.rows(CareEvent) == open_tasks(care) == []
    assert care.rows(Entity) == []
    assert {(bytes(one.xml), one.values_json, one.instance_name) for one in care.rows(SubmissionVersion)} == {
        (b"", None, None)
    }


def test_a_woman_removed_before_she_was_known_stays_unknown(care: Care) -> None:
    woman = a_uuid()
    waiting = care.method(woman, a_uuid())
    care.withdraw(woman, "2026-03-01", erase="erase")
    assert care.seal_of(waiting) == "erased"
    assert care.seal_of(care.register(woman)) == "erased"
    assert care.rows(Woman) == care.rows(Entity) == []


def test_a_change_made_offline_that_waits_does_not_bring_her_back(care: Care, database: Database, clock: Clock) -> None:
    woman, branch = a_uuid(), a_uuid()
    answers = {"action": "renew", "woman": woman, "visit_date": "2026-02-20", "consent_service": "yes"}
    offline = f'baseVersion="2" trunkVersion="1" branchId="{branch}"'
    change = f'<entity dataset="women" id="{woman}" update="1" {offline}><label/></entity>'
    care.post("woman_consent", answers, change)
    assert len(care.rows(EntityBacklog)) == 1
    care.withdraw(woman, "2026-03-01", erase="erase")
    assert care.rows(EntityBacklog) == []
    clock.forward(days=6)
    with database.transaction() as db:
        assert force_one(db, clock.now()) is False
    assert care.rows(Entity) == []


def test_she_may_come_back_under_a_new_registration(care: Care) -> None:
    woman, again = a_uuid(), a_uuid()
    care.register(woman)
    care.withdraw(woman, "2026-03-01", erase="erase")
    assert care.seal_of(care.register(again, "2026-03-02")) is None
    assert [one.uuid for one in care.rows(Woman)] == [again]


def test_no_rest_list_shows_a_removed_woman_and_nobody_restores_her(
    care: Care, app: Flask, database: Database, cast: dict[str, int], project_id: int
) -> None:
    woman = a_uuid()
    care.register(woman)
    a_clinician(care, cast["bob"])
    bob, women = Client.signed_in(app, database, cast["bob"]), f"/projects/{project_id}/datasets/women/entities"
    assert [one["uuid"] for one in bob.get(women).json] == [woman]
    care.withdraw(woman, "2026-03-01", erase="erase")
    assert bob.get(women).json == bob.get(women + "?deleted=true").json == []
    assert bob.post(f"{women}/{woman}/restore").status_code == 404
    made = bob.post(women, json={"uuid": woman, "label": "W-0231", "data": {}})
    assert made.status_code in (404, 409), made.json
    assert care.rows(Entity) == []


def test_deleting_or_rejecting_a_withdrawal_gives_no_consent_back(
    care: Care, as_bob: Client, cast: dict[str, int]
) -> None:
    woman = a_uuid()
    care.register(woman)
    withdrawal = care.withdraw(woman, "2026-03-01")
    with care.database.transaction() as db:
        db.execute(update(Submission).values(health=False))  # bob is no clinician, and this is not about who may
        db.add(VillageScope(actor_id=cast["bob"], project_id=care.project_id, village_id=None))
    base = f"/projects/{care.project_id}/forms/woman_consent/submissions/{withdrawal}"
    assert as_bob.patch(base, json={"reviewState": "rejected"}).status_code == 200
    assert as_bob.delete(base).status_code == 200
    assert [one.consent_service for one in care.rows(Woman)] == [False]


def test_a_correction_that_removes_another_woman_leaves_the_first_as_before_it(care: Care) -> None:
    mistaken, meant = a_uuid(), a_uuid()
    care.register(mistaken)
    care.register(meant)
    first = care.withdraw(mistaken, "2026-03-01")
    answers = {"action": "withdraw", "woman": meant, "visit_date": "2026-03-01", "withdraw_erase": "erase"}
    care.post("woman_consent", answers, deprecated_id=first)
    assert [(one.uuid, one.consent_service) for one in care.rows(Woman)] == [(mistaken, True)]


def test_a_late_record_of_a_removed_woman_takes_no_pregnancy_of_another(care: Care) -> None:
    removed, other, pregnancy = a_uuid(), a_uuid(), a_uuid()
    care.register(removed)
    care.withdraw(removed, "2026-03-01", erase="erase")
    care.register(other)
    care.pregnancy(other, pregnancy)
    assert care.seal_of(care.pregnancy(removed, pregnancy)) == "erased"
    assert care.seal_of(care.check(pregnancy)) is None
    assert [one.woman_uuid for one in care.rows(Pregnancy)] == [other]


def test_phones_that_ask_are_told_that_a_removed_woman_is_gone(care: Care, database: Database) -> None:
    woman, unknown = a_uuid(), a_uuid()
    care.register(woman)
    reach = Reach(Scope(care.project_id, everything=True), True, "clinician", date(2026, 3, 2))

    def gone() -> list[tuple[str, bool]]:
        with database.reading() as db:
            women = db.scalars(select(Dataset).where(Dataset.name == "women")).one()
            return integrity_of(db, women, reach, [f"uuid:{woman}", unknown])

    assert gone() == [(woman, False)]
    care.withdraw(woman, "2026-03-01", erase="erase")
    assert care.rows(Entity) == []
    assert gone() == [(woman, True)], "of who never came nothing is said: her record may be underway"
