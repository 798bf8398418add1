"""The receiving side of a transfer: opened once, for whom it is meant, with her consent there; kept as her word."""

from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import select, update

from server.clock import today
from server.db import Database
from server.errors import PackageRefused
from server.intake.taking_over import forget_opened, look_into, remember, take_over
from server.models import Audit, Dataset, Entity, FollowUp, OpenedPackage, Project, TransferPackage, Woman
from server.registry.own_data import collect
from server.registry.packages import open_package, seal_package
from server.registry.transfers_of_her import standings_of
from tests.conftest import Clock
from tests.server.intake.transferring_town import ITEMS, Sending, refusal, there
from tests.server.registry.caring import VILLAGE, a_uuid


@pytest.fixture
def town(app: Flask, database: Database, project_id: int, clock: Clock, cast: dict[str, int]) -> Sending:
    return Sending(app, database, project_id, clock, cast["bob"])


def test_what_she_brought_is_kept_as_her_word_and_her_phones_go_on_with_it(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    other = there(town)
    row = other.do(take_over, file, key)
    assert orjson.loads(row.content) == open_package(file, key).told
    assert other.listed(row.transfer) == "received"
    entity = other.entity(row.transfer)
    assert entity is not None and entity.about == other.woman and "W-0231" in entity.label
    (first,) = [one for one in other.rows(FollowUp) if one.rule == "MIG-TR2"]
    assert (first.subject, first.state) == (other.woman, "open")
    assert not any(one.rule.startswith("ANC") for one in other.rows(FollowUp) if one.subject == other.woman)

    other.clock.forward(minutes=1)
    comes = {"direction": "in", "step": "meet", "she_asks": "yes", "services_in": "anc", "status": "started"}
    other.post(
        "migrant_transfer",
        comes | {"transfer": row.transfer, "visit_date": today(town.clock.now()).isoformat()},
        f'<entity dataset="transfers" id="{row.transfer}" update="1" baseVersion="1"><label/></entity>',
    )
    assert other.listed(row.transfer) == "started"
    (first,) = [one for one in other.rows(FollowUp) if one.rule == "MIG-TR2"]
    assert first.state == "done_on_time"


def test_it_is_taken_over_once(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    other = there(town)
    other.do(take_over, file, key)
    for verb in (look_into, take_over):
        with pytest.raises(PackageRefused, match="taken over already"):
            look_or_take(other, verb, file, key)
    other.withdraw(other.woman, "2026-02-28", erase="erase")
    assert [one.woman_uuid for one in other.rows(TransferPackage)] == [town.woman]
    another = a_uuid()
    other.register(another, village_code="440785" + VILLAGE[6:])
    assert refusal(other, take_over, file, key, woman=another).startswith("it was taken over already")


def look_or_take(town: Sending, verb: Any, file: bytes, key: str) -> Any:
    if verb is take_over:
        return town.do(take_over, file, key)
    with town.database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        woman = db.scalars(select(Woman).where(Woman.uuid == town.woman)).one()
        return look_into(db, project, woman, file, key, town.clock.now())


def test_what_was_opened_is_remembered_for_longer_than_a_package_lives(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    there(town).do(take_over, file, key)
    (row,) = town.rows(OpenedPackage)
    last = open_package(file, key).last_day
    assert row.forget_on == last + timedelta(days=30)
    with town.database.transaction() as db:
        assert forget_opened(db, row.forget_on) == 0
        assert forget_opened(db, row.forget_on + timedelta(days=1)) == 1
    assert town.rows(OpenedPackage) == []


def test_nothing_is_opened_for_who_does_not_agree_here(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    other = there(town)
    stranger = a_uuid()
    other.register(stranger, consent_share_clinic="no", village_code="440785" + VILLAGE[6:])
    assert refusal(other, take_over, file, key, woman=stranger).startswith("she does not agree")
    other.withdraw(other.woman, "2026-02-28")
    assert refusal(other, take_over, file, key).startswith("she does not agree")
    assert other.rows(OpenedPackage) == []


def test_it_is_meant_for_the_county_that_she_chose(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    assert refusal(town, take_over, file, key).startswith("it is meant for another place")
    town.move_to("519902")
    assert refusal(town, take_over, file, key).startswith("it is meant for another place")
    town.move_to("440785")
    assert town.do(take_over, file, key).state == "received"


def test_the_copy_of_her_data_tells_of_both_ways_and_of_what_she_brought(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    other = there(town)
    other.do(take_over, file, key)
    with town.database.reading() as db:
        project = db.get_one(Project, town.project_id)
        (sent,) = collect(db, project, town.woman, town.clock.now())["transfers"]
        (brought,) = collect(db, project, other.woman, town.clock.now())["transfers"]
    assert (sent["state"], sent["items"], sent["content"]) == ("sent", ITEMS.split(), None)
    assert brought["content"] == open_package(file, key).told


def test_two_who_take_it_over_at_once_get_it_once(town: Sending) -> None:
    """The second finds the name taken, whatever it read before."""
    town.ask()
    file, key = town.make()
    there(town)
    opened = open_package(file, key)
    with town.database.transaction() as db:
        remember(db, opened)
        with pytest.raises(PackageRefused, match="taken over already"):
            remember(db, opened)


@pytest.mark.parametrize(
    "change",
    [
        {"more": "x"},
        {"items": {"anything": []}},
        {"items": {"contact": [{"number": "1", "name": "x"}]}},
        {"items": {"contact": [{"number": 1}]}},
        {"items": {"contact": "x"}},
        {"items": {"next_dates": [{"due_on": "soon"}]}},
        {"items": {"next_dates": [{"due_on": "20260302"}]}},
        {"items": {"anc_summary": [{"ga_anchor": "9999-12-31"}]}},
        {"items": {"anc_summary": [{"ga_anchor": "0001-01-01"}]}},
        {"items": {"contact": [{"number": "1"}] * 100}},
        {"items": {"contact": [{"number": "9" * 200}]}},
        {"items": {"contact": [{"number": "1\u202e2"}]}},
        {"place": {"zh": "x", "en": "y"}},
        {"made_on": "x"},
        {"code": None},
        {"items": []},
    ],
)
def test_whoever_sealed_it_nothing_but_the_known_items_is_taken_from_it(town: Sending, change: dict[str, Any]) -> None:
    told = {"code": "W-1", "from": "x", "place": {"zh": "x", "en": "y", "county": ""}, "items": {}}
    told |= {"made_on": today(town.clock.now()).isoformat()} | change
    sealed = seal_package(told)
    assert refusal(town, take_over, sealed.file, sealed.key) == "what is in it cannot be read here"


def test_one_from_a_clock_that_runs_ahead_is_not_taken_for_good(town: Sending) -> None:
    told = {"code": "W-1", "from": "x", "place": {"zh": "x", "en": "y", "county": ""}, "items": {}}
    late, day = "it says that it was made on a day to come", today(town.clock.now())
    for made_on, word in ((day + timedelta(1), ""), (day + timedelta(2), late), (date.max, late)):
        sealed = seal_package(told | {"made_on": made_on.isoformat()})
        if word:
            assert refusal(town, take_over, sealed.file, sealed.key).startswith(word)
        else:
            assert town.do(take_over, sealed.file, sealed.key).state == "received"


def test_what_she_brought_is_found_also_where_no_list_tells_of_it(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    other = there(town)
    row = other.do(take_over, file, key)
    with town.database.transaction() as db:
        db.execute(update(Entity).where(Entity.uuid == row.transfer).values(deleted_at=town.clock.now()))
    with town.database.reading() as db:
        (found,) = standings_of(db, town.project_id, other.woman)
    assert (found.uuid, found.direction, found.status) == (row.transfer, "in", "received")


def test_an_erasure_leaves_no_trace_of_it_also_where_no_list_tells_of_it(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    other = there(town)
    with town.database.transaction() as db:
        db.execute(update(Dataset).where(Dataset.name == "transfers").values(name="elsewhere"))
    row = other.do(take_over, file, key)
    assert other.entity(row.transfer) is None
    assert row.transfer in str([one.details for one in town.rows(Audit)])
    other.withdraw(other.woman, "2026-02-28", erase="erase")
    assert row.transfer not in str([one.details for one in town.rows(Audit)])
