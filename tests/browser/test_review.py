"""Reviewing without leaving the list, by pointer and by keys; everything also works without script."""

import orjson
from playwright.sync_api import expect
from sqlalchemy import select

from server.access.phones import revoke_app_user
from server.clock import now
from server.intake.quality_judging import judge_waiting
from server.models import Actor, AppUser, QualityFlag
from tests.browser.looking import list_faults
from tests.chromium import PATIENCE_MS, PHONE

UNDO = ".panel .block.good form button"
UNDO_AT_ONCE = f"""() => new MutationObserver((_, watch) => {{
  const undo = document.querySelector("{UNDO}");
  if (undo) {{ watch.disconnect(); undo.click(); }}
}}).observe(document.body, {{ childList: true, subtree: true }})"""


def test_a_record_opens_beside_the_list_and_its_row_follows_the_decision(town, open_tab):
    record = town.record()
    tab = open_tab("rita")
    tab.go("/review")
    tab.page.click(f'[data-record="{record}"] a.title')
    tab.page.wait_for_selector("#record-title")
    tab.page.fill("#panel textarea[name=comment]", "看过了")
    tab.page.click('#panel button[value="hasIssues"]')
    tab.page.wait_for_selector(f'[data-record="{record}"] .shape-hasIssues')
    assert "看过了" in tab.page.inner_text("#panel .course")
    assert tab.page.url.endswith("/review")
    tab.shoot("review-panel")
    assert tab.complaints == []


def test_the_key_r_asks_why_and_sends_the_record_back_to_its_phone(town, open_tab):
    record = town.record(note="三社")
    tab = open_tab("rita")
    tab.go("/review")
    tab.page.click(f'[data-record="{record}"] a.title')
    tab.page.wait_for_selector(".panel [data-return]")
    tab.page.keyboard.press("r")
    tab.page.keyboard.type("门牌不对，请再看一看")
    tab.shoot("review-return")
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector(".panel .block.good")
    assert "门牌不对，请再看一看" in tab.page.inner_text(".panel")
    assert tab.page.inner_text(".panel-head .state").strip() in ("已退回", "Returned")
    tab.shoot("review-returned")
    tab.page.keyboard.press("u")
    tab.page.wait_for_selector(".panel .block.good:not(:has(form))")
    assert tab.page.locator(".panel .shape-returned").count() == 1, "only the summary of the form below has it"


def test_whoever_is_quicker_than_the_page_settles_is_still_answered_in_the_panel(town, open_tab):
    record = town.record(note="三社")
    tab = open_tab("rita")
    tab.go("/review")
    tab.page.click(f'[data-record="{record}"] a.title')
    tab.page.wait_for_selector(".panel [data-return]")
    tab.page.evaluate(UNDO_AT_ONCE)
    tab.page.keyboard.press("r")
    tab.page.keyboard.type("门牌不对，请再看一看")
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector(".panel .block.good:not(:has(form))")
    assert tab.page.url.endswith("/review")


def test_by_keys_alone_many_go_back_with_one_reason_and_it_is_undone(town, open_tab):
    for _ in range(3):
        town.record(note="三社")
    for theme, language in (("light", "zh_Hans"), ("dark", "en")):
        tab = open_tab("rita", None, language, theme=theme)
        tab.go("/review")
        for _ in range(2):
            tab.page.keyboard.press("j")
            tab.page.wait_for_selector(".panel [data-return]")
            tab.page.keyboard.press("x")
        assert tab.page.locator("input[name=record]:checked").count() == 2
        tab.page.keyboard.press("r")
        tab.page.wait_for_selector("#reason:focus")
        tab.shoot(f"review-return-many-{language}")
        tab.page.keyboard.type("门牌不对，请再看一看")
        tab.page.keyboard.press("Tab")
        tab.page.keyboard.press("Enter")
        tab.page.wait_for_selector("[data-toast]")
        assert tab.page.locator("[data-record] .shape-returned").count() == 2
        tab.page.keyboard.press("u")
        tab.page.wait_for_selector("tbody:not(:has(.shape-returned))")
        assert tab.complaints == []


def test_what_did_not_go_back_is_listed_on_a_phone_too(town, open_tab):
    back, other = town.record(note="三社"), town.record()
    tab = open_tab("rita", PHONE)
    tab.go(f"/review/{back}")
    tab.page.click("[data-return] summary")
    tab.page.fill(f"#reason-{back}", "门牌不对")
    tab.page.click("[data-return] button")
    tab.page.wait_for_selector(".shape-returned")
    tab.go("/review")
    for one in (back, other):
        tab.page.check(f"[data-record='{one}'] input[name=record]")
    tab.page.click("button[value=return]")
    tab.page.fill("#reason", "日期请再看一看")
    tab.shoot("review-return-many-phone")
    tab.page.click("main form button.primary")
    tab.page.wait_for_selector("#batch h2")
    assert tab.page.locator(f"#batch a[href='/review/{back}']").count() == 1
    assert not tab.is_wider_than_the_screen()
    tab.shoot("review-returned-many-phone")
    assert tab.complaints == []


