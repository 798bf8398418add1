"""A plain town becomes a care project: what was said on F9 till then loses its sender and goes to the rights desk."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from server.access.allow import Scope
from server.access.projects import submissions_within
from server.db import Database
from server.models import FEEDBACK, Project, Submission, SubmissionVersion
from server.publishing.kinds import switch_kind
from tests.conftest import MORNING, Clock
from tests.making import new_id
from tests.server.registry.speaking import AGAINST_HIM, Speaking, a_piece


@pytest.fixture
def town(app: Flask, database: Database, project_id: int, clock: Clock) -> Speaking:
    clock.set(MORNING)
    town = Speaking(app, database, project_id)
    with database.transaction() as db:
        db.execute(update(Project).where(Project.id == project_id).values(kind="plain"))
    return town


def become_care(town: Speaking) -> None:
    with town.database.transaction() as db:
        later = MORNING + timedelta(days=9)
        switch_kind(db, db.get_one(Project, town.project_id), "care", None, later)


def test_it_loses_its_sender_and_stands_at_the_rights_desk_with_its_own_day(town: Speaking) -> None:
    xml = a_piece(**AGAINST_HIM, want_reply="yes", reply_channel="微信 lan")
    assert town.send(xml).status_code == 201
    assert town.pieces() == []

    become_care(town)

    (piece,) = town.pieces()
    assert (piece.received_on, "WORDTEXT" in piece.answers_json, town.channels()) == (
        date(2026, 3, 2),
        True,
        ["微信 lan"],
    )
    with town.database.reading() as db:
        (record,) = db.scalars(select(Submission))
        assert (record.submitter_id, record.device_id, record.user_agent) == (None, None, None)
        assert [bytes(one) for one in db.scalars(select(SubmissionVersion.xml))] == [b""]


def test_its_day_is_counted_by_the_calendar(town: Speaking, clock: Clock) -> None:
    clock.set(MORNING.replace(month=2))
    assert town.send(a_piece(against="office")).status_code == 201
    become_care(town)
    assert [one.due_on for one in town.pieces()] == [date(2026, 2, 28)], "Spring Festival is left out"


def test_no_scope_reaches_what_is_left_of_the_record(town: Speaking) -> None:
    town.send(a_piece(**AGAINST_HIM))
    become_care(town)

    with town.database.reading() as db:
        for rights in ({}, {"health": True}, {"withheld": frozenset({FEEDBACK})}):
            scope = Scope(town.project_id, everything=True, **rights)
            assert db.scalars(select(Submission.id).where(submissions_within(scope))).all() == []


def test_it_is_known_when_it_is_sent_again_and_kept_once(town: Speaking) -> None:
    xml = a_piece(**AGAINST_HIM)
    town.send(xml)
    become_care(town)

    assert town.send(xml).status_code == 201
    assert len(town.pieces()) == 1


def test_of_a_corrected_one_the_last_word_stands_and_of_a_deleted_one_none(town: Speaking) -> None:
    first, second, gone = new_id(), new_id(), new_id()
    town.send(a_piece(first, text="before"))
    town.send(a_piece(second, deprecated_id=first, text="after"))
    town.send(a_piece(gone, text="deleted"))
    with town.database.transaction() as db:
        db.execute(update(Submission).where(Submission.instance_id == gone).values(deleted_at=MORNING))
    become_care(town)

    (piece,) = town.pieces()
    assert "after" in piece.answers_json and "before" not in piece.answers_json
