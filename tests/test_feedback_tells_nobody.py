"""A grievance is sent, taken up, answered: every address that reads is asked by everybody who works in the town, before and
after, and must answer the same, byte for byte. So neither what was said nor that something was said is on any of them.
"""

import csv
import io
from collections.abc import Iterator

import pytest
from flask import Flask

from server.access import roles
from server.access.people import create_administrator
from server.config import Config
from server.db import Database
from server.jobs import run_all_once
from server.models import FEEDBACK
from tests.client import Client
from tests.conftest import MORNING, PASSWORD, Clock
from tests.server.registry.caring import VILLAGE
from tests.server.registry.speaking import AGAINST_HIM, Speaking
from tests.server.web.pages.conftest import Browser
from tests.sizes import size
from tests.test_reading_doors import fill, telling
from tests.test_small_numbers_everywhere import DONE_BY_STAFF, EXTENDED, different, said_by

GRIEVANCE = {
    **AGAINST_HIM,
    "felt_pressured": "yes",
    "told_others": "yes",
    "want_reply": "yes",
    "reply_channel": "WORDREACH",
}
LEFT_OUT = (*DONE_BY_STAFF, "/fill", "/edit", "/preview")  # the last three carry a mark of their own each time
NEAR = ("/rights?", "/review?", "/timetable", "/forms?", "/v1/projects?")


@pytest.fixture
def town(app: Flask, database: Database, project_id: int, clock: Clock) -> Speaking:
    clock.set(MORNING)
    town = Speaking(app, database, project_id)
    home = {"visit_date": "2026-02-01", "visit_result": "met", "consent_household": "yes", "village_code": VILLAGE}
    town.post("household_visit", home)
    return town


@pytest.fixture
def everybody(town: Speaking) -> dict[str, Client]:
    """All who work there, but for the rights officer; also one who is rights officer and supervisor in one."""
    with town.database.transaction() as db:
        root = create_administrator(db, "root@example.test", PASSWORD, MORNING, "root").actor_id
    found = {**town.hire_all(), "admin": Client.signed_in(town.app, town.database, root)}
    both = town.hire("both", roles.DPO, roles.TOWN_LEAD)
    del found["dpo"]
    found |= {"both": Client.signed_in(town.app, town.database, both), "phone": town.phone}
    for name, who in found.items():
        who.prefix = who.prefix if name == "phone" else ""
    return found


def addresses(town: Speaking) -> Iterator[str]:
    """Every address that answers to GET, with the form of feedback where it asks for one."""
    known: dict[str, object] = {"project_id": town.project_id, "form_id": FEEDBACK, "xml_form_id": FEEDBACK}
    known |= {"name": "women", "village": VILLAGE, "extension": "xlsx", "version": "1", "filename": "css/base.css"}
    known |= {"instance_id": "x", "version_id": "x", "uuid": "x", "token": "x", "role": "dpo"}
    project = f"project={town.project_id}"
    for one in fill(town.app, known, ["Submissions"]):
        yield f"{one}?{project}" if not one.startswith("/v1/") else one
    yield f"/review?{project}&form={FEEDBACK}"
    yield f"/map/features?{project}&zoom=5"
    yield f"/v1/projects/{town.project_id}/forms/{FEEDBACK}.svc/Submissions?$count=true"
    yield "/v1/projects?forms=true&datasets=true"


def ask(town: Speaking, name: str, who: Client) -> dict[str, str]:
    """In small runs each asks one in so many addresses, other ones each, and what counts something; two all of the form's."""
    every = [one for one in dict.fromkeys(addresses(town)) if not any(part in one for part in LEFT_OUT)]
    share, start = 100 // size("matrix_share"), sum(name.encode())
    near = (*NEAR, FEEDBACK) if name in ("manager", "town_lead") else NEAR
    wanted = [one for number, one in enumerate(every) if (number + start) % share == 0 or any(map(one.count, near))]
    if who.prefix:  # a phone's key stands before addresses below /v1
        wanted = [one.removeprefix("/v1") for one in every if one.startswith("/v1") and FEEDBACK in one]
    return {one: said_by(who.get(one, headers=EXTENDED)) for one in wanted}


def ask_all(town: Speaking, everybody: dict[str, Client]) -> dict[str, dict[str, str]]:
    return {name: ask(town, name, who) for name, who in everybody.items()}


def test_nobody_but_the_rights_officer_can_tell_whether_somebody_complained(
    town: Speaking, everybody: dict[str, Client], clock: Clock, config: Config
) -> None:
    dora = sign_in(town)  # before anything is asked: the people's page says since when
    run_all_once(town.database, config, clock.now())
    ask_all(town, everybody)  # the first time something is told anew
    before = ask_all(town, everybody)
    assert sum(map(len, before.values())) > 200, "nothing was asked"

    town.say(**GRIEVANCE)
    answer(town, dora)

    after = ask_all(town, everybody)
    told = [f"{name} at {one}" for name, texts in before.items() for one in different(texts, after[name])]
    assert told == []


def sign_in(town: Speaking) -> Browser:
    """The rights officer, at the pages."""
    town.hire("dora", roles.DPO)
    return Browser(town.app).sign_in("dora@example.test")


def answer(town: Speaking, dora: Browser) -> None:
    """She takes it up, looks how to reply, and has replied."""
    (piece,) = town.pieces()
    one = f"/rights/feedback/{piece.id}"
    assert "WORDTEXT" in dora.see(one).text
    for step, sent in (("take", {}), ("reach", {}), ("answer", {"outcome": "replied"})):
        assert dora.send(f"{one}/{step}", sent).status_code in (200, 303)


def test_no_list_of_acts_of_anybody_else_has_what_the_rights_officer_did(
    town: Speaking, everybody: dict[str, Client]
) -> None:
    dora = sign_in(town)
    town.say(**GRIEVANCE)
    answer(town, dora)

    for name, who in everybody.items():
        if name == "phone":
            continue
        logs = {one: who.get(one).text for one in ("/v1/audits", "/audit", "/audit/reads", "/me/reads")}
        assert telling(logs, "feedback.") == set(), name
        assert [word for word in ("接下一条意见", "办完一条意见", "怎么联系") if telling(logs, word)] == [], name


def test_what_is_exported_of_the_form_is_empty_for_who_exports_everything(
    town: Speaking, everybody: dict[str, Client]
) -> None:
    town.say(**GRIEVANCE)
    path = f"/v1/projects/{town.project_id}/forms/{FEEDBACK}"

    table = everybody["manager"].get(f"{path}/submissions.csv")

    assert table.status_code == 200
    assert len(list(csv.reader(io.StringIO(table.text)))) == 1, "the names of the columns alone"
    assert everybody["manager"].get(f"{path}.svc/Submissions").json["value"] == []
