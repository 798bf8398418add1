"""Feedback is kept without who sent it: no record, no phone, no minute; and a phone that sends it again hears 201."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from server.db import Database
from server.models import (
    Audit,
    Base,
    Feedback,
    FeedbackChannel,
    FeedbackPaper,
    FeedbackReceipt,
    Project,
    Submission,
    SubmissionVersion,
)
from tests.client import Client
from tests.conftest import MORNING, Clock
from tests.making import new_id
from tests.server.registry.speaking import AGAINST_HIM, Speaking, a_piece

DAY = date(2026, 3, 2)
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def town(app: Flask, database: Database, project_id: int, clock: Clock) -> Speaking:
    clock.set(MORNING)
    return Speaking(app, database, project_id)


def test_nothing_kept_of_it_tells_who_sent_it_on_which_phone_or_at_what_minute(town: Speaking) -> None:
    sent, instance_id = a_piece(instance_id := new_id(), **AGAINST_HIM, reply_channel="WORDREACH"), instance_id

    assert town.send(sent, headers={"User-Agent": "WORDAGENT"}).status_code == 201

    kept = " ".join(town.rows_of(Feedback, FeedbackChannel, FeedbackPaper, FeedbackReceipt))
    assert "WORDTEXT" in kept and "WORDREACH" in kept
    assert [one for one in ("WORDAGENT", "collect:test", instance_id, instance_id[5:]) if one in kept] == []
    (piece,) = town.pieces()
    assert (piece.received_on, piece.taken_by_id, "today" in piece.answers_json) == (DAY, None, False)
    columns = [str(column.type).lower() for model in OF_FEEDBACK for column in model.__table__.columns]
    assert [one for one in columns if "time" in one] == [], "a day is the finest that is kept"


OF_FEEDBACK: tuple[type[Base], ...] = (Feedback, FeedbackChannel, FeedbackPaper, FeedbackReceipt)


def test_neither_a_record_nor_a_row_of_the_audit_says_that_something_came(town: Speaking) -> None:
    before = town.rows_of(Submission, SubmissionVersion, Audit)

    town.say(**{**AGAINST_HIM, "felt_pressured": "yes"})

    assert town.rows_of(Submission, SubmissionVersion, Audit) == before
    assert len(town.pieces()) == 1


def test_the_same_sent_again_is_received_and_kept_once(town: Speaking) -> None:
    xml = town.say(**AGAINST_HIM)

    assert town.send(xml).status_code == 201
    assert len(town.pieces()) == 1


def test_the_same_sent_by_several_at_once_is_kept_once(town: Speaking) -> None:
    xml = a_piece(**AGAINST_HIM, paper_code="P-0231")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _number: town.send(xml).status_code, range(8)))

    assert answers == [201] * 8
    assert [one.counted for one in town.pieces()] == [True]


def test_other_words_under_a_known_id_are_refused(town: Speaking) -> None:
    instance_id = new_id()
    town.send(a_piece(instance_id, text="first"))

    assert town.send(a_piece(instance_id, text="other")).status_code == 409
    assert ["other" in one.answers_json for one in town.pieces()] == [False]


def test_it_cannot_be_corrected_since_nothing_tells_which_it_was(town: Speaking) -> None:
    instance_id = new_id()
    town.send(a_piece(instance_id, text="first"))

    assert town.send(a_piece(deprecated_id=instance_id, text="other")).status_code == 404
    assert len(town.pieces()) == 1


def test_a_file_that_would_tell_who_spoke_is_refused_and_nothing_is_kept(town: Speaking) -> None:
    sent = town.send(a_piece(**AGAINST_HIM), files={"face.jpg": b"\xff\xd8\xff\xe0"}, headers=ENGLISH)

    assert sent.status_code == 400 and "a file would tell who spoke" in sent.text
    assert town.pieces() == [] and town.rows_of(FeedbackReceipt) == []


def test_a_paper_form_that_is_typed_twice_counts_once_and_neither_word_is_lost(town: Speaking) -> None:
    town.say(way="paper", paper_code="P-0231", text="first")
    town.say(way="paper", paper_code="P-0231", text="again")
    town.say(way="paper", paper_code="P-0232")
    town.say(way="paper")
    town.say(way="paper")

    assert sorted(one.counted for one in town.pieces()) == [False, True, True, True, True]
    assert [one for one in town.rows_of(*OF_FEEDBACK) if "P-0231" in one] == [], "the code stays nowhere"


def test_how_to_be_reached_is_kept_apart_from_what_was_said(town: Speaking) -> None:
    town.say(**AGAINST_HIM, want_reply="yes", reply_channel="微信 lan")

    assert town.channels() == ["微信 lan"]
    assert ["lan" in one.answers_json for one in town.pieces()] == [False]


def test_programs_that_send_it_hear_that_it_came_and_nothing_of_themselves(town: Speaking) -> None:
    who = town.hire("wang", 7)
    program = Client.signed_in(town.app, town.database, who)
    path = f"/projects/{town.project_id}/forms/feedback/submissions"
    instance_id = new_id()

    sent = program.post(path, data=a_piece(instance_id, **AGAINST_HIM), content_type="application/xml")

    assert sent.status_code == 200 and sent.json["instanceId"] == instance_id
    assert {value for name, value in sent.json.items() if name != "instanceId"} == {None}
    again = program.post(path, data=a_piece(instance_id, **AGAINST_HIM), content_type="application/xml")
    assert again.status_code == 409


def test_in_a_plain_project_a_form_of_this_name_is_one_like_any_other(town: Speaking) -> None:
    with town.database.transaction() as db:
        db.execute(update(Project).where(Project.id == town.project_id).values(kind="plain"))

    town.say(text="a plain word")

    assert town.pieces() == []
    with town.database.reading() as db:
        assert db.scalars(select(Submission.device_id)).all() == ["collect:test"]


def test_pressure_is_answered_in_three_days_anything_else_in_fifteen_days_of_work(town: Speaking) -> None:
    town.say(felt_pressured="yes", against="office")
    town.say(against="office")

    (urgent,) = (one for one in town.pieces() if one.urgent)
    (other,) = (one for one in town.pieces() if not one.urgent)
    assert urgent.due_on == DAY + timedelta(days=3)
    assert other.due_on == date(2026, 3, 23), "three weeks of five days"


def test_days_of_work_are_those_of_the_town_s_calendar(town: Speaking, clock: Clock) -> None:
    clock.set(MORNING.replace(month=2))
    town.say(against="office")
    assert [one.due_on for one in town.pieces()] == [date(2026, 2, 28)], "Spring Festival is left out"
