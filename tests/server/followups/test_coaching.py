"""A trainer is asked to help who did not pass twice; nobody else is, and a pass takes it back."""

import pytest
from flask import Flask
from sqlalchemy import select

from server.access.roles import TRAINER
from server.db import Database
from server.followups.coaching import who_is_meant
from server.followups.plain_notices import COACHING, say
from server.models import Notification
from tests.server.registry.quizzing import QuizTown


@pytest.fixture
def town(app: Flask, database: Database) -> QuizTown:
    return QuizTown(app, database)


def words(town: QuizTown) -> list[tuple[int, str, bool]]:
    """(recipient, kind, taken back) of every word, in order."""
    with town.database.reading() as db:
        rows = db.scalars(select(Notification).order_by(Notification.id)).all()
        return [(row.recipient_id, row.kind, row.taken_back_at is not None) for row in rows]


def test_after_two_tries_the_trainers_are_told_once_and_a_pass_takes_it_back(town: QuizTown) -> None:
    trainer = town.person("trainer", "trainer")
    for role in ("town_lead", "reviewer", "clinician", "dpo"):
        town.person(role, role)
    town.take(town.hers, town.zhao)
    assert words(town) == []
    town.take(town.hers, town.zhao, base=2, fails="2")
    town.take(town.hers, town.zhao, base=3, fails="3")
    assert words(town) == [(trainer, COACHING, False)]

    town.take(town.hers, town.zhao, base=4, score="90", passed="1", fails="0")
    assert words(town) == [(trainer, COACHING, True)]


def test_a_trainer_is_not_told_of_herself(town: QuizTown) -> None:
    with town.database.transaction() as db:
        town.give(db, town.zhao, TRAINER, ())
    town.take(town.hers, town.zhao, fails="2")
    assert words(town) == []


def test_the_word_tells_no_score_and_the_name_is_looked_up_when_it_is_shown(town: QuizTown) -> None:
    town.person("trainer", "trainer")
    town.take(town.hers, town.zhao, fails="2")
    with town.database.reading() as db:
        occasion = db.scalars(select(Notification.occasion)).one()
        assert "zhao" not in occasion
        assert who_is_meant(db, town.project_id, occasion) == "zhao"
        assert who_is_meant(db, town.project_id, "withdrawn:x") == ""
    assert not any(digit in say(COACHING, english) for english in (True, False) for digit in "0123456789")
