"""The office returns a record of a woman's care; what her worker's phone says anew stays the one pregnancy, method or referral:
lists and follow-ups are as if it had been said so at first.
"""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from server.config import Config
from server.db import Database
from server.models import Entity, EntityBacklog
from tests.phones.collectsim.csim.phone import Phone
from tests.walks.returning import press
from tests.walks.test_consent_taken_back import Town
from tests.walks.test_phone_to_reminder import (
    EAST,
    WEEKS,
    WEST,
    Walk,
    made,  # noqa: F401 - the fixture that walk begins with
    register_pregnancy,
    register_woman,
    shanghai_today,
    walk,  # noqa: F401 - the fixture
)


def rows_on(phone: Phone, form: str) -> list[dict[str, str]]:
    """What a form is told there of returned records, after a sync."""
    phone.sync()
    file = Path(phone.form(form)["media"], "to_correct.csv")
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))


def give_back(walk: Walk, town: Town, form: str) -> dict[str, str]:  # noqa: F811
    """The clinician returns the one record of a form; what her worker's phone is told of it then."""
    page = town.read("clinician", f"/review?project={walk.project}&form={form}")
    (number,) = set(re.findall(r'data-record="(\d+)"', page))
    press(walk, town.people["clinician"], f"/review/{number}/return", reason="请再看一看")
    (row,) = rows_on(walk.phones[WEST], form)
    assert rows_on(walk.phones[EAST], form) == []
    return row


def answer(walk: Walk, town: Town, form: str, later: dict[str, str] | None = None, **answers: str) -> None:  # noqa: F811
    """The phone corrects what came back, and the office has the one record, corrected. `later`: what is filled in there
    after it, before either is sent.
    """
    here = walk.phones[WEST]
    record = here.fill(form, {"visit_date": shanghai_today().isoformat(), "privacy_now": "alone", **answers}, blank=1.0)
    then = here.fill(form, later, blank=1.0) if later else None
    (reply,) = here.submit(record)
    assert reply.status == 201
    listed = json.loads(town.read("clinician", f"/v1/projects/{walk.project}/forms/{form}/submissions"))
    assert [one["reviewState"] for one in listed] == ["edited"]
    if then is not None:
        here.submit(then)
    assert rows_on(here, form) == []


def listed_on(phone: Phone, name: str, **told: str) -> None:
    """The list has one row on the phone, which the server knows, and it says this."""
    (row,) = phone.entities[name]["rows"].values()
    assert {one: row["props"].get(one, "") for one in told} == told
    assert row["online"]


def nothing_waits(walk: Walk) -> None:  # noqa: F811
    """What phones did to lists was done, and nothing of it contradicts anything."""
    config = replace(Config(walk.server.data_dir), **walk.server.database_url)
    database = Database(config.sqlalchemy_url, config.key_file)
    try:
        with database.reading() as db:
            held, clashing = (
                db.scalars(select(EntityBacklog.id)).all(),
                select(Entity.uuid).where(Entity.conflict.is_not(None)),
            )
            assert (list(held), list(db.scalars(clashing))) == ([], [])
    finally:
        database.dispose()
    assert walk.report.failed() == [], walk.report.fails


def begin(walk: Walk, weeks: int = WEEKS) -> tuple[Town, str, str]:  # noqa: F811
    """A woman who agreed and the pregnancy that she registered, both sent."""
    here, town = walk.phones[WEST], Town(walk)
    for phone in walk.phones.values():
        phone.sync()
    consent, woman = register_woman(here)
    registration, pregnancy = register_pregnancy(here, woman, weeks)
    for record in (consent, registration):
        here.submit(record)
    return town, woman, pregnancy


def asked_of(walk: Walk) -> set[tuple[str, str]]:  # noqa: F811
    return {(one["rule"], one["state"]) for one in walk.follow_ups(shanghai_today())}


def test_a_registration_that_was_returned_stays_the_one_pregnancy(walk: Walk) -> None:  # noqa: F811
    town, woman, pregnancy = begin(walk)
    here, form = walk.phones[WEST], "pregnancy_registration"
    before = walk.follow_ups(shanghai_today())
    row = give_back(walk, town, form)
    assert (row["was_woman"], row["was_new_id"], row["was_visit_date"]) == (
        woman, pregnancy, shanghai_today().isoformat(),
    )  # fmt: skip
    assert str(shanghai_today() - timedelta(weeks=WEEKS)) not in str(row)

    first_day = (shanghai_today() - timedelta(weeks=WEEKS, days=1)).isoformat()
    answer(
        walk, town, form, to_fix=row["name"], woman=woman, wants_registration="yes", lmp_known="exact",
        lmp_calendar="solar", lmp_date=first_day, us_done="no",
    )  # fmt: skip
    listed_on(here, "pregnancies", woman=woman, preg_no="1", ga_anchor=first_day, status="ongoing")
    assert list(here.entities["pregnancies"]["rows"]) == [pregnancy]
    after = walk.follow_ups(shanghai_today())
    assert sorted(one["rule"] for one in after) == sorted(one["rule"] for one in before)
    nothing_waits(walk)


