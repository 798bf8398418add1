"""Forms filled, looked at and corrected in the browser, by ODK Web Forms in real Chromium."""

import io
import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from forms.library import library_ids, read_library_form
from forms.xform import read_xform
from server.models import Submission, SubmissionVersion
from server.web.blueprints import WEB_FOLDER
from tests.browser.filling import FormTown, fill_and_send, send, wait_for_form
from tests.chromium import PATIENCE_MS, PHONE
from tests.client import Client
from tests.making import a_record, an_xform
from tests.server.web.pages.conftest import Browser
from tests.server.web.pages.women import CareTown
from tests.sizes import size

LANGUAGES = ("zh_Hans", "en")
LATIN, HAN = re.compile(r"[A-Za-z]{2,}"), re.compile(r"[\u4e00-\u9fff]+")
ZONE = "Asia/Shanghai"
# What begins with a list on which nobody of this town is.
WAITING = {"back_check"}
NAMES = {"ODK", "wang", "村"}
CUT = """() => [...document.querySelectorAll('#fill label, #fill h1, #fill .hint, #fill button')]
    .filter(one => one.offsetParent && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== 'visible')
    .map(one => one.innerText)"""


@pytest.fixture
def forms(app, database) -> FormTown:
    return FormTown(app, database)


@pytest.fixture
def visit(app, database) -> CareTown:
    """A town with one small form."""
    return CareTown(app, database)


def versions(database) -> list[SubmissionVersion]:
    with database.reading() as db:
        return list(db.scalars(select(SubmissionVersion).order_by(SubmissionVersion.id)))


def box(page, label: str):
    return page.locator(".question-container", has_text=label)


def test_the_form_is_loaded_on_these_pages_alone():
    templates = (WEB_FOLDER / "templates").rglob("*.html")
    assert [one.name for one in templates if "src/fill" in one.read_text(encoding="utf-8")] == ["fill.html"]


def test_every_form_that_comes_with_us_opens_and_goes_in_both_languages(forms, open_tab, database):
    """Or its first question has nothing to choose from, because nobody of this town is on that list."""
    forms.invite()
    tab = open_tab("wang", PHONE, timezone_id=ZONE)
    went: dict[str, set[str]] = {}
    languages = LANGUAGES[: size("fill_languages")]
    for language in languages:
        tab.speak(language)
        for form_id in library_ids():
            print(language, form_id)
            assert tab.go(f"/forms/{form_id}/fill") == 200, form_id
            wait_for_form(tab.page, language)
            look(tab, form_id, language)
            if fill_and_send(tab.page, language):
                went.setdefault(language, set()).add(form_id)
    assert went == dict.fromkeys(languages, set(library_ids()) - WAITING)
    assert tab.complaints == []


def look(tab, form_id: str, language: str) -> None:
    tab.shoot(f"fill-{form_id}-{language[:2]}")
    assert not tab.is_wider_than_the_screen(), (form_id, language)
    assert tab.page.evaluate(CUT) == [], (form_id, language)
    shown = tab.page.inner_text("#fill").replace(read_xform(read_library_form(form_id)).title, "")  # in one language
    words = (LATIN if language != "en" else HAN).findall(shown)
    assert [one for one in words if one not in NAMES] == [], (form_id, language)


def test_a_record_of_the_browser_makes_what_a_phones_would(forms, open_tab, database):
    tab = open_tab("wang", PHONE, timezone_id=ZONE)
    page = tab.page
    tab.go("/forms/household_visit/fill")
    wait_for_form(page)
    box(page, "门牌编号").locator("input").fill("A-0231")
    page.get_by_text("不在家").click()
    assert fill_and_send(page)
    assert "A-0231" in page.inner_text(".fill-done") and "已收下" in page.inner_text(".fill-done")
    tab.shoot("fill-stored-zh")
    with database.reading() as db:
        row = db.scalars(select(Submission)).one()
        assert (row.submitter_id, row.village_id) == (forms.actor_id(db, "wang"), forms.village_ids[0])
    listed = tab.page.evaluate(
        "path => fetch(path).then(one => one.text())",
        f"/v1/projects/{forms.project_id}/forms/household_visit/attachments/households.csv",
    )
    assert "A-0231" in listed
    assert tab.complaints == []


def test_without_network_the_answers_stay_and_what_arrived_unheard_is_stored_once(visit, open_tab, database):
    tab = open_tab("wang", PHONE)
    page = tab.page
    tab.go("/forms/visit/fill")
    wait_for_form(page)
    box(page, "Note").locator("input").fill("第一句")
    sent = []

    def unheard(route) -> None:
        sent.append(route.fetch().status)
        route.abort("connectionreset")

    page.route("**/forms/visit/fill?*", unheard)
    send(page)
    page.get_by_text("现在没有网").wait_for()
    tab.shoot("fill-no-network-zh")
    assert sent == [201] and box(page, "Note").locator("input").input_value() == "第一句"
    page.unroute("**/forms/visit/fill?*")
    page.get_by_role("button", name="再送一次").click()
    page.locator(".fill-done").wait_for()
    assert len(versions(database)) == 1


