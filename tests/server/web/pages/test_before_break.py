"""What has its last day in the next long break: a list within one's villages, and the word in the inbox that leads there."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from flask import Flask

from server.db import Database
from server.followups.before_breaks import tell_before_breaks
from server.followups.outbox import deliver_inbox
from server.models import Audit
from tests.conftest import MORNING
from tests.server.web.pages.conftest import Browser, text_of
from tests.server.web.pages.women import CareTown, a_follow_up, a_woman

Browse = Callable[..., Browser]
PULL = date(2026, 9, 23)


@pytest.fixture
def town(paged: Flask, database: Database) -> CareTown:
    return CareTown(paged, database)


def closing(town: CareTown, label: str = "W-0231 王*", on: date = date(2026, 10, 3), **more: Any) -> None:
    with town.database.transaction() as db:
        woman = a_woman(db, town.project_id, label, **more)
        dates = {"opens_on": date(2026, 9, 1), "due_on": on, "closes_on": on, "proposed_on": on}
        a_follow_up(db, woman, state="scheduled", overdue_from=date(2026, 10, 9), **dates)


def test_a_worker_sees_her_villages_and_a_clinician_all(town: CareTown, browse: Browse) -> None:
    closing(town)
    closing(town, "W-0555 李*", village=2)
    closing(town, "W-0777 周*", on=date(2026, 9, 30))
    page = text_of(browse("wang").see("/follow-ups/before-break"))
    assert "国庆节 · 10月1日（周四） – 10月7日（周三） · 1 件" in page
    assert "W-0231 王*" in page and "W-0555" not in page and "W-0777" not in page
    everybody = text_of(browse("lin").see("/follow-ups/before-break"))
    assert "W-0231" in everybody and "W-0555" in everybody
    assert "W-0231" not in text_of(browse("nia").see("/follow-ups/before-break"))


def test_nothing_is_said_of_health_and_the_look_is_written_down(town: CareTown, browse: Browse) -> None:
    closing(town)
    page = text_of(browse("wang").see("/follow-ups/before-break"))
    assert "孕" not in page and "ANC" not in page
    with town.database.reading() as db:
        assert db.query(Audit).filter_by(action="followup.list").count() == 1


def test_without_any_the_page_says_so(town: CareTown, browse: Browse) -> None:
    assert "没有待办在假期里到最后一天" in text_of(browse("wang").see("/follow-ups/before-break"))


@pytest.mark.parametrize("name", ["rita", "lea", "ada"])
def test_who_may_not_see_follow_ups_may_not_see_these(town: CareTown, browse: Browse, name: str) -> None:
    assert browse(name).see("/follow-ups/before-break").status_code == 403


def told(town: CareTown) -> None:
    with town.database.transaction() as db:
        tell_before_breaks(db, PULL, MORNING)
        deliver_inbox(db, MORNING, with_mail=False)


def test_the_word_in_the_inbox_is_a_number_and_leads_to_the_list(town: CareTown, browse: Browse) -> None:
    closing(town)
    closing(town, "W-0555 李*")
    told(town)
    page = browse("wang").see("/inbox")
    assert "快放长假了" in text_of(page) and "国庆节（10月1日–10月7日）：2 个。" in text_of(page)
    assert "W-0231" not in text_of(page)
    assert f'href="/follow-ups/before-break?project={town.project_id}"' in page.get_data(as_text=True)
    english = text_of(Browser(town.app, "en").sign_in("wang@example.test").see("/inbox"))
    assert "A long break is coming" in english and "National Day, 1 Oct – 7 Oct: 2." in english
    assert "快放长假了" not in text_of(browse("nia").see("/inbox"))


def test_the_list_asks_as_much_for_many_as_for_one(
    town: CareTown, browse: Browse, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    closing(town)
    wang = browse("wang")
    wang.see("/follow-ups/before-break")
    with count_queries() as few:
        wang.see("/follow-ups/before-break")
    for number in range(6):
        closing(town, f"W-06{number}0 李*")
    with count_queries() as many:
        assert "7" in text_of(wang.see("/follow-ups/before-break"))
    assert len(many) == len(few)
