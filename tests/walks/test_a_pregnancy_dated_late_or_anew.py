"""Weeks that are known late, or better, by the real engine: a registration at thirty weeks, after which nobody asks for what lay
before it; a scan that moves all that is still to come; and scans that move nothing.
"""

from collections.abc import Iterator
from datetime import date

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from server.config import Config
from server.db import Database
from server.models import Dataset, Entity, EntityVersion, FollowUp, Pregnancy
from tests.conftest import Clock
from tests.forms.library.filling import Filled, Phone, day
from tests.walks.carried_phone import Carried, Town
from tests.walks.office_reads import read_why
from tests.walks.test_a_pregnancy_and_what_comes_after import AGREES, ALONE, on

SEEN = {"still_pregnant": "ongoing", "place": "clinic", "done_by": "midwife", "danger": "none"}
BORN = {
    "report_type": "birth", "birth_place": "hospital", "mode": "vaginal", "live_births": 1, "danger_pp": "none",
    "baby_state": "well", "danger_nb": "none", "consent_pnc": "yes",
}  # fmt: skip


@pytest.fixture
def town(
    app: Flask, database: Database, config: Config, clock: Clock, project_id: int, engine: Phone
) -> Iterator[Town]:
    yield Town(app, database, config, clock, engine, project_id)


def register(phone: Carried, days: int, **answers: object) -> Filled:
    """She agrees and registers so many days after the first day of her last period, which she knows."""
    phone.town.go_to(on(days))
    phone.tell("woman_consent", **AGREES)
    (woman,) = phone.sync("pregnancy_registration").lists["women"]
    known = {"lmp_known": "exact", "lmp_calendar": "solar", "lmp_date": day(-days), **answers}
    return phone.tell("pregnancy_registration", woman=woman["name"], wants_registration="yes", **ALONE, **known)


def check(phone: Carried, at: int, **answers: object) -> Filled:
    """She comes on that day; the one visit that is due is chosen from the phone's list."""
    phone.town.go_to(on(at))
    (due,) = phone.due("antenatal_check")
    return phone.tell("antenatal_check", due_open=due["name"], **ALONE, **SEEN, **answers)


def scan(weeks: int, days: int) -> dict[str, object]:
    """A scan of that day."""
    return {"us_new": "yes", "us_date": day(0), "us_weeks": weeks, "us_days": days}


def days_listed(phone: Carried) -> list[tuple[date, date, date]]:
    """First, target and last day of the one check on the phone's list, as days of the story."""
    shift = date.fromisoformat(day(0)) - phone.town.now
    names = ("opens_on", "due_on", "closes_on")
    first, target, last = zip(*([row[one] for one in names] for row in phone.due("antenatal_check")), strict=True)
    told = zip(*([date.fromisoformat(one) - shift for one in days] for days in (first, target, last)), strict=True)
    return list(told)


def window(town: Town, rule: str) -> tuple[date, date, date]:
    with town.database.reading() as db:
        row = db.scalars(select(FollowUp).where(FollowUp.rule == rule)).one()
        return row.opens_on, row.due_on, row.closes_on


def weeks_told(town: Town) -> tuple[date | None, str | None, str, int]:
    """What the registry counts from and by what, what phones count from, and how often the list's row was written."""
    with town.database.reading() as db:
        row = db.scalars(select(Pregnancy)).one()
        entity = db.scalars(select(Entity).join(Dataset).where(Dataset.name == "pregnancies")).one()
        versions = len(list(db.scalars(select(EntityVersion.id).where(EntityVersion.entity_id == entity.id))))
        return row.ga_anchor, row.dated_by, orjson.loads(entity.data_json)["ga_anchor"], versions


def give_birth(phone: Carried, at: int) -> None:
    phone.town.go_to(on(at))
    (row,) = phone.sync("delivery_postnatal").lists["pregnancies"]
    days = {"birth_date": day(-1), "discharge_date": day(0)}
    phone.tell("delivery_postnatal", pregnancy=row["name"], **ALONE, **BORN, **days)


def test_who_registers_at_thirty_weeks_is_asked_for_nothing_that_lay_before(town: Town) -> None:
    phone = town.give_phone()
    record = register(phone, 210, us_done="no")
    assert {"edd_show"} == record.shown & {"edd_show", "undated_note", "dates_apart_note", "ongoing_note"}
    assert record.values["edd"] == on(280).isoformat()

    # the checks of earlier weeks are not there at all: neither asked for, nor missed, nor merged into another
    assert town.follow_ups() == {"ANC4": "due", "ANC1": "open", "ANC5": "scheduled", "ANC6": "scheduled", "PPFP": "due"}
    assert days_listed(phone) == [(on(196), on(210), on(258))], "one visit stands for both that wait"
    (due,) = phone.everything_due()
    assert "周" not in due["label"] and due["label"].startswith("W-0231 王*")
    why = read_why(town, due["visit_key"])
    assert "+ 210 天 =" in why["zh"] and "按末次月经" in why["zh"], why["zh"]
    assert "+ 210 days =" in why["en"] and "as the last period gives it" in why["en"], why["en"]

    # two days later she comes: what is asked from those weeks on is asked, her weeks are told, and both are answered
    record = check(phone, 212, fundal_cm=28, fhr=140, movement="normal", fp_talk="not_now", birth_plan="place")
    assert (record.values["ga_now"], record.refused) == ("30+2", [])
    assert not record.shown & {"birth_note", "ended_note", "danger_advice", "fhr_note", "mood_note"}
    done = {"ANC4": "done_on_time", "ANC1": "done_on_time"}
    assert town.follow_ups() == {**done, "PPFP": "declined", "ANC5": "scheduled", "ANC6": "scheduled"}
    for at in (213, 258):
        town.go_to(on(at))
        assert phone.everything_due() == []

    # the last agreed check, and the birth
    town.go_to(on(259))
    assert days_listed(phone) == [(on(259), on(266), on(286))]
    check(phone, 266)
    give_birth(phone, 276)
    assert phone.due("antenatal_check") == []
    ended = {rule: state for rule, state in town.follow_ups().items() if rule.startswith("ANC")}
    assert ended == {**done, "ANC5": "done_on_time", "ANC6": "superseded gave_birth"}


