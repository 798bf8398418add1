"""Two people at one store, and what one may not do."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from server.access.people import create_user
from server.db import Database
from server.errors import NotFound, UnexpectedValue
from server.followups.supply_acts import TAKEN_BACK_FOR, Doer, NewLot, count, hand_out, receive, send_on, take_back
from server.followups.supply_reading import ALL, SupplyReach, read_store
from server.models import Project, SupplyMovement, Village
from tests.conftest import MORNING, PASSWORD
from tests.server.followups.samples import day


@pytest.fixture
def doer(app: Flask, database: Database, project_id: int) -> Doer:
    with database.transaction() as db:
        project = db.get_one(Project, project_id)
        project.kind = "care"
        person = create_user(db, "keeper@example.test", PASSWORD, "keeper", None, MORNING).actor_id
        db.flush()
        return Doer(person, project, ALL, MORNING)


def come(database: Database, doer: Doer, quantity: int = 10, village: int | None = None) -> int:
    with database.transaction() as db:
        new = NewLot("condom", "L1", day("2027-01-01"), day("2026-02-01"), quantity, village)
        return receive(db, doer, new).lot_id


def test_two_who_hand_out_at_once_never_hand_out_more_than_there_is(database: Database, doer: Doer) -> None:
    lot, said = come(database, doer, 10), []
    together = threading.Barrier(6)

    def hand() -> None:
        together.wait()
        try:
            with database.transaction() as db:
                hand_out(db, doer, lot, 3)
            said.append("handed out")
        except UnexpectedValue:
            said.append("not so many")

    threads = [threading.Thread(target=hand) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(said) == ["handed out"] * 3 + ["not so many"] * 3
    with database.reading() as db:
        assert read_store(db, doer.project.id, ALL).stock.left[lot] == 1


def test_of_two_who_take_one_row_back_at_once_one_does(database: Database, doer: Doer) -> None:
    lot = come(database, doer)
    with database.transaction() as db:
        entry = hand_out(db, doer, lot, 3).id
    said, together = [], threading.Barrier(2)

    def back() -> None:
        together.wait()
        try:
            with database.transaction() as db:
                take_back(db, doer, entry)
            said.append("taken back")
        except NotFound:
            said.append("gone")

    threads = [threading.Thread(target=back) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(said) == ["gone", "taken back"]
    with database.reading() as db:
        assert read_store(db, doer.project.id, ALL).stock.left[lot] == 10


def test_after_a_month_a_row_is_not_taken_back_any_more(database: Database, doer: Doer) -> None:
    lot = come(database, doer)
    with database.transaction() as db:
        entry = hand_out(db, doer, lot, 3).id
    late = Doer(doer.person, doer.project, ALL, MORNING + TAKEN_BACK_FOR + timedelta(seconds=1))
    with database.transaction() as db, pytest.raises(NotFound):
        take_back(db, late, entry)
    with database.transaction() as db:
        assert len(take_back(db, Doer(doer.person, doer.project, ALL, MORNING + TAKEN_BACK_FOR), entry)) == 1


def test_a_count_that_is_taken_back_leaves_what_was_expected(database: Database, doer: Doer) -> None:
    lot = come(database, doer)
    with database.transaction() as db:
        entry = count(db, doer, lot, 4, "lost").id
        assert read_store(db, doer.project.id, ALL).stock.left[lot] == 4
        take_back(db, doer, entry)
        assert read_store(db, doer.project.id, ALL).stock.left[lot] == 10
        assert db.scalar(select(func.count()).select_from(SupplyMovement)) == 3


def test_a_village_that_is_no_more_takes_nothing_in(database: Database, doer: Doer) -> None:
    lot = come(database, doer)
    with database.transaction() as db:
        village = Village(project_id=doer.project.id, code="519901201001", name="一村", created_at=MORNING)
        village.retired_at = MORNING
        db.add(village)
        db.flush()
        with pytest.raises(UnexpectedValue):
            send_on(db, doer, lot, 1, village.id)
        assert db.scalar(select(func.count()).select_from(SupplyMovement)) == 1


def test_who_sees_one_village_holds_no_lot_of_the_town(database: Database, doer: Doer) -> None:
    lot = come(database, doer)
    other = Doer(doer.person, doer.project, SupplyReach(False, frozenset({1}), True), MORNING)
    with database.transaction() as db, pytest.raises(NotFound):
        hand_out(db, other, lot, 1)
