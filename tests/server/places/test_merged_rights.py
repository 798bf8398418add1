"""A phone whose worker had the merged village alone: what it is given after the merge, and what it sends under the old code."""

from datetime import timedelta

import pytest
import shapely
from flask import Flask
from sqlalchemy import select

from geo.boundaries import VillageShape, boundaries_of
from server.access.caller import Caller, Grant
from server.access.roles import BY_SYSTEM
from server.db import Database
from server.models import Project, Submission, Village
from server.places.merged_rights import list_left_out
from server.places.merging import merge_villages, undo_merge, undoable
from server.places.outlines import village_counts, whole_town
from server.places.villages import import_boundaries
from tests.care_town import CareTown
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_record

LATER = MORNING + timedelta(hours=1)
BY = Caller(actor_id=None, type="user", grants=(Grant(BY_SYSTEM["admin"].id, None, None),))


@pytest.fixture
def town(app: Flask, database: Database) -> CareTown:
    """A1 and A2 lie side by side, with a woman and a visit of hers in each."""
    made = CareTown(app, database)
    squares = [shapely.MultiPolygon([shapely.box(105 + n * 0.02, 30, 105.02 + n * 0.02, 30.02)]) for n in (0, 1)]
    shapes = [VillageShape(code, code, area, {}) for code, area in zip(("A1", "A2"), squares, strict=True)]
    with database.transaction() as db:
        file = boundaries_of(shapes, "EPSG:4326", "import", "v.geojson")
        import_boundaries(db, made.project_id, file, None, MORNING)
    return made


def merge(town: CareTown, give: bool) -> None:
    """A2 becomes a part of A1."""
    with town.database.transaction() as db:
        project, into, part = (
            db.get_one(Project, town.project_id),
            db.get_one(Village, town.ids["A1"]),
            db.get_one(Village, town.ids["A2"]),
        )
        left = list_left_out(db, BY, project, [(into, [part])], LATER)
        choices = {one.key: give for one in left.asked}
        assert len(choices) == 1
        report, _ = merge_villages(db, BY, project, into, ["A2"], LATER, choices=choices)
        assert not report.dry_run


def given_to(town: CareTown, phone: Client) -> dict[str, set[str]]:
    lists = ("women", "pregnancies", "households", "due_visits")
    return {name: set(town.names(phone, name)) for name in lists}


@pytest.mark.parametrize("give", [True, False])
def test_its_lists_show_the_successor_s_rows_where_it_was_given_that_and_else_what_it_had(
    town: CareTown, give: bool
) -> None:
    phone, other = town.phone("A2"), town.phone("A1")
    rows: dict[str, dict[str, str]] = {}
    for village in ("A1", "A2"):
        woman = town.woman(village)
        with town.database.transaction() as db:
            town.entity(db, "households", f"home-{village}", "A-014", {"village_code": village})
        pregnancy, visit = town.about("pregnancies", woman, village), town.follow_up(woman, village)
        rows[village] = {
            "women": woman,
            "pregnancies": pregnancy,
            "households": f"home-{village}",
            "due_visits": visit,
        }
    old = {name: {key} for name, key in rows["A2"].items()}
    both = {name: {key, rows["A1"][name]} for name, key in rows["A2"].items()}
    assert given_to(town, phone) == old
    before = town.hashes(phone)
    merge(town, give)

    assert given_to(town, phone) == (both if give else old)
    assert (town.hashes(phone) != before) == give, "a phone fetches what has another hash"
    assert given_to(town, other) == both, "who has the successor has its parts"
    (me,) = town.rows(phone, "me")
    here = "A1" if give else "A2"
    assert (me["villages"], me["village_code"]) == (here, here), "a new home is put where it is registered now"
    assert phone.get(f"/projects/{town.project_id}/formList").text.count("<formID>visit</formID>") == 1


@pytest.mark.parametrize("give", [True, False])
def test_what_it_sends_under_the_old_code_arrives_and_counts_in_the_successor(town: CareTown, give: bool) -> None:
    phone = town.phone("A2")
    before = phone.send(town.project_id, a_record(village="A2"))
    merge(town, give)
    after = [phone.send(town.project_id, a_record(village="A2", gps=gps)) for gps in ("", "30.01 105.03 0 5") * 3]
    assert {one.status_code for one in (before, *after)} == {201}
    with town.database.reading() as db:
        assert set(db.scalars(select(Submission.village_id))) == {town.ids["A1"]}
        counts = village_counts(db, whole_town(db.get_one(Project, town.project_id)))
        assert counts.of(town.ids["A1"]).text == "7"


def test_after_undoing_it_has_what_it_had_and_its_records_lie_where_they_did(town: CareTown) -> None:
    phone = town.phone("A2")
    women = {village: town.woman(village) for village in ("A1", "A2")}
    merge(town, True)
    assert phone.send(town.project_id, a_record(village="A2")).status_code == 201
    assert set(town.names(phone, "women")) == set(women.values())
    with town.database.transaction() as db:
        (made,) = undoable(db, town.project_id, LATER)
        undo_merge(db, BY, db.get_one(Project, town.project_id), made.id, LATER)
    assert town.names(phone, "women") == [women["A2"]]
    with town.database.reading() as db:
        assert db.scalars(select(Submission.village_id)).all() == [town.ids["A2"]]
