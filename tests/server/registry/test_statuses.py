"""A loss and a birth told by F5, through the door: her lists, her follow-ups and words that wait change in one step, and
records that come late, are corrected, deleted or rejected leave everything as it should be."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from server.db import Database
from server.models import Dataset, DatasetProperty, FollowUp, Notification, Pregnancy
from server.registry.backlog import force_one
from tests.client import Client
from tests.conftest import MORNING, Clock
from tests.server.registry.caring import Care, a_clinician, a_uuid, updated


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


@pytest.fixture
def clinician(app: Flask, database: Database, care: Care, cast: dict[str, int]) -> Client:
    a_clinician(care, cast["bob"])
    return Client.signed_in(app, database, cast["bob"])


@pytest.fixture
def pregnancy(care: Care) -> str:
    """Hers, thirteen weeks along; the first check was due."""
    woman, made = a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, made)
    return made


def wrote(pregnancy: str, status: str, base: int = 1) -> dict[str, Any]:
    """What F5 writes to the list for the phone."""
    return {"status": status, "entity": updated("pregnancies", pregnancy, base)}


def loss(care: Care, pregnancy: str, **answers: str) -> str:
    return care.report(pregnancy, report_type="loss", **wrote(pregnancy, "ended"), **answers)


def status(care: Care, pregnancy: str) -> tuple[str, str | None]:
    """What the registry says and what phones read."""
    (row,) = care.rows(Pregnancy)
    entity = care.entity(pregnancy)
    assert entity is not None
    return row.status, orjson.loads(entity.data_json).get("status")


def asked(care: Care) -> list[str]:
    """Of a pregnancy: that her consent is a year old some day is another matter."""
    return sorted(row.rule for row in care.rows(FollowUp) if not row.ended and row.rule != "CONS")


TOLD = [
    {"report_type": "loss"},
    {"report_type": "birth", "live_births": "0"},
    {"report_type": "birth", "live_births": "1", "baby_state": "died"},
    {"report_type": "pnc_visit", "birth_date": "2026-02-20", "baby_state": "died"},
]


@pytest.mark.parametrize("answers", TOLD)
def test_a_loss_has_ended_every_task_when_the_phone_gets_its_answer(
    care: Care, pregnancy: str, answers: dict[str, str]
) -> None:
    assert asked(care) == ["ANC1", "ANC2", "ANC3", "ANC4", "ANC5", "ANC6", "PPFP"]
    care.report(pregnancy, **answers, **wrote(pregnancy, "ended"))
    assert status(care, pregnancy) == ("ended", "ended")
    assert asked(care) == ["PL1"]
    assert {row.cause for row in care.rows(FollowUp) if row.state == "superseded"} == {"pregnancy_ended"}


def test_words_that_wait_are_never_sent_after_a_loss(
    care: Care, pregnancy: str, database: Database, cast: dict[str, int]
) -> None:
    with database.transaction() as db:
        row = db.query(FollowUp).filter_by(rule="ANC1").one()
        values = {"recipient_id": cast["bob"], "channel": "email", "kind": "overdue"}
        values |= {"state": "waiting", "project_id": row.project_id, "occasion": f"{row.key}:overdue", "tries": 0}
        db.add(Notification(**values, follow_up_id=row.id, not_before=MORNING, created_at=MORNING))
    loss(care, pregnancy)
    (notice,) = care.rows(Notification)
    assert notice.state == "taken_back"


@pytest.mark.parametrize("answer", ["none", "prefer_not"])
def test_who_wants_no_help_is_asked_nothing_more(care: Care, pregnancy: str, answer: str) -> None:
    loss(care, pregnancy, loss_support=answer)
    assert asked(care) == []


def test_a_birth_ends_the_checks_and_opens_the_visits_after_it(care: Care, pregnancy: str) -> None:
    answers = {"birth_date": "2026-02-25", "discharge_date": "2026-02-27", "live_births": "1"}
    care.report(pregnancy, **answers, **wrote(pregnancy, "gave_birth"))
    assert status(care, pregnancy) == ("gave_birth", "gave_birth")
    assert asked(care) == ["NB28", "PN-M", "PN1", "PN1-H", "PN42", "PPFP-1", "PPFP-42"]
    care.report(pregnancy, "2026-03-01", report_type="pnc_visit", mood2="none", visit_key="")
    assert asked(care) == ["NB28", "PN-M", "PN42", "PPFP-42"], "of the first week it is too early to ask how she feels"


def test_a_check_that_was_still_on_another_phone_does_not_bring_back_what_was_lost(care: Care, pregnancy: str) -> None:
    loss(care, pregnancy)
    late = {"pregnancy": pregnancy, "visit_date": "2026-02-27", "report_type": "", "status": "ongoing"}
    care.post("delivery_postnatal", late, updated("pregnancies", pregnancy))
    care.check(pregnancy, "2026-02-27")
    assert status(care, pregnancy) == ("ended", "ended")
    assert asked(care) == ["PL1"]


def test_whatever_comes_first_the_loss_stands(app: Flask, database: Database, care: Care) -> None:
    records = ("check", "birth", "loss")
    for at, order in enumerate(permutations(records)):
        woman, made = a_uuid(), a_uuid()
        care.register(woman)
        care.pregnancy(woman, made)
        send = {
            "check": lambda made=made: care.check(made, "2026-02-24"),
            "birth": lambda made=made: care.report(made, "2026-02-26", birth_date="2026-02-25"),
            "loss": lambda made=made: care.report(made, "2026-02-28", report_type="pnc_visit", baby_state="died"),
        }
        for name in order:
            send[name]()
        rows = [row for row in care.rows(FollowUp) if row.episode == made and not row.ended]
        assert [row.rule for row in rows] == ["PL1"], (at, order)


def test_a_loss_that_was_a_slip_is_corrected_and_everything_is_asked_for_again(care: Care, pregnancy: str) -> None:
    first = loss(care, pregnancy)
    assert asked(care) == ["PL1"]
    answers = {"pregnancy": pregnancy, "visit_date": "2026-02-28", "report_type": "birth", "birth_date": "2026-02-25"}
    care.post("delivery_postnatal", answers, deprecated_id=first)
    assert status(care, pregnancy) == ("gave_birth", "gave_birth")
    assert asked(care) == ["BIRTH", "NB28", "PN-M", "PN1", "PN1-H", "PN42", "PPFP-1", "PPFP-42"]


@pytest.mark.parametrize("away", ["rejected", "deleted"])
def test_a_loss_that_the_office_set_aside_is_none(care: Care, pregnancy: str, clinician: Client, away: str) -> None:
    sent = f"/projects/{care.project_id}/forms/delivery_postnatal/submissions/{loss(care, pregnancy)}"
    if away == "rejected":
        assert clinician.patch(sent, json={"reviewState": "rejected"}).status_code == 200
    else:
        assert clinician.delete(sent).status_code == 200
    assert status(care, pregnancy) == ("ongoing", "ongoing")
    assert asked(care) == ["ANC1", "ANC2", "ANC3", "ANC4", "ANC5", "ANC6", "PPFP"]


def test_a_report_before_her_registration_waits_and_is_read_when_that_comes(care: Care) -> None:
    woman, made = a_uuid(), a_uuid()
    care.register(woman)
    sent = care.report(made, report_type="loss")
    assert care.seal_of(sent) == "unknown"
    care.pregnancy(woman, made)
    assert care.seal_of(sent) is None
    assert asked(care) == ["PL1"]


def test_a_report_after_she_took_her_consent_back_is_sealed_and_nothing_follows(
    care: Care, pregnancy: str, clock: Clock
) -> None:
    woman = care.rows(Pregnancy)[0].woman_uuid
    clock.forward(minutes=1)
    care.withdraw(woman, "2026-03-01")
    clock.forward(minutes=1)
    sent = care.report(pregnancy, danger_pp="bleeding", mood2="self_harm", **wrote(pregnancy, "gave_birth"))
    assert care.seal_of(sent) == "no_consent"
    assert asked(care) == []


def test_what_a_lost_phone_kept_from_others_for_days_does_not_reopen_it_either(
    care: Care, pregnancy: str, database: Database, clock: Clock
) -> None:
    held = (
        f'<entity dataset="pregnancies" id="{pregnancy}" update="1" baseVersion="3" trunkVersion="1" '
        f'branchId="{a_uuid()}"><label/></entity>'
    )
    care.report(pregnancy, "2026-02-20", entity=held, report_type="", status="ongoing")
    loss(care, pregnancy)
    with database.transaction() as db:
        assert force_one(db, clock.now() + timedelta(days=6))
    assert status(care, pregnancy) == ("ended", "ended")


@pytest.mark.parametrize(
    ("answers", "rule", "severity"),
    [
        ({"danger_pp": "bleeding"}, "PN-D", "red"),
        ({"danger_nb": "convulsion"}, "PN-D", "red"),
        ({"temp": "38.2"}, "PN-D", "red"),
        ({"temp": "37.6", "fever_from": "37.5"}, "PN-D", "red"),
        ({"bp_sys": "165", "bp_dia": "100"}, "PN-D", "red"),
        ({"wound": "pus"}, "PN-D", "red"),
        ({"breast": "red_hot"}, "PN-D", "red"),
        ({"mood2": "self_harm"}, "PN-D0", "critical"),
        ({"danger_pp": "self_harm"}, "PN-D0", "critical"),
    ],
)
def test_a_danger_sign_of_mother_or_baby_is_a_task_of_the_same_day_and_an_urgent_referral(
    care: Care, pregnancy: str, clock: Clock, answers: dict[str, str], rule: str, severity: str
) -> None:
    care.report(pregnancy, "2026-03-02", report_type="pnc_visit", birth_date="2026-02-25", **answers)
    rows = {row.rule: row for row in care.rows(FollowUp) if not row.ended}
    assert (rows[rule].severity, rows["REF-U"].state) == (severity, "open")
    assert not {"PN-D", "PN-D0"} - {rule} & rows.keys()


def weeks_listed(care: Care, pregnancy: str) -> str | None:
    """The day that phones count her weeks from."""
    entity = care.entity(pregnancy)
    assert entity is not None
    told: dict[str, str] = orjson.loads(entity.data_json)
    return told.get("ga_anchor")


def test_phones_count_her_weeks_as_the_server_does_whichever_scan_was_told(care: Care, database: Database) -> None:
    with database.transaction() as db:
        lists = db.scalars(select(Dataset.id).where(Dataset.name == "pregnancies"))
        db.add(DatasetProperty(dataset_id=lists.one(), name="ga_anchor", published_at=MORNING))
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy)
    assert weeks_listed(care, pregnancy) == "2025-12-01"
    scan = {"us_new": "yes", "us_date": "2026-02-20", "us_days": "0"}
    care.check(pregnancy, "2026-02-20", **scan, us_weeks="11")
    assert weeks_listed(care, pregnancy) == "2025-12-01", "four days apart"

    later = a_uuid()
    care.register(woman := a_uuid())
    care.pregnancy(woman, later)
    told = care.check(later, "2026-02-20", **scan, us_weeks="14")
    assert weeks_listed(care, later) == "2025-11-14"
    slip = {"pregnancy": later, "visit_date": "2026-02-20", "still_pregnant": "ongoing"}
    care.post("antenatal_check", slip, deprecated_id=told)
    assert weeks_listed(care, later) == "2025-12-01", "the scan was a slip"
