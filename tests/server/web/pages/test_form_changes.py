"""A form goes out for Excel and comes back: what it changes is shown before it is published."""

import io

import openpyxl
import pytest

from forms.library import read_library_form
from forms.xlsform import convert_xlsform
from server.publishing import definition
from tests.making import XLSX, a_workbook, an_xform
from tests.server.web.pages.conftest import a_file, text_of

HEAD = ["type", "name", "label::中文 (zh)", "label::English (en)", "relevant"]
SETTINGS = [["form_id", "form_title", "version"], ["talk", "谈话", "1"]]
CHOICES = [
    ["list_name", "name", "label::中文 (zh)", "label::English (en)"],
    ["yn", "yes", "是", "Yes"],
    ["yn", "no", "否", "No"],
]
FIRST = [
    ["text", "topic", "谈了什么", "What about", ""],
    ["select_one yn", "again", "还来吗", "Coming again", ""],
    ["date", "day", "哪天", "Which day", "${again} = 'yes'"],
]


def a_book(rows: list[list[str]], version: str, choices: list[list[str]] | None = None) -> bytes:
    settings = [SETTINGS[0], [*SETTINGS[1][:2], version]]
    return a_workbook([HEAD, *rows], settings, choices=choices or CHOICES)


PUBLISHED = a_book(FIRST, "1")


@pytest.fixture(autouse=True)
def without_java(monkeypatch):
    monkeypatch.setattr(definition, "read_warnings_of_validate", lambda xml: [])


@pytest.fixture
def lea(town, browse):
    """The town's lead, with the form `talk` published from a workbook."""
    lea = browse("lea")
    lea.send("/forms/upload", {"file": a_file(PUBLISHED, "talk.xlsx"), "ignore_warnings": "1"})
    assert lea.send("/forms/talk/publish", {"version": "1"}).status_code == 303
    return lea


def bring(lea, rows, version="2", choices=None):
    sent = {"file": a_file(a_book(rows, version, choices), "talk.xlsx"), "ignore_warnings": "1"}
    return lea.send("/forms/talk/draft", sent)


def test_a_towns_own_form_comes_as_it_was_uploaded(lea):
    answer = lea.see("/forms/talk/workbook")

    assert (answer.status_code, answer.data) == (200, PUBLISHED)
    assert answer.content_type == XLSX and 'filename="talk.xlsx"' in answer.headers["Content-Disposition"]
    assert 'href="/forms/talk/workbook"' in lea.see("/forms/talk").get_data(as_text=True)


def test_a_form_of_ours_comes_with_its_guide_and_converts_to_the_same(town, browse):
    lea = browse("lea")
    lea.send("/forms/library")
    answer = lea.see("/forms/feedback/workbook")

    assert openpyxl.load_workbook(io.BytesIO(answer.data)).sheetnames[0] == "说明 Guide"
    assert convert_xlsform(answer.data, "xlsx").xml == read_library_form("feedback")


def test_of_a_form_that_came_as_xml_there_is_none_and_the_page_says_so(town, browse):
    rita = browse("rita")
    answer = rita.see("/forms/visit/workbook")

    assert answer.status_code == 404 and "XML" in text_of(answer) and "XLSForm" in text_of(answer)
    page = rita.see("/forms/visit")
    assert "没有 Excel 文件" in text_of(page) and "/forms/visit/workbook" not in page.get_data(as_text=True)


def test_a_draft_is_for_its_makers_alone(lea, town, browse):
    lea.send(
        "/forms/upload", {"file": a_file(a_workbook(settings=[["form_id"], ["new"]]), "n.xlsx"), "ignore_warnings": "1"}
    )
    rita = browse("rita")

    assert lea.see("/forms/new/workbook").status_code == 200
    assert rita.see("/forms/new/workbook").status_code == 403
    assert "/forms/new/workbook" not in rita.see("/forms/new").get_data(as_text=True)
    bring(lea, FIRST)
    assert rita.see("/forms/talk/draft/changes").status_code == 403
    assert rita.see("/forms/talk/workbook").status_code == 200


def test_an_edited_form_shows_what_it_changes_with_what_loses_data_first(lea):
    renamed = [
        ["text", "subject", *FIRST[0][2:]],
        FIRST[1],
        [*FIRST[2][:4], ""],
        ["note", "n", "谢谢", "Thank you", ""],
    ]
    choices = [*CHOICES[:2], ["yn", "no", "不来", "Not coming"]]
    answer = bring(lea, renamed, "2", choices)
    assert (answer.status_code, answer.location) == (303, "/forms/talk/draft/changes")

    page = text_of(lea.see("/forms/talk/draft/changes"))
    places = [page.index(words) for words in ("会丢数据 · 1", "可能改了名 · 1", "改变问法或算法 · 1", "没有影响 · 3")]
    assert places == sorted(places)
    for words in ("谈了什么 What about subject", "topic", "改回旧名", "什么时候问", "${again} = 'yes'", "不来", "谢谢"):
        assert words in page
    form = text_of(lea.see("/forms/talk"))
    assert "会丢数据 1" in form and "草稿改了什么" in form
    assert "Probably renamed" in text_of(lea.see("/forms/talk/draft/changes?lang=en"))


def test_a_draft_that_changes_nothing_says_so_and_a_form_without_one_has_no_changes(lea):
    assert lea.see("/forms/talk/draft/changes").status_code == 404
    bring(lea, FIRST)
    assert "两版问的一样" in text_of(lea.see("/forms/talk/draft/changes"))


def test_a_first_draft_has_nothing_to_be_held_against(town, browse):
    lea = browse("lea")
    lea.send("/forms/upload", {"file": a_file(an_xform("other"), "other.xml"), "ignore_warnings": "1"})

    assert "还没上过手机" in text_of(lea.see("/forms/other/draft/changes"))
    assert "草稿改了什么" not in text_of(lea.see("/forms/other"))


def test_text_of_a_form_is_only_text(lea):
    bring(lea, [*FIRST, ["note", "n", "<b onclick=x>", "<script>", ""]])

    page = lea.see("/forms/talk/draft/changes").get_data(as_text=True)
    assert "<b onclick" not in page and "&lt;b onclick=x&gt;" in page
