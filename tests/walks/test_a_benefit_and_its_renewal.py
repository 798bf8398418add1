"""A benefit by the real engine: a household asks, its case goes step by step, is filed again each year, and is declined; and
nobody but the benefit officers sees any of it.
"""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from server.access.people import create_user
from server.access.roles import BY_SYSTEM
from server.config import Config
from server.db import Database
from server.models import (
    Assignment,
    Audit,
    Entity,
    FollowUp,
    Form,
    Submission,
    SubmissionVersion,
    Village,
    VillageScope,
)
from tests.client import Client
from tests.conftest import MORNING, PASSWORD, Clock
from tests.forms.library.filling import Filled, Phone, begun_earlier, day, today
from tests.walks.carried_phone import VILLAGE, Carried, Town

FORM, CASES = "benefit_case", "benefit_cases"
ASKED = date(2026, 3, 2)  # a Monday
NOTICE = date(2027, 3, 1)  # the county's day
AGREES = {"privacy_now": "alone", "consent_case": "yes", "benefit_type": "rural_support"}
HOME = {
    "village_code": VILLAGE, "hamlet": "三社", "door_code": "A-0231", "visit_result": "met", "consent_household": "yes",
    "contact_pref": "visit", "location_ok": "yes", "location": "30.5 105.5 300 8",
}  # fmt: skip
WHY = {
    "zh": ("补助的下一步", "上一步的日期", "10 个工作日 = 3月16日", "不用叫这一户来回跑"),
    "en": (
        "The next step of a benefit",
        "The step before",
        "10 working days = 16 Mar",
        "The household need not come for it",
    ),
}
"""What an officer reads of why it is due."""
OTHERS = ("manager", "viewer", "reviewer", "clinician", "village_worker", "town_lead", "trainer", "dpo")


@pytest.fixture
def town(app: Flask, database: Database, config: Config, clock: Clock, project_id: int, engine: Phone) -> Town:
    town = Town(app, database, config, clock, engine, project_id)
    town.go_to(ASKED)
    return town


def write(phone: Carried, **answers: object) -> Filled:
    """A record of today, what the form fills in beforehand left as it is; sent."""
    days = (today() - phone.town.now).days
    record = phone.town.engine.fill(FORM, phone.sync(FORM), answers, leave_prefilled=True)
    assert record.refused == [], record.refused
    sent = begun_earlier(record, days)
    phone.send(sent)
    return sent


def ahead(phone: Carried, day_: date) -> str:
    """A day of the story as the engine's."""
    return day((day_ - phone.town.now).days)


def chosen(phone: Carried, question: str) -> dict[str, object]:
    (due,) = phone.due(FORM)
    assert (due["subject_list"], due["label"].split()[:2]) == (CASES, ["A-0231", "#1"])
    return {question: due["name"]}


def row_of(phone: Carried) -> dict[str, str]:
    (row,) = phone.sync(FORM).lists[CASES]
    return row


def states(town: Town) -> list[tuple[str, str]]:
    with town.database.reading() as db:
        rows = db.scalars(select(FollowUp).where(FollowUp.subject_list == CASES).order_by(FollowUp.id))
        return [(row.rule, " ".join(filter(None, (row.state, row.cause)))) for row in rows]


def begin(town: Town) -> tuple[Carried, Carried]:
    """A worker lists a home with its point; it asks at the counter. The worker's phone and the officer's."""
    worker, officer = town.give_phone(), town.give_phone("benefit_officer")
    worker.tell("household_visit", **HOME)
    (home,) = officer.sync(FORM).lists["households"]
    write(officer, household=home["name"], **AGREES, step="asked", step_date=day(0))
    return worker, officer


def person(town: Town, role: str) -> Client:
    with town.database.transaction() as db:
        made = create_user(db, f"{role}@example.test", PASSWORD, role, None, MORNING).actor_id
        db.add(Assignment(actor_id=made, role_id=BY_SYSTEM[role].id, project_id=town.project_id))
        village = db.scalars(select(Village.id).where(Village.code == VILLAGE)).one()
        db.add(VillageScope(actor_id=made, project_id=town.project_id, village_id=village))
    return Client.signed_in(town.app, town.database, made)


