"""One woman who is registered twice, by the pages: found, looked at, put together and taken apart, and all is as it was."""

from datetime import timedelta

import pytest

from server import clock
from server.registry.duplicates import look_at_waiting
from tests.chromium import DESK, PHONE
from tests.server.intake.test_merging import everything
from tests.server.registry.caring import a_uuid
from tests.server.web.pages.registered import Registered

PHONE_NUMBER = "13800000001"


@pytest.fixture
def care(app, database, project_id):
    return Registered(app, database, project_id, None)


@pytest.fixture
def women(care):
    """Registered two months ago, with a pregnancy and a visit; and again last week, with a method. Her pair was found."""

    def day(back):
        return (clock.today() - timedelta(days=back)).isoformat()

    until, pregnancy = day(-300), a_uuid()
    first = care.add("W-0231", "王小燕", phone_safe=PHONE_NUMBER, visit_date=day(60), consent_until=until)
    care.pregnancy(first, pregnancy, day(58), lmp_date=day(120))
    care.check(pregnancy, day(20))
    again = care.add("W-0388", "王晓艳", phone_safe=PHONE_NUMBER, visit_date=day(7), consent_until=until)
    care.method(again, a_uuid(), day(7), method="coc", supply_end=day(-20), reminder_wish="phone")
    look_at_waiting(care.database, 100, clock.now())
    return first, again


def words_of(tab, woman):
    """Her page and what it says, after what was said of the last act is gone."""
    assert tab.go(f"/people/{woman}") == 200
    return tab.page.inner_text("main"), tab.page.url


def find_pair(tab):
    tab.go("/people")
    tab.page.click("a[href='/people/duplicates']")
    tab.page.wait_for_url("**/people/duplicates")
    assert tab.page.locator("a.title").all_inner_texts() == ["W-0231 王* · W-0388 王*"]
    tab.page.click("a.title")
    tab.page.wait_for_url("**/people/duplicates/*")


def look_closer(tab):
    assert PHONE_NUMBER not in tab.page.inner_text("main")
    tab.page.click("form.row button.button")
    tab.page.wait_for_selector(f"text={PHONE_NUMBER} >> nth=1")
    assert {"王小燕", "王晓艳"} <= set(tab.page.locator("dl.pairs dd").all_inner_texts())


def put_together(tab, keep):
    tab.page.check(f"input[name=keep][value='{keep}']")
    tab.page.click("form[action$='/same'] button")
    tab.page.wait_for_selector("#merged")


@pytest.mark.parametrize(
    ("name", "size", "language"), [("wang", PHONE, "zh_Hans"), ("lin", DESK, "en")], ids=["phone", "desk"]
)
def test_put_together_and_taken_apart_both_pages_bytes_and_follow_ups_are_as_they_were(
    care, women, open_tab, name, size, language
):
    tab = open_tab(name, size, language)
    place = "phone-zh" if size is PHONE else "desk-en"
    first, again = women
    before, pages = everything(care.database), [words_of(tab, one) for one in women]
    assert pages[0] != pages[1]
    find_pair(tab)
    tab.shoot(f"twice-1-pair-{place}")
    look_closer(tab)
    tab.shoot(f"twice-2-uncovered-{place}")
    put_together(tab, first)
    tab.shoot(f"twice-3-together-{place}")
    merged = words_of(tab, again)
    assert merged[1].endswith(f"/people/{first}") and "W-0388 王*" in merged[0] and merged != pages[0]
    tab.shoot(f"twice-4-one-page-{place}")
    sent, told, follow_ups, _lists = everything(care.database)
    assert sent == before[0] and told != before[1] and follow_ups != before[2]
    tab.go("/people/duplicates")
    assert tab.page.locator("a.title").count() == 0
    tab.page.click("#merged ~ ul form[action$='/undo'] button")
    tab.page.wait_for_selector("#merged", state="detached")
    tab.shoot(f"twice-5-apart-{place}")
    look_at_waiting(care.database, 100, clock.now())  # that they are alike is asked again within a minute
    assert [words_of(tab, one) for one in women] == pages
    assert everything(care.database) == before
    assert not tab.is_wider_than_the_screen() and tab.complaints == []


def test_the_words_after_putting_together_take_it_back_at_once(care, women, open_tab):
    tab = open_tab("wang", PHONE)
    before = everything(care.database)
    find_pair(tab)
    put_together(tab, women[1])
    tab.page.click("text=撤销")
    tab.page.wait_for_selector("#merged", state="detached")
    assert everything(care.database) == before
    assert tab.complaints == []
