"""The office returns a visit with a reason; the phone's own form offers it with the answers as they were, JavaRosa corrects
one, and the one record is corrected: everywhere it counts once.
"""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from server.config import Config
from server.db import Database
from server.models import Household
from tests.phones.collectsim.csim.phone import Phone
from tests.walks.returning import press
from tests.walks.test_consent_taken_back import Town
from tests.walks.test_phone_to_reminder import (
    EAST,
    WEST,
    Walk,
    made,  # noqa: F401 - the fixture that walk begins with
    register_pregnancy,
    register_woman,
    shanghai_today,
    walk,  # noqa: F401 - the fixture
)

FORM = "household_visit"
REASON = "门牌不对，<b>请到门口</b>再看一次"
MARK = "门牌不对"
PLACE = "30.08 105.22 300 8"


def visit(phone: Phone, door: str, **answers: str) -> dict[str, Any]:
    """Required questions without an answer are filled at random, so they are all given."""
    given = {
        "village_code": WEST, "door_code": door, "visit_date": shanghai_today().isoformat(), "visit_result": "met",
    }  # fmt: skip
    return phone.fill(FORM, {**given, **answers}, blank=1.0)


def first_visit(phone: Phone) -> dict[str, Any]:
    return visit(
        phone, "A-0301", hamlet="五社", consent_household="yes", contact_pref="visit", location_ok="yes", location=PLACE,
        services_wanted="anc child",
    )  # fmt: skip


def to_correct(phone: Phone) -> list[dict[str, str]]:
    """What lies on a phone after a sync."""
    phone.sync()
    file = Path(phone.form(FORM)["media"], "to_correct.csv")
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))


def answers_in(record: dict[str, Any]) -> dict[str, str]:
    filled = Path(record["file"]).read_text(encoding="utf-8")
    return dict(re.findall(r"<(\w+)>([^<]+)</\1>", filled))


def record_number(walk: Walk, town: Town) -> str:  # noqa: F811
    (found,) = set(re.findall(r'data-record="(\d+)"', town.read("reviewer", f"/review?project={walk.project}")))
    return str(found)


def states(walk: Walk, town: Town) -> list[tuple[str, str]]:  # noqa: F811
    rows = json.loads(town.read("reviewer", f"/v1/projects/{walk.project}/forms/{FORM}/submissions"))
    return [(row["instanceId"], row["reviewState"]) for row in rows]


def test_a_visit_is_returned_offered_corrected_and_counts_once(walk: Walk) -> None:  # noqa: F811
    here, there, town = walk.phones[WEST], walk.phones[EAST], Town(walk)
    town.people["reviewer"] = office = town.hire("reviewer")
    for phone in (here, there):
        phone.sync()
    sent = first_visit(here)
    here.submit(sent)
    assert to_correct(here) == []
    asked = [one for one in walk.follow_ups(shanghai_today()) if one["rule"].startswith("HH-")]

    assert len(asked) == 1
    number = record_number(walk, town)
    press(walk, office, f"/review/{number}/return", reason=REASON)
    (row,) = to_correct(here)
    assert (row["name"], row["form_id"], row["why"]) == (sent["id"], FORM, REASON)
    assert row["label"] == f"A-0301 {shanghai_today().isoformat()}：门牌不对，＜b＞请到门口＜/b＞再看一次"
    assert (row["was_hamlet"], row["was_services_wanted"]) == ("五社", "anc child")
    assert to_correct(there) == []
    assert states(walk, town) == [(sent["id"], "hasIssues")]
    assert "已退回" in town.read("reviewer", f"/review?project={walk.project}")
    mine = town.read("worker", f"/m?project={walk.project}")
    assert MARK in mine and "<b>请到门口" not in mine

    # the form asks which record; what was answered stands there, and two are others now
    correction = visit(here, "A-0302", to_fix=row["name"], contact_pref="clinic")
    before, after = answers_in(sent), answers_in(correction)
    kept = ("hamlet", "location_ok", "location", "services_wanted", "new_id", "consent_household")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert (after["corrects"], after["door_code"], before["door_code"]) == (sent["id"], "A-0302", "A-0301")
    (reply,) = here.submit(correction)
    assert reply.status == 201

    assert to_correct(here) == []
    assert states(walk, town) == [(sent["id"], "edited")]
    page = town.read("reviewer", f"/review/{number}?project={walk.project}")
    assert "<del>上门</del> 我自己来" in page and "A-0302" in page
    assert "已更正" in page
    (home,) = here.entities["households"]["rows"].values()
    assert (home["name"], home["props"]["door_code"], home["online"]) == (after["new_id"], "A-0302", True)
    assert home["label"] == "A-0302 五社"
    assert labels_of_homes(walk) == ["A-0302 五社"], "the office calls it so, too"
    assert [one for one in walk.follow_ups(shanghai_today()) if one["rule"].startswith("HH-")] == asked
    assert MARK not in town.read("worker", f"/m?project={walk.project}")
    walk.run_jobs(shanghai_today() + timedelta(days=1), time(10))
    town.people["reviewer"] = town.sign_in("reviewer@town.test")  # by then a session of this morning has ended
    assert "退回的一份记录已经更正" in town.read("reviewer", f"/inbox?project={walk.project}")

    # once more the same bytes are known again, and a record filled in afterwards is a record of its own
    (again,) = here.submit(correction)
    assert again.status == 201
    other = visit(here, "A-0400")
    here.submit(other)
    assert sorted(states(walk, town)) == sorted([(sent["id"], "edited"), (other["id"], None)])
    assert walk.report.failed() == [], walk.report.fails


