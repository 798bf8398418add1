"""Who is listed for a back-check, on whose phone, and who never is. Every visit is drawn here; the lot has its own tests."""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import select, update

from server.access.caller import Caller, Grant
from server.access.carers import set_carer
from server.db import Database
from server.followups import check_lots
from server.followups.check_list import lot_key, visits_drawn
from server.followups.checkers import list_checkers, who_may_check
from server.models import (
    AppUser,
    CareEvent,
    Form,
    Household,
    Pregnancy,
    Project,
    Submission,
    SubmissionVersion,
    Woman,
)
from server.registry.restriction import restrict
from tests.care_town import TODAY, CareTown
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_form

FILES = ("me", "due_visits", "backcheck_sample")


class CheckTown(CareTown):
    """`doctor` is a clinician with the phone `checking` for the whole town, `worker` one of A1 with the phone `hers`."""

    def __init__(self, app: Flask, database: Database) -> None:
        super().__init__(app, database, FILES)
        self.doctor, self.worker = self.person("doctor", "clinician"), self.person("worker", "village_worker", "A1")
        self.checking = self.phone(care_role="clinician", person=self.doctor)
        self.hers = self.phone("A1", person=self.worker)
        self.doctors_phone, self.workers_phone = (self.phone_of(one) for one in (self.doctor, self.worker))
        with database.transaction() as db:
            for form_id in ("household_visit", "contraception_followup", "back_check"):
                a_form(db, self.project_id, form_id)

    def phone_of(self, person: int) -> int:
        with self.database.reading() as db:
            return db.scalars(select(AppUser.actor_id).where(AppUser.person_id == person)).one()

    def phones(self) -> list[int]:
        with self.database.reading() as db:
            return list(db.scalars(select(AppUser.actor_id)))

    def stop(self, phone: int) -> None:
        with self.database.transaction() as db:
            db.execute(update(AppUser).where(AppUser.actor_id == phone).values(revoked_at=MORNING))

    def home(self, village: str = "A1", **columns: Any) -> str:
        key = str(uuid.uuid4())
        row = {"label": "A-0231 三社", "consents": True, **columns}
        with self.database.transaction() as db:
            db.add(Household(project_id=self.project_id, uuid=key, village_code=village, **row))
        return key

    def record(
        self, form_id: str, subject_list: str, subject: str, sent_by: int | None, days: int, data: dict[str, str],
        episode: str | None = None, **columns: Any,
    ) -> str:  # fmt: skip
        """A record as it stands once the derivers have read it, so many days ago; its bare uuid."""
        name, at = str(uuid.uuid4()), MORNING - timedelta(days=days)
        with self.database.transaction() as db:
            query = select(Form).where(Form.project_id == self.project_id, Form.xml_form_id == form_id)
            form = db.scalars(query).one()
            ids = {"form_id": form.id, "instance_id": f"uuid:{name}", "submitter_id": sent_by, "created_at": at}
            one = Submission(project_id=self.project_id, health=subject_list == "women", **{**ids, **columns})
            db.add(one)
            db.flush()
            text = orjson.dumps(data).decode()
            version = SubmissionVersion(
                submission_id=one.id, form_version_id=form.current_version_id, is_current=True, xml=b"<data/>",
                values_json=text, **ids,
            )  # fmt: skip
            db.add(version)
            db.flush()
            about = {"subject_list": subject_list, "subject": subject, "episode": episode, "data_json": text}
            told = {"event": one.instance_id, "form_id": form_id, "visit_date": at.date(), "received_at": at}
            ids = {"submission_id": one.id, "submission_version_id": version.id, "project_id": self.project_id}
            db.add(CareEvent(**ids, **told, **about))
        return name

    def visited(self, home: str, days: int = 3, sent_by: int | None = None, **more: Any) -> str:
        data = {"visit_result": "met", **more.pop("data", {})}
        return self.record("household_visit", "households", home, sent_by or self.workers_phone, days, data, **more)

    def served(self, woman: str, days: int = 3, sent_by: int | None = None, **data: str) -> str:
        return self.record("contraception_followup", "women", woman, sent_by or self.workers_phone, days, data)

    def checked(self, subject_list: str, subject: str, name: str, settled: str) -> None:
        self.record("back_check", subject_list, subject, None, 1, {"settled": settled}, name)

    def sample(self, phone: Client | None = None) -> list[str]:
        return self.names(phone or self.checking, "backcheck_sample")


@pytest.fixture
def town(app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch) -> CheckTown:
    monkeypatch.setattr(check_lots, "ONE_IN", 1)
    return CheckTown(app, database)


