"""What a form may not ask is said with its place; what only quotes an old word passes when two people said so."""

import re

import pytest

from tests.making import a_workbook
from tests.server.web.pages.conftest import a_file, text_of

SENTENCE = "社会抚养费在 2021 年已经取消"


def a_leaflet(kind="note", sentence=SENTENCE):
    rows = [["type", "name", "label::中文 (zh)"], ["text", "hamlet", "社"], [kind, "leaflet", sentence]]
    return a_file(a_workbook(rows, [["form_id"], ["leaflet"]]), "leaflet.xlsx")


def upload(browser, **how):
    return browser.send("/forms/upload", {"file": a_leaflet(**how), "ignore_warnings": "1"})


def ask(browser, **more):
    return browser.send(
        "/red-lines/waivers", {"form": "leaflet", "sentence": SENTENCE, "reason": "讲政策变化的单页", **more}
    )


def act_on(browser, act):
    """Confirms or ends the one waiver that the page shows."""
    shown = re.search(r"/red-lines/waivers/(\d+)/", browser.see("/red-lines").get_data(as_text=True))
    return browser.send(f"/red-lines/waivers/{shown[1]}/{act}")


def test_an_upload_is_stopped_with_sheet_row_and_reason(town, browse):
    answer = upload(browse("lea"))
    page = text_of(answer)
    assert answer.status_code == 400
    assert "survey" in page and "第 3 行" in page and "社会抚养费已在 2021 年废止" in page
    assert "/red-lines?sentence=" in answer.get_data(as_text=True)
    english = text_of(upload(browse("lea", language="en")))
    assert "row 3" in english and "was abolished in 2021" in english


def test_a_question_is_no_text_to_quote_in(town, browse):
    answer = upload(browse("lea"), kind="text")
    assert answer.status_code == 400 and "/red-lines?sentence=" not in answer.get_data(as_text=True)


def test_a_sentence_passes_when_a_second_person_confirmed_it_and_both_names_stand_there(town, browse):
    lea, ada = browse("lea"), browse("ada")
    assert ask(lea).location == "/red-lines"
    assert upload(lea).status_code == 400
    assert "/confirm" not in lea.see("/red-lines").get_data(as_text=True), "nobody confirms what he asked for"
    number = re.search(r"/red-lines/waivers/(\d+)/", ada.see("/red-lines").get_data(as_text=True))[1]
    assert lea.send(f"/red-lines/waivers/{number}/confirm").status_code == 403
    act_on(ada, "confirm")
    page = text_of(browse("rita").see("/red-lines"))
    assert SENTENCE in page and "lea" in page and "ada" in page and "讲政策变化的单页" in page
    assert upload(lea).location == "/forms/leaflet"


def test_what_no_longer_holds_stops_the_next_upload(town, browse):
    lea, ada = browse("lea"), browse("ada")
    ask(lea)
    act_on(ada, "confirm")
    act_on(ada, "end")
    assert upload(lea).status_code == 400
    assert SENTENCE not in text_of(lea.see("/red-lines"))


@pytest.mark.parametrize("more", [{"reason": ""}, {"sentence": "平常的话"}, {"form": ""}])
def test_what_cannot_be_asked_for_is_said_and_what_was_typed_is_kept(town, browse, more):
    answer = ask(browse("lea"), **more)
    assert answer.status_code == 400
    assert "leaflet" in answer.get_data(as_text=True) or "form" in more


def test_who_changes_no_forms_reads_the_page_and_changes_nothing(town, browse):
    rita = browse("rita")
    page = rita.see("/red-lines")
    assert page.status_code == 200 and "女性" not in page.text and "生几个孩子由她自己决定" in page.text
    assert ask(rita).status_code == 403
    assert rita.send("/red-lines/waivers/1/confirm").status_code == 403


def test_another_town_s_sentence_is_not_there(town, browse):
    ada = browse("ada")
    ada.see("/red-lines")
    assert ada.send("/red-lines/waivers/999999999/end").status_code == 404
