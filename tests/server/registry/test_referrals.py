import orjson
import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.db import Database
from server.intake.review import set_review_state
from server.models import CareEvent, Dataset, DatasetProperty, Entity, EntityVersion, FollowUp, Project, Submission
from server.registry.editing import delete_entity
from server.registry.entities import Author
from server.registry.lists import find_dataset
from server.registry.referrals import (
    PROPERTIES,
    REFERRALS,
    keep_referral,
    referral_uuid,
    referrals_of,
    signs_of,
    take_back_referral,
    urgency_of,
)
from tests.conftest import MORNING
from tests.making import a_town
from tests.server.followups.samples import VILLAGE
from tests.server.followups.told import F3, F4, F5, F6, a_woman, checked, correct, tell
from tests.server.registry.caring import Care, a_uuid

URGENCIES = [
    # form, answers, urgency
    (F4, {"refer": "yes", "refer_urgency": "urgent"}, "urgent"),
    (F4, {"refer": "yes", "refer_urgency": "routine"}, "routine"),
    (F4, {"refer": "yes"}, "routine"),
    (F4, {"refer": "no"}, None),
    (F4, {"refer": "no", "refer_to": "clinic1"}, None),
    (F4, {}, None),
    (F4, {"danger": "none"}, None),
    (F4, {"danger": "prefer_not"}, None),
    (F4, {"danger": "bleeding fever"}, "urgent"),
    (F4, {"danger": "fever", "refer": "yes", "refer_urgency": "routine"}, "urgent"),
    (F3, {"danger_now": "swelling"}, "urgent"),
    (F3, {"danger_now": "none"}, None),
    (F3, {"danger": "swelling"}, None),
    (F6, {"refer_to": "clinic1", "refer_urgency": "routine"}, "routine"),
    (F6, {"refer_to": "clinic1"}, "routine"),
    (F6, {"refer_to": "none"}, None),
    (F6, {"wish": "remove_device"}, "routine"),
    (F6, {"wish": "remove_device", "refer_to": "clinic1", "refer_urgency": "urgent"}, "urgent"),
    (F6, {"wish": "stop"}, None),
    (F4, {"wish": "remove_device"}, None),
    (F6, {"danger_fp": "chest_pain"}, "urgent"),
    (F6, {}, None),
    (F4, {"bp_sys": "159", "bp_dia": "109", "hb_gl": "70", "movement": "normal"}, None),
    (F4, {"bp_sys": "160", "refer": "no"}, "urgent"),
    (F4, {"bp_sys": "150", "bp_dia": "95", "sys_critical_from": "150"}, "urgent"),
    (F4, {"hb_gl": "69.9"}, "urgent"),
    (F4, {"hb_gl": "79", "hb_critical_below": "80"}, "urgent"),
    (F4, {"movement": "less"}, "urgent"),
    (F4, {"movement": "na"}, None),
    (F4, {"temp": "39"}, None),
    (F6, {"bp_dia": "110"}, "urgent"),
    (F6, {"bp_dia": "100", "dia_critical_from": "100"}, "urgent"),
    (F6, {"bp_sys": "159", "bp_dia": "109"}, None),
    (F5, {"danger_pp": "none", "danger_nb": "none"}, None),
    (F5, {"temp": "37.5", "fever_from": "37.5"}, "urgent"),
    (F5, {"danger_pp": "bleeding"}, "urgent"),
    (F5, {"danger_nb": "cord"}, "urgent"),
    (F5, {"temp": "38.0"}, "urgent"),
    (F5, {"temp": "37.9", "bp_sys": "159", "bp_dia": "109", "wound": "sore", "breast": "sore", "mood2": "low"}, None),
    (F5, {"bp_sys": "160"}, "urgent"),
    (F5, {"bp_dia": "110"}, "urgent"),
    (F5, {"wound": "pus"}, "urgent"),
    (F5, {"breast": "red_hot"}, "urgent"),
    (F5, {"mood2": "low self_harm"}, "urgent"),
    (F5, {"danger": "fever"}, None),
    ("household_visit", {"danger": "fever"}, None),
]


@pytest.mark.parametrize(("form_id", "answers", "urgency"), URGENCIES)
def test_a_record_refers_by_its_refer_fields_and_by_danger_signs(
    form_id: str, answers: dict[str, str], urgency: str | None
) -> None:
    assert urgency_of(form_id, answers) == urgency


def test_none_of_these_is_no_sign() -> None:
    assert signs_of(F4, {"danger": "none"}) == frozenset()
    assert signs_of(F4, {"danger": "bleeding fever"}) == {"bleeding", "fever"}


@pytest.fixture
def town(db: Session) -> Project:
    town = a_town(db)
    a_woman(db, town)
    return town


def by(told: CareEvent) -> Author:
    return Author(None, None, told.submission_id, told.submission_version_id, MORNING)


def keep(db: Session, town: Project, told: CareEvent) -> None:
    keep_referral(db, town, told, by(told))


def the_only(db: Session) -> Entity:
    return db.scalars(select(Entity).execution_options(populate_existing=True)).one()


def test_a_referral_is_an_entity_with_neutral_words(db: Session, town: Project) -> None:
    told = checked(db, town, "2027-01-05", refer="yes", refer_urgency="routine", event="uuid:one")
    keep(db, town, told)
    entity = the_only(db)
    assert (entity.uuid, entity.label, entity.village_code) == (referral_uuid("uuid:one"), "W-0231 王* 01-05", VILLAGE)
    assert orjson.loads(entity.data_json) == {
        "woman": "w1",
        "pregnancy": "p1",
        "village_code": VILLAGE,
        "urgency": "routine",
        "referred_on": "2027-01-05",
        "form_id": F4,
    }
    version = db.scalars(select(EntityVersion)).one()
    assert version.submission_version_id == told.submission_version_id