def test_the_list_tells_whose_visit_and_where_and_nothing_of_what_was_done(town: CheckTown) -> None:
    home, woman = town.home("A2"), town.woman("A1", "W-0231 王*")
    first, second = town.visited(home), town.served(woman, days=5)

    rows = {row["name"]: row for row in town.rows(town.checking, "backcheck_sample")}
    assert rows == {
        first: {"name": first, "label": "A-0231 三社", "village_code": "A2", "subject_list": "households"},
        second: {"name": second, "label": "W-0231 王*", "village_code": "A1", "subject_list": "women"},
    }


def test_each_row_is_a_task_of_thirty_days_on_the_same_phone(town: CheckTown) -> None:
    name = town.visited(town.home())
    (due,) = [row for row in town.rows(town.checking, "due_visits") if row["form_id"] == "back_check"]

    days = [(TODAY + timedelta(days=one - 3)).isoformat() for one in (0, 14, 30)]
    assert (due["subject"], due["subject_list"], due["village_code"]) == (name, "households", "A1")
    assert [due["opens_on"], due["due_on"], due["closes_on"]] == days
    assert due["visit_key"] == due["name"] != name
    assert town.rows(town.hers, "due_visits") == []


@pytest.mark.parametrize(("days", "is_listed"), [(0, True), (30, True), (31, False)])
def test_a_visit_is_listed_for_thirty_days(town: CheckTown, days: int, is_listed: bool) -> None:
    town.visited(town.home(), days)
    assert bool(town.sample()) is is_listed


def test_who_neither_reviews_nor_is_a_clinician_has_an_empty_list(town: CheckTown) -> None:
    town.visited(town.home("A2"), sent_by=town.doctors_phone)
    others = [town.phone("A1", person=town.person(role, role)) for role in ("town_lead", "trainer", "dpo", "manager")]

    assert [town.sample(one) for one in (town.hers, town.phone(care_role="clinician"), *others)] == [[]] * 6


def test_own_work_is_never_ones_own_to_check_by_whichever_phone_it_was_sent(town: CheckTown, app: Flask) -> None:
    town.visited(town.home(), sent_by=town.doctors_phone)
    town.visited(town.home(), sent_by=town.doctor)
    second = town.phone("A1", person=town.doctor)
    town.visited(town.home(), sent_by=max(town.phones()))
    assert town.sample() == town.sample(second) == []


def test_a_phone_that_went_to_another_leaves_its_visits_her_own(town: CheckTown) -> None:
    by = town.person("office")
    with town.database.transaction() as db:
        office = Caller(actor_id=by, type="user", grants=(Grant(1, None, None),))
        project = db.get_one(Project, town.project_id)
        set_carer(db, office, project, town.workers_phone, town.doctor, "village_worker", MORNING)
        set_carer(db, office, project, town.workers_phone, town.worker, "village_worker", MORNING)
    town.visited(town.home())
    assert town.sample() == []


def test_a_reviewer_with_a_workers_phone_checks_homes_outside_its_villages_and_no_woman(town: CheckTown) -> None:
    reviewer = town.person("reviewer", "reviewer", "A1", "A2")
    phone = town.phone("A1", person=reviewer)
    town.stop(town.doctors_phone)
    town.visited(town.home("A1"))
    there = town.visited(town.home("A2"))
    town.served(town.woman("A2"))

    assert town.sample(phone) == [there]


def test_a_clinicians_phone_checks_in_its_villages_alone(town: CheckTown) -> None:
    town.stop(town.doctors_phone)
    phone = town.phone("A2", care_role="clinician", person=town.person("other", "clinician", "A2"))
    town.visited(town.home("A1"))
    there = town.visited(town.home("A2"))
    hers = town.served(town.woman("A2"))

    assert sorted(town.sample(phone)) == sorted([there, hers])


def test_a_visit_is_on_one_phone_alone(town: CheckTown) -> None:
    second = town.phone(care_role="clinician", person=town.person("second", "clinician"))
    names = {town.visited(town.home()) for _ in range(12)}

    mine, others = set(town.sample()), set(town.sample(second))
    assert mine | others == names and not mine & others
    assert mine and others


@pytest.mark.parametrize(
    "columns",
    [
        {"consent_service": False},
        {"consent_until": TODAY - timedelta(days=1)},
        {"consent_reminder": False},
        {"consent_share_clinic": False},
    ],
)
def test_a_woman_who_did_not_agree_to_it_is_not_asked(town: CheckTown, columns: dict[str, Any]) -> None:
    woman = town.woman("A1")
    town.served(woman)
    assert len(town.sample()) == 1
    town.change(Woman, woman, **columns)
    assert town.sample() == []