@pytest.mark.parametrize(
    ("language", "words"), [("zh_Hans", "服务器现在存不进去"), ("en", "The server can't save right now")]
)
def test_what_a_proxy_says_for_a_busy_server_is_told_in_our_words(visit, open_tab, database, language, words):
    tab = open_tab("wang", PHONE, language)
    page = tab.page
    tab.go("/forms/visit/fill")
    wait_for_form(page, language)
    box(page, "Note").locator("input").fill("第一句")
    page.route("**/forms/visit/fill?*", lambda one: one.fulfill(status=503, body="<h1>nginx</h1>"))
    send(page, language)
    page.get_by_text(words).wait_for()
    tab.shoot(f"fill-server-away-{language[:2]}")
    assert "nginx" not in page.inner_text("body")
    assert box(page, "Note").locator("input").input_value() == "第一句"
    page.unroute("**/forms/visit/fill?*")
    page.locator("[data-again]").click()
    page.locator(".fill-done").wait_for()
    assert len(versions(database)) == 1


def test_who_was_signed_out_meanwhile_signs_in_elsewhere_and_sends_from_the_same_page(visit, open_tab, database):
    tab = open_tab("wang", PHONE)
    tab.go("/forms/visit/fill")
    wait_for_form(tab.page)
    tab.become("")
    send(tab.page)
    tab.page.get_by_text("登录已经过期").wait_for()
    tab.shoot("fill-signed-out-zh")
    tab.become("wang")
    tab.page.locator("[data-again]").click()
    tab.page.locator(".fill-done").wait_for()
    assert len(versions(database)) == 1


@pytest.mark.parametrize("file", ["*.xml", "*.csv"])
def test_a_form_that_cannot_be_fetched_says_so_and_nothing_else(app, database, open_tab, file):
    forms = FormTown(app, database)
    forms.invite()
    tab = open_tab("wang", PHONE)
    tab.page.route(f"**/{file}*", lambda one: one.fulfill(status=503, body="nginx"))
    tab.go("/forms/household_visit/fill")
    tab.page.get_by_text("表单取不到").wait_for()
    tab.page.wait_for_timeout(500)
    tab.shoot(f"fill-not-fetched-{file[2:]}-zh")
    assert LATIN.findall(tab.page.inner_text("body")) == [] and "正在取" not in tab.page.inner_text("body")


def test_without_script_the_page_says_what_it_needs(visit, open_tab):
    tab = open_tab("wang", PHONE, java_script_enabled=False)
    tab.go("/forms/visit/fill")
    tab.shoot("fill-no-script-zh")
    assert "这一页要用到脚本" in tab.page.inner_text("main") and "正在取" not in tab.page.inner_text("main")


def test_a_refusal_is_told_above_the_answers(visit, open_tab, database):
    tab = open_tab("wang", PHONE)
    tab.go("/forms/visit/fill")
    wait_for_form(tab.page)
    Browser(visit.app).sign_in("lea@example.test").send("/forms/visit/state", {"state": "closed"})
    send(tab.page)
    tab.page.get_by_role("button", name="回到填的内容").click()
    assert box(tab.page, "Note").locator("input").is_editable()
    assert versions(database) == []


def test_a_preview_stores_nothing(visit, open_tab, database):
    file = (io.BytesIO(an_xform(version="2")), "visit.xml")
    Browser(visit.app).sign_in("lea@example.test").send("/forms/visit/draft", {"file": file, "ignore_warnings": "1"})
    tab = open_tab("lea", PHONE)
    tab.go("/forms/visit/draft/preview")
    wait_for_form(tab.page)
    send(tab.page)
    tab.page.get_by_text("什么也没存").wait_for()
    assert versions(database) == [] and tab.complaints == []


def test_a_record_is_corrected_in_its_form_and_keeps_its_photo(visit, open_tab, database):
    photo = b"\xff\xd8\xff\xe0" + b"x" * 200
    sent = a_record(note="第一次", photo="a.jpg").replace(
        b"orx:", b""
    )  # as Collect does for a form whose meta has no prefix
    assert Client(visit.app, key=visit.key).send(visit.project_id, sent, {"a.jpg": photo}).status_code == 201
    with database.reading() as db:
        record = db.scalars(select(Submission.id)).one()
    tab = open_tab("rita", PHONE)
    tab.go(f"/review/{record}")
    tab.page.get_by_text("打开表单更正").click()
    wait_for_form(tab.page)
    note = box(tab.page, "Note").locator("input")
    expect(note).to_have_value("第一次", timeout=PATIENCE_MS)
    note.fill("第二次")
    assert fill_and_send(tab.page)
    old, new = versions(database)
    assert (new.submission_id, new.deprecated_id, new.is_current) == (record, old.instance_id, True)
    assert b"<note>\xe7\xac\xac\xe4\xba\x8c\xe6\xac\xa1</note>" in bytes(new.xml)
    assert tab.page.locator(".fill-done a").first.get_attribute("href") == f"/review/{record}"
    answer_of = tab.page.evaluate("path => fetch(path).then(one => one.status)", f"/review/{record}/files/a.jpg")
    assert answer_of == 200
    assert [one for one in tab.complaints if not one.startswith("Failed to load")] == []
