"""A server that is slow or away, and a session that ended: the page says so, and what somebody wrote is still there."""

import pytest
from playwright.sync_api import expect

from server.clock import today
from tests.chromium import DESK, PATIENCE_MS, PHONE

LONG = "02:00"  # a page that was open so long asks before it sends


def hold(tab, pattern):
    """Requests of this kind wait. `let_go()` answers them all."""
    waiting, free = [], []
    tab.page.route(pattern, lambda route: route.continue_() if free else waiting.append(route))

    def let_go():
        free.append(True)
        for route in waiting:
            route.continue_()

    return let_go


def shot_in_each_look(tab, name):
    for theme in ("light", "dark"):
        tab.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        tab.shoot(f"{name}-{theme}")
    tab.page.emulate_media(color_scheme="light")


def is_only_of_the_network(complaints):
    return all("ERR_INTERNET_DISCONNECTED" in one or "ERR_FAILED" in one or "status of" in one for one in complaints)


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_a_desk_without_a_connection_says_since_when_sends_nothing_and_keeps_its_page(town, open_tab, language):
    tab = open_tab("ada", DESK, language)
    tab.go("/admin")
    tab.page.fill("#f-name", "石桥镇")
    tab.page.context.set_offline(True)
    tab.page.wait_for_selector(".offline", state="visible")
    banner = tab.page.inner_text(".offline")
    assert ("连不上服务器" if language == "zh_Hans" else "cannot be reached") in banner and ":" in banner
    button = tab.page.locator("form[action='/admin/projects'] button.primary")
    assert button.get_attribute("aria-disabled") == "true"
    assert ("没连上" if language == "zh_Hans" else "no connection") in button.inner_text()
    button.click(force=True)
    tab.page.click(".rail a[href='/forms']")
    assert tab.page.locator(".bar form button").first.get_attribute("aria-disabled") == "true"
    stays = tab.page.locator("[data-word-stays]")
    stays.filter(has_text="这一页" if language == "zh_Hans" else "stays here").wait_for()
    assert tab.page.url.endswith("/admin") and tab.page.input_value("#f-name") == "石桥镇"
    shot_in_each_look(tab, f"offline-desk-{language[:2]}")
    tab.page.context.set_offline(False)
    tab.page.wait_for_selector(".offline", state="hidden")
    assert button.get_attribute("aria-disabled") is None and button.locator(".why").count() == 0
    assert is_only_of_the_network(tab.complaints)


def test_who_presses_again_once_the_server_is_back_is_heard_at_once(town, open_tab):
    tab = open_tab("ada")
    tab.go("/admin")
    tab.page.evaluate("window.dispatchEvent(new Event('offline'))")
    tab.page.wait_for_selector(".offline", state="visible")
    tab.page.click(".rail a[href='/forms']")
    tab.page.wait_for_url("**/forms")
    assert tab.complaints == []


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_a_phone_without_a_network_says_to_go_on_with_forms_and_keeps_the_list(town, open_tab, language):
    town.fill(today())
    tab = open_tab("wang", PHONE, language)
    tab.go("/m")
    tab.page.context.set_offline(True)
    tab.page.wait_for_selector(".offline", state="visible")
    assert ("没有网络，照常填表" if language == "zh_Hans" else "No network") in tab.page.inner_text(".offline")
    assert tab.page.evaluate("document.querySelector('.offline').getBoundingClientRect().top") >= 0
    tab.page.click(".tabs a[href='/map']")
    tab.page.locator("[data-word-stays]:not(:empty)").wait_for()
    assert tab.page.url.endswith("/m")
    shot_in_each_look(tab, f"offline-phone-{language[:2]}")
    assert not tab.is_wider_than_the_screen()
    assert is_only_of_the_network(tab.complaints)


