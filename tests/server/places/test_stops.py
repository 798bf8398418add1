"""Where the doors of a list are: for who goes there, as far as the home and she let it be used."""

import pytest
from sqlalchemy import select, update

from server.access.pseudonyms import pseudonym
from server.models import Audit, CareEvent, FollowUp, Household, Submission, Woman
from tests.server.web.pages.conftest import (  # noqa: F401 - the fixtures come with the import
    browse,
    compiled_catalogue,
    compiled_templates,
    paged,
)
from tests.server.web.pages.health import DOOR, a_woman_at_a_door, tell
from tests.server.web.pages.women import DAY, TODAY, CareTown, a_follow_up, a_home, a_woman

PLACES = "/m/places"


@pytest.fixture
def town(paged, database):  # noqa: F811
    return CareTown(paged, database)


@pytest.fixture
def hers(town):
    """A visit to a woman at the door DOOR: its key, which is her card's."""
    uuid = a_woman_at_a_door(town)
    with town.database.transaction() as db:
        return a_follow_up(db, db.scalars(select(Woman).where(Woman.uuid == uuid)).one()).visit_key


def change(town, model, **values):
    with town.database.transaction() as db:
        db.execute(update(model).values(**values))


def test_the_worker_is_told_where_the_doors_of_her_list_are_and_nothing_else(town, hers, browse):  # noqa: F811
    answer = browse("wang").see(PLACES)
    assert answer.get_json() == {"places": {hers: pytest.approx(DOOR)}}
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_each_door_that_is_told_is_written_down(town, hers, browse):  # noqa: F811
    browse("wang").see(PLACES)
    with town.database.reading() as db:
        [look] = db.scalars(select(Audit).where(Audit.action == "household.locate"))
        woman = db.scalar(select(Woman.uuid))
    assert look.details["about"] == pseudonym(town.project_id, woman).hex() and "105." not in str(look.details)


@pytest.mark.parametrize(
    ("changes", "seen_by"),
    [
        ({}, ["lin", "wang"]),
        ({"consent_location": False}, []),
        ({"withdrawn_on": TODAY}, []),
        ({"consent_until": TODAY - DAY}, []),
        ({"consent_share_clinic": False}, ["wang"]),
        ({"household_uuid": None}, []),
    ],
)
def test_her_consent_decides_whether_her_door_is_told(town, hers, browse, changes, seen_by):  # noqa: F811
    if changes:
        change(town, Woman, **changes)
    assert [name for name in ("lin", "wang") if browse(name).see(PLACES).get_json()["places"]] == seen_by


def test_a_home_that_keeps_no_data_or_said_no_later_is_not_told(town, hers, browse):  # noqa: F811
    wang = browse("wang")
    change(town, Household, consents=False)
    assert wang.see(PLACES).get_json() == {"places": {}}
    change(town, Household, consents=True)
    later = town.record(gps="")
    with town.database.transaction() as db:
        uuid = db.scalar(select(Household.uuid))
        tell(db, town.project_id, later, "households", uuid, '{"location_ok": "no"}', TODAY + DAY)
    assert wang.see(PLACES).get_json() == {"places": {}}


def test_a_point_of_a_rejected_record_is_not_told(town, hers, browse):  # noqa: F811
    change(town, Submission, review_state="rejected")
    assert browse("wang").see(PLACES).get_json() == {"places": {}}


def test_for_a_home_s_own_visit_its_door_is_told_in_one_s_villages(town, browse):  # noqa: F811
    a_woman_at_a_door(town, consent_location=False)
    with town.database.transaction() as db:
        key = a_follow_up(db, db.scalars(select(Household)).one(), rule="HH-V").visit_key
    assert list(browse("wang").see(PLACES).get_json()["places"]) == [key]
    change(town, FollowUp, village_code="519901201002")
    change(town, Household, village_code="519901201002")
    assert browse("wang").see(PLACES).get_json() == {"places": {}}
    assert list(browse("lin").see(PLACES).get_json()["places"]) == [key]


def test_a_filter_tells_the_doors_that_it_leaves(town, hers, browse):  # noqa: F811
    wang = browse("wang")
    assert wang.see(f"{PLACES}?state=overdue").get_json() == {"places": {}}
    assert list(wang.see(f"{PLACES}?state=due").get_json()["places"]) == [hers]


@pytest.mark.parametrize("name", ["ada", "lea", "rita", "vera", "otto", "nia"])
def test_nobody_else_is_told_a_door(town, hers, browse, name):  # noqa: F811
    answer = browse(name).see(PLACES)
    assert "105.003" not in answer.get_data(as_text=True)
    assert answer.status_code in (403, 404) or (name == "nia" and answer.get_json() == {"places": {}})


def test_doors_take_the_same_questions_however_many_they_are(town, browse, count_queries):  # noqa: F811
    wang, numbers = browse("wang"), []
    for many in (2, 30):
        record = town.record()
        with town.database.transaction() as db:
            for number in range(many):
                home = a_home(db, town.project_id, door=f"{many}-{number}")
                a_follow_up(db, a_woman(db, town.project_id, f"W-{many}{number:03} 王*", home=home))
            tell(db, town.project_id, record, "households", home.uuid)
        with count_queries() as asked:
            found = wang.see(PLACES).get_json()["places"]
        numbers.append(len(asked))
    assert len(found) == 2 and numbers[0] == numbers[1] <= 20
    with town.database.reading() as db:
        assert len(db.scalars(select(CareEvent)).all()) == 2
