"""A filter lives in the address and reads in words; what pages cover cannot be looked for."""

import html
import re

import pytest

from tests.server.web.pages.conftest import text_of


def listed(page):
    return [int(one) for one in re.findall(r'data-record="(\d+)"', page.get_data(as_text=True))]


def test_an_answer_is_asked_for_step_by_step_and_reads_in_words(town, browse):
    red, blue = town.record(note="Red door", members=[("甲", "3")]), town.record(note="blue")
    rita = browse("rita")
    assert "按答案筛选" not in text_of(rita.see("/review"))
    first = rita.see("/review?form=visit&question=%2Fnote")
    assert "按答案筛选" in text_of(first) and 'name="first"' in first.get_data(as_text=True)
    added = rita.see("/review?form=visit&question=%2Fnote&first=red+door")
    assert added.status_code == 303 and added.location == "/review?form=visit&answer=%2Fnote%3Dred+door"
    page = rita.see(added.location)
    assert listed(page) == [red] and "Note: red door" in text_of(page)
    both = rita.see("/review?form=visit&answer=%2Fnote%3Dred+door&question=%2Fmember%2Fage&first=2&last=5")
    assert listed(rita.see(both.location)) == [red]
    assert "2 至 5" in text_of(rita.see(both.location))
    back = re.search(r'class="chip removable" href="([^"]+)"', rita.see(both.location).get_data(as_text=True))
    assert listed(rita.see(html.unescape(back[1]))) == [red]
    assert listed(rita.see("/review?form=visit")) == [blue, red]


def test_the_wishes_stay_when_another_is_added(town, browse):
    page = browse("rita").see("/review?form=visit&answer=%2Fnote%3Dred&column=%2Fnote&state=received&since=2026-01-01")
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.get_data(as_text=True))
    assert {("answer", "/note=red"), ("column", "/note"), ("state", "received"), ("since", "2026-01-01")} <= set(fields)


def test_the_last_days_are_those_before_the_day_on_which_a_kept_view_is_opened(town, browse, clock):
    record = town.record()
    rita = browse("rita")
    assert listed(rita.see("/review?last=7")) == [record]
    words = rita.see("/review").get_data(as_text=True)
    assert 'href="/review?last=7"' in words and "since=2026" not in words
    rita.send("/review/views?last=7", {"name": "这一周"})
    clock.forward(days=7)
    (kept,) = re.findall(
        r'href="(/review\?last=7)"[^>]*>\s*这一周', browse("rita").see("/review").get_data(as_text=True)
    )
    page = browse("rita").see(kept)
    assert listed(page) == [] and "最近 7 天" in text_of(page)


def test_a_day_that_is_chosen_goes_before_the_last_days(town, browse):
    record = town.record()
    assert listed(browse("rita").see("/review?last=1&since=2020-01-01")) == [record]


def test_answers_stand_beside_the_records_as_columns(town, browse):
    town.record(note="蓝门", members=[("甲", "3"), ("乙", "40")])
    page = browse("rita").see("/review?form=visit&column=%2Fnote&column=%2Fmember%2Fage&column=%2Fgone")
    text = text_of(page)
    assert "蓝门" in text and "3, 40" in text
    assert page.get_data(as_text=True).count('data-label="Note"') == 1


def test_who_sent_them_and_when(town, browse):
    record = town.record()
    rita = browse("rita")
    assert listed(rita.see(f"/review?sender={town.phone_id}")) == [record]
    assert listed(rita.see("/review?sender=999999")) == []
    assert listed(rita.see("/review?since=2020-01-01&until=2020-01-31")) == []
    assert listed(rita.see("/review?since=2020-01-01")) == [record]
    assert "赵秀兰" in text_of(rita.see("/review"))


def test_a_reader_of_one_village_hears_of_no_sender_elsewhere(town, browse):
    town.record(village=2)
    assert "赵秀兰" not in text_of(browse("vera").see("/review"))


def test_a_part_of_the_map(town, browse):
    inside = town.record(village=1)
    town.record(village=2)
    rita = browse("rita")
    page = rita.see("/review?box=105.0,30.0,105.0099,30.01")
    assert listed(page) == [inside] and "地图上的一块" in text_of(page)


@pytest.mark.parametrize(
    "query",
    [
        "since=x",
        "since=2026-02-30",
        "last=31",
        "last=x",
        "since=0001-01-01",
        "until=9999-12-31",
        "box=1,2,3",
        "answer=x",
        "answer=%2Fnote%3D%00",
        "sender=x",
        "waits_for=-1",
        "form=visit&question=%2Fnote&first=%27%22%3C",
        "form=visit&answer=%2Fnote%3D" + "x" * 300,
        "form=nope&answer=%2Fnote%3D1",
        "column=%2Fnote",
        "form=visit&question=%2Fgone&first=1",
    ],
)
def test_odd_wishes_are_answered_without_an_error_of_ours(town, browse, query):
    town.record()
    assert browse("rita").see(f"/review?{query}").status_code in (200, 303, 400)