def test_a_fragment_that_takes_long_has_its_shape_after_a_moment_and_words_after_five_seconds(town, open_tab):
    record = town.record()
    tab = open_tab("rita")
    tab.page.clock.install()
    tab.go("/review")
    let_go = hold(tab, "**/panel**")
    tab.page.clock.pause_at(tab.page.evaluate("Date.now()") + 1000)  # real time counts until then
    tab.page.click(f'[data-record="{record}"] a.title')
    tab.page.clock.run_for(200)
    assert tab.page.locator("#panel .skeleton").count() == 0
    tab.page.clock.run_for(200)
    tab.page.wait_for_selector("#panel .skeleton")
    assert tab.page.locator("#panel .slow").count() == 0
    tab.page.clock.run_for(5000)
    assert "还在取，网慢" in tab.page.inner_text("#panel .slow[role=status]")
    shot_in_each_look(tab, "slow-panel")
    let_go()
    tab.page.clock.resume()
    tab.page.wait_for_selector("#record-title")
    assert tab.page.locator(".skeleton, .slow, .is-fetching").count() == 0
    assert tab.complaints == []


def test_a_page_that_takes_long_says_so_on_the_one_before_it(town, open_tab):
    tab = open_tab("rita", PHONE, "en")
    tab.page.clock.install()
    tab.go("/review")
    tab.page.route("**/forms", lambda route: route.fulfill(status=204))  # no page comes, and this one stays
    tab.page.clock.pause_at(tab.page.evaluate("Date.now()") + 1000)
    tab.page.click(".tabs a[href='/forms']")
    tab.page.clock.run_for(4000)
    assert tab.page.locator(".slow").count() == 0
    tab.page.clock.run_for(1100)
    assert tab.page.inner_text(".slow.at-foot[role=status]") == "Still fetching; the network is slow."
    shot_in_each_look(tab, "slow-page")
    tab.page.click("h1")
    assert tab.page.locator(".slow").count() == 0
    assert tab.complaints == []


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_a_session_that_ended_takes_nothing_of_what_was_typed_away(town, open_tab, language):
    tab = open_tab("ada", None, language)
    tab.page.clock.install()
    tab.go("/admin")
    tab.page.fill("#f-name", "石桥镇")
    tab.page.clock.fast_forward(LONG)
    tab.become("")
    send = tab.page.locator("form[action='/admin/projects'] button.primary")
    send.click()
    tab.page.wait_for_selector("[data-kept]:focus")
    assert ("写好的都还在" if language == "zh_Hans" else "still here") in tab.page.inner_text("[data-kept]")
    assert tab.page.input_value("#f-name") == "石桥镇"
    shot_in_each_look(tab, f"signed-out-{language[:2]}")
    tab.become("rita")
    send.click()
    tab.page.wait_for_selector("[data-kept]:focus")
    assert tab.page.url.endswith("/admin"), "somebody else does not send it"
    with tab.page.context.expect_page() as opened:
        tab.page.click("[data-kept] a")
    opened.value.close()
    tab.become("ada")
    send.click()
    tab.page.wait_for_url("**project=*")
    assert tab.complaints == []


def test_a_server_that_is_away_takes_nothing_of_what_was_typed_away(town, open_tab):
    tab = open_tab("ada")
    tab.page.clock.install()
    tab.go("/admin")
    tab.page.fill("#f-name", "石桥镇")
    tab.page.clock.fast_forward(LONG)
    tab.page.route("**/signed-in", lambda route: route.abort())
    tab.page.click("form[action='/admin/projects'] button.primary")
    tab.page.wait_for_selector("[data-kept]:focus")
    assert tab.page.is_visible(".offline") and tab.page.input_value("#f-name") == "石桥镇"
    tab.shoot("server-away")
    tab.page.unroute("**/signed-in")
    tab.page.click("form[action='/admin/projects'] button.primary", force=True)
    tab.page.wait_for_url("**project=*")
    assert is_only_of_the_network(tab.complaints)


@pytest.mark.parametrize("status", [401, 503])
def test_a_form_beside_the_list_keeps_its_words_when_it_cannot_be_sent(town, open_tab, status):
    record = town.record()
    tab = open_tab("rita")
    tab.go(f"/review/{record}")
    tab.page.fill("#panel textarea[name=comment]", "看过了")
    broken = {"status": status, "content_type": "text/html; charset=utf-8", "body": "<p>x</p>"}
    tab.page.route("**/state", lambda route: route.fulfill(**broken))
    tab.page.click('#panel button[value="hasIssues"]')
    tab.page.wait_for_selector("[data-kept]:focus")
    assert tab.page.input_value("#panel textarea[name=comment]") == "看过了"
    tab.shoot(f"kept-in-panel-{status}")
    tab.page.unroute("**/state")
    tab.page.click('#panel button[value="hasIssues"]')
    tab.page.wait_for_selector(".panel-head .shape-hasIssues")
    assert "看过了" in tab.page.inner_text("#panel .course")
    assert tab.page.locator("[data-kept]").count() == 0
    assert is_only_of_the_network(tab.complaints)