def test_a_loss_that_was_told_by_mistake_becomes_the_birth_that_it_was(walk: Walk) -> None:  # noqa: F811
    town, _, pregnancy = begin(walk, weeks=39)
    here, form = walk.phones[WEST], "delivery_postnatal"
    day = shanghai_today().isoformat()
    report = {"pregnancy": pregnancy, "visit_date": day, "privacy_now": "alone"}
    here.submit(here.fill(form, {**report, "report_type": "loss", "loss_support": "counsellor"}, blank=1.0))
    assert {"PL1"} == {rule for rule, _ in asked_of(walk)} & {"PL1", "PN1", "PN42"}
    row = give_back(walk, town, form)
    listed_on(here, "pregnancies", status="ended")
    assert (row["was_pregnancy"], row["was_status_before"]) == (pregnancy, "ongoing")
    assert "loss" not in str(row) and "counsellor" not in str(row)

    # what the phone does to that row afterwards follows upon the correction
    visit = {**report, "report_type": "pnc_visit", "baby_state": "well"}
    answer(
        walk, town, form, visit, to_fix=row["name"], pregnancy=pregnancy, report_type="birth", birth_date=day,
        live_births="1",
    )  # fmt: skip
    listed_on(here, "pregnancies", status="gave_birth")
    assert {"PN1", "PN42"} == {rule for rule, _ in asked_of(walk)} & {"PL1", "PN1", "PN42"}
    nothing_waits(walk)


def test_a_start_that_was_returned_is_one_method(walk: Walk) -> None:  # noqa: F811
    town, woman, _ = begin(walk)
    here, form = walk.phones[WEST], "contraception_followup"
    day = shanghai_today()
    start = {
        "client": woman, "reason": "start", "info_given": "several_methods how_works", "choice_hers": "yes",
        "pressure": "no",
    }  # fmt: skip
    dates = {"last_injection": day.isoformat(), "next_injection_date": (day + timedelta(days=91)).isoformat()}
    given = {"visit_date": day.isoformat(), "privacy_now": "alone", **start, "method": "dmpa", **dates}
    here.submit(here.fill(form, given, blank=1.0))
    before = asked_of(walk)
    row = give_back(walk, town, form)
    ((episode, _),) = here.entities["contraception_episodes"]["rows"].items()
    assert (row["was_client"], row["was_episode"], row["was_new_id"]) == (woman, "", episode)
    assert "dmpa" not in str(row) and dates["next_injection_date"] not in str(row)

    other = {"last_injection": str(day - timedelta(days=1)), "next_injection_date": str(day + timedelta(days=90))}
    answer(walk, town, form, to_fix=row["name"], **start, method="dmpa", **other)
    told = {"woman": woman, "method": "dmpa", "last_injection": other["last_injection"], "status": "current"}
    listed_on(here, "contraception_episodes", **told)
    assert list(here.entities["contraception_episodes"]["rows"]) == [episode]
    assert asked_of(walk) == before
    nothing_waits(walk)


def test_an_outcome_that_was_returned_opens_its_referral_again(walk: Walk) -> None:  # noqa: F811
    town, _, pregnancy = begin(walk)
    here, form, day = walk.phones[WEST], "referral_outcome", shanghai_today().isoformat()
    check = {
        "pregnancy": pregnancy, "visit_date": day, "privacy_now": "alone", "still_pregnant": "ongoing",
        "place": "clinic", "done_by": "midwife", "danger": "bleeding",
    }  # fmt: skip
    here.submit(here.fill("antenatal_check", check, blank=1.0))
    here.sync()
    ((referral, _),) = here.entities["referrals"]["rows"].items()
    told = {"referral": referral, "visit_date": day, "privacy_now": "alone", "arrived": "yes", "closed": "yes"}
    here.submit(here.fill(form, told, blank=1.0))
    row = give_back(walk, town, form)
    listed_on(here, "referrals", status="closed", outcome="yes")
    assert row["was_referral"] == referral and "yes" not in row.values()

    answer(walk, town, form, to_fix=row["name"], referral=referral, arrived="no", closed="no")
    listed_on(here, "referrals", status="open", outcome="no", urgency="urgent")
    nothing_waits(walk)


def test_a_check_that_was_another_womans_leaves_nothing_in_the_first_ones_row(walk: Walk) -> None:  # noqa: F811
    town, _, first = begin(walk)
    here, form, day = walk.phones[WEST], "antenatal_check", shanghai_today().isoformat()
    consent, woman = register_woman(here)
    registration, second = register_pregnancy(here, woman)
    for record in (consent, registration):
        here.submit(record)
    here.sync()
    check = {
        "visit_date": day, "privacy_now": "alone", "still_pregnant": "ongoing", "place": "clinic", "done_by": "midwife",
    }  # fmt: skip
    asked = by_woman(walk)
    here.submit(here.fill(form, {**check, "pregnancy": first, "weight_kg": "61"}, blank=1.0))
    row = give_back(walk, town, form)
    before = by_woman(walk)
    assert before != asked and weights(here) == {first: "61", second: ""}

    # the same answers, of another woman
    then = {**check, "pregnancy": second, "weight_kg": "62"}
    answer(walk, town, form, then, **check, to_fix=row["name"], pregnancy=second, weight_kg="61")
    assert weights(here) == {first: "", second: "62"}
    after = by_woman(walk)
    other = next(one for one in after if one != woman)
    assert (after[other], after[woman]) == (asked[other], before[other])
    nothing_waits(walk)


def weights(phone: Phone) -> dict[str, str]:
    """What the phone knows of the last weight in each pregnancy."""
    rows = phone.entities["pregnancies"]["rows"]
    return {uuid: row["props"].get("last_weight", "") for uuid, row in rows.items()}


def by_woman(walk: Walk) -> dict[str, set[tuple[str, str]]]:  # noqa: F811
    """Of each woman the rules that ask for something, with the state of each."""
    found: dict[str, set[tuple[str, str]]] = {}
    for one in walk.follow_ups(shanghai_today()):
        found.setdefault(one["subject"], set()).add((one["rule"], one["state"]))
    return found
