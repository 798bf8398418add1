"""Two lives by the real engine: a pregnancy registered at nine weeks, five checks, a birth, the home visit, six weeks; and a
loss, after which everything has stopped at once, on the phone's next list too.
"""

from datetime import date, timedelta

import pytest
from flask import Flask

from server.config import Config
from server.db import Database
from tests.conftest import Clock
from tests.forms.library.filling import Phone, day
from tests.walks.carried_phone import VILLAGE, Carried, Town

BEGAN = date(2026, 1, 5)  # the day that her weeks count from
CHECKS = {"ANC1": 84, "ANC2": 126, "ANC3": 154, "ANC4": 210, "ANC5": 266}
"""Days of pregnancy on which she comes: the target day of each agreed check."""
BORN = 275
AGREES = {
    "action": "register", "present_self": "yes", "privacy_now": "alone", "notice_read": "OK", "age_band": "25_34",
    "consent_service": "yes", "consent_reminder": "yes", "consent_share_clinic": "yes", "consent_location": "no",
    "consent_stats": "no", "consent_proof": "witnessed_voice", "code": "W-0231", "display_name": "王秀英",
    "village_code": VILLAGE,
}  # fmt: skip
ALONE = {"privacy_now": "alone"}


@pytest.fixture
def town(app: Flask, database: Database, config: Config, clock: Clock, project_id: int, engine: Phone) -> Town:
    town = Town(app, database, config, clock, engine, project_id)
    town.go_to(weeks(9))
    return town


def weeks(number: int) -> date:
    return BEGAN + timedelta(weeks=number)


def on(days: int) -> date:
    return BEGAN + timedelta(days=days)


def register(phone: Carried) -> str:
    """She agrees and registers at nine weeks; her pregnancy's uuid."""
    phone.tell("woman_consent", **AGREES)
    (woman,) = phone.sync("pregnancy_registration").lists["women"]
    known = {"lmp_known": "exact", "lmp_calendar": "solar", "lmp_date": day(-63), "us_done": "no"}
    phone.tell("pregnancy_registration", woman=woman["name"], wants_registration="yes", **ALONE, **known)
    (pregnancy,) = phone.sync("antenatal_check").lists["pregnancies"]
    return pregnancy["name"]


def come_to_check(phone: Carried, at: int) -> None:
    """The visit is on the phone's list; it is chosen there, and what it is for is answered."""
    phone.town.go_to(on(at))
    (due,) = phone.due("antenatal_check")
    seen = {"still_pregnant": "ongoing", "place": "clinic", "done_by": "midwife", "danger": "none"}
    record = phone.tell("antenatal_check", due_open=due["name"], **ALONE, **seen)
    assert record.values["visit_key"] == due["visit_key"]
    assert phone.everything_due() == []


