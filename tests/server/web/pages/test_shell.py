import re

import pytest

from tests.server.web.pages.conftest import text_of


def rail_of(answer):
    rail = re.search(r'<div class="rail">.*?</nav>', answer.get_data(as_text=True), re.DOTALL)[0]
    return re.findall(r'<a href="(/[^"]*)"', rail)


@pytest.mark.parametrize(
    ("name", "entries"),
    [
        ("ada", ["/map", "/forms", "/phones", "/places/import", "/admin"]),
        ("rita", ["/review", "/map", "/forms"]),
        ("lea", ["/map", "/forms", "/phones", "/places/import", "/admin"]),
        ("otto", []),
    ],
)
def test_the_rail_shows_what_the_role_opens_and_every_entry_opens(town, browse, name, entries):
    browser = browse(name)
    assert rail_of(browser.see("/me")) == entries
    assert [browser.see(path).status_code for path in entries] == [200] * len(entries)


def test_a_person_without_a_role_is_told_so(town, browse):
    otto = browse("otto")
    assert otto.see("/").location == "/me"
    assert "还没有项目" in text_of(otto.see("/review"))


def test_the_start_page_is_the_first_that_opens(town, browse):
    assert browse("rita").see("/").location == "/review"
    assert browse("ada").see("/").location == "/map"
    assert browse().see("/").location == "/sign-in"


def test_the_project_asked_for_is_remembered(town, browse):
    ada = browse("ada")
    ada.send("/admin/projects", {"name": "柳河镇", "kind": "plain"})
    ada.see("/forms?project=2")
    assert "<small>柳河镇</small>" in ada.see("/forms").get_data(as_text=True)
    ada.see(f"/forms?project={town.project_id}")
    assert "<small>禾川镇</small>" in ada.see("/forms").get_data(as_text=True)


def test_a_project_one_may_not_see_is_not_found(town, browse):
    browse("ada").send("/admin/projects", {"name": "柳河镇", "kind": "plain"})
    assert browse("rita").see("/forms?project=2").status_code == 404


def test_records_waiting_are_counted_in_the_rail_within_the_scope(town, browse):
    town.record(village=1)
    town.record(village=2)
    for name, count in (("rita", 2), ("vera", 1)):
        page = browse(name).see("/map").get_data(as_text=True)
        assert f'<span>审核</span><span class="count">{count}</span>' in page