def test_a_case_is_opened_goes_on_is_renewed_and_the_next_renewal_comes(town: Town) -> None:
    _, officer = begin(town)
    row = row_of(officer)
    assert (row["step"], row["status"], row["label"]) == ("asked", "open", "A-0231 #1")

    # the next step is due after ten working days; from the list the case comes along
    town.go_to(ASKED + timedelta(days=14))
    assert states(town) == [("BEN-STEP", "due")]
    record = write(officer, **chosen(officer, "due_open"), step="submitted", step_date=day(0))
    assert record.values["case"] == row["name"]
    assert states(town) == [("BEN-STEP", "done_on_time"), ("BEN-STEP", "open")]

    # approved late, with the county's day; then paid
    town.go_to(ASKED + timedelta(days=14 + 30))  # Qingming is a day off
    assert states(town)[1] == ("BEN-STEP", "overdue")
    until = ahead(officer, NOTICE)
    late = chosen(officer, "due_overdue")
    write(officer, **late, step="approved", step_date=day(0), amount_ok="yes", renewal_date=until)
    write(officer, household=row["household"], step="paid", step_date=day(0), amount_ok="yes")
    assert (row_of(officer)["step"], row_of(officer)["status"]) == ("paid", "open")
    assert officer.due(FORM) == [], "paid: nothing is owed until the renewal"

    # sixty days before the county's day it is asked for, twenty days before it is due
    town.go_to(NOTICE - timedelta(days=61))
    assert officer.due(FORM) == []
    town.go_to(NOTICE - timedelta(days=60))
    assert states(town)[-1][1] in ("open", "done_on_time")
    assert len(officer.due(FORM)) == 1
    town.go_to(NOTICE - timedelta(days=20))
    assert ("BEN-REN", "due") in states(town)

    # filed and approved with the next year's day, for which the same begins anew
    write(officer, **chosen(officer, "due_open"), step="submitted", step_date=day(0))
    assert ("BEN-REN", "done_on_time") in states(town)
    following = date(NOTICE.year + 1, NOTICE.month, NOTICE.day)
    write(
        officer, household=row["household"], step="approved", step_date=day(0), renewal_date=ahead(officer, following)
    )
    write(officer, household=row["household"], step="paid", step_date=day(0))
    assert officer.due(FORM) == []
    town.go_to(following - timedelta(days=60))
    assert len(officer.due(FORM)) == 1
    assert [state for rule, state in states(town) if rule == "BEN-REN"] == ["done_on_time", "open"]


def test_a_household_that_wants_it_no_longer_is_asked_nothing_more(town: Town) -> None:
    _, officer = begin(town)
    until = ahead(officer, NOTICE)
    row = row_of(officer)
    write(officer, household=row["household"], step="approved", step_date=day(0), renewal_date=until)

    town.go_to(ASKED + timedelta(days=3))
    write(officer, household=row["household"], still_wanted="no")

    assert row_of(officer)["status"] == "ended"
    town.go_to(NOTICE - timedelta(days=20))
    assert officer.due(FORM) == []
    assert {state for rule, state in states(town) if rule == "BEN-REN"} == {"declined"}
    assert not [state for _, state in states(town) if state in ("scheduled", "open", "due", "overdue")]


def test_who_is_no_benefit_officer_sees_nothing_of_it_and_the_officer_no_point_of_a_home(town: Town) -> None:
    worker, officer = begin(town)
    clinic = town.give_phone("clinician")
    town.go_to(ASKED + timedelta(days=30))
    (home,) = officer.sync(FORM).lists["households"]
    assert set(home) >= {"door_code", "hamlet", "village_code"} and "geometry" not in home
    assert worker.sync(FORM).lists["households"][0]["geometry"], "her worker goes there"
    assert worker.sync(FORM).lists[CASES] == clinic.sync(FORM).lists[CASES] == []
    assert worker.everything_due() == clinic.everything_due() == []
    assert len(officer.everything_due()) == 1
    key = officer.everything_due()[0]["visit_key"]
    case = row_of(officer)["name"]
    with town.database.reading() as db:
        assert db.scalars(select(Entity.uuid).where(Entity.uuid == case)).one()

    pages = (f"/follow-ups/{key}", "/follow-ups", "/follow-ups/list", "/m", "/review", f"/forms/{FORM}")
    records = f"/v1/projects/{town.project_id}/forms/{FORM}"
    records_at = (f"{records}/submissions", f"{records}.svc/Submissions", f"{records}/submissions.csv")
    listed = f"/v1/projects/{town.project_id}/datasets/{CASES}/entities"
    for role in OTHERS:
        client = person(town, role)
        client.prefix = ""
        for path in (*pages, *records_at, listed):
            text = client.get(path).text
            words = (case, "A-0231 #1") if key in path else (case, "A-0231 #1", key)
            assert not [word for word in words if word in text], (role, path)
    client = person(town, "benefit_officer")
    client.prefix = ""
    for path in ("/m", "/follow-ups/list"):
        assert key in client.get(path).text and "A-0231 #1" in client.get(path).text
    assert client.get("/consents").status_code == client.get(f"/people/{home['name']}").status_code == 403
    assert case in client.get(records_at[1]).text
    for language, words in WHY.items():
        page = client.get(f"/follow-ups/{key}", headers={"Accept-Language": language}).text
        assert [word for word in ("A-0231 #1", *words) if word not in page] == []


