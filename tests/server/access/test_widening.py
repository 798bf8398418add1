"""Villages that are somebody's for a time: by the day, by the hour, and back by themselves."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, update

from server.access.allow import scope_of
from server.access.authenticate import caller_of_key, person
from server.access.caller import Caller
from server.access.everybody import list_callers
from server.access.hand_overs import Offer, carers_in, end_hand_over, give_hand_over
from server.access.people import delete_user, disable_user, enable_user
from server.access.roles import BY_SYSTEM
from server.access.widening import widen
from server.db import Database
from server.errors import Forbidden, UnexpectedValue
from server.models import AppUser, Assignment, BreakGlass, Project, Village
from server.publishing.town_lists import workers_of
from server.registry.reach import reach_of
from tests.care_town import TODAY, CareTown
from tests.client import Client
from tests.conftest import MORNING, Clock
from tests.making import a_record

DAY = timedelta(days=1)


@pytest.fixture
def town(app: Flask, database: Database) -> CareTown:
    return CareTown(app, database)


class Away:
    """wang, who works in A1 and is away; li, who works in A2 and stands in from tomorrow for two days."""

    def __init__(self, town: CareTown) -> None:
        self.town = town
        self.wang, self.li = town.person("wang", "village_worker", "A1"), town.person("li", "village_worker", "A2")
        self.lead = town.person("lead", "town_lead")
        self.key = town.phone_key("A2", person=self.li)
        self.phone = Client(town.app, key=self.key)
        self.other = town.phone("A2")

    def give(self, **changes: object) -> int:
        given = {"from_id": self.wang, "to_id": self.li, "care_role": "village_worker", "villages": ["A1"]}
        given |= {"from_day": TODAY + DAY, "until_day": TODAY + 2 * DAY, "note": "学习两天"}
        with self.town.database.transaction() as db:
            project = db.get_one(Project, self.town.project_id)
            row = give_hand_over(db, Caller(self.lead, "user"), project, Offer(**{**given, **changes}), MORNING)  # type: ignore[arg-type]
            return row.id


@pytest.fixture
def away(town: CareTown) -> Away:
    return Away(town)


def test_a_stand_in_and_her_phone_reach_the_villages_on_those_days_and_not_before_or_after(
    town: CareTown, away: Away, app: Flask, database: Database, clock: Clock
) -> None:
    free, chose = town.woman("A1"), town.woman("A1", assigned_worker=str(away.wang))
    other = town.woman("A1", assigned_worker=str(town.person("he", "village_worker", "A1")))
    away.give()
    seen = []
    for _ in range(4):
        li = Client.signed_in(app, database, away.li)
        li.prefix = ""
        on_her_phone = set(town.names(away.phone, "women"))
        pages = {woman for woman in (free, chose, other) if li.get(f"/people/{woman}").status_code == 200}
        assert on_her_phone == pages
        seen.append(on_her_phone)
        clock.forward(days=1)
    assert seen == [set(), {free, chose}, {free, chose}, set()]
    assert town.names(away.other, "women") == [], "what a person was handed is on her phone only"


def test_the_days_go_by_shanghai(town: CareTown, away: Away, clock: Clock) -> None:
    woman = town.woman("A1")
    away.give()
    clock.set(datetime.fromisoformat("2026-03-02T23:59:00+08:00"))
    assert town.names(away.phone, "women") == []
    clock.set(datetime.fromisoformat("2026-03-03T00:00:00+08:00"))
    assert town.names(away.phone, "women") == [woman]


def test_a_hand_over_that_is_ended_is_over_at_once(town: CareTown, away: Away, clock: Clock) -> None:
    woman = town.woman("A1")
    row_id = away.give(from_day=TODAY)
    assert town.names(away.phone, "women") == [woman]
    with town.database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        end_hand_over(db, Caller(away.lead, "user"), project, row_id, MORNING)
    assert town.names(away.phone, "women") == []


def test_a_hand_over_reaches_the_parts_of_a_village(town: CareTown, away: Away) -> None:
    with town.database.transaction() as db:
        db.add(
            Village(project_id=town.project_id, code="A1-1", name="上社", created_at=MORNING, parent_id=town.ids["A1"])
        )
    woman = town.woman("A1-1")
    wangs = town.phone("A1", person=away.wang)
    assert town.names(wangs, "women") == [woman], "rights in a village reach its parts"
    away.give(from_day=TODAY)
    assert town.names(away.phone, "women") == [woman]


@pytest.mark.parametrize(
    "changes",
    [
        {"villages": []},
        {"villages": ["A2"]},
        {"villages": ["nowhere"]},
        {"until_day": TODAY},
        {"until_day": TODAY + 400 * DAY},
        {"from_day": TODAY - DAY},
        {"care_role": "clinician"},
        {"care_role": "reviewer"},
        {"note": "  "},
    ],
)
def test_what_makes_no_sense_is_refused(away: Away, changes: dict[str, object]) -> None:
    with pytest.raises(UnexpectedValue):
        away.give(**changes)


def test_nobody_hands_villages_to_himself_or_to_the_same_person(away: Away) -> None:
    with pytest.raises(Forbidden):
        away.give(to_id=away.lead)
    with pytest.raises(UnexpectedValue):
        away.give(to_id=away.wang)


def test_who_lost_the_role_meanwhile_gets_nothing(town: CareTown, away: Away, app: Flask, database: Database) -> None:
    woman = town.woman("A1")
    away.give(from_day=TODAY)
    li = Client.signed_in(app, database, away.li)
    li.prefix = ""
    assert li.get(f"/people/{woman}").status_code == 200
    with database.transaction() as db:
        role = BY_SYSTEM["village_worker"].id
        db.execute(delete(Assignment).where(Assignment.actor_id == away.li, Assignment.role_id == role))
    assert li.get(f"/people/{woman}").status_code in (403, 404)


def test_an_opened_village_is_closed_to_who_is_of_the_care_team_no_longer(
    town: CareTown, app: Flask, database: Database
) -> None:
    """She still reviews in this town, and cares for women in another."""
    luo, other = town.person("luo", "clinician", "A2"), CareTown(app, database)
    with database.transaction() as db:
        db.add(Assignment(actor_id=luo, role_id=BY_SYSTEM["reviewer"].id, project_id=town.project_id))
        other.give(db, luo, BY_SYSTEM["clinician"].id, ("A1",))
        opening = {"actor_id": luo, "village_id": town.ids["A1"], "reason": "外村来的孕妇出血"}
        hour = {"opened_at": MORNING, "ends_at": MORNING + timedelta(hours=1)}
        db.add(BreakGlass(project_id=town.project_id, **opening, **hour))

    def reached() -> set[bool]:
        with database.reading() as db:
            project, caller = db.get_one(Project, town.project_id), widen(db, person(db, luo, "luo"), MORNING)
            [same] = [one for one in list_callers(db, project, MORNING) if one.actor_id == luo]
            return {scope_of(one, project).covers(town.ids["A1"]) for one in (caller, same)}

    assert reached() == {True}
    with database.transaction() as db:
        role = BY_SYSTEM["clinician"].id
        here = Assignment.project_id == town.project_id
        db.execute(delete(Assignment).where(here, Assignment.actor_id == luo, Assignment.role_id == role))
    assert reached() == {False}


def test_a_phone_whose_carrier_was_disabled_gets_nothing_of_hers_and_nothing_of_its_own(
    town: CareTown, away: Away, database: Database
) -> None:
    own, handed = town.woman("A2"), town.woman("A1")
    chose = town.woman("A1", assigned_worker=str(away.li))
    away.give(from_day=TODAY)
    assert set(town.names(away.phone, "women")) == {own, handed, chose}
    with database.transaction() as db:
        disable_user(db, away.li, away.lead, MORNING)
    assert away.phone.get(f"{town.path}/attachments/women.csv").status_code == 403
    with database.reading() as db:
        callers = list_callers(db, db.get_one(Project, town.project_id), MORNING)
        assert [one.carrier_id for one in callers if one.type == "field_key"] == [None], "the one that nobody carries"
        assert all(one.handed == () for one in callers)


@pytest.mark.parametrize("end", [disable_user, delete_user])
def test_the_phone_of_who_is_gone_gets_no_form_and_no_list_and_what_it_filled_is_received(
    town: CareTown, away: Away, database: Database, end: Callable[..., None]
) -> None:
    form_list = f"/projects/{town.project_id}/formList"
    assert away.phone.get(form_list).status_code == 200
    with database.transaction() as db:
        end(db, away.li, away.lead, MORNING)
    lists = ("manifest", "attachments/women.csv", "attachments/due_visits.csv")
    integrity = f"/projects/{town.project_id}/datasets/women/integrity"
    for path in (form_list, f"{town.path}.xml", *(f"{town.path}/{one}" for one in lists), integrity):
        assert away.phone.get(path).status_code == 403, path
    with database.reading() as db:
        reach = reach_of(caller_of_key(db, away.key), db.get_one(Project, town.project_id), TODAY)
        assert (reach.role, reach.reads) == (None, False), "by the address of a draft neither"
    assert away.phone.send(town.project_id, a_record()).status_code == 201, "no record is lost"
    assert away.other.get(form_list).status_code == 200, "nobody carries this one"


def test_a_phone_works_again_with_the_account_or_in_other_hands(town: CareTown, away: Away, database: Database) -> None:
    with database.transaction() as db:
        disable_user(db, away.li, away.lead, MORNING)
    assert away.phone.get(f"{town.path}/manifest").status_code == 403
    with database.transaction() as db:
        enable_user(db, away.li, away.lead, MORNING)
    assert away.phone.get(f"{town.path}/manifest").status_code == 200
    with database.transaction() as db:
        disable_user(db, away.li, away.lead, MORNING)
        db.execute(update(AppUser).where(AppUser.person_id == away.li).values(person_id=away.wang))
    assert away.phone.get(f"{town.path}/manifest").status_code == 200


def test_the_phone_of_who_has_no_role_in_the_project_any_more_only_sends(
    town: CareTown, away: Away, database: Database
) -> None:
    """Her account works on: the roles of the site, of another project and of one form are none of this project."""
    woman = town.woman("A2", assigned_worker=str(away.li))
    form_list, mine = f"/projects/{town.project_id}/formList", Assignment.actor_id == away.li
    assert town.names(away.phone, "women") == [woman] and town.names(away.other, "women") == []
    with database.transaction() as db:
        db.execute(delete(Assignment).where(mine))
        db.add(other := Project(name="别镇", kind="care", created_at=MORNING))
        db.flush()
        for project_id, form_id in ((None, None), (other.id, None), (town.project_id, town.form_id)):
            role_id = BY_SYSTEM["viewer"].id
            db.add(Assignment(actor_id=away.li, role_id=role_id, project_id=project_id, form_id=form_id))
    for path in (form_list, f"{town.path}.xml", f"{town.path}/manifest", f"{town.path}/attachments/women.csv"):
        assert away.phone.get(path).status_code == 403, path
    assert away.phone.send(town.project_id, a_record()).status_code == 201, "no record is lost"
    assert town.names(away.other, "women") == [woman], "whom she chose works there no longer"
    with database.reading() as db:
        project = db.get_one(Project, town.project_id)
        assert [one.carrier_id for one in list_callers(db, project, MORNING) if one.type == "field_key"] == [None]
        assert away.li not in carers_in(db, project, "village_worker")
        assert str(away.li) not in dict(workers_of(db, project))
    with database.transaction() as db:
        town.give(db, away.li, BY_SYSTEM["viewer"].id, ("A1",))
    assert away.phone.get(form_list).status_code == 200, "any role in the project will do"
    assert town.names(away.phone, "women") == [woman]


def test_in_a_plain_project_a_phone_is_nobodys_and_works_on(town: CareTown, away: Away, database: Database) -> None:
    with database.transaction() as db:
        db.get_one(Project, town.project_id).kind = "plain"
        disable_user(db, away.li, away.lead, MORNING)
        db.execute(delete(Assignment).where(Assignment.actor_id == away.li))
    assert away.phone.get(f"/projects/{town.project_id}/formList").status_code == 200