def test_where_nobody_could_correct_it_that_is_read_before_the_reason_is_written(town, open_tab, database):
    record = town.record(note="三社")
    with database.transaction() as db:
        told = orjson.dumps({"record": record, "happened": 1, "service": 1}).decode()
        given = {"project_id": town.project_id, "found_at": now()}
        db.add(QualityFlag(submission_id=record, kind="checked", told_json=told, **given))
        late = orjson.dumps({"days": 4, "records": 12}).decode()
        db.add(QualityFlag(submission_id=record, kind="late", told_json=late, **given))
        for phone in db.scalars(select(AppUser)):
            revoke_app_user(db, phone.actor_id, None, now())
    for size, language, theme in ((PHONE, "zh_Hans", "light"), (None, "en", "dark")):
        tab = open_tab("rita", size, language, theme=theme)
        tab.go(f"/review/{record}")
        assert tab.page.locator("[data-return] .block.warn").count() == 1
        tab.page.click("[data-return] summary")
        assert tab.page.locator("[data-return] .block.warn").is_visible()
        tab.shoot(f"review-return-hindered-{language}")
        assert not tab.is_wider_than_the_screen()
        assert tab.complaints == []


def test_who_carries_the_phone_reads_why_a_record_came_back_on_her_page_of_today(town, open_tab, database):
    record = town.record(note="三社")
    with database.transaction() as db:
        wang = db.scalars(select(Actor.id).where(Actor.display_name == "wang")).one()
        for phone in db.scalars(select(AppUser)):
            phone.person_id = wang
    office = open_tab("rita", PHONE)
    office.go(f"/review/{record}")
    office.page.click("[data-return] summary")
    office.page.fill("[data-return] textarea", "门牌不对，请再看一看")
    office.shoot("review-return-phone")
    office.page.click("[data-return] button")
    office.page.wait_for_selector(".panel .block.info")
    for language in ("zh_Hans", "en"):
        tab = open_tab("wang", PHONE, language)
        tab.go("/m")
        assert "门牌不对，请再看一看" in tab.page.inner_text("main")
        assert not tab.is_wider_than_the_screen()
        tab.shoot(f"today-returned-{language}")
    assert office.complaints == []


def test_keys_move_decide_and_undo_and_can_be_turned_off(town, open_tab):
    first = town.record()
    last = town.record()
    tab = open_tab("rita")
    tab.go("/review")
    tab.page.keyboard.press("j")
    tab.page.wait_for_selector("#record-title")
    tab.page.keyboard.press("a")
    tab.page.wait_for_selector(f'[data-record="{last}"] .shape-approved')
    tab.page.keyboard.press("u")
    tab.page.wait_for_selector(f'[data-record="{last}"] .shape-received')
    tab.page.click("[data-review-keys] summary")
    tab.page.uncheck("[data-review-keys-switch]")
    tab.page.focus("main")
    tab.page.keyboard.press("a")
    tab.page.wait_for_timeout(400)
    assert tab.page.locator(f'[data-record="{last}"] .shape-approved').count() == 0
    assert tab.page.locator(f'[data-record="{first}"] .shape-received').count() == 1
    assert tab.complaints == []


def test_on_a_phone_a_record_is_a_page_of_its_own_with_the_decision_at_the_thumb(town, open_tab):
    record = town.record()
    tab = open_tab("rita", PHONE)
    tab.go("/review")
    tab.page.click(f'[data-record="{record}"] a.title')
    tab.page.wait_for_url(f"**/review/{record}")
    button = tab.page.locator('button[value="approved"]').bounding_box()
    assert button["height"] >= 48 and button["y"] + button["height"] < PHONE["height"]
    tab.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    last, foot = (tab.page.locator(one).last.bounding_box() for one in (".course li", ".panel-foot"))
    assert last["y"] + last["height"] <= foot["y"] + 1, "at its end the page shows the whole course above the decision"
    tab.page.click('button[value="approved"]')
    tab.page.wait_for_selector("[role=status] >> text=已通过")
    tab.shoot("review-phone-approved")
    assert tab.complaints == []


