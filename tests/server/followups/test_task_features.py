"""Follow-ups as pages of features: the same as the list, without what would tell why."""

import pytest
from flask import Flask
from sqlalchemy.exc import InvalidRequestError

from server.db import Database
from server.errors import NotFound
from server.followups.lists_for_pages import Wanted, list_visits
from server.followups.task_features import Asked, get_task, list_task_features
from server.places.stretch import Stretch
from tests.server.web.pages.women import TODAY, CareTown, a_follow_up, a_woman


@pytest.fixture
def town(app: Flask, database: Database) -> CareTown:
    made = CareTown(app, database)
    made.fill(TODAY)
    return made


def test_they_are_those_of_the_list(town: CareTown, database: Database) -> None:
    asked = Asked(town.project_id, None, TODAY)
    with database.reading() as db:
        listed = {one.row.visit_key for one in list_visits(db, town.project_id, None, Wanted(), TODAY, 0, 100)}
        page = list_task_features(db, asked, Stretch(100))
        nobody_s = list_task_features(db, Asked(town.project_id, frozenset(), TODAY), Stretch(100))
    assert {one["id"] for one in page.features} == listed and len(listed) > 5
    assert nobody_s.features == []


def test_what_it_was_worked_out_from_is_not_even_read(town: CareTown, database: Database) -> None:
    asked = Asked(town.project_id, None, TODAY)
    with database.transaction() as db:
        key = a_follow_up(db, a_woman(db, town.project_id)).visit_key
    with database.reading() as db:
        row, told = get_task(db, asked, key)
        assert told["id"] == row.visit_key == key
        with pytest.raises(InvalidRequestError):
            assert row.why_json
        with pytest.raises(NotFound):
            get_task(db, Asked(town.project_id, frozenset(), TODAY), key)
