"""What a pack counts, worked out by hand: what was done in the month, what may be asked, how the phones and the store stand."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete

from server.db import Database
from server.models import AppUser, QualityFlag, SupplyLot, SupplyMovement
from server.reports.pack.facts import read_facts, write_facts
from server.reports.pack.gathering import gather_facts
from tests.conftest import MORNING
from tests.server.intake.test_own_work import a_measure
from tests.server.web.pages.conftest import compiled_catalogue, compiled_templates, paged
from tests.server.web.pages.women import CareTown, a_follow_up, a_home, a_woman

__all__ = ["compiled_catalogue", "compiled_templates", "paged"]
FEBRUARY = date(2026, 2, 1)
INSIDE, AFTER = date(2026, 2, 28), date(2026, 3, 1)


@pytest.fixture
def town(paged: Flask, database: Database) -> CareTown:
    return CareTown(paged, database)


def gather(town):
    return gather_facts(town.database, town.project_id, FEBRUARY, MORNING)


def done(db, subject, number, on=INSIDE, closes=INSIDE, state="done_on_time", **given):
    for _ in range(number):
        a_follow_up(db, subject, state=state, ended=True, answered_on=on, closes_on=closes, stands_on=on, **given)


def test_what_was_done_in_the_month_in_time_and_later(town):
    with town.database.transaction() as db:
        her, silent = a_woman(db, town.project_id), a_woman(db, town.project_id, consent_stats=False)
        for number in range(6):
            woman = a_woman(db, town.project_id)
            done(db, woman, 2)
            done(db, woman, 1 + (number == 0), closes=INSIDE - timedelta(days=1), state="done_late")
        done(db, her, 5, on=AFTER)
        done(db, her, 5, on=FEBRUARY - timedelta(days=1))
        done(db, her, 5, state="declined")
        done(db, her, 5, inside="another")
        done(db, silent, 9)
    facts = gather(town)
    cells = {name: one.value for name, one in facts.done.cells.items() if one.value}
    assert (cells, facts.done.total.value) == ({"women in_time": 12, "women late": 7}, 19)


def test_few_are_hidden_and_what_would_give_them_back(town):
    with town.database.transaction() as db:
        for _ in range(6):
            done(db, a_woman(db, town.project_id), 2)
        done(db, a_home(db, town.project_id), 3)
        a_measure(db, town, town.phone_id, 12, kinds=("holiday",))
        for at in range(6):
            a_measure(db, town, town.phone_id, 5 + at, kinds=("accuracy",))
    facts = gather(town)
    assert facts.done.cells["households in_time"].text == "<5"
    assert None in (facts.done.total.value, facts.done.cells["women in_time"].value)
    assert facts.flags.cells["holiday"].value is None
    assert None in (facts.flags.total.value, facts.flags.cells["accuracy"].value)


def test_many_visits_of_few_people_are_not_told(town):
    with town.database.transaction() as db:
        for _ in range(4):
            done(db, a_woman(db, town.project_id), 3)
            done(db, a_woman(db, town.project_id), 3, closes=INSIDE - timedelta(days=1), state="done_late")
        done(db, a_home(db, town.project_id), 9)
    facts = gather(town)
    assert facts.done.cells["women in_time"].value is None and facts.done.cells["women late"].value is None
    assert facts.done.cells["households in_time"].reason == "few_people"
    assert facts.done.total.value == 33, "it is of nine people"


def test_a_total_of_few_people_is_not_told(town):
    with town.database.transaction() as db:
        her = a_woman(db, town.project_id)
        done(db, her, 12)
        done(db, her, 12, closes=INSIDE - timedelta(days=1), state="done_late")
    assert gather(town).done.total.value is None


def test_a_run_that_was_killed_halfway_is_done_again_by_what_is_there_then(town):
    with town.database.transaction() as db:
        for at in range(6):
            a_measure(db, town, town.phone_id, 5 + at, kinds=("accuracy",))
    gather(town)
    with town.database.transaction() as db:
        db.execute(delete(QualityFlag))
        for at in range(7):
            a_measure(db, town, town.phone_id, 5 + at, kinds=("holiday",))
    facts = gather(town)
    assert list(facts.flags.cells) == ["holiday"]
    assert read_facts(write_facts(facts)).flags == facts.flags


def test_what_may_be_asked_of_the_months_records_by_kind(town):
    with town.database.transaction() as db:
        for at in range(6):
            a_measure(db, town, town.phone_id, 5 + at, late=2, kinds=("accuracy",))
        a_measure(db, town, town.phone_id, 12, late=5)
        a_measure(db, town, town.phone_id, 40, late=9, kinds=("accuracy",))
    facts = gather(town)
    assert facts.flags.cells["accuracy"].value == 6
    assert facts.waits == 2.0, "the middle one of 2, 2, 2, 2, 2, 2, 5"


def one_lot(db, town, number, quantity, expires):
    by = {"added_by_id": town.actor_id(db, "lea"), "added_at": MORNING, "received_on": date(2026, 1, 1)}
    lot = SupplyLot(project_id=town.project_id, item="coc", number=number, expires_on=expires, **by)
    db.add(lot)
    db.flush()
    moved(db, town, lot.id, "came", quantity, 60)
    return lot.id


def moved(db, town, lot_id, kind, quantity, days_ago=17):
    by = {"by_id": town.actor_id(db, "lea"), "made_at": MORNING, "at": MORNING - timedelta(days=days_ago)}
    db.add(SupplyMovement(lot_id=lot_id, kind=kind, quantity=quantity, **by))
    db.flush()


def test_phones_and_the_store_as_they_stand_that_day(town):
    with town.database.transaction() as db:
        db.get_one(AppUser, town.phone_id).last_used_at = MORNING - timedelta(days=4)
        one_lot(db, town, "a", 40, date(2026, 4, 1))
        one_lot(db, town, "b", 60, date(2027, 4, 1))
        used_up = one_lot(db, town, "c", 10, date(2026, 3, 9))
        moved(db, town, used_up, "counted", 0)
    facts = gather(town)
    assert (facts.phones, facts.spoke, facts.silent) == (1, 0, 1)
    [pills] = [one for one in facts.stock if one.item == "coc"]
    assert (pills.left, pills.lots, pills.soon, pills.first_expiry) == (100, 2, 40, date(2026, 4, 1))


def test_what_was_handed_out_at_the_towns_own_store_is_told_five_at_a_time(town):
    with town.database.transaction() as db:
        lot = one_lot(db, town, "a", 40, date(2027, 4, 1))
        for _ in range(4):
            moved(db, town, lot, "handed_out", 1)
    assert [one.left for one in gather(town).stock if one.item == "coc"] == [40]
    with town.database.transaction() as db:
        moved(db, town, lot, "handed_out", 1)
    assert [one.left for one in gather(town).stock if one.item == "coc"] == [35]


def test_it_comes_back_from_json_as_it_was(town):
    with town.database.transaction() as db:
        done(db, a_woman(db, town.project_id), 12)
    facts = gather(town)
    again = read_facts(write_facts(facts))
    assert write_facts(again) == write_facts(facts)
    assert (again.made_on, again.board.total, again.done) == (facts.made_on, facts.board.total, facts.done)
