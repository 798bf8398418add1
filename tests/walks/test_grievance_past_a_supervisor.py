"""A grievance against a supervisor, by the real engine: filled in on the worker's phone that was handed over, it goes past him.

He finds nothing on any page, by any address and in no export or notice; the rights officer reads it, replies, and thirty days
later nobody knows any more how to reach who said it.
"""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from forms.library import read_library_form
from forms.xform import read_xform
from server.access import roles
from server.access.people import create_user
from server.config import Config
from server.db import Database
from server.jobs import run_all_once
from server.models import FEEDBACK, AppUser, Assignment, FeedbackChannel, Notification, Submission, User, VillageScope
from tests.client import Client
from tests.conftest import MORNING, PASSWORD, Clock
from tests.forms.library.filling import Filled, Phone
from tests.server.web.pages.conftest import Browser, text_of
from tests.test_reading_doors import ask, fill, telling
from tests.walks.carried_phone import Carried, Town

DAY = date(2026, 3, 2)
WHAT = {
    "way": "self", "privacy_now": "alone", "who": "worker", "felt_pressured": "yes", "against": "supervisor",
    "text": "要我去劝人WORDTEXT", "want_reply": "yes", "reply_channel": "微信WORDREACH",
}  # fmt: skip
WORDS = ("WORDTEXT", "WORDREACH", "要我去劝人")
STAFF = {"boss": roles.TOWN_LEAD, "wang": roles.VILLAGE_WORKER, "lin": roles.CLINICIAN, "mona": roles.PROJECT_MANAGER}


@pytest.fixture
def town(app: Flask, database: Database, config: Config, clock: Clock, project_id: int, engine: Phone) -> Town:
    town = Town(app, database, config, clock, engine, project_id)
    town.go_to(DAY)
    for name, role_id in {**STAFF, "dora": roles.DPO}.items():
        hire(town, name, role_id)
    return town


def hire(town: Town, name: str, role_id: int) -> None:
    with town.database.transaction() as db:
        actor_id = create_user(db, f"{name}@example.test", PASSWORD, name, None, MORNING).actor_id
        db.add(Assignment(actor_id=actor_id, role_id=role_id, project_id=town.project_id))
        db.add(VillageScope(actor_id=actor_id, project_id=town.project_id, village_id=None))


def carried_by(town: Town, name: str) -> Carried:
    """The phone that is handed over."""
    phone = town.give_phone()
    with town.database.transaction() as db:
        db.execute(update(AppUser).values(person_id=actor_of(town, name)))
    return phone


def actor_of(town: Town, name: str) -> int:
    with town.database.reading() as db:
        return db.scalars(select(User.actor_id).where(User.email == f"{name}@example.test")).one()


def open_browser(town: Town, name: str, language: str = "zh_Hans") -> Browser:
    browser = Browser(town.app, language).sign_in(f"{name}@example.test")
    browser.see(f"/?project={town.project_id}")
    return browser


def what_he_reads(town: Town, name: str) -> dict[str, str]:
    """Everything that the server answers him, export and map included."""
    known: dict[str, object] = {"project_id": town.project_id, "form_id": FEEDBACK, "xml_form_id": FEEDBACK}
    known |= {"name": "women", "extension": "xlsx", "version": "1", "filename": "css/base.css", "role": "dpo"}
    who = Client.signed_in(town.app, town.database, actor_of(town, name))
    pages = set(fill(town.app, known, ["Submissions"]))
    return ask(who, {one if one.startswith("/v1/") else f"{one}?project={town.project_id}" for one in pages})


def fill_in(town: Town, phone: Carried) -> Filled:
    record = town.engine.fill(FEEDBACK, phone.sync(FEEDBACK), WHAT)
    assert record.refused == []
    return record


@pytest.mark.parametrize(
    ("language", "other", "about", "clock_of_it", "reached"),
    [
        ("zh_Hans", "mona", "说的是负责人", "还剩 3 天", "怎么联系"),
        ("en", "wang", "About a supervisor", "3 days left", "How to reach who said it"),
    ],
)
def test_it_goes_past_him_to_the_rights_officer_who_replies_and_forgets_how(
    town: Town, config: Config, language: str, other: str, about: str, clock_of_it: str, reached: str
) -> None:
    phone = carried_by(town, "wang")
    record = fill_in(town, phone)
    assert {"pressured_note", "against_supervisor_note"} & record.shown == {"pressured_note"}, (
        "one word says who reads it"
    )

    phone.send(record)
    phone.send(record)  # its answer was lost

    run_all_once(town.database, config, town.clock.now())
    for name in ("boss", other):
        read = what_he_reads(town, name)
        assert len(read) > 100
        assert [word for word in WORDS if telling(read, word)] == [], name
        assert open_browser(town, name).see("/rights/feedback").status_code == 403
    with town.database.reading() as db:
        assert db.scalars(select(Notification.id).where(Notification.kind != "pack_ready")).all() == []
        assert db.scalars(select(Submission.id)).all() == []

    dora = open_browser(town, "dora", language)
    listed = dora.see("/rights/feedback")
    assert about in text_of(listed) and clock_of_it in text_of(listed)
    one = listed.text.split('class="title" href="')[1].split('"')[0]
    assert "WORDTEXT" in text_of(dora.see(one)) and "WORDREACH" not in text_of(dora.see(one))
    dora.send(f"{one}/take")
    shown = text_of(dora.send(f"{one}/reach"))
    assert "WORDREACH" in shown and reached in shown
    dora.send(f"{one}/answer", {"outcome": "replied"})

    for days, left in ((29, 1), (30, 0)):
        town.go_to(DAY + timedelta(days=days))
        run_all_once(town.database, config, town.clock.now())
        with town.database.reading() as db:
            assert len(db.scalars(select(FeedbackChannel.feedback_id)).all()) == left
    dora = open_browser(town, "dora", language)
    assert "WORDTEXT" in text_of(dora.see(one)), "what was said stays, how to reach who said it is gone"
    assert dora.send(f"{one}/reach").status_code == 404


def test_who_fills_it_in_reads_in_both_languages_that_he_will_not_see_it() -> None:
    said = {
        one.language: one.text
        for one in read_xform(read_library_form(FEEDBACK)).phrases
        if "supervisor_note" in one.where
    }
    assert "越过这位负责人" in said["zh"] and "passes over this supervisor" in said["en"]
