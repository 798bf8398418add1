"""Who sent a record answers what was asked about it; nobody else sees the question there."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from server.intake.quality_judging import judge_waiting
from server.models import Actor, AppUser, Audit, QualityFlag, SubmissionComment
from server.sending_jobs import empty_outbox
from tests.conftest import MORNING
from tests.server.web.pages.conftest import text_of

FAR = "30.005 105.005 0 80"


def carry(database, phone_id: int, name: str | None) -> None:
    with database.transaction() as db:
        person = db.scalars(select(Actor.id).where(Actor.display_name == name)).one() if name else None
        db.get(AppUser, phone_id).person_id = person


@pytest.fixture
def asked(town, database, browse):
    """A record from the phone that vera carries, about which rita asked."""
    record = town.record(gps=FAR)
    judge_waiting(database, MORNING, 50)
    carry(database, town.phone_id, "vera")
    browse("rita").send(f"/review/{record}/flags/accuracy", {"act": "ask"})
    return record


def test_from_her_inbox_she_answers_in_a_sentence_and_who_asked_hears_of_it(town, browse, database, config, asked):
    empty_outbox(database, config, MORNING + timedelta(hours=2))
    vera, here = browse("vera"), f"/inbox/asked/{asked}"
    assert f'href="{here}"' in vera.see("/inbox").get_data(as_text=True)
    page = text_of(vera.see(here))
    assert "是不是走到门口才开定位？" in page and "80 米" not in page
    assert vera.send(here, {"answer": "在屋里开的定位"}).location == "/inbox"
    with database.reading() as db:
        written = db.scalars(select(SubmissionComment).order_by(SubmissionComment.id.desc())).first()
        assert written.body == "在屋里开的定位"
        assert db.scalars(select(QualityFlag.answered_at)).one() is not None
        acts = db.scalars(select(Audit.actor_id).where(Audit.action == "submission.flag.answer")).all()
        assert acts == [written.actor_id]
    assert "您回过话" in text_of(vera.see(here)), "she may add to it"
    rita = browse("rita")
    empty_outbox(database, config, MORNING + timedelta(hours=2))
    inbox = rita.see("/inbox").get_data(as_text=True)
    assert "您问过的一份记录有了回话" in inbox and f'href="/review/{asked}?' in inbox
    page = text_of(rita.see(f"/review/{asked}"))
    assert "回话在批注里" in page and "在屋里开的定位" in page


def test_nobody_else_opens_it_and_neither_does_she_when_it_is_not_asked_or_settled(town, browse, database, asked):
    here, vera, rita = f"/inbox/asked/{asked}", browse("vera"), browse("rita")
    other = town.record(gps=FAR)
    judge_waiting(database, MORNING, 50)
    assert vera.see(here).status_code == 200
    assert vera.see(f"/inbox/asked/{other}").status_code == 404, "found, but nobody asked her"
    for path in (here, "/inbox/asked/99999999"):
        assert rita.see(path).status_code == rita.send(path, {"answer": "x"}).status_code == 404
    carry(database, town.phone_id, None)
    assert vera.see(here).status_code == 404, "another carries that phone now"
    carry(database, town.phone_id, "vera")
    rita.send(f"/review/{asked}/flags/accuracy", {"act": "settle"})
    assert vera.see(here).status_code == vera.send(here, {"answer": "x"}).status_code == 404
    with database.reading() as db:
        assert "x" not in db.scalars(select(SubmissionComment.body)).all()


@pytest.mark.parametrize("words", ["", "  ", "长" * 501, "a\x00b"])
def test_an_empty_or_too_long_answer_is_asked_for_again_and_nothing_is_stored(browse, database, asked, words):
    assert browse("vera").send(f"/inbox/asked/{asked}", {"answer": words}).status_code == 400
    with database.reading() as db:
        assert len(db.scalars(select(SubmissionComment.id)).all()) == 1
        assert db.scalars(select(QualityFlag.answered_at)).all() == [None]