def test_a_contraception_referral_names_no_pregnancy(db: Session, town: Project) -> None:
    keep(db, town, tell(db, town, F6, "2027-01-05", refer_to="clinic1"))
    assert orjson.loads(the_only(db).data_json)["pregnancy"] == ""


def test_working_it_out_again_makes_no_second_one_and_no_new_version(db: Session, town: Project) -> None:
    told = checked(db, town, "2027-01-05", danger="fever")
    keep(db, town, told)
    revision = find_list(db, town).revision
    keep(db, town, told)
    assert the_only(db).version == 1
    assert find_list(db, town).revision == revision


def find_list(db: Session, town: Project) -> Dataset:
    found = find_dataset(db, town.id, REFERRALS)
    assert found is not None
    db.refresh(found)
    return found


def test_a_correction_changes_it_takes_it_back_and_brings_it_back(db: Session, town: Project) -> None:
    told = checked(db, town, "2027-01-05", refer="yes", refer_urgency="routine")
    keep(db, town, told)
    correct(db, told, refer_urgency="urgent")
    keep(db, town, told)
    assert orjson.loads(the_only(db).data_json)["urgency"] == "urgent"
    correct(db, told, refer="no", refer_urgency=None)
    keep(db, town, told)
    assert the_only(db).deleted_at is not None
    keep(db, town, told)
    correct(db, told, refer="yes", refer_urgency="urgent")
    keep(db, town, told)
    assert the_only(db).deleted_at is None
    assert orjson.loads(the_only(db).data_json)["urgency"] == "urgent"


def test_one_that_somebody_deleted_by_hand_stays_deleted(db: Session, town: Project) -> None:
    told = checked(db, town, "2027-01-05", danger="fever")
    keep(db, town, told)
    delete_entity(db, find_list(db, town), the_only(db), by(told))
    correct(db, told, on="2027-01-04")
    keep(db, town, told)
    assert the_only(db).deleted_at is not None
    assert orjson.loads(the_only(db).data_json)["referred_on"] == "2027-01-05"


def test_a_record_that_does_not_count_any_more_takes_its_referral_back(db: Session, town: Project) -> None:
    told = checked(db, town, "2027-01-05", danger="fever")
    keep(db, town, told)
    take_back_referral(db, town.id, told.event, by(told))
    assert the_only(db).deleted_at is not None
    take_back_referral(db, town.id, "uuid:never", by(told))
    assert the_only(db).version == 2


def test_the_list_has_its_properties_whoever_made_it(db: Session, town: Project) -> None:
    db.add(Dataset(project_id=town.id, name=REFERRALS, created_at=MORNING))
    db.flush()
    dataset = referrals_of(db, town, Author(None, None, None, None, MORNING))
    names = db.scalars(select(DatasetProperty.name).where(DatasetProperty.dataset_id == dataset.id))
    assert set(names) == set(PROPERTIES)


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


def rules(care: Care) -> dict[str, str]:
    return {row.rule: row.cause or row.state for row in care.rows(FollowUp)}


def the_referral(care: Care) -> Entity:
    with care.database.reading() as db:
        lists = select(Dataset.id).where(Dataset.name == REFERRALS)
        return db.scalars(select(Entity).where(Entity.dataset_id.in_(lists))).one()


def test_a_danger_sign_that_arrives_is_a_referral_with_its_follow_ups_and_a_correction_takes_them_back(
    care: Care,
) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy)
    first = care.check(pregnancy, danger="fever", done_by="worker")
    assert the_referral(care).deleted_at is None and the_referral(care).uuid == referral_uuid(first)
    assert {"ANC-D", "REF-U"} <= rules(care).keys()
    answers = {"pregnancy": pregnancy, "visit_date": "2026-02-20", "still_pregnant": "ongoing", "danger": "none"}
    care.post("antenatal_check", answers, deprecated_id=first)
    assert the_referral(care).deleted_at is not None
    assert (rules(care)["ANC-D"], rules(care)["REF-U"]) == ("reason_gone", "reason_gone")


def test_a_record_that_a_withdrawal_seals_keeps_no_referral(care: Care) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy, "2026-02-10")
    sent = care.check(pregnancy, "2026-02-20", danger="fever")
    care.withdraw(woman, "2026-02-15")
    assert care.seal_of(sent) == "no_consent"
    assert the_referral(care).deleted_at is not None
    assert set(rules(care).values()) <= {"no_consent", "done_on_time", "done_late", "reason_gone"}


def test_a_reported_loss_has_ended_every_task_when_the_phone_gets_its_answer(care: Care) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy)
    care.check(pregnancy, "2026-02-20", danger="fever", done_by="worker")
    assert [row for row in care.rows(FollowUp) if not row.ended]
    care.check(pregnancy, "2026-02-21", still_pregnant="ended")
    assert sorted(row.rule for row in care.rows(FollowUp) if not row.ended) == ["CONS", "PL1"]
    assert {row.cause for row in care.rows(FollowUp) if row.state == "superseded"} == {"pregnancy_ended"}


def test_a_record_that_made_a_referral_still_makes_its_entity_when_the_office_approves(care: Care) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    with care.database.transaction() as db:
        db.execute(update(Dataset).where(Dataset.name == "pregnancies").values(approval_required=True))
    sent = care.pregnancy(woman, pregnancy, danger_now="fever")
    assert care.entity(referral_uuid(sent)) is not None and care.entity(pregnancy) is None
    with care.database.transaction() as db:
        record = db.scalars(select(Submission).where(Submission.instance_id == sent)).one()
        set_review_state(db, record, "approved", None, MORNING)
    assert care.entity(pregnancy) is not None
