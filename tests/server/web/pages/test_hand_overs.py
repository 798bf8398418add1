"""Hand-overs by their page: who may give one, what is refused, what is shown."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import select

from server.db import Database
from server.models import Audit, HandOver
from tests.care_town import CareTown
from tests.client import Client
from tests.conftest import Clock


class Desk:
    """wang (A1) is away, li (A2) stands in; `lead` gives."""

    def __init__(self, app: Flask, database: Database) -> None:
        self.town = CareTown(app, database)
        self.app, self.database = app, database
        self.wang = self.town.person("wang", "village_worker", "A1")
        self.li = self.town.person("li", "village_worker", "A2")
        self.lead = self.seat("lead", "town_lead")

    def seat(self, name: str, role: str, *villages: str) -> Client:
        who = Client.signed_in(self.app, self.database, self.town.person(name, role, *villages))
        who.prefix = ""
        return who

    def give(self, who: Client | None = None, **changes: object) -> int:
        sent = {"role": "village_worker", "from": self.wang, "to": self.li, "village": ["A1"], "note": "学习两天"}
        sent |= {"from_day": "2026-03-03", "until_day": "2026-03-04", **changes}
        return (who or self.lead).post("/hand-overs", data=sent).status_code


@pytest.fixture
def desk(app: Flask, database: Database) -> Desk:
    return Desk(app, database)


def test_a_hand_over_is_given_shown_audited_and_ended(desk: Desk) -> None:
    assert desk.give() == 303
    page = desk.lead.get("/hand-overs").text
    assert all(word in page for word in ("wang", "li", "学习两天"))
    with desk.database.reading() as db:
        [row] = db.scalars(select(HandOver))
        [act] = db.scalars(select(Audit).where(Audit.action == "hand_over.create"))
        assert (act.actee_actor_id, (act.details or {})["villages"]) == (desk.li, ["A1"])
    assert desk.lead.post(f"/hand-overs/{row.id}/end").status_code == 303
    assert desk.lead.post(f"/hand-overs/{row.id}/end").status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"village": []},
        {"from_day": "tomorrow"},
        {"from_day": ""},
        {"until_day": "2026-03-02"},
        {"from": "x"},
        {"to": "999"},
        {"note": ""},
        {"note": "x" * 501},
    ],
)
def test_what_makes_no_sense_is_said_and_not_stored(desk: Desk, changes: dict[str, object]) -> None:
    assert desk.give(**changes) == 400
    with desk.database.reading() as db:
        assert db.scalars(select(HandOver)).all() == []


@pytest.mark.parametrize(
    ("role", "status"), [("manager", 303), ("dpo", 403), ("clinician", 403), ("village_worker", 403)]
)
def test_who_gives_roles_gives_hand_overs_and_nobody_else(desk: Desk, role: str, status: int) -> None:
    assert desk.give(desk.seat("somebody", role)) == status


def test_the_data_protection_officer_sees_them(desk: Desk) -> None:
    desk.give()
    assert "wang" in desk.seat("dpo", "dpo").get("/hand-overs").text


def test_the_stand_in_reads_on_today_s_list_for_whom_and_where(desk: Desk, clock: Clock) -> None:
    desk.give()
    clock.forward(days=1)
    li = Client.signed_in(desk.app, desk.database, desk.li)
    li.prefix = ""
    assert "您替 wang 代班：A1" in li.get("/m").text
    clock.forward(days=2)
    li = Client.signed_in(desk.app, desk.database, desk.li)
    li.prefix = ""
    assert "代班" not in li.get("/m").text


def test_another_town_s_hand_over_is_not_there(desk: Desk, app: Flask, database: Database) -> None:
    desk.give()
    with database.reading() as db:
        [row] = db.scalars(select(HandOver))
    other = CareTown(app, database)
    stranger = Client.signed_in(app, database, other.person("stranger", "town_lead"))
    stranger.prefix = ""
    assert stranger.post(f"/hand-overs/{row.id}/end").status_code == 404
    assert "wang" not in stranger.get("/hand-overs").text


def test_a_long_list_costs_no_more_questions(
    desk: Desk, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    numbers = []
    for _ in range(2):
        desk.give()
        desk.lead.get("/hand-overs")
        with count_queries() as asked:
            desk.lead.get("/hand-overs")
        numbers.append(len(asked))
        desk.give()
    assert numbers[0] == numbers[1] <= 18


@pytest.mark.parametrize("role", ["town_lead", "manager"])
def test_who_has_some_villages_hands_no_other_over(desk: Desk, role: str) -> None:
    """Else whoever leads one village would give its workers any other."""
    far, near = desk.seat("far", role, "A2"), desk.seat("near", role, "A1")
    assert desk.give(far) == 400
    with desk.database.reading() as db:
        assert db.scalars(select(HandOver)).all() == []
    assert ('value="A2"' in far.get("/hand-overs").text, 'value="A1"' in far.get("/hand-overs").text) == (True, False)
    assert desk.give(near) == 303
    with desk.database.reading() as db:
        [row] = db.scalars(select(HandOver))
    assert far.post(f"/hand-overs/{row.id}/end").status_code == 404, "nor is it hers to end"
    assert near.post(f"/hand-overs/{row.id}/end").status_code == 303
