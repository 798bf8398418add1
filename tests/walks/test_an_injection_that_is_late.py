"""The three-month injection by the real engine, three days, twenty days and five weeks late: each has its own words on the phone
and at the office, the injection is given all the same, and the next one counts from it. Who wants no reminders is never asked.
"""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from server.config import Config
from server.db import Database
from server.models import FollowUp
from tests.conftest import Clock
from tests.forms.library.filling import Phone, day
from tests.walks.carried_phone import Carried, Town
from tests.walks.office_reads import read_why
from tests.walks.test_a_pregnancy_and_what_comes_after import AGREES

FORM, LIST = "contraception_followup", "contraception_episodes"
FIRST = date(2026, 3, 9)
ALONE = {"privacy_now": "alone", "pressure": "no", "danger_fp": "none"}
AGAIN = {"reason": "reinject", "choice_hers": "yes", "side_effects": "none", "wish": "continue"}
NOTES = {"early_note", "late_amber", "late_red", "late_very"}
OF_A_METHOD = ("DMPA", "针", "避孕", "njection")


@pytest.fixture
def town(app: Flask, database: Database, config: Config, clock: Clock, project_id: int, engine: Phone) -> Town:
    town = Town(app, database, config, clock, engine, project_id)
    town.go_to(FIRST)
    return town


def start(phone: Carried, reminder: str) -> None:
    """She agrees, is told of several methods, chooses this one herself, and has the first injection today."""
    phone.tell("woman_consent", **AGREES)
    (woman,) = phone.sync(FORM).lists["women"]
    chosen = {"reason": "start", "info_given": "several_methods how_works return_any_time", "choice_hers": "yes"}
    given = {"method": "dmpa", "start_date": day(0), "last_injection": day(0), "next_injection_date": day(91)}
    record = phone.tell(FORM, client=woman["name"], **ALONE, **chosen, **given, reminder_wish=reminder)
    assert not record.shown & (NOTES | {"interval_sure", "choice_note", "pressure_note", "wait_note"})


def later(town: Town, days: int) -> date:
    town.go_to(FIRST + timedelta(days=days))
    return town.now


def injections(town: Town) -> list[tuple[str, str]]:
    """State and severity of each that was or is asked for, oldest first."""
    with town.database.reading() as db:
        hers = select(FollowUp).where(FollowUp.rule.startswith("INJ")).order_by(FollowUp.due_on, FollowUp.id)
        return [(row.state, row.severity) for row in db.scalars(hers)]


@pytest.mark.parametrize(
    ("late", "note", "severity", "zh", "en"),
    [
        (3, "late_amber", "amber", "晚 1-14 天：仍在保护期内，请尽快补打。", "1 to 14 days late: still covered; give it soon."),
        (20, "late_red", "red", "晚 14 天以上：补打之前请用避孕套。", "More than 14 days late: condoms until"),
        (35, "late_very", "red", "晚 28 天以上：先排除怀孕", "More than 28 days late: rule out pregnancy"),
    ],
)  # fmt: skip
def test_an_injection_that_is_late_is_given_with_the_right_words_and_the_next_counts_from_it(
    town: Town, late: int, note: str, severity: str, zh: str, en: str
) -> None:
    phone, clinic = town.give_phone(), town.give_phone("clinician")
    start(phone, "phone")

    # nothing before two weeks ahead, then the day that was agreed on; no list says what for
    later(town, 76)
    assert phone.everything_due() == []
    later(town, 77)
    (due,) = phone.everything_due()
    assert (due["form_id"], due["subject_list"]) == (FORM, "women")
    assert (due["due_on"], due["closes_on"]) == (day(14), day(14))
    assert clinic.everything_due() == [due]
    assert not [word for word in OF_A_METHOD if word in due["label"]]
    later(town, 91)
    assert injections(town) == [("due", "info")], "on the day itself nobody is late"

    # late: the office reads how much that matters, the form says it where she is
    given_on = later(town, 91 + late)
    assert injections(town) == [("overdue", severity)]
    (due,) = phone.everything_due()
    why = read_why(town, due["visit_key"])
    assert zh in why["zh"] and en in why["en"]
    if late > 28:  # the doctor looks first: a visit without an injection answers nothing
        record = clinic.tell(FORM, due_overdue=due["name"], **ALONE, reason="check", choice_hers="yes", wish="continue")
        assert record.shown & NOTES == {note} and "last_injection" not in record.shown
        assert injections(town) == [("overdue", severity)]
    record = phone.tell(FORM, due_overdue=due["name"], **ALONE, **AGAIN, next_injection_date=day(91))
    assert record.shown & NOTES == {note}
    assert record.values["late_days"] == str(late)
    assert (record.values["method"], record.values["last_injection"]) == ("dmpa", given_on.isoformat())
    assert not record.shown & {"interval_sure", "choice_note", "pressure_note", "danger_advice", "wait_note"}

    # it was given, late, and is asked for no more; the next one counts from it, on the phone as well
    assert injections(town) == [("done_late", "info"), ("scheduled", "info")]
    assert phone.everything_due() == clinic.everything_due() == []
    (row,) = phone.sync(FORM).lists[LIST]
    assert (row["last_injection"], row["next_injection"], row["status"]) == (day(0), day(91), "current")
    later(town, 91 + late + 76)
    assert phone.everything_due() == []
    later(town, 91 + late + 91)
    (due,) = phone.everything_due()
    record = phone.tell(FORM, due_open=due["name"], **ALONE, **AGAIN)
    assert record.shown & NOTES == set() and record.values["late_days"] == "0"
    assert [state for state, _ in injections(town)] == ["done_late", "done_on_time", "scheduled"]


def test_who_wants_no_reminders_is_never_asked_and_may_come_any_day(town: Town) -> None:
    phone = town.give_phone()
    start(phone, "none")
    for days in (77, 91, 126):
        later(town, days)
        assert phone.everything_due() == [] and injections(town) == []
    (woman,) = phone.sync(FORM).lists["women"]
    (episode,) = phone.sync(FORM).lists[LIST]
    record = phone.tell(
        FORM, client=woman["name"], episode=episode["name"], **ALONE, **AGAIN, method="dmpa", last_injection=day(0)
    )
    assert record.shown & NOTES == {"late_very"}, "what keeps her safe is said all the same"


def test_who_stops_gives_no_reason_and_is_asked_once_how_she_is_and_then_nothing_more(town: Town) -> None:
    phone = town.give_phone()
    start(phone, "visit")
    later(town, 91 + 20)
    (due,) = phone.everything_due()
    record = phone.tell(FORM, due_overdue=due["name"], **ALONE, reason="stop")
    assert "wait_note" in record.shown
    assert not record.shown & {"choice_hers", "choice_note", "method", "last_injection", *NOTES}
    assert town.follow_ups() == {"INJ-DMPA": "superseded episode_ended", "SWITCH-STOP": "open"}
    (row,) = phone.sync(FORM).lists[LIST]
    assert row["status"] == "ended"
    later(town, 112)
    (due,) = phone.everything_due()
    assert due["form_id"] == FORM and not [word for word in OF_A_METHOD if word in due["label"]]
    for days in (126, 200, 365):
        later(town, days)
        assert phone.due(FORM) == []