def test_a_browser_from_before_2022_keeps_and_sends_what_was_typed_too(town, open_tab):
    tab = open_tab("ada")
    tab.page.add_init_script("delete HTMLFormElement.prototype.requestSubmit; delete AbortSignal.timeout")
    tab.page.clock.install()
    tab.go("/admin")
    tab.page.fill("#f-name", "石桥镇")
    tab.page.clock.fast_forward(LONG)
    tab.page.click("form[action='/admin/projects'] button.primary")
    tab.page.wait_for_url("**project=*")
    tab.page.select_option("#project-switch", index=0)
    tab.page.wait_for_function("document.querySelector('#project-switch').selectedIndex === 0 && location.search")
    assert tab.complaints == []


def test_two_presses_while_the_page_asks_send_it_once(town, open_tab):
    tab = open_tab("ada")
    tab.page.clock.install()
    tab.go("/admin")
    tab.page.fill("#f-name", "石桥镇")
    tab.page.clock.fast_forward(LONG)
    let_go, sent = hold(tab, "**/signed-in"), []
    tab.page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    tab.page.click("form[action='/admin/projects'] button.primary")
    tab.page.click("form[action='/admin/projects'] button.primary")
    let_go()
    tab.page.wait_for_url("**project=*")
    assert len(sent) == 1


def test_what_stands_beside_the_list_is_closed_without_a_connection(town, open_tab):
    record = town.record()
    tab = open_tab("rita")
    tab.go("/review")
    tab.page.click(f'[data-record="{record}"] a.title')
    tab.page.wait_for_selector("#panel [data-close-panel]")
    tab.page.context.set_offline(True)
    tab.page.wait_for_selector(".offline", state="visible")
    tab.page.click("#panel [data-close-panel]")
    expect(tab.page.locator("#panel > *")).to_have_count(0, timeout=PATIENCE_MS)
    assert tab.page.url.endswith("/review")


def test_a_file_that_was_taken_is_not_said_to_be_on_its_way(town, open_tab):
    town.record()
    tab = open_tab("lea")
    tab.page.clock.install()
    tab.go("/reports/tables")
    with tab.page.expect_download():
        tab.page.click("a[href='/reports/tables/example']")
    tab.page.clock.run_for(6000)
    assert tab.page.locator(".slow").count() == 0
    tab.become("rita")
    tab.go("/review/export?form=visit")
    with tab.page.expect_download():
        tab.page.click("form[action='/review/export/file'] button.primary")
    tab.page.clock.run_for(6000)
    assert tab.page.locator(".slow").count() == 0


def test_two_presses_without_a_connection_send_it_once_when_the_server_is_back(town, open_tab):
    tab = open_tab("ada")
    tab.go("/admin")
    tab.page.fill("#f-name", "石桥镇")
    tab.page.evaluate("window.dispatchEvent(new Event('offline'))")
    let_go, sent = hold(tab, "**/signed-in"), []
    tab.page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    for _ in range(2):
        tab.page.click("form[action='/admin/projects'] button.primary", force=True)
    let_go()
    tab.page.wait_for_url("**project=*")
    assert len(sent) == 1


def test_a_link_meant_for_another_window_leaves_this_page_as_it_is_when_the_server_is_back(town, open_tab):
    tab = open_tab("ada")
    tab.go("/admin")
    tab.page.fill("#f-name", "石桥镇")
    tab.page.evaluate("window.dispatchEvent(new Event('offline'))")
    with tab.page.context.expect_page() as opened:
        tab.page.click(".rail a[href='/forms']", modifiers=["Control"])
    opened.value.wait_for_url("**/forms")
    assert tab.page.url.endswith("/admin") and tab.page.input_value("#f-name") == "石桥镇"
