"""The grievance log: each with its clock in working days, for the rights officer alone."""

from datetime import date
from io import BytesIO

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select, update

from server.access import roles
from server.db import Database
from server.models import Audit, Feedback
from tests.conftest import MORNING, Clock
from tests.server.registry.speaking import AGAINST_HIM, Speaking
from tests.server.web.pages.conftest import HTML, Browser, text_of
from tests.server.web.pages.test_feedback import HARD, OTHERS, sign_in

PAGE = "/reports/grievances"


@pytest.fixture
def town(paged: Flask, database: Database, project_id: int, clock: Clock) -> Speaking:
    clock.set(MORNING)
    return Speaking(paged, database, project_id)


@pytest.fixture
def dora(town: Speaking) -> Browser:
    town.hire("dora", roles.DPO)
    return sign_in(town, "dora")


def due(town: Speaking, day: str, **known: object) -> None:
    with town.database.transaction() as db:
        db.execute(update(Feedback).values(due_on=date.fromisoformat(day), **known))


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-03-02", "今天最后一天"),
        ("2026-03-03", "还剩 1 个工作日"),
        ("2026-03-09", "还剩 5 个工作日"),  # a weekend between
        ("2026-02-27", "超过 2 个工作日"),  # the Friday before; the Saturday was worked
        ("2026-02-20", "超过"),
    ],
)
def test_the_clock_counts_working_days(town: Speaking, dora: Browser, day: str, words: str) -> None:
    town.say(**AGAINST_HIM)
    due(town, day)
    assert words in text_of(dora.see(PAGE))


def test_a_word_of_pressure_has_days_and_what_was_answered_says_whether_in_time(town: Speaking, dora: Browser) -> None:
    town.say(**HARD)
    words = text_of(dora.see(PAGE))
    assert "还剩 3 天" in words and "WORDREACH" not in words and "WORDTEXT" not in words
    due(town, "2026-03-05", answered_on=date(2026, 3, 5), outcome="replied")
    assert "按时" in text_of(dora.see(PAGE))
    due(town, "2026-03-04")
    assert "按时" not in text_of(dora.see(PAGE))


def test_what_is_older_than_a_year_is_listed_while_it_waits(town: Speaking, dora: Browser) -> None:
    town.say(**AGAINST_HIM)
    due(town, "2025-01-20", received_on=date(2025, 1, 1))
    assert "说的是负责人" in text_of(dora.see(PAGE))
    due(town, "2025-01-20", answered_on=date(2025, 1, 10), outcome="replied")
    assert "说的是负责人" not in text_of(dora.see(PAGE))


def test_the_files_say_the_same_and_tell_no_words_of_anybody(town: Speaking, dora: Browser) -> None:
    town.say(**HARD)
    csv = dora.client.get(f"{PAGE}.csv", headers=HTML).get_data(as_text=True)
    assert "说的是负责人 / 被强迫" in csv and "还剩 3 天" in csv and "WORD" not in csv
    sheet = load_workbook(BytesIO(dora.client.get(f"{PAGE}.xlsx", headers=HTML).get_data())).active
    assert sheet is not None and sheet.max_row == 2
    with town.database.reading() as db:
        rows = list(db.scalars(select(Audit.details).where(Audit.action == "feedback.read.report").order_by(Audit.id)))
    assert rows == [{"kind": "csv"}, {"kind": "xlsx"}]


@pytest.mark.parametrize("role_id", sorted(OTHERS))
def test_nobody_else_has_it(town: Speaking, role_id: int) -> None:
    town.hire("other", role_id)
    for path in (PAGE, f"{PAGE}.csv", f"{PAGE}.xlsx"):
        assert sign_in(town, "other").client.get(path, headers=HTML).status_code == 403


def test_many_ask_the_database_as_often_as_one(town: Speaking, dora: Browser, count_queries) -> None:
    town.say(**AGAINST_HIM)
    dora.see(PAGE)
    with count_queries() as one:
        dora.see(PAGE)
    for _ in range(3):
        town.say(**AGAINST_HIM)
    with count_queries() as many:
        dora.see(PAGE)
    assert len(many) == len(one)