def test_without_script_signing_in_reviewing_and_undoing_work(town, open_tab):
    record = town.record()
    tab = open_tab(None, java_script_enabled=False)
    tab.sign_in_by_page("rita")
    tab.page.goto(f"{tab.address}/review/{record}")
    tab.page.click('button[value="approved"]')
    expect(tab.page.locator(".panel-head")).to_contain_text("已通过", timeout=PATIENCE_MS)
    tab.page.click('[data-toast] button:has-text("撤销")')
    expect(tab.page.locator(".panel-head")).to_contain_text("待审核", timeout=PATIENCE_MS)


def test_a_question_is_asked_and_settled_beside_the_list_and_found_by_the_filter(town, open_tab):
    record = town.record(gps="30.005 105.005 0 80")
    town.record()
    judge_waiting(town.database, now(), 50)
    tab = open_tab("rita")
    tab.go("/review")
    tab.page.select_option('select[name="flag"]', "accuracy")
    tab.page.wait_for_url("**flag=accuracy**")
    assert tab.page.locator("[data-record]").count() == 1
    tab.page.click(f'[data-record="{record}"] a.title')
    tab.page.wait_for_selector("#record-title")
    tab.shoot("review-flag")
    tab.page.click('#panel button[value="ask"]')
    tab.page.wait_for_selector(f'[data-record="{record}"] .shape-hasIssues')
    assert "是不是走到门口才开定位？" in tab.page.inner_text("#panel .course")
    tab.page.click('#panel button[value="settle"]')
    tab.page.wait_for_selector('#panel button[value="reopen"]')
    tab.shoot("review-flag-settled")
    assert "flag=accuracy" in tab.page.url and tab.complaints == []


def test_on_a_phone_the_filter_is_a_sheet_that_one_button_opens(town, open_tab):
    town.record(village=0)
    town.record()
    tab = open_tab("rita", PHONE)
    tab.go("/review")
    button, filters = tab.page.locator(".sheet-button"), tab.page.locator("#filters")
    filters.wait_for(state="hidden")
    assert tab.page.locator("[data-record]").first.bounding_box()["y"] < PHONE["height"] / 2
    button.click()
    filters.wait_for(state="visible")
    assert list_faults(tab.page) == []
    tab.page.keyboard.press("Escape")
    filters.wait_for(state="hidden")
    assert button.evaluate("one => one === document.activeElement")
    button.click()
    tab.page.select_option("#filters [name=village]", "unknown")
    tab.page.select_option("#filters [name=form]", "visit")
    tab.shoot("review-sheet")
    with tab.page.expect_navigation():
        tab.page.click("#filters .apply")
    assert "village=unknown" in tab.page.url and "form=visit" in tab.page.url
    assert "(2)" in button.inner_text() and tab.page.locator("[data-record]").count() == 1
    tab.shoot("review-cards")
    plain = open_tab("rita", PHONE, java_script_enabled=False)
    plain.go("/review")
    assert plain.page.is_visible("#filters") and not plain.page.is_visible(".sheet-button")
    assert tab.complaints == []


def test_in_the_sheet_the_keyboard_stays_inside(town, open_tab):
    town.record()
    tab = open_tab("rita", PHONE)
    tab.go("/review")
    tab.page.click(".sheet-button")
    inside = "document.activeElement.closest('#filter-sheet') !== null"
    for key in ("Shift+Tab", *["Tab"] * 12):
        tab.page.keyboard.press(key)
        assert tab.page.evaluate(inside), key


def test_a_sheet_that_is_open_when_the_phone_is_turned_holds_nobody_inside(town, open_tab):
    tab = open_tab("rita", PHONE)
    tab.go("/review")
    tab.page.click("[data-sheet]")
    sheet = tab.page.locator("#filter-sheet")
    assert sheet.get_attribute("aria-modal") == "true"
    tab.page.set_viewport_size({"width": PHONE["height"], "height": PHONE["width"]})
    tab.page.wait_for_selector("#filter-sheet:not([aria-modal])")
    assert tab.page.locator("html.has-sheet").count() == 0


def test_who_ticks_all_by_keyboard_is_on_the_bar_that_takes_the_head_s_place_and_back_by_one_press(town, open_tab):
    for number in range(2):
        town.record(note=str(number))
    tab = open_tab("rita")
    tab.go("/review")
    tab.page.focus("[data-tick-all]")
    tab.page.keyboard.press("Space")
    tab.page.wait_for_selector("[data-bulk-bar]", state="visible")
    tab.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert tab.page.evaluate("document.activeElement.matches('[data-bulk-none]')")
    tab.page.keyboard.press("Space")
    assert tab.page.evaluate("document.activeElement.matches('input[name=record]')")
    assert tab.page.locator("input[name=record]:checked").count() == 0