def test_a_pregnancy_registered_at_nine_weeks_five_checks_a_birth_a_home_visit_and_six_weeks(town: Town) -> None:
    phone, clinic = town.give_phone(), town.give_phone("clinician")
    pregnancy = register(phone)
    for at in CHECKS.values():
        come_to_check(phone, at)
    assert {rule: town.follow_ups()[rule] for rule in CHECKS} == dict.fromkeys(CHECKS, "done_on_time")

    # the birth is told when she is home again: no check is asked for any more, and the visits after it begin
    town.go_to(on(BORN + 2))
    told = {"report_type": "birth", "birth_date": day(-2), "birth_place": "hospital", "mode": "caesarean"}
    told |= {"live_births": 1, "discharge_date": day(0), "danger_pp": "none", "baby_state": "well", "danger_nb": "none"}
    phone.tell("delivery_postnatal", pregnancy=pregnancy, **ALONE, **told, consent_pnc="yes")
    assert phone.due("antenatal_check") == []
    (row,) = phone.sync("delivery_postnatal").lists["pregnancies"]
    assert row["status"] == "gave_birth"
    stopped = {rule: state for rule, state in town.follow_ups().items() if rule.startswith("ANC")}
    assert stopped == {**dict.fromkeys(CHECKS, "done_on_time"), "ANC6": "superseded gave_birth"} or (
        stopped["ANC6"] == "done_on_time"
    )
    assert town.follow_ups()["BIRTH"] == "done_on_time"

    # the home visit, chosen from the list: it says whose it is, by the pregnancy itself
    town.go_to(on(BORN + 5))
    (due,) = phone.everything_due()
    assert (due["form_id"], due["subject_list"], due["subject"]) == ("delivery_postnatal", "pregnancies", pregnancy)
    assert clinic.everything_due() == [due], "the clinic has the same visit"
    asked = {"report_type": "pnc_visit", "birth_date": day(-5), "discharge_date": day(-3), "temp": "36.8"}
    asked |= {"bp_sys": 118, "bp_dia": 76, "wound": "well", "breast": "well", "danger_pp": "none"}
    asked |= {"baby_state": "well", "danger_nb": "none", "feeding": "exclusive", "mood2": "none"}
    record = phone.tell("delivery_postnatal", due_open=due["name"], **ALONE, **asked, consent_pnc="yes")
    assert (record.values["pregnancy"], record.values["my_role"]) == (pregnancy, "village_worker")
    assert town.follow_ups()["PN1"] == "done_on_time"
    assert phone.everything_due() == []

    # six weeks: one visit answers what is asked for, and nothing is left
    town.go_to(on(BORN + 42))
    (due,) = phone.everything_due()
    again = {**asked, "birth_date": day(-42), "discharge_date": day(-40)}
    clinic.tell("delivery_postnatal", due_open=due["name"], **ALONE, **again, consent_pnc="yes")
    found = town.follow_ups()
    assert {rule: found[rule] for rule in ("PN1", "PN42", "PN-M", "NB28")} == {
        "PN1": "done_on_time",
        "PN42": "done_on_time",
        "PN-M": "done_on_time",
        "NB28": "expired",
    }
    assert phone.everything_due() == clinic.everything_due() == []
    assert not [rule for rule, state in found.items() if state in ("scheduled", "open", "due", "overdue")]


def test_after_a_loss_everything_has_stopped_at_once_on_the_phones_next_list_too(town: Town) -> None:
    phone, other, clinic = town.give_phone(), town.give_phone(), town.give_phone("clinician")
    pregnancy = register(phone)
    come_to_check(phone, CHECKS["ANC1"])
    town.go_to(on(CHECKS["ANC2"]))
    assert len(phone.due("antenatal_check")) == 1
    late = other.fill("antenatal_check", pregnancy=pregnancy, **ALONE, still_pregnant="ongoing", place="home")

    phone.tell("delivery_postnatal", pregnancy=pregnancy, **ALONE, report_type="loss", loss_support="counsellor")
    assert phone.everything_due() == other.everything_due() == [], "care after it is a clinician's"
    (row,) = phone.sync("antenatal_check").lists["pregnancies"]
    assert row["status"] == "ended"
    ended = town.follow_ups()
    assert {state for rule, state in ended.items() if rule not in ("ANC1", "PL1")} == {"superseded pregnancy_ended"}

    # the clinician's list has the one question; it is chosen there, answered, and never asked again
    (due,) = clinic.everything_due()
    assert (due["subject_list"], due["subject"]) == ("pregnancies", pregnancy)
    record = clinic.tell("delivery_postnatal", due_open=due["name"], **ALONE, report_type="loss", loss_support="clinic")
    assert record.values["pregnancy"] == pregnancy
    assert town.follow_ups()["PL1"] == "done_on_time"

    # a check that was still on another phone changes nothing, nor do the weeks that would have come
    other.send(late)
    for at in (CHECKS["ANC2"], CHECKS["ANC4"], 288, 320):
        town.go_to(on(at))
        assert phone.everything_due() == other.everything_due() == clinic.everything_due() == []
    (row,) = phone.sync("antenatal_check").lists["pregnancies"]
    assert row["status"] == "ended"
