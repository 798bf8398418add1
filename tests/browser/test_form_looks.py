"""Every form that comes with Fangshi, walked through in ODK Web Forms on a phone: in one language, whole, and big enough."""

import itertools

import pytest

from forms.library import library_ids
from tests.browser.filling import SEND, FormTown, furnish, wait_for_form
from tests.browser.form_looks import Looks
from tests.browser.looking import AXE
from tests.browser.walking import Walk
from tests.chromium import PHONE
from tests.sizes import size

ALL = ("household_visit", *(one for one in library_ids() if one != "household_visit"))
CLINICAL = (
    "antenatal_check",
    "contraception_followup",
    "delivery_postnatal",
    "pregnancy_registration",
    "woman_consent",
)
LANGUAGES = ("zh_Hans", "en")
SETTLES = 500
"""Milliseconds in which colours and places come to rest."""
NARROW = {"width": 360, "height": 800}
# Which visits are drawn is not for this town to say.
SAMPLE = (
    "name,label,village_code,subject_list\n"
    "11111111-1111-4111-8111-111111111111,A-0231 三社,519901201002,households\n"
    "22222222-2222-4222-8222-222222222222,W-0231 王*,519901201002,women\n"
)
CONTRAST = """async () => {
    const found = await axe.run(document, {runOnly: ["color-contrast"], resultTypes: ["violations"]});
    return found.violations.flatMap(one => one.nodes.map(node => node.html.slice(0, 160)));
}"""


@pytest.fixture
def forms(app, database) -> FormTown:
    town = FormTown(app, database)
    town.invite()
    furnish(town)
    return town


def walk(tab, form_id: str, language: str, whose: str) -> Looks:
    tab.speak(language)
    assert tab.go(f"/forms/{form_id}/fill") == 200, form_id
    wait_for_form(tab.page, language)
    looks = Looks(tab.page, form_id + whose, language)
    Walk(tab.page, looks.look, looks.leave).go()
    looks.keep()
    return looks


def look_again(tab, looks: Looks) -> None:
    """The same answers on a narrower phone, after sending with something left to do, and in the dark."""
    tab.page.set_viewport_size(NARROW)
    looks.look()
    tab.page.set_viewport_size(PHONE)
    tab.page.get_by_role("button", name=SEND[looks.language], exact=True).click()
    tab.page.wait_for_timeout(SETTLES)
    looks.look()
    if not tab.page.locator(".fill-done").count():
        looks.tell("contrast", faint(tab))
        tab.page.emulate_media(color_scheme="dark")
        tab.page.wait_for_timeout(SETTLES)
        looks.tell("contrast in the dark", faint(tab))
        looks.keep("sent-dark-")
        tab.page.emulate_media(color_scheme="light")
        tab.page.wait_for_timeout(SETTLES)


def faint(tab) -> list[str]:
    tab.page.evaluate(AXE.read_text())
    return list(tab.page.evaluate(CONTRAST))


def test_every_form_is_whole_in_one_language_and_big_enough_whatever_is_answered(forms, open_tab):
    """One form every day; at full size all of them, and as a clinician those that ask her more."""
    tab = open_tab("wang", PHONE, timezone_id="Asia/Shanghai")
    tab.page.route("**/backcheck_sample.csv*", lambda one: one.fulfill(body=SAMPLE, content_type="text/csv"))
    number = size("walked_forms")
    for who, form_ids in (("wang", ALL[:number]), ("lin", CLINICAL[: number - 1])):
        tab.become(who)
        for form_id, language in itertools.product(form_ids, LANGUAGES[: size("fill_languages")]):
            print(who, form_id, language)
            looks = walk(tab, form_id, language, "" if who == "wang" else "-clinic")
            look_again(tab, looks)
            assert (form_id, language, looks.faults) == (form_id, language, [])
            assert len(looks.seen) > 30, "something was asked"
    assert tab.complaints == []
