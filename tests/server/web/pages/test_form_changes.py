"""A form goes out for Excel and comes back: what it changes is shown before it is published."""

import pytest

from forms.library import read_library_form, read_library_workbook
from tests.making import XLSX, a_form, a_workbook, an_xform
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

pytestmark = pytest.mark.usefixtures("without_java")


def bring(lea, xml: bytes, form_id="visit"):
    return lea.send(f"/forms/{form_id}/draft", {"file": a_file(xml, "f.xml"), "ignore_warnings": "1"})


def test_a_towns_form_comes_as_it_was_uploaded_and_what_its_edit_changes_is_shown_first(town, browse):
    lea = browse("lea")
    lea.send("/forms/upload", {"file": a_file(PUBLISHED, "talk.xlsx"), "ignore_warnings": "1"})
    assert lea.send("/forms/talk/publish", {"version": "1"}).status_code == 303
    answer = lea.see("/forms/talk/workbook")
    assert (answer.status_code, answer.data) == (200, PUBLISHED)
    assert answer.content_type == XLSX and 'filename="talk.xlsx"' in answer.headers["Content-Disposition"]
    assert 'href="/forms/talk/workbook"' in lea.see("/forms/talk").get_data(as_text=True)

    renamed = [
        ["text", "subject", *FIRST[0][2:]],
        FIRST[1],
        [*FIRST[2][:4], ""],
        ["note", "n", "谢谢", "Thank you", ""],
    ]
    edited = a_book(renamed, "2", [*CHOICES[:2], ["yn", "no", "不来", "Not coming"]])
    answer = lea.send("/forms/talk/draft", {"file": a_file(edited, "talk.xlsx"), "ignore_warnings": "1"})
    assert (answer.status_code, answer.location) == (303, "/forms/talk/draft/changes")

    page = text_of(lea.see("/forms/talk/draft/changes"))
    places = [page.index(words) for words in ("会丢数据 · 1", "可能改了名 · 1", "改变问法或算法 · 1", "没有影响 · 3")]
    assert places == sorted(places)
    for words in (
        "谈了什么 What about 文件里的名字： subject",
        "topic",
        "改回旧名",
        "什么时候问",
        "${again} = 'yes'",
        "不来",
        "谢谢",
    ):
        assert words in page
    form = text_of(lea.see("/forms/talk"))
    assert "会丢数据 1" in form and "草稿改了什么" in form
    assert "Probably renamed" in text_of(lea.see("/forms/talk/draft/changes?lang=en"))


def test_a_form_of_ours_comes_with_its_guide_and_one_that_came_as_xml_has_none_and_says_so(town, browse, database):
    with database.transaction() as db:
        a_form(db, town.project_id, xml=read_library_form("feedback"), form_id="feedback")
    rita = browse("rita")
    ours, none = rita.see("/forms/feedback/workbook"), rita.see("/forms/visit/workbook")

    assert ours.data == read_library_workbook("feedback")
    assert none.status_code == 404 and "XML" in text_of(none) and "XLSForm" in text_of(none)
    page = rita.see("/forms/visit")
    assert "没有 Excel 文件" in text_of(page) and "/forms/visit/workbook" not in page.get_data(as_text=True)


def test_a_draft_is_for_its_makers_alone_and_its_words_are_only_text(town, browse):
    lea, rita = browse("lea"), browse("rita")
    assert lea.see("/forms/visit/draft/changes").status_code == 404
    xml = an_xform(version="2").replace(b"<label>Note</label>", b"<label>&lt;b onclick=x&gt;</label>")
    assert bring(lea, xml).location == "/forms/visit/draft/changes"

    page = lea.see("/forms/visit/draft/changes").get_data(as_text=True)
    assert "<b onclick" not in page and "&lt;b onclick=x&gt;" in page
    assert rita.see("/forms/visit/draft/changes").status_code == 403
    assert "草稿改了什么" not in text_of(rita.see("/forms/visit"))


def test_a_draft_that_changes_nothing_says_so_and_a_first_one_has_nothing_to_be_held_against(town, browse):
    lea = browse("lea")
    bring(lea, an_xform(version="2"))
    assert "两版问的一样" in text_of(lea.see("/forms/visit/draft/changes"))
    answer = lea.send("/forms/upload", {"file": a_file(an_xform("other"), "other.xml"), "ignore_warnings": "1"})

    assert answer.location == "/forms/other"
    assert "还没上过手机" in text_of(lea.see("/forms/other/draft/changes"))
    assert "草稿改了什么" not in text_of(lea.see("/forms/other"))
    assert browse("rita").see("/forms/other/workbook").status_code == 403
