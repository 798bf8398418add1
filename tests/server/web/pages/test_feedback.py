"""Feedback at the rights desk: read by who has no other part in the town's work, answered, and forgotten in its time."""

import io
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from server.access import roles
from server.config import Config
from server.db import Database
from server.jobs import keep_no_longer
from server.models import AppUser, Audit, Feedback, FeedbackChannel, Project
from tests.conftest import MORNING, Clock
from tests.server.registry.speaking import AGAINST_HIM, Speaking, a_piece
from tests.server.web.pages.conftest import Browser, text_of
from tests.server.web.pages.women import main_of

HARD = {**AGAINST_HIM, "felt_pressured": "yes", "want_reply": "yes", "reply_channel": "WORDREACH"}
NOT_HERS = "没有别的身份"
OTHERS = {one.id for one in roles.ROLES if one.id >= roles.PROJECT_MANAGER} - {roles.PUBLIC_LINK, roles.DPO}


@pytest.fixture
def town(paged: Flask, database: Database, project_id: int, clock: Clock) -> Speaking:
    clock.set(MORNING)
    return Speaking(paged, database, project_id)


@pytest.fixture
def dora(town: Speaking) -> Browser:
    town.hire("dora", roles.DPO)
    return sign_in(town, "dora")


def sign_in(town: Speaking, name: str, language: str = "zh_Hans") -> Browser:
    browser = Browser(town.app, language).sign_in(f"{name}@example.test")
    browser.see(f"/?project={town.project_id}")
    return browser


def address_of(town: Speaking) -> str:
    (piece,) = town.pieces()
    return f"/rights/feedback/{piece.id}"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh_Hans", ("说的是负责人", "被强迫", "还剩 3 天", "有 1 条说被强迫的")),
        ("en", ("About a supervisor", "was forced or pressed", "3 days left", "1 report of pressure waits")),
    ],
)
def test_pressure_stands_first_with_its_clock_in_both_languages(
    town: Speaking, dora: Browser, language: str, words: tuple[str, ...]
) -> None:
    town.say(sat_overall="5")
    town.say(**HARD)

    page = sign_in(town, "dora", language).see("/rights/feedback")

    said = text_of(page)
    assert [one for one in words if one not in said] == []
    assert main_of(page).index("mark-of critical") < main_of(page).index("chip outline")
    assert "/rights/feedback" in main_of(dora.see("/rights"))


def test_one_of_them_shows_what_was_asked_and_answered_and_a_day_alone(town: Speaking, dora: Browser) -> None:
    town.say(**HARD)

    said = text_of(dora.see(address_of(town)))

    assert "WORDTEXT" in said and "您的意见是对谁的" in said and "他们的负责人" in said
    assert "3月2日" in said and "WORDREACH" not in said
    assert "08:" not in said.split("3月2日")[1][:80], "no minute"


@pytest.mark.parametrize("role_id", sorted(OTHERS))
def test_nobody_else_opens_the_page_and_the_officer_who_is_something_else_too_does_not_either(
    town: Speaking, role_id: int
) -> None:
    town.hire("only", role_id)
    town.hire("both", roles.DPO, role_id)
    town.say(**HARD)

    for name in ("only", "both"):
        browser = sign_in(town, name)
        answers = [browser.see("/rights/feedback"), browser.see(address_of(town))]
        assert [one.status_code for one in answers] == [403, 403], name
        assert "WORDTEXT" not in "".join(text_of(one) for one in answers)
    assert NOT_HERS in text_of(browser.see("/rights/feedback"))


def test_an_officer_who_carries_a_phone_or_administers_the_site_reads_none(town: Speaking, dora: Browser) -> None:
    town.say(**HARD)
    assert dora.see("/rights/feedback").status_code == 200

    who = town.hire("emil", roles.DPO)
    with town.database.transaction() as db:
        db.execute(update(AppUser).values(person_id=who))
    assert sign_in(town, "emil").see("/rights/feedback").status_code == 403


def test_who_answers_reads_how_to_reach_them_and_nobody_else_does(town: Speaking, dora: Browser) -> None:
    town.hire("else", roles.DPO)
    town.say(**HARD)
    one, other = address_of(town), sign_in(town, "else")

    for browser in (dora, other):
        browser.see(one)
        assert browser.send(f"{one}/reach").status_code == 404, "nobody has taken it up"
    assert dora.send(f"{one}/take").status_code == 303
    assert "WORDREACH" not in text_of(dora.see(one))
    assert "WORDREACH" in text_of(dora.send(f"{one}/reach"))
    other.see(one)
    assert other.send(f"{one}/reach").status_code == 404
    assert other.send(f"{one}/answer", {"outcome": "replied"}).status_code == 404

    with town.database.reading() as db:
        acts = db.execute(
            select(Audit.action, Audit.details, Audit.submission_id)
            .where(Audit.action.like("feedback%"))
            .order_by(Audit.id)
        )
        assert [tuple(row) for row in acts] == [("feedback.take", None, None), ("feedback.reveal", None, None)]