def office(town: Town, role: str) -> Client:
    """Somebody of this role at the pages."""
    client = person(town, role)
    client.prefix = ""
    return client


def records(town: Town) -> dict[str, int]:
    """The newest record of each form."""
    with town.database.reading() as db:
        rows = select(Form.xml_form_id, Submission.id).join(Form, Form.id == Submission.form_id).order_by(Submission.id)
        return dict(db.execute(rows).all())


def test_an_officer_reviews_the_records_of_cases_and_no_others(town: Town) -> None:
    begin(town)
    sent, officer = records(town), office(town, "benefit_officer")

    page = officer.get("/review").text
    assert f'data-record="{sent[FORM]}"' in page and f'data-record="{sent["household_visit"]}"' not in page
    assert 'href="/review"' in officer.get("/follow-ups").text
    assert officer.get(f"/review/{sent['household_visit']}").status_code == 404
    assert officer.get(f"/review/{sent[FORM]}/edit").status_code == 200
    assert officer.post(f"/review/{sent[FORM]}/state", data={"state": "approved"}).status_code == 303
    with town.database.reading() as db:
        assert db.get_one(Submission, sent[FORM]).review_state == "approved"
    assert f"/review?form={FORM}" in officer.get(f"/forms/{FORM}").text
    assert f'data-record="{sent[FORM]}"' not in office(town, "trainer").get("/review").text
    listed = officer.get(f"/v1/projects/{town.project_id}/forms", headers={"X-Extended-Metadata": "true"}).json
    assert {one["xmlFormId"]: one["submissions"] for one in listed}[FORM] == 1


def test_a_household_has_its_case_removed_and_what_comes_late_is_emptied(town: Town) -> None:
    _, officer = begin(town)
    filed = {"household": row_of(officer)["household"], "step": "submitted", "step_date": day(0)}
    late = town.engine.fill(FORM, officer.sync(FORM), filed, leave_prefilled=True)
    town.go_to(ASKED + timedelta(days=14))
    case, sent = row_of(officer)["name"], records(town)
    address = f"/review/{sent[FORM]}/case"
    for role in OTHERS:
        other = office(town, role)
        assert (other.get(address).status_code, other.post(address, data={"sure": "yes"}).status_code) == (403, 403), (
            role
        )
    desk = office(town, "benefit_officer")
    assert address in desk.get(f"/review/{sent[FORM]}").text
    assert desk.get(f"/review/{sent['household_visit']}/case").status_code == 404
    assert desk.post(address).status_code == 400 and row_of(officer)["name"] == case, "not without the tick"

    assert desk.post(address, data={"sure": "yes"}).status_code == 303

    assert (officer.sync(FORM).lists[CASES], officer.due(FORM), states(town)) == ([], [], [])
    assert desk.get(address).status_code == desk.post(address, data={"sure": "yes"}).status_code == 404
    officer.send(begun_earlier(late, (today() - town.now).days))
    assert (officer.sync(FORM).lists[CASES], states(town)) == ([], [])
    with town.database.reading() as db:
        forms = select(Form.id).where(Form.xml_form_id == FORM)
        versions = db.scalars(select(SubmissionVersion.xml).where(SubmissionVersion.form_id.in_(forms))).all()
        assert [bytes(xml) for xml in versions] == [b"", b""]
        (told,) = db.scalars(select(Audit).where(Audit.action == "benefit.erase"))
        assert (told.submission_id, sorted(told.details or {})) == (None, ["about", "records"])
        assert not [row for row in db.scalars(select(Audit)) if case in str(row.details)]
