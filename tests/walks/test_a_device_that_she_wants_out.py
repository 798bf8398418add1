"""An IUD that she wants taken out, by the real engine: nobody asks why, it is seen to within seven days whether or not a clinic
was chosen, what was planned for it stops at once, and afterwards nobody asks for anything.
"""

from datetime import date, timedelta

import pytest
from flask import Flask

from server.blobs import BlobStore
from server.config import Config
from server.db import Database
from server.models import Project
from server.publishing.list_kinds import CLINICS
from server.publishing.town_lists import put_list
from tests.conftest import MORNING, Clock
from tests.forms.library.filling import Filled, Phone, day
from tests.walks.carried_phone import Carried, Town
from tests.walks.office_reads import read_why
from tests.walks.test_a_pregnancy_and_what_comes_after import AGREES

FORM, LIST, REFERRAL = "contraception_followup", "contraception_episodes", "referral_outcome"
START = date(2026, 3, 9)
ALONE = {"privacy_now": "alone", "pressure": "no", "danger_fp": "none"}
ASKS = {"reason": "check", "choice_hers": "yes", "side_effects": "none", "wish": "remove_device"}
OF_A_METHOD = ("iud", "IUD", "环", "节育", "取出", "避孕")
AFTER_HER_WISH = {
    "removal_request",
    "removal_note",
    "refer_to",
    "refer_urgency",
    "reminder_wish",
    "acts",
    "status",
    "new_id",
}
"""All that may come after it on the screen: where, how soon, how to reach her. No reason, and nobody else's word."""


@pytest.fixture
def town(app: Flask, database: Database, config: Config, clock: Clock, project_id: int, engine: Phone) -> Town:
    town = Town(app, database, config, clock, engine, project_id)
    town.go_to(START)
    with database.transaction() as db:
        rows = "name,label,phone\ntown,镇卫生院,0825-5550120\n".encode()
        put_list(db, BlobStore(config.blob_dir), db.get_one(Project, project_id), CLINICS.file, rows, MORNING)
    return town


def have_it_placed(phone: Carried) -> None:
    phone.tell("woman_consent", **AGREES)
    (woman,) = phone.sync(FORM).lists["women"]
    chosen = {"reason": "start", "info_given": "several_methods how_works stop_any_time", "choice_hers": "yes"}
    placed = {"method": "iud_cu", "start_date": day(0), "reminder_wish": "phone"}
    phone.tell(FORM, client=woman["name"], **ALONE, **chosen, **placed)


def later(town: Town, days: int) -> None:
    town.go_to(START + timedelta(days=days))


def ask_for_it(phone: Carried, **answers: object) -> Filled:
    """She comes by herself, on whatever day."""
    (woman,) = phone.sync(FORM).lists["women"]
    (episode,) = phone.sync(FORM).lists[LIST]
    whom = {"client": woman["name"], "episode": episode["name"], "method": "iud_cu"}
    record = phone.tell(FORM, **whom, **ALONE, **{**ASKS, **answers})
    order = list(record.values)
    assert set(order[order.index("wish") + 1 :]) <= AFTER_HER_WISH
    assert record.values["removal_request"] == "1" and "removal_note" in record.shown
    assert not record.shown & {"pressure_note", "wait_note", "danger_advice", "gate_note"}
    return record


def its_row(phone: Carried) -> dict[str, str]:
    (row,) = phone.sync(REFERRAL).lists["referrals"]
    return row


