"""Who reads feedback hears that somebody tells of pressure: the day after, once, in words that tell nothing; nobody else does."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from server.access import roles
from server.config import Config
from server.db import Database
from server.followups.plain_notices import FEEDBACK_WAITS, say
from server.jobs import run_all_once
from server.models import Assignment, Feedback, Notification
from tests.conftest import MORNING, Clock
from tests.server.registry.speaking import AGAINST_HIM, Speaking
from tests.server.web.pages.conftest import Browser

PRESSED = {**AGAINST_HIM, "felt_pressured": "yes"}


class Desk(Speaking):
    """`night` lets so many nights pass; `told` is (recipient, occasion, state) of every word that feedback waits."""

    clock: Clock
    config: Config

    def night(self, days: int = 1) -> dict[str, str]:
        self.clock.forward(days=days)
        return run_all_once(self.database, self.config, self.clock.now())

    def told(self) -> list[tuple[int, str, str]]:
        with self.database.reading() as db:
            words = select(Notification).where(Notification.kind == FEEDBACK_WAITS).order_by(Notification.id)
            return [(one.recipient_id, one.occasion, one.state) for one in db.scalars(words)]

    def change(self, **values: Any) -> None:
        with self.database.transaction() as db:
            db.execute(update(Feedback).values(**values))


@pytest.fixture
def desk(app: Flask, database: Database, project_id: int, clock: Clock, config: Config) -> Desk:
    clock.set(MORNING)
    desk = Desk(app, database, project_id)
    desk.clock, desk.config = clock, config
    return desk


def test_the_officer_alone_is_told_the_day_after_and_once(desk: Desk) -> None:
    officer = desk.hire("dora", roles.DPO)
    desk.hire("both", roles.DPO, roles.TOWN_LEAD)
    desk.hire("boss", roles.TOWN_LEAD)
    desk.say(**PRESSED)
    desk.say(**PRESSED)

    desk.night(days=0)
    assert desk.told() == [], "its minute would tell who spoke"
    for _ in range(2):
        desk.night()
    assert desk.told() == [(officer, "feedback:2026-03-02:feedback_waits", "sent")]


def test_what_tells_of_no_pressure_or_was_taken_up_is_not_told(desk: Desk) -> None:
    officer = desk.hire("dora", roles.DPO)
    desk.say(**AGAINST_HIM)
    desk.night()
    desk.say(**PRESSED)
    desk.change(taken_by_id=officer)
    desk.night()
    assert desk.told() == []


def test_the_word_tells_nothing_of_it(desk: Desk) -> None:
    desk.hire("dora", roles.DPO)
    desk.say(**PRESSED)
    (piece,) = desk.pieces()
    desk.night()
    with desk.database.reading() as db:
        (word,) = db.scalars(select(Notification)).all()
        assert word.created_at == MORNING + timedelta(days=1)
        assert piece.id not in word.occasion and word.follow_up_id is None
    told = "".join(say(FEEDBACK_WAITS, english) for english in (False, True)).lower()
    assert [one for one in ("强迫", "投诉", "意见", "pressure", "complain", "feedback", "urgent") if one in told] == []


def test_the_timetable_does_not_tell_that_there_was_something(desk: Desk) -> None:
    desk.hire("dora", roles.DPO)
    desk.night()
    quiet = desk.night()
    desk.say(**PRESSED)
    assert desk.night() == quiet and len(desk.told()) == 1


def test_it_leads_to_the_desk_for_who_reads_there_and_nowhere_for_who_does_no_more(desk: Desk) -> None:
    officer = desk.hire("dora", roles.DPO)
    desk.say(**PRESSED)
    desk.night()
    dora = Browser(desk.app).sign_in("dora@example.test")
    assert f'href="/rights/feedback?project={desk.project_id}"' in dora.see("/inbox").text
    with desk.database.transaction() as db:
        db.add(Assignment(actor_id=officer, role_id=roles.TOWN_LEAD, project_id=desk.project_id))
    page = dora.see("/inbox").text
    assert say(FEEDBACK_WAITS, False) in page and "/rights/feedback" not in page


def test_a_word_goes_after_a_year(desk: Desk) -> None:
    desk.hire("dora", roles.DPO)
    desk.say(**PRESSED)
    desk.night()
    desk.change(answered_on=MORNING.date())
    desk.night(days=366)
    assert desk.told() == []