def test_after_a_scan_that_counts_every_later_visit_moves_and_what_was_done_stays_done(town: Town) -> None:
    phone, other = town.give_phone(), town.give_phone()
    register(phone, 63, us_done="no")
    check(phone, 84)
    assert weeks_told(town)[:3] == (on(0), "lmp", on(0).isoformat())
    town.go_to(on(126))
    (row,) = other.sync("antenatal_check").lists["pregnancies"]
    offline = other.fill("antenatal_check", pregnancy=row["name"], **ALONE, **SEEN, weight_kg=61)

    # 18+0 by her last period, 20+0 by the scan: two weeks, where ten days are allowed
    record = check(phone, 126, **scan(20, 0))
    assert record.values["ga_now"] == "18+0", "the phone tells the weeks that are known so far"
    assert town.follow_ups()["ANC1"] == town.follow_ups()["ANC2"] == "done_on_time"
    assert weeks_told(town)[:3] == (on(-14), "ultrasound", on(-14).isoformat())
    assert window(town, "ANC3") == (on(133), on(140), on(160))
    assert window(town, "ANC4") == (on(182), on(196), on(244))
    assert window(town, "ANC5") == (on(245), on(252), on(272))
    assert window(town, "ANC6") == (on(273), on(273), on(273))

    # what another phone filled by the old weeks, and sends only now, takes nothing back
    other.send(offline)
    assert weeks_told(town)[2] == on(-14).isoformat()
    assert town.follow_ups()["ANC2"] == "done_on_time"

    # the next list of every phone has the new days, and the form the new weeks
    town.go_to(on(132))
    assert phone.everything_due() == other.everything_due() == []
    town.go_to(on(133))
    assert days_listed(phone) == days_listed(other) == [(on(133), on(140), on(160))]
    (due,) = phone.everything_due()
    why = read_why(town, due["visit_key"])
    assert "按 B 超" in why["zh"] and "as an ultrasound gives it" in why["en"]
    record = check(other, 140, **scan(21, 3))
    assert record.values["ga_now"] == "22+0"
    assert weeks_told(town)[:3] == (on(-14), "ultrasound", on(-14).isoformat()), "four days apart: nothing moves again"

    check(phone, 196)
    check(phone, 252)
    give_birth(phone, 268)
    found = town.follow_ups()
    assert {rule: found[rule] for rule in ("ANC1", "ANC2", "ANC3", "ANC4", "ANC5", "ANC6")} == {
        **dict.fromkeys(("ANC1", "ANC2", "ANC3", "ANC4", "ANC5"), "done_on_time"),
        "ANC6": "superseded gave_birth",
    }


def test_a_scan_that_says_about_the_same_moves_nothing_and_later_ones_do_not_either(town: Town) -> None:
    phone = town.give_phone()
    register(phone, 63, us_done="no")

    # seven days apart at 12+0, where seven are allowed; it was early enough to settle the weeks for good
    check(phone, 84, **scan(11, 0))
    before = weeks_told(town)
    assert before[:3] == (on(0), "lmp", on(0).isoformat())
    assert window(town, "ANC2") == (on(112), on(126), on(146))
    town.go_to(on(112))
    assert days_listed(phone) == [(on(112), on(126), on(146))]

    check(phone, 126, **scan(21, 0))
    assert weeks_told(town)[:3] == before[:3], "three weeks apart, and yet the early one stands"
    assert weeks_told(town)[3] == before[3] + 1, "only the check itself wrote to the list"
    assert [window(town, rule)[1] for rule in ("ANC3", "ANC4", "ANC5")] == [on(154), on(210), on(266)]
    town.go_to(on(147))
    assert days_listed(phone) == [(on(147), on(154), on(174))]


def test_weeks_that_nobody_knew_come_with_the_first_scan(town: Town) -> None:
    phone = town.give_phone()
    record = register(phone, 100, lmp_known="no", us_done="no")
    assert "undated_note" in record.shown and "edd_show" not in record.shown
    assert town.follow_ups() == {"ANC0": "open"} and weeks_told(town)[:3] == (None, None, "")

    town.go_to(on(105))
    (row,) = phone.sync("antenatal_check").lists["pregnancies"]
    record = phone.tell("antenatal_check", pregnancy=row["name"], **ALONE, **SEEN, **scan(15, 0))
    assert "ga_note" not in record.shown
    assert weeks_told(town)[:3] == (on(0), "ultrasound", on(0).isoformat())
    assert town.follow_ups()["ANC2"] == "scheduled"
    town.go_to(on(112))
    assert days_listed(phone) == [(on(112), on(126), on(146))]
    assert check(phone, 126).values["ga_now"] == "18+0"