def test_at_her_check_she_asks_for_it_and_when_it_is_out_nobody_asks_for_anything(town: Town) -> None:
    phone, clinic = town.give_phone(), town.give_phone("clinician")
    have_it_placed(phone)
    assert town.follow_ups() == {"IUD-1": "scheduled"}
    later(town, 28)
    (due,) = phone.everything_due()
    to = {"refer_to": "town", "refer_urgency": "routine"}
    record = phone.tell(FORM, due_open=due["name"], **ALONE, **ASKS, **to)
    order = list(record.values)
    assert set(order[order.index("wish") + 1 :]) <= AFTER_HER_WISH

    # the visit counts, the referral is there, and no list says what it is about
    assert town.follow_ups() == {"IUD-1": "done_on_time", "REF-O": "scheduled"}
    row = its_row(phone)
    assert (row["urgency"], row["status"], row["pregnancy"]) == ("routine", "", "")
    assert phone.everything_due() == [], "the day she asks she is asked nothing more"
    later(town, 29)
    (due,) = phone.everything_due()
    assert (due["form_id"], due["subject_list"], due["subject"]) == (REFERRAL, "referrals", row["name"])
    assert (due["due_on"], due["closes_on"]) == (day(4), day(6)), "seven days from her word"
    assert not [word for word in OF_A_METHOD if word in due["label"] + row["label"]]
    assert clinic.everything_due() == [due]
    why = read_why(town, due["visit_key"])
    assert "7 天内办好" in why["zh"] and "within 7 days" in why["en"]

    # it was taken out: told where she is, without a reason; everything of it is over, on every phone
    later(town, 32)
    (woman,) = clinic.sync(FORM).lists["women"]
    (episode,) = clinic.sync(FORM).lists[LIST]
    told = clinic.tell(FORM, client=woman["name"], episode=episode["name"], **ALONE, reason="stop")
    assert "wait_note" in told.shown and "choice_hers" not in told.shown
    assert town.follow_ups() == {"IUD-1": "done_on_time", "REF-O": "done_on_time"}
    (episode,) = phone.sync(FORM).lists[LIST]
    assert episode["status"] == "ended"
    for days in (33, 60, 120, 400):
        later(town, days)
        assert phone.everything_due() == clinic.everything_due() == [], "another method only if she comes for one"


def test_without_a_clinic_chosen_it_is_late_after_seven_days_and_that_is_ours(town: Town) -> None:
    phone = town.give_phone()
    have_it_placed(phone)
    later(town, 10)
    record = ask_for_it(phone, choice_hers="unsure")
    assert "choice_note" in record.shown and "method" not in record.shown, (
        "whose decision it was changes nothing about it"
    )
    assert town.follow_ups() == {"IUD-1": "superseded reason_gone", "REF-O": "scheduled"}

    # three weeks after it was placed nobody asks her to have it looked at
    later(town, 17)
    (due,) = phone.everything_due()
    assert due["form_id"] == REFERRAL
    later(town, 18)
    (due,) = phone.everything_due()
    why = read_why(town, due["visit_key"])
    assert "今天就请卫生院给她办，不问理由" in why["zh"] and "nobody asks why" in why["en"]

    # she went and was sent away: it is asked for until it is done
    told = {"arrived": "yes", "treated": "no", "needs_more": "no", "closed": "no"}
    phone.tell(REFERRAL, due_overdue=due["name"], privacy_now="alone", **told)
    assert town.follow_ups()["REF-O"] == "overdue"
    later(town, 21)
    (due,) = phone.everything_due()
    phone.tell(REFERRAL, due_overdue=due["name"], privacy_now="alone", **{**told, "treated": "yes", "closed": "yes"})
    assert town.follow_ups() == {"IUD-1": "superseded reason_gone", "REF-O": "done_late"}
    assert its_row(phone)["status"] == "closed"
    for days in (22, 31, 45, 91, 400):
        later(town, days)
        assert phone.everything_due() == []


def test_who_goes_on_with_it_after_all_is_asked_about_it_no_more(town: Town) -> None:
    phone = town.give_phone()
    have_it_placed(phone)
    later(town, 10)
    ask_for_it(phone)
    assert town.follow_ups() == {"IUD-1": "superseded asked_to_stop", "REF-O": "scheduled"}
    later(town, 13)
    (woman,) = phone.sync(FORM).lists["women"]
    (episode,) = phone.sync(FORM).lists[LIST]
    whom = {"client": woman["name"], "episode": episode["name"], "method": "iud_cu"}
    phone.tell(FORM, **whom, **ALONE, **{**ASKS, "wish": "continue"})
    assert town.follow_ups()["REF-O"] == "declined"
    assert phone.everything_due() == []
    later(town, 21)
    (due,) = phone.everything_due()
    assert due["form_id"] == FORM, "what she had agreed to is offered again"
