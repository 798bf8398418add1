"""A check refers her; the referral comes to her worker's phone, JavaRosa fills in how it went, and it is asked no more.

Why she did not go is her own: nobody at the office reads it, and no list says it.
"""

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.phones.collectsim.csim.engine import EngineError
from tests.phones.collectsim.csim.phone import Phone
from tests.walks.test_consent_taken_back import Town
from tests.walks.test_phone_to_reminder import (
    WEST,
    Walk,
    made,  # noqa: F401 - the fixture that walk begins with
    register_pregnancy,
    register_woman,
    shanghai_today,
    walk,  # noqa: F401 - the fixture
)

FORM = "referral_outcome"


def refer(phone: Phone, pregnancy: str) -> dict[str, Any]:
    answers = {
        "pregnancy": pregnancy, "visit_date": shanghai_today().isoformat(), "privacy_now": "alone",
        "still_pregnant": "ongoing", "place": "clinic", "done_by": "midwife", "danger": "none",
        "refer": "yes", "refer_urgency": "urgent",
    }  # fmt: skip
    return phone.fill("antenatal_check", answers, blank=1.0)


def due_here(walk: Walk) -> list[dict[str, str]]:  # noqa: F811
    """What is due by this form on the village's phone, after a sync."""
    walk.due_on(WEST)
    file = Path(walk.phones[WEST].form(FORM)["media"], "due_visits.csv")
    rows = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))
    return [row for row in rows if row["form_id"] == FORM]


def referred(walk: Walk) -> tuple[str, str, dict[str, str]]:  # noqa: F811
    """A woman and her pregnancy, and the row of her referral that is due, all sent by the phone."""
    phone = walk.phones[WEST]
    phone.sync()
    consent, woman = register_woman(phone)
    registration, pregnancy = register_pregnancy(phone, woman)
    for record in (consent, registration, refer(phone, pregnancy)):
        phone.submit(record)
    (due,) = due_here(walk)
    return woman, pregnancy, due


def test_a_referral_comes_to_the_phone_is_told_of_and_is_gone(walk: Walk) -> None:  # noqa: F811
    phone, other, town = walk.phones[WEST], walk.phones["519901100202"], Town(walk)
    woman, _, due = referred(walk)
    referral = phone.entities["referrals"]["rows"][due["subject"]]["props"]
    assert due["subject_list"] == "referrals"
    assert (referral["woman"], referral["urgency"], referral["status"]) == (woman, "urgent", "")
    other.sync()
    assert other.entities["referrals"]["rows"] == {}

    today = shanghai_today().isoformat()
    answers = {
        "due_open": due["visit_key"], "visit_date": today, "privacy_now": "alone", "arrived": "no",
        "barrier": "fear", "needs_more": "no", "closed": "yes",
    }  # fmt: skip
    record = phone.fill(FORM, answers, blank=1.0)
    filled = Path(record["file"]).read_text(encoding="utf-8")
    assert f"<referral>{due['subject']}</referral>" in filled and f"<visit_key>{due['visit_key']}</visit_key>" in filled
    (reply,) = phone.submit(record)
    assert reply.status == 201

    assert due_here(walk) == []
    told = phone.entities["referrals"]["rows"][due["subject"]]["props"]
    assert (told["status"], told["outcome"], told["outcome_on"]) == ("closed", "no", today)
    (row,) = [one for one in walk.follow_ups(shanghai_today()) if one["rule"] == "REF-U"]
    assert row["state"] == "done_on_time"
    with pytest.raises(EngineError):  # nothing is left to choose from
        phone.fill(FORM, {"visit_date": today}, blank=1.0)

    # who reads what: the clinic's doctor the record, the office nothing of it
    listed = f"/v1/projects/{walk.project}/forms/{FORM}/submissions"
    doors = {listed, f"{listed}.csv.zip", f"/v1/projects/{walk.project}/forms/{FORM}.svc/Submissions"}
    doors |= {f"/people/{woman}", f"/v1/projects/{walk.project}/datasets/referrals/entities.csv", "/review"}
    record_page = f"/v1/projects/{walk.project}/forms/{FORM}/submissions/{record['id']}.xml"
    assert "fear" in town.read("clinician", record_page)
    for who in ("worker", "dpo"):
        assert [one for one in sorted({*doors, record_page}) if "fear" in town.read(who, one)] == [], who

    # it is not asked again, however late it gets
    walk.command("jobs", "--once", "--as-of", f"{(shanghai_today() + timedelta(days=30)).isoformat()}T09:00:00+08:00")
    assert due_here(walk) == []
    assert set(walk.report.failed()) <= {"entity.uuid"}, walk.report.fails  # a referral's id follows from the record