def test_a_woman_whose_data_are_kept_unused_is_not_asked(town: CheckTown) -> None:
    woman = town.woman("A1")
    town.served(woman)
    with town.database.transaction() as db:
        restrict(db, town.project_id, woman, None, MORNING)
    assert town.sample() == []


@pytest.mark.parametrize("said", [{"contact_ok": "none"}, {"reminder_wish": "none"}, {"consent_pnc": "no"}])
def test_a_woman_who_wishes_for_no_contact_is_not_asked(town: CheckTown, said: dict[str, str]) -> None:
    town.served(town.woman("A1"), **said)
    assert town.sample() == []


@pytest.mark.parametrize(
    ("ended_on", "is_asked"),
    [(None, False), (TODAY, False), (TODAY - timedelta(days=365), False), (TODAY - timedelta(days=366), True)],
)
def test_after_a_loss_nobody_asks_her_nor_at_her_home(town: CheckTown, ended_on: date | None, is_asked: bool) -> None:
    home = town.home()
    woman = town.woman("A1", household_uuid=home)
    town.served(woman)
    town.visited(home)
    with town.database.transaction() as db:
        lost = {"woman_uuid": woman, "registered_on": TODAY, "status": "ended", "ended_on": ended_on}
        db.add(Pregnancy(project_id=town.project_id, uuid=str(uuid.uuid4()), **lost))
    assert len(town.sample()) == (2 if is_asked else 0)


@pytest.mark.parametrize(
    ("columns", "data"),
    [
        ({"consents": False}, {}),
        ({"no_contact_before": TODAY + timedelta(days=1)}, {}),
        ({}, {"visit_result": "absent"}),
        ({}, {"visit_result": "declined"}),
        ({}, {"contact_pref": "none"}),
    ],
)
def test_a_home_that_did_not_agree_or_where_nobody_was_met_is_not_asked(
    town: CheckTown, columns: dict[str, Any], data: dict[str, str]
) -> None:
    town.visited(town.home(**columns), data=data)
    assert town.sample() == []


@pytest.mark.parametrize(
    "columns", [{"sealed": True}, {"deleted_at": MORNING}, {"review_state": "rejected"}, {"instance_id": "by hand"}]
)
def test_a_record_that_does_not_stand_is_not_checked(town: CheckTown, columns: dict[str, Any]) -> None:
    town.visited(town.home(), **columns)
    assert town.sample() == []


@pytest.mark.parametrize(
    ("settled", "left"), [("answered", "another"), ("moved", "another"), ("declined", ""), ("", "this")]
)
def test_what_is_settled_leaves_the_list_and_who_said_no_is_never_drawn_again(
    town: CheckTown, settled: str, left: str
) -> None:
    home = town.home()
    early, this = town.visited(home, 9), town.visited(home, 5)
    town.checked("households", home, this, settled)

    assert town.sample() == {"another": [early], "this": [this], "": []}[left]
    if settled == "declined":
        town.visited(home, 1)
        assert town.sample() == []


def test_it_asks_as_often_for_many_homes_as_for_one_and_of_nobody_who_does_not_check(
    town: CheckTown, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    def asked() -> int:
        with count_queries() as statements:
            assert town.sample()
        return len(statements)

    town.visited(town.home())
    town.sample()  # what a process reads once
    one = asked()
    for _ in range(5):
        town.visited(town.home())
    town.phone("A1", person=town.person("another", "village_worker", "A1"))
    assert asked() == one
    with town.database.reading() as db:
        assert set(db.scalars(who_may_check(town.project_id))) == {town.doctor, town.doctors_phone}
        assert [one.phone_id for one in list_checkers(db, db.get_one(Project, town.project_id), TODAY)] == [
            town.doctors_phone
        ]


def test_the_bytes_stay_as_long_as_nothing_changes(town: CheckTown) -> None:
    for _ in range(5):
        town.visited(town.home())
    before = town.hashes(town.checking)
    assert town.hashes(town.checking) == before
    town.visited(town.home())
    assert town.hashes(town.checking)["backcheck_sample.csv"] != before["backcheck_sample.csv"]


def test_one_of_thirteen_is_drawn_and_the_same_one_each_time(town: CheckTown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_lots, "ONE_IN", 13)
    for _ in range(26):
        town.visited(town.home(), days=1)
    with town.database.reading() as db:
        key = lot_key(db, town.project_id)
        drawn = [visits_drawn(db, town.project_id, TODAY, key) for _ in range(2)]
    assert drawn[0] == drawn[1] and len(drawn[0]) == 2
    assert len(town.sample()) == 2
