"""What goes wrong, as people see it: what happened, what is safe, what to do now, in both languages and both sizes."""

import pytest
from sqlalchemy.exc import OperationalError

from server.errors import UniqueViolation
from tests.browser.looking import list_faults
from tests.chromium import DESK, PHONE

WORDS = {
    403: ("这一页您的角色看不到", "not for your role"),
    404: ("这个网址没有内容", "nothing at this address"),
    409: ("有人先改了", "Somebody was quicker"),
    413: ("文件太大", "too large"),
    503: ("服务器现在办不了", "can't do this right now"),
}


def fail(problem):
    def view(*_args, **_more):
        raise problem

    return view


@pytest.mark.parametrize("status", WORDS)
def test_each_problem_says_what_happened_what_is_safe_and_what_to_do(app, town, open_tab, monkeypatch, status):
    tab = open_tab("ada")
    if status == 409:
        monkeypatch.setitem(
            app.view_functions,
            "pages.list_forms",
            fail(UniqueViolation("Somebody made the same thing a moment ago. Load the page again.")),
        )
    if status == 503:
        away = OperationalError("SELECT 1", {}, Exception("unable to open database file"))
        monkeypatch.setitem(app.view_functions, "pages.list_forms", fail(away))
    if status == 413:
        monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 2000)
    path = {403: "/review", 404: "/no/such/page"}.get(status, "/forms")
    for language, word in zip(("zh_Hans", "en"), WORDS[status], strict=True):
        tab.speak(language)
        for size, name in ((PHONE, "phone"), (DESK, "desk")):
            tab.page.set_viewport_size(size)
            if status == 413:
                send_much(tab)
            else:
                assert tab.go(path) == status
            assert word in tab.page.inner_text("h1"), (language, tab.page.inner_text("main"))
            assert tab.page.locator("main .button.primary").count() == 1
            assert not tab.is_wider_than_the_screen() and list_faults(tab.page) == []
            tab.shoot(f"problem-{status}-{name}-{language[:2]}")
    tab.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    tab.shoot(f"problem-{status}-desk-en-dark")
    assert all(f"status of {status}" in one for one in tab.complaints)


def send_much(tab):
    tab.go("/admin")
    tab.page.evaluate("document.querySelector('#f-name').value = '石'.repeat(1000)")
    tab.page.click("form[action='/admin/projects'] button.primary")
    tab.page.wait_for_selector(".problem")


def test_what_could_not_be_stored_is_sent_again_by_one_press(app, town, open_tab, monkeypatch):
    tab = open_tab("ada", PHONE)
    tab.go("/admin")
    tab.page.fill("#f-name", "石桥镇")
    away = OperationalError("SELECT 1", {}, Exception("database is locked"))
    with monkeypatch.context() as broken:
        broken.setitem(app.view_functions, "pages.make_project", fail(away))
        tab.page.click("form[action='/admin/projects'] button.primary")
        tab.page.wait_for_selector(".problem")
    assert "写好的都还在" in tab.page.inner_text("main")
    assert list_faults(tab.page) == []
    tab.shoot("problem-503-sent")
    tab.page.click(".problem button.primary")
    tab.page.wait_for_url("**project=*")
    assert "石桥镇" in tab.page.inner_text("body")
