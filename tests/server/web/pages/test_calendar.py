"""The calendar's page: who may read it and who may add a year; first the look, then the change; and the way back."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select

from server.db import Database
from server.models import TownCalendar
from tests.server.followups.test_calendar_files import GOOD
from tests.server.web.pages.conftest import Browser, Town, text_of

Browse = Callable[..., Browser]


def years(database: Database) -> list[tuple[int, bool]]:
    with database.reading() as db:
        return [
            (one.year, one.removed_at is None) for one in db.scalars(select(TownCalendar).order_by(TownCalendar.id))
        ]


@pytest.mark.parametrize("name", ["ada", "lea", "rita", "vera"])
def test_every_member_reads_the_year_with_its_breaks_and_where_they_come_from(
    town: Town, browse: Browse, name: str
) -> None:
    page = text_of(browse(name).see("/calendar"))
    assert "2026 年放假日历" in page and "12月" in page
    assert "春节 2月15日（周日） – 2月23日（周一） · 9 天" in page
    assert "调休上班 1月4日（周日）、2月14日（周六）、2月28日（周六）" in page
    assert "国办发明电〔2025〕7号" in page and "随软件自带" in page
    assert ("添加一年" in page) is (name in ("ada", "lea"))


def test_it_is_english_on_english_pages(town: Town, browse: Browse) -> None:
    browser = Browser(town.app, "en").sign_in("rita@example.test")
    page = text_of(browser.see("/calendar?year=2025"))
    assert "Days off in 2025" in page and "National Day, Mid-Autumn Festival Wed 1 Oct 2025 – Wed 8 Oct 2025" in page


@pytest.mark.parametrize(
    ("asked", "shown"), [("2024", "2024"), ("2027", "2027"), ("1999", "2026"), ("2999", "2026"), ("x", "2026")]
)
def test_a_year_that_is_neither_known_nor_near_is_this_year(town: Town, browse: Browse, asked: str, shown: str) -> None:
    assert f"{shown} 年放假日历" in text_of(browse("rita").see(f"/calendar?year={asked}"))


def test_a_year_without_a_notice_is_marked_provisional(town: Town, browse: Browse) -> None:
    page = text_of(browse("rita").see("/calendar?year=2027"))
    assert "2027 年只知道周末。" in page and "2027 暂定" in page


def test_nobody_is_sent_to_sign_in_and_no_member_is_refused(town: Town, browse: Browse) -> None:
    assert browse().see("/calendar").status_code == 303
    assert browse("otto").see("/calendar").status_code == 404


@pytest.mark.parametrize("name", ["rita", "vera"])
def test_others_may_add_and_take_out_nothing(town: Town, browse: Browse, database: Database, name: str) -> None:
    who = browse(name)
    who.see("/calendar")
    for step in ("check", "add"):
        assert who.send("/calendar", {"notice": GOOD, "step": step}).status_code == 403
    for step in ("check", "remove"):
        assert who.send("/calendar/2027/remove", {"step": step}).status_code == 403
    assert years(database) == []


@pytest.mark.parametrize("name", ["ada", "lea"])
def test_a_year_is_looked_at_added_and_taken_out_again(
    town: Town, browse: Browse, database: Database, name: str
) -> None:
    who = browse(name)
    who.see("/calendar")
    looked = text_of(who.send("/calendar", {"notice": GOOD, "step": "check"}))
    assert "添加 2027 年吗？" in looked and "建议日会变的待办：0" in looked and "2月14日" in looked
    assert years(database) == []
    assert who.send("/calendar", {"notice": GOOD, "step": "add"}).status_code == 303
    assert years(database) == [(2027, True)]
    page = text_of(who.see("/calendar?year=2027"))
    assert "国办发明电〔2026〕1号" in page and f"{name} 于" in page and "暂定" not in page.partition("假期")[0][-400:]
    asked = text_of(who.send("/calendar/2027/remove", {"step": "check"}))
    assert "拿掉 2027 年吗？" in asked and years(database) == [(2027, True)]
    assert who.send("/calendar/2027/remove", {"step": "remove"}).status_code == 303
    assert years(database) == [(2027, False)]
    assert who.send("/calendar/2027/remove", {"step": "check"}).status_code == 404
    assert who.send("/calendar/2027/remove", {"step": "remove"}).status_code == 404


def test_a_file_is_taken_as_what_was_pasted(town: Town, browse: Browse, database: Database) -> None:
    lea = browse("lea")
    lea.see("/calendar")
    file = (io.BytesIO(GOOD.replace("\n", "\r\n").encode()), "2027.yaml")
    assert "添加 2027 年吗？" in text_of(lea.send("/calendar", {"file": file, "notice": "", "step": "check"}))


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ("2027-02-14]", "2027-02-15]", "working.1：不是周末"),
        ("first: 2027-01-01", "first: 2026-01-01", "rest.1.first：是别的年份的日子"),
        ("[2027-02-14]", "[2027-02-06]", "rest.2：里面有一天又放假又上班"),
        ("[spring_festival]", "[春节]", "rest.2.festivals：不是这里认识的词"),
        ("year: 2027", "year: [", "读不成 YAML"),
        ("mark: C", "mark: C\n  x: 1", "notice.x：这里不认识这一项"),
        ("2027", "2026", "软件自带这一年"),
    ],
)
def test_a_bad_notice_is_refused_in_words_and_stays_in_the_field(
    town: Town, browse: Browse, database: Database, was: str, now: str, words: str
) -> None:
    lea = browse("lea")
    lea.see("/calendar")
    for step in ("check", "add"):
        text = GOOD.replace(was, now).replace("[2026-02-14]", "[2026-02-28]")
        answer = lea.send("/calendar", {"notice": text, "step": step})
        assert answer.status_code == 400 and words in text_of(answer)
        assert "国务院办公厅关于" in text_of(answer).rpartition("或者贴在这里")[2]
    assert years(database) == []


def test_nothing_and_too_much_are_refused(town: Town, browse: Browse) -> None:
    lea = browse("lea")
    lea.see("/calendar")
    assert lea.send("/calendar", {"notice": "  ", "step": "check"}).status_code == 400
    assert lea.send("/calendar", {"notice": "x" * 30_000, "step": "check"}).status_code == 400


def test_the_page_asks_a_few_questions_however_many_years_there_are(
    town: Town, browse: Browse, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    lea = browse("lea")
    with count_queries() as few:
        assert lea.see("/calendar").status_code == 200
    lea.send("/calendar", {"notice": GOOD, "step": "add"})
    lea.send("/calendar", {"notice": GOOD.replace("2027", "2028").replace("[2028-02-14]", "[]"), "step": "add"})
    with count_queries() as more:
        assert lea.see("/calendar?year=2028").status_code == 200
    assert len(more) <= len(few) + 1
