"""What a filter means: each wish by itself, all of them together, and never more than the scope reaches."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from geo.tiles import Box
from server.access.allow import Scope
from server.db import Database
from server.intake import desk
from server.intake.wanted import Asked, Wanted, asked_form, read_asked, words_wanted
from server.models import Actor, ReviewAssignment, Submission
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_record


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("/a/b=yes", Asked("/a/b", "yes")),
        ("/a=1..5", Asked("/a", "1", "5")),
        ("/a=x=y", Asked("/a", "x=y")),
        ("/a=", None),
        ("/a", None),
        ("a=1", None),
        ("", None),
    ],
)
def test_an_answer_in_an_address(text: str, asked: Asked | None) -> None:
    assert read_asked(text) == asked
    if asked:
        assert asked.text == text


def test_one_value_fits_however_a_version_reads_it_and_a_range_needs_its_question() -> None:
    assert words_wanted(None, Asked("/a", "07")) == ["07", "7"]
    assert words_wanted(None, Asked("/a", "Yes")) == ["Yes", "yes"]
    assert words_wanted(None, Asked("/a", "1", "5")) == []


def ids(database: Database, project_id: int, wanted: Wanted) -> list[int]:
    with database.reading() as db:
        scope = Scope(project_id, everything=True, health=True, withheld=frozenset())
        rows = desk.list_records(db, scope, wanted, 0, 50)
        assert sum(desk.count_states(db, scope, wanted).values()) == len(rows)
        return sorted(one.id for one in rows)


@pytest.mark.parametrize(
    ("wish", "fits"),
    [
        ({"answers": (Asked("/note", "red"),)}, [1, 2]),
        ({"answers": (Asked("/note", "red"), Asked("/member/age", "3"))}, [1]),
        ({"answers": (Asked("/member/age", "2", "41"),)}, [1, 2]),
        ({"answers": (Asked("/gone", "red"),)}, []),
        ({"form": "other", "answers": (Asked("/note", "red"),)}, []),
        ({"box": Box(104.4, 29.9, 104.6, 30.1)}, [1]),
        ({"box": Box(0, 0, 1, 1)}, []),
        ({"sender": 10**6}, []),
        ({"state": "received"}, [1, 2, 3]),
        ({"columns": ("/note",)}, [1, 2, 3]),
    ],
)
def test_wishes(phone: Client, project_id: int, database: Database, wish: dict[str, Any], fits: list[int]) -> None:
    phone.send(project_id, a_record(note="red", gps="30.0 104.5 0 5", members=[("甲", "3")]))
    phone.send(project_id, a_record(note="red", members=[("乙", "40")]))
    phone.send(project_id, a_record(note="blue"))
    assert ids(database, project_id, Wanted(**{"form": "visit", **wish})) == fits


def test_days_are_those_of_shanghai_and_both_are_included(phone: Client, project_id: int, database: Database) -> None:
    day = date(2026, 3, 1)
    begins = MORNING.replace(year=2026, month=2, day=28, hour=16, minute=0, second=0, microsecond=0)
    for number, at in enumerate((begins - timedelta(seconds=1), begins, begins + timedelta(hours=23)), start=1):
        phone.send(project_id, a_record())
        with database.transaction() as db:
            db.execute(update(Submission).where(Submission.id == number).values(created_at=at))
    assert ids(database, project_id, Wanted(since=day)) == [2, 3]
    assert ids(database, project_id, Wanted(until=day - timedelta(days=1))) == [1]
    assert ids(database, project_id, Wanted(since=day, until=day)) == [2, 3]


def test_what_waits_for_somebody(phone: Client, project_id: int, database: Database) -> None:
    phone.send(project_id, a_record())
    phone.send(project_id, a_record())
    with database.transaction() as db:
        someone = db.scalars(select(Actor.id)).first()
        db.add(ReviewAssignment(submission_id=2, actor_id=someone, by_id=someone, made_at=MORNING))
    assert ids(database, project_id, Wanted(waits_for=someone)) == [2]
    assert ids(database, project_id, Wanted(waits_for=10**6)) == []


def test_a_form_that_the_scope_does_not_read_cannot_be_asked(
    phone: Client, project_id: int, database: Database
) -> None:
    phone.send(project_id, a_record(note="red"))
    asked = Wanted(form="visit", answers=(Asked("/note", "red"),))
    shut = Scope(project_id, everything=True, withheld=frozenset({"visit"}))
    with database.reading() as db:
        assert asked_form(db, shut, "visit") is None
        assert desk.list_records(db, shut, asked, 0, 50) == []


def test_the_number_of_questions_to_the_database_does_not_grow_with_the_records(
    phone: Client,
    project_id: int,
    database: Database,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    wanted = Wanted(form="visit", answers=(Asked("/note", "red"),))
    asked = []
    for _ in range(2):
        for _ in range(3):
            phone.send(project_id, a_record(note="red"))
        with count_queries() as statements:
            ids(database, project_id, wanted)
        asked.append(len(statements))
    assert asked[0] == asked[1]
