"""The pictures of our forms in the browser: each is shown, beside its words, on a phone's screen."""

import pytest
from playwright.sync_api import expect

from tests.browser.filling import FormTown, wait_for_form
from tests.browser.test_filling import CUT
from tests.chromium import PATIENCE_MS, PHONE

ZONE = "Asia/Shanghai"
LANGUAGES = (("zh_Hans", "单独", "是", "阴道出血"), ("en", "Alone", "Yes", "Vaginal bleeding"))
SHOWN = """() => [...document.querySelectorAll('#fill img')].filter(one => one.offsetParent).map(one => {
    const box = one.getBoundingClientRect()
    return [one.complete && one.naturalWidth, Math.round(box.width), Math.round(box.height), Math.round(box.right)]
})"""


@pytest.fixture
def forms(app, database) -> FormTown:
    return FormTown(app, database)


def pictures_on(page, at_least: int) -> list[list[int]]:
    """[drawn width of the file, width, height and right edge on the screen] of every picture that is shown.

    The form fetches each by itself; asked again and again, since a function that waits in the page is refused by its policy.
    """
    shown: list[list[int]] = []
    for _ in range(600):
        shown = page.evaluate(SHOWN)
        if len(shown) >= at_least and all(drawn for drawn, *_box in shown):
            break
        page.wait_for_timeout(100)
    return shown


def check_pictures(tab, at_least: int) -> None:
    shown = pictures_on(tab.page, at_least)
    assert len(shown) >= at_least, shown
    for drawn, width, height, right in shown:
        assert drawn == 192 and 60 <= width <= PHONE["width"] and right <= PHONE["width"], shown
        assert abs(width - height) <= 2, shown
    assert not tab.is_wider_than_the_screen()


def test_supplies_are_chosen_by_their_pictures_on_a_phone(forms, open_tab):
    tab = open_tab("wang", PHONE, timezone_id=ZONE)
    assert tab.go("/forms/supplies/fill") == 200
    wait_for_form(tab.page)
    tab.page.get_by_text("不记名", exact=True).click()
    tab.page.get_by_text("早孕试纸").wait_for()
    check_pictures(tab, 6)
    tab.shoot("fill-pictures-supplies-zh")
    tab.page.locator("#fill img").first.click()
    chosen = tab.page.locator("#fill input[type=radio]:checked")
    expect(chosen).to_have_count(2, timeout=PATIENCE_MS)  # a touch on the picture chooses
    assert tab.complaints == []


def test_danger_signs_are_shown_in_both_languages(forms, open_tab):
    forms.invite()
    tab = open_tab("wang", PHONE, timezone_id=ZONE)
    for language, alone, wanted, sign in LANGUAGES:
        tab.speak(language)
        assert tab.go("/forms/pregnancy_registration/fill") == 200
        wait_for_form(tab.page, language)
        tab.page.locator(".question-container .p-select").first.click()
        tab.page.locator(".p-select-option").first.click()
        tab.page.get_by_text(alone, exact=True).click()
        tab.page.get_by_text(wanted, exact=True).first.click()
        tab.page.get_by_text(sign).scroll_into_view_if_needed()
        check_pictures(tab, 11)
        tab.shoot(f"fill-pictures-danger-{language[:2]}")
        assert tab.page.evaluate(CUT) == []
    assert tab.complaints == []