def labels_of_homes(walk: Walk) -> list[str]:  # noqa: F811
    config = replace(Config(walk.server.data_dir), **walk.server.database_url)
    database = Database(config.sqlalchemy_url, config.key_file)
    with database.reading() as db:
        found = list(db.scalars(select(Household.label)))
    database.dispose()
    return found


def test_a_womans_check_comes_back_without_a_word_of_her_health_and_leaves_with_her(walk: Walk) -> None:  # noqa: F811
    here, there, town = walk.phones[WEST], walk.phones[EAST], Town(walk)
    doctor = town.people["clinician"]
    here.sync()
    consent, woman = register_woman(here)
    registration, pregnancy = register_pregnancy(here, woman)
    today = shanghai_today().isoformat()
    answers = {
        "pregnancy": pregnancy, "visit_date": today, "privacy_now": "alone", "still_pregnant": "ongoing",
        "place": "clinic", "done_by": "midwife", "bp_sys": "131", "bp_dia": "77",
    }  # fmt: skip
    check = here.fill("antenatal_check", answers, blank=1.0)
    for record in (consent, registration, check):
        here.submit(record)
    (second,) = [one for one in walk.follow_ups(shanghai_today()) if one["rule"] == "ANC2"]
    listed = json.loads(town.read("clinician", f"/v1/projects/{walk.project}/forms/antenatal_check/submissions"))
    assert [one["instanceId"] for one in listed] == [check["id"]]
    page = town.read("clinician", f"/review?project={walk.project}&form=antenatal_check")
    (number,) = set(re.findall(r'data-record="(\d+)"', page))

    press(walk, doctor, f"/review/{number}/return", reason="血压请核对")
    for phone in (here, there):
        phone.sync()
    text = Path(here.form("antenatal_check")["media"], "to_correct.csv").read_text(encoding="utf-8")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["why"], row["was_pregnancy"], row["was_visit_date"]) == ("血压请核对", pregnancy, today)
    told = re.sub("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", text)  # an id may hold any number
    assert "131" not in told and "midwife" not in told and "王秀英" not in told
    assert "血压请核对" not in Path(there.form("antenatal_check")["media"], "to_correct.csv").read_text(
        encoding="utf-8"
    )

    again = here.fill("antenatal_check", {**answers, "to_fix": row["name"], "bp_sys": "113"}, blank=1.0)
    (reply,) = here.submit(again)
    assert reply.status == 201
    page = town.read("clinician", f"/review/{number}?project={walk.project}")
    assert "<del>131</del> 113" in page
    (same,) = [one for one in walk.follow_ups(shanghai_today()) if one["rule"] == "ANC2"]
    assert (same["state"], same.get("key", "")) == (second["state"], second.get("key", ""))
    here.sync()
    assert Path(here.form("antenatal_check")["media"], "to_correct.csv").read_text(encoding="utf-8").count("\n") == 1

    # once more, and she takes her consent back before it is corrected: it leaves the phone with her
    press(walk, doctor, f"/review/{number}/return", reason="日期请核对")
    here.sync()
    assert "日期请核对" in Path(here.form("antenatal_check")["media"], "to_correct.csv").read_text(encoding="utf-8")
    press(walk, town.people["dpo"], f"/people/{woman}/consent", purpose="service", what="erase")
    late = here.fill("antenatal_check", {**answers, "to_fix": again["id"], "bp_sys": "117"}, blank=1.0)
    (reply,) = here.submit(late)
    assert reply.status == 201
    here.sync()
    assert "日期请核对" not in Path(here.form("antenatal_check")["media"], "to_correct.csv").read_text(encoding="utf-8")
    assert walk.report.failed() == [], walk.report.fails
