"""The review list as a file: the same records as on its pages, in the same columns, and nothing that a spreadsheet runs."""

import csv
import io

import pytest

from server.models import Reading
from server.web.pages import review_table
from tests.making import new_id


def table(browser, query=""):
    answer = browser.see(f"/review/list.csv{query}")
    assert answer.status_code == 200 and answer.mimetype == "text/csv"
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline="")))


@pytest.fixture(autouse=True)
def few_together(monkeypatch):
    monkeypatch.setattr(review_table, "TOGETHER", 2)


def test_it_has_every_record_of_the_filter_the_newest_first_in_words(town, browse):
    records = [town.record(village=one, note=f"第 {number} 份") for number, one in enumerate((1, 2, 1, 1, 1))]
    rita = browse("rita")
    rita.send(f"/review/{records[0]}/state", {"state": "approved"})
    head, *rows = table(rita)
    assert head == ["记录", "表单", "状态", "村", "上传人", "收到"] and len(rows) == 5
    assert [one[2] for one in rows] == ["待审核"] * 4 + ["已通过"] and {one[3] for one in rows} == {"村1", "村2"}
    assert all(len(one[5]) == len("2026-03-02 09:00") for one in rows)
    head, *rows = table(rita, "?village=519901201001&form=visit&column=/note")
    assert len(head) == 7 and head[4:] == ["村", "上传人", "收到"], "the answer stands before the village"
    assert [one[3] for one in rows] == ["第 4 份", "第 3 份", "第 2 份", "第 0 份"]
    assert len(table(rita, "?state=approved")) == 2 and len(table(rita, "?state=rejected")) == 1


def test_it_reaches_as_far_as_the_reader_and_the_look_is_written_down(town, browse, database):
    town.record(village=1)
    town.record(village=2)
    assert len(table(browse("vera"))) == 2 and len(table(browse("rita"))) == 3
    assert browse("lea").see("/review/list.csv").status_code == 403
    with database.reading() as db:
        assert [one.action for one in db.query(Reading)] == ["submission.list"] * 2


def test_no_cell_begins_like_a_formula(town, browse):
    town.record(note="=1+1", instance_id=f"uuid:{new_id()}")
    _head, row = table(browse("rita"), "?form=visit&column=/note")
    assert row[3] == "'=1+1"


def test_a_longer_list_takes_no_more_questions_than_its_lots(town, browse, count_queries):
    rita = browse("rita")
    for _ in range(2):
        town.record()
    table(rita)
    with count_queries() as few:
        table(rita)
    for _ in range(4):
        town.record()
    with count_queries() as more:
        table(rita)
    assert len(more) - len(few) <= 4
