"""The files of a draft on its page: what the linter finds in them is said where they are added."""

import pytest

from tests.making import an_xform
from tests.server.web.pages.conftest import a_file, make_project, text_of

FORM = an_xform(version="2").replace(b"<bind", b'<instance id="x" src="jr://file-csv/choices.csv"/><bind', 1)

pytestmark = pytest.mark.usefixtures("without_java")


def add(browser):
    return browser.send("/forms/visit/draft/files", {"files": a_file("name,label\n1,查环".encode(), "choices.csv")})


def test_a_file_that_asks_what_we_do_not_ask_is_refused_in_a_care_project_and_warned_of_in_a_plain_one(town, browse):
    lea, ada = browse("lea"), browse("ada")
    lea.send("/forms/visit/draft", {"file": a_file(FORM, "visit.xml"), "ignore_warnings": "1"})
    answer = add(lea)
    assert answer.status_code == 400 and "choices.csv 2" in text_of(answer)
    ada.see(f"/forms?project={make_project(ada)}")
    ada.send("/forms/upload", {"file": a_file(FORM, "visit.xml"), "ignore_warnings": "1"})
    assert add(ada).status_code == 303
    assert "choices.csv 第 2 行: 查环" in text_of(ada.see("/forms/visit"))
