"""Who can see this, and why: the same people who get it when they ask, each with the reason."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import select, update

from server.access.caller import Caller
from server.access.hand_overs import Offer, give_hand_over
from server.db import Database
from server.models import Audit, Project, Submission
from tests.care_town import TODAY, CareTown
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_record, new_id

STAFF = {
    "lin": ("clinician", ("A1",)),
    "luo": ("clinician", ("A2",)),
    "wang": ("village_worker", ("A1",)),
    "li": ("village_worker", ("A2",)),
    "rita": ("reviewer", ()),
    "vera": ("reviewer", ("A2",)),
    "lea": ("town_lead", ()),
    "dora": ("dpo", ()),
    "tom": ("trainer", ()),
}


class Town:
    """A town with staff and phones; `reasons` asks as somebody, as JSON: reason by name."""

    def __init__(self, app: Flask, database: Database) -> None:
        self.town = CareTown(app, database)
        self.ids = {name: self.town.person(name, role, *villages) for name, (role, villages) in STAFF.items()}
        self.clients = {name: Client.signed_in(app, database, actor_id) for name, actor_id in self.ids.items()}
        self.database, self.base = database, f"/projects/{self.town.project_id}"

    def reasons(self, who: str, path: str) -> dict[str, str]:
        answer = self.clients[who].get(self.base + path)
        assert answer.status_code == 200, answer.text
        return {one["displayName"]: one["because"] for one in answer.json}

    def woman(self, who: str, woman: str) -> dict[str, str]:
        return self.reasons(who, f"/women/{woman}/access")

    def record(self, village: str = "A1", **columns: object) -> str:
        instance = new_id()
        assert self.town.phone(village).send(self.town.project_id, a_record(instance_id=instance)).status_code == 201
        with self.database.transaction() as db:
            here = Submission.instance_id == instance
            db.execute(update(Submission).where(here).values(village_id=self.town.ids[village], **columns))
        return f"/forms/visit/submissions/{instance}"


@pytest.fixture
def town(app: Flask, database: Database) -> Town:
    return Town(app, database)


def test_a_record_is_seen_by_who_reads_it_in_its_village(town: Town) -> None:
    record = town.record()
    assert town.reasons("dora", record + "/access") == {"lin": "own", "rita": "all"}
    reading = {name for name, who in town.clients.items() if who.get(town.base + record + ".xml").status_code == 200}
    assert reading == {"lin", "rita"}, "the same as who gets it"


def test_a_health_record_is_seen_by_clinicians_and_a_sealed_one_by_nobody(town: Town) -> None:
    assert town.reasons("dora", town.record(health=True) + "/access") == {"lin": "own"}
    assert town.reasons("dora", town.record(health=True, sealed=True) + "/access") == {}


def test_a_woman_is_seen_by_her_care_team_and_its_phones(town: Town) -> None:
    woman = town.town.woman("A1")
    town.town.phone("A1", person=town.ids["wang"])
    assert town.woman("lin", woman) == {"lin": "own", "wang": "own", "手机": "own"}


def test_the_worker_she_chose_is_named_and_her_village_s_is_not(town: Town) -> None:
    woman = town.town.woman("A1", assigned_worker=str(town.ids["li"]))
    assert town.woman("dora", woman) == {"lin": "own", "li": "chosen"}
    assert town.clients["wang"].get(f"{town.base}/women/{woman}/access").status_code == 404


def test_who_does_not_share_with_the_clinic_is_listed_there_and_who_took_it_back_is_seen_by_nobody(town: Town) -> None:
    assert town.woman("dora", town.town.woman("A1", consent_service=False)) == {}


def test_a_stand_in_and_an_emergency_are_named_as_such(town: Town) -> None:
    woman = town.town.woman("A1")
    with town.database.transaction() as db:
        offer = Offer(town.ids["wang"], town.ids["li"], "village_worker", ["A1"], TODAY, TODAY, "学习")
        give_hand_over(db, Caller(town.ids["lea"], "user"), db.get_one(Project, town.town.project_id), offer, MORNING)
    luo = town.clients["luo"]
    luo.prefix = ""
    assert luo.post("/emergency", data={"village": "A1", "reason": "外村来的孕妇出血"}).status_code == 303
    assert town.woman("dora", woman) == {"lin": "own", "wang": "own", "li": "handed", "luo": "opened"}


@pytest.mark.parametrize(("who", "status"), [("dora", 200), ("lea", 403), ("rita", 403), ("tom", 403), ("luo", 404)])
def test_who_may_ask_about_a_woman(town: Town, who: str, status: int) -> None:
    woman = town.town.woman("A1")
    assert town.clients[who].get(f"{town.base}/women/{woman}/access").status_code == status


@pytest.mark.parametrize(("who", "status"), [("dora", 200), ("lea", 200), ("rita", 200), ("vera", 404), ("wang", 403)])
def test_who_may_ask_about_a_record(town: Town, who: str, status: int) -> None:
    assert town.clients[who].get(town.base + town.record() + "/access").status_code == status


@pytest.mark.parametrize(("who", "status"), [("dora", 200), ("lea", 403), ("rita", 200), ("vera", 404), ("wang", 403)])
def test_who_only_gives_the_roles_does_not_count_records_by_trying_their_numbers(
    town: Town, who: str, status: int
) -> None:
    town.record()
    with town.database.reading() as db:
        number = db.scalars(select(Submission.id)).one()
    asking = town.clients[who]
    asking.prefix = ""
    assert asking.get(f"/review/{number}/access?project={town.town.project_id}").status_code == status


def test_the_question_itself_is_written_down_and_the_page_says_the_same(town: Town, app: Flask) -> None:
    woman = town.town.woman("A1")
    dora = town.clients["dora"]
    dora.prefix = ""
    page = dora.get(f"/people/{woman}/access").text
    assert all(word in page for word in ("lin", "wang", "在这个人的村里"))
    assert "rita" not in page and "lea" not in page
    app.extensions["fangshi.readings"].flush()
    with town.database.reading() as db:
        assert len(db.scalars(select(Audit).where(Audit.action == "access.read")).all()) == 1


def test_more_staff_cost_no_more_questions(
    town: Town, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    woman, numbers = town.town.woman("A1"), []
    for number in range(2):
        for one in range(5):
            town.town.phone("A1", person=town.town.person(f"p{number}{one}", "village_worker", "A1"))
        town.woman("dora", woman)
        with count_queries() as asked:
            town.woman("dora", woman)
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] <= 20
