"""Which records are hers: also those that the office set aside, that wait behind a sealed one, or that were hers once."""

from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from server.access.roles import CLINICIAN
from server.blobs import BlobStore
from server.config import Config
from server.db import Database
from server.models import (
    Assignment,
    Audit,
    Blob,
    EntityVersion,
    Pregnancy,
    RightsRequest,
    Submission,
    SubmissionVersion,
    VillageScope,
)
from server.registry.erasing import erase_person, plan_erasure
from tests.care_town import naming
from tests.client import Client
from tests.conftest import MORNING, Clock
from tests.making import a_form, an_xform
from tests.server.registry.caring import Care, a_care_record, a_uuid, created


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


@pytest.fixture
def clinician(app: Flask, database: Database, cast: dict[str, int], project_id: int) -> Client:
    with database.transaction() as db:
        db.add(VillageScope(actor_id=cast["bob"], project_id=project_id, village_id=None))
        db.add(Assignment(actor_id=cast["bob"], role_id=CLINICIAN, project_id=project_id))
    return Client.signed_in(app, database, cast["bob"])


def erase_at_desk(care: Care, woman: str) -> set[str]:
    with care.database.transaction() as db:
        return erase_person(db, plan_erasure(db, care.project_id, woman), None, MORNING).files


def words_left(care: Care) -> list[Any]:
    return [one.instance_id for one in care.rows(SubmissionVersion) if one.xml or one.values_json]


@pytest.mark.parametrize("list_name", ["women", "pregnancies"])
def test_a_record_of_a_form_that_looks_her_up_without_a_choice_goes_with_her(care: Care, list_name: str) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy)
    with care.database.transaction() as db:
        a_form(db, care.project_id, "sums", xml=naming(an_xform("sums"), (list_name,)))
    care.post("sums", {"name": {"women": woman, "pregnancies": pregnancy}[list_name]})
    care.post("sums", {"name": a_uuid()})
    with care.database.reading() as db:
        assert len(plan_erasure(db, care.project_id, woman).records) == 3, "it is in her copy, too"
    erase_at_desk(care, woman)
    assert len(words_left(care)) == 1


@pytest.mark.parametrize("away", ["rejected", "deleted", "both deleted"])
def test_a_record_that_the_office_set_aside_goes_with_her(care: Care, clinician: Client, away: str) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    registration, check = care.pregnancy(woman, pregnancy), care.check(pregnancy)
    base = f"/projects/{care.project_id}/forms"
    if away == "rejected":
        sent = clinician.patch(f"{base}/antenatal_check/submissions/{check}", json={"reviewState": "rejected"})
        assert sent.status_code == 200
    else:
        assert clinician.delete(f"{base}/antenatal_check/submissions/{check}").status_code == 200
    if away == "both deleted":
        assert clinician.delete(f"{base}/pregnancy_registration/submissions/{registration}").status_code == 200
    with care.database.reading() as db:
        assert len(plan_erasure(db, care.project_id, woman).records) == 3, "they are in her copy, too"
    erase_at_desk(care, woman)
    assert words_left(care) == []


def test_what_waits_behind_a_sealed_record_of_hers_goes_with_her_and_so_does_what_comes_late(
    care: Care, clock: Clock
) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    clock.forward(minutes=1)
    care.withdraw(woman, "2026-03-01")
    clock.forward(minutes=1)
    registration, check = care.pregnancy(woman, pregnancy, "2026-03-02"), care.check(pregnancy, "2026-03-02")
    assert [care.seal_of(one) for one in (registration, check)] == ["no_consent", "unknown"]
    other = care.check(a_uuid())
    erase_at_desk(care, woman)
    assert [care.seal_of(one) for one in (registration, check)] == ["erased", "erased"]
    assert words_left(care) == [other], "what waits for somebody else's pregnancy waits on"
    assert care.seal_of(care.check(pregnancy, "2026-03-01")) == "erased"


def test_a_method_of_another_woman_that_a_record_of_hers_names_by_mistake_stays(care: Care) -> None:
    woman, other, episode = a_uuid(), a_uuid(), a_uuid()
    for one in (woman, other):
        care.register(one)
    care.method(other, episode)
    answers = {"client": woman, "episode": episode, "visit_date": "2026-02-20", "reason": "resupply", "method": "dmpa"}
    care.post("contraception_followup", answers)
    erase_at_desk(care, woman)
    assert care.entity(episode) is not None
    later = {"client": other, "episode": episode, "visit_date": "2026-02-25", "reason": "resupply", "method": "dmpa"}
    assert care.seal_of(care.post("contraception_followup", later)) is None


def test_an_earlier_version_about_her_leaves_with_its_file_and_with_what_it_said_in_a_list(
    care: Care, config: Config
) -> None:
    woman, meant, pregnancy = a_uuid(), a_uuid(), a_uuid()
    for one in (woman, meant):
        care.register(one)
    answers = {"woman": woman, "visit_date": "2026-02-10", "wants_registration": "yes", "danger_now": "WORDHERS"}
    act = created("pregnancies", pregnancy, "WORDLABEL")
    first = care.post("pregnancy_registration", answers, act)
    xml = a_care_record("pregnancy_registration", answers, act, first)
    assert care.phone.send(care.project_id, xml, {"hers.jpg": b"\xff\xd8\xff\xe0WORDPHOTO"}).status_code == 201
    right = {**answers, "woman": meant, "danger_now": "none"}
    care.post("pregnancy_registration", right, created("pregnancies", pregnancy, "W-0007 #1"), deprecated_id=first)
    (blob,) = care.rows(Blob)

    assert erase_at_desk(care, woman) == {blob.sha256}
    assert care.rows(Blob) == []
    assert BlobStore(config.blob_dir).has(blob.sha256), "the caller takes it off the disk"
    said = [(one.label, one.data_json, one.received_json) for one in care.rows(EntityVersion)]
    assert not any(word in str(said) for word in (woman, "WORDLABEL", "WORDHERS"))
    assert [one.woman_uuid for one in care.rows(Pregnancy)] == [meant]
    entity = care.entity(pregnancy)
    assert entity is not None and orjson.loads(entity.data_json)["woman"] == meant


def test_an_erasure_at_her_word_is_in_the_audit_and_tells_until_when_backups_hold_her(care: Care) -> None:
    woman = a_uuid()
    care.register(woman)
    care.withdraw(woman, "2026-03-01", erase="erase")
    (row,) = care.rows(RightsRequest)
    assert orjson.loads(row.report_json) | {"backups_until": "2026-04-01", "photo_copies": 0} == orjson.loads(
        row.report_json
    )
    with care.database.reading() as db:
        told = db.scalars(select(Audit.details).where(Audit.action == "rights.update")).all()
    assert [one["kind"] for one in told] == ["erasure"]
    assert db.scalar(select(Submission.id)) is not None
