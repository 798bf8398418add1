"""The wizard and the town's lists, on a phone and at a desk; a hotline changed by the keyboard alone."""

import re

from tests.browser.looking import look_at_pages

LISTS = "/library/lists"
CHOSEN = "form=feedback&form=supplies"


def test_a_hotline_is_changed_by_the_keyboard_and_taken_back(town, open_tab):
    tab = open_tab("lea")
    tab.go(f"{LISTS}/hotlines")
    phone = tab.page.get_by_label("第 1 行，电话")
    phone.focus()
    tab.page.keyboard.press("Control+A")
    tab.page.keyboard.type("热线")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector(".wrong-word")
    assert tab.page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    wrong = tab.page.locator("input[aria-invalid]")
    assert wrong.count() == 1 and wrong.input_value() == "热线"
    tab.shoot("library-list-wrong")

    wrong.focus()
    tab.page.keyboard.press("Control+A")
    tab.page.keyboard.type("0825-5550199")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector(".toast")
    assert "12356" in tab.page.locator("#history").inner_text()
    tab.shoot("library-list-saved")
    tab.page.locator(".toast button").first.click()
    tab.page.wait_for_load_state("load")
    assert tab.page.locator("input[name=phone]").first.input_value() == "12356"
    tab.complaints[:] = [one for one in tab.complaints if not re.search("400", one)]  # the refused list
    assert tab.complaints == []


def test_the_wizard_and_the_lists_are_readable_everywhere(town, open_tab):
    pages = {
        "library": "/library",
        "library-lists": LISTS,
        "library-step-2": f"{LISTS}?{CHOSEN}",
        "library-hotlines": f"{LISTS}/hotlines",
        "library-thresholds": f"{LISTS}/thresholds",
        "library-clinics": f"{LISTS}/clinics?{CHOSEN}",
        "library-destinations": f"{LISTS}/destinations",
        "library-supply-points": f"{LISTS}/supply_points",
        "library-recording": "/library/recordings/zh",
        "library-publish": f"/library/publish?{CHOSEN}",
    }
    look_at_pages(open_tab("lea"), pages)
