"""Emergency access by its page: for the care team alone, with a reason, told, written down, over after an hour."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from server.db import Database
from server.models import Audit, BreakGlass, Notification
from tests.care_town import CareTown
from tests.client import Client
from tests.conftest import Clock

REASON = "外村来的孕妇出血，要看她的产检记录"


@pytest.fixture
def town(app: Flask, database: Database) -> CareTown:
    return CareTown(app, database)


@pytest.fixture
def hire(app: Flask, database: Database, town: CareTown) -> Callable[..., Client]:
    def start(role: str, *villages: str) -> Client:
        who = Client.signed_in(app, database, town.person(role, role, *villages))
        who.prefix = ""
        return who

    return start


def opening(who: Client, village: str = "A2", reason: str = REASON) -> int:
    return who.post("/emergency", data={"village": village, "reason": reason}).status_code


@pytest.mark.parametrize("role", ["village_worker", "clinician"])
def test_a_village_is_open_for_an_hour_and_closes_by_itself(
    town: CareTown, hire: Callable[..., Client], clock: Clock, role: str
) -> None:
    who, woman = hire(role, "A1"), town.woman("A2")
    page = f"/people/{woman}"
    assert who.get(page).status_code == 404
    assert opening(who) == 303
    assert who.get(page).status_code == 200
    clock.forward(minutes=59)
    assert who.get(page).status_code == 200
    clock.forward(minutes=1)
    assert who.get(page).status_code == 404


def test_who_watches_over_the_data_is_told_and_sees_why(
    town: CareTown, hire: Callable[..., Client], database: Database
) -> None:
    dpo, lead, who = hire("dpo"), hire("town_lead"), hire("clinician", "A1")
    assert opening(who) == 303
    with database.reading() as db:
        assert sorted(db.scalars(select(Notification.kind))) == ["opened", "opened"]
        [row] = db.scalars(select(BreakGlass))
        [act] = db.scalars(select(Audit).where(Audit.action == "break_glass.open"))
        assert (act.details or {})["breakGlassId"] == row.id
        assert REASON not in str(act.details)
    for watcher in (dpo, lead):
        assert REASON in watcher.get("/emergency").text
    assert REASON in who.get("/emergency").text, "her own"


def test_what_is_read_under_it_is_written_down_as_such(
    town: CareTown, hire: Callable[..., Client], database: Database, app: Flask
) -> None:
    who, woman = hire("clinician", "A1"), town.woman("A2")
    opening(who)
    who.get(f"/people/{woman}")
    app.extensions["fangshi.readings"].flush()
    with database.reading() as db:
        [act] = db.scalars(select(Audit).where(Audit.action == "person.read"))
        assert "opened" in str(act.details)


@pytest.mark.parametrize(
    ("village", "reason"), [("A2", "急"), ("A2", " " * 20), ("A1", REASON), ("B9", REASON), ("", "")]
)
def test_no_reason_no_opening_and_nothing_stored(
    town: CareTown, hire: Callable[..., Client], database: Database, village: str, reason: str
) -> None:
    assert opening(hire("clinician", "A1"), village, reason) == 400
    with database.reading() as db:
        assert db.scalars(select(BreakGlass)).all() == db.scalars(select(Notification)).all() == []


def test_a_worker_opens_her_own_village_for_a_woman_there_who_chose_another(
    town: CareTown, hire: Callable[..., Client], database: Database, app: Flask
) -> None:
    who, dpo, other = hire("village_worker", "A1"), hire("dpo"), town.person("luo", "village_worker", "A2")
    woman = town.woman("A1", assigned_worker=str(other))
    assert who.get(f"/people/{woman}").status_code == 404
    assert '<option value="A1">' in who.get("/emergency").text
    assert opening(who, "A1", "急") == 400
    assert opening(who, "A1") == 303
    assert who.get(f"/people/{woman}").status_code == 200
    assert opening(who, "A1") == 400, "it is open already"
    assert '<option value="A1">' not in who.get("/emergency").text
    assert REASON in dpo.get("/emergency").text
    app.extensions["fangshi.readings"].flush()
    with database.reading() as db:
        assert [one.kind for one in db.scalars(select(Notification))] == ["opened"]
        [act] = db.scalars(select(Audit).where(Audit.action == "person.read"))
        assert "opened" in str(act.details)


@pytest.mark.parametrize("role", ["reviewer", "town_lead", "dpo", "manager", "trainer"])
def test_nobody_else_opens_anything(town: CareTown, hire: Callable[..., Client], role: str) -> None:
    assert opening(hire(role, "A1")) == 403


def test_it_is_closed_before_by_who_opened_it_and_by_nobody_else(
    town: CareTown, hire: Callable[..., Client], database: Database
) -> None:
    who, other, woman = hire("clinician", "A1"), hire("village_worker", "A1"), town.woman("A2")
    opening(who)
    with database.reading() as db:
        [row] = db.scalars(select(BreakGlass))
    assert other.post(f"/emergency/{row.id}/close").status_code == 404
    assert who.post(f"/emergency/{row.id}/close").status_code == 303
    assert who.get(f"/people/{woman}").status_code == 404
    assert who.post(f"/emergency/{row.id}/close").status_code == 404


def test_consent_holds_under_it(town: CareTown, hire: Callable[..., Client]) -> None:
    """A clinician reads no more of who does not share with the clinic than in her own villages."""
    who = hire("clinician", "A1")
    there, here = (town.woman(village, consent_share_clinic=False) for village in ("A2", "A1"))
    opening(who)
    who.get("/emergency")  # says once what was done
    pages = [who.get(f"/people/{one}").text.replace(one, "") for one in (there, here)]
    told = [re.sub(r"/people/entries/\d+", "", one) for one in pages]
    assert told[0].replace("A2", "A1") == told[1]


def test_a_phone_gets_nothing_of_it(town: CareTown, app: Flask, database: Database) -> None:
    person = town.person("li", "village_worker", "A1")
    phone, woman = town.phone("A1", person=person), town.woman("A2")
    who = Client.signed_in(app, database, person)
    who.prefix = ""
    opening(who)
    assert who.get(f"/people/{woman}").status_code == 200
    assert town.names(phone, "women") == [], "what is on a phone stays there; an hour does not"