@pytest.mark.parametrize(("days", "stays"), [(29, True), (30, False)])
def test_how_to_reach_them_is_gone_thirty_days_after_the_reply(
    town: Speaking, dora: Browser, clock: Clock, config: Config, days: int, stays: bool
) -> None:
    town.say(**HARD)
    one = address_of(town)
    dora.see(one)
    dora.send(f"{one}/take")
    clock.set(MORNING + timedelta(days=200))
    assert run_retention(town, config, clock) == 0 and town.channels() == ["WORDREACH"], "unanswered, it waits"
    dora = sign_in(town, "dora")
    dora.see(one)
    assert dora.send(f"{one}/answer", {"outcome": "replied"}).status_code == 303

    clock.set(MORNING + timedelta(days=200 + days))

    assert run_retention(town, config, clock) == 0, "the timetable's page tells a number, and it may tell none of this"
    assert town.channels() == (["WORDREACH"] if stays else [])
    assert len(town.pieces()) == 1
    again = sign_in(town, "dora")
    again.see(one)
    assert again.send(f"{one}/reach").status_code == (200 if stays else 404)


def run_retention(town: Speaking, config: Config, clock: Clock) -> int:
    return keep_no_longer(town.database, config, clock.now())


def test_a_year_after_its_answer_a_piece_is_gone_and_its_phone_still_hears_that_it_came(
    town: Speaking, dora: Browser, clock: Clock, config: Config
) -> None:
    xml = town.say(**HARD)
    one = address_of(town)
    dora.see(one)
    dora.send(f"{one}/take")
    dora.send(f"{one}/answer", {"outcome": "dealt_with"})

    clock.set(MORNING + timedelta(days=365))
    run_retention(town, config, clock)
    assert len(town.pieces()) == 1
    clock.set(MORNING + timedelta(days=366))
    run_retention(town, config, clock)

    assert town.pieces() == [] and town.rows_of(FeedbackChannel) == []
    assert town.send(xml).status_code == 201 and town.pieces() == []


@pytest.mark.parametrize("outcome", ["", "forgotten", "x" * 30])
def test_an_end_that_there_is_none_of_is_refused(town: Speaking, dora: Browser, outcome: str) -> None:
    town.say(**HARD)
    one = address_of(town)
    dora.see(one)
    dora.send(f"{one}/take")

    assert dora.send(f"{one}/answer", {"outcome": outcome}).status_code == 400
    assert dora.send(f"{one}/answer", {"outcome": "replied"}).status_code == 303
    assert dora.send(f"{one}/answer", {"outcome": "replied"}).status_code == 400, "it is answered already"
    assert dora.send(f"{one}/take").status_code == 400
    assert "答复了" in text_of(dora.see("/rights/feedback?state=done"))


def test_feedback_of_another_town_is_not_found(town: Speaking, dora: Browser) -> None:
    town.say(**HARD)
    one = address_of(town)
    with town.database.transaction() as db:
        other = Project(name="别的镇", kind="care", created_at=MORNING)
        db.add(other)
        db.flush()
        db.execute(update(Feedback).values(project_id=other.id))

    assert dora.see(one).status_code == 404
    assert one not in main_of(dora.see("/rights/feedback"))


def test_an_officer_who_works_there_besides_is_told_of_no_answer_by_the_list_of_acts(
    town: Speaking, dora: Browser
) -> None:
    town.hire("both", roles.DPO, roles.VILLAGE_WORKER)
    town.say(**HARD)
    one = address_of(town)
    dora.see(one)
    dora.send(f"{one}/take")

    assert "接下一条意见" in text_of(dora.see("/audit"))
    assert "接下一条意见" not in text_of(sign_in(town, "both").see("/audit"))


def test_what_many_say_is_a_rate_from_ten_on_and_pressure_is_counted(town: Speaking, dora: Browser) -> None:
    for number in range(9):
        town.say(sat_overall="5" if number else "2", way="paper", paper_code=f"P-{number:04}")
    town.say(sat_overall="1", way="paper", paper_code="P-0001")
    few = text_of(dora.see("/rights/feedback"))
    town.say(sat_overall="4", felt_pressured="yes")
    enough = text_of(dora.see("/rights/feedback"))

    assert "10 份里的" not in few and "本季度的意见 9" in few
    assert "10 份里的 90 %" in enough and "本季度说被强迫的 1" in enough


def test_who_fills_it_in_by_browser_is_told_no_minute_and_led_to_no_record(town: Speaking) -> None:
    town.hire("wang", roles.VILLAGE_WORKER)
    wang = sign_in(town, "wang")
    wang.see("/me")
    sent = wang.send("/forms/feedback/fill", {"xml_submission_file": (io.BytesIO(a_piece(**HARD)), "s.xml")})

    assert sent.status_code == 201, text_of(sent)
    assert "/review/" not in sent.text and "<time" not in sent.text
    assert len(town.pieces()) == 1


def test_the_projects_page_says_so_where_nobody_could_read_any(town: Speaking) -> None:
    """It goes by roles alone, so it tells nothing of whether somebody complained."""
    town.hire("lea", roles.TOWN_LEAD)
    town.hire("both", roles.DPO, roles.TOWN_LEAD)
    page, said = f"/admin/projects/{town.project_id}", "还没有人看意见与投诉"

    assert said in text_of(sign_in(town, "lea").see(page))
    town.hire("dora", roles.DPO)
    assert said not in text_of(sign_in(town, "lea").see(page))
