"""Many records at once, by pointer and by keys; a filter by an answer, as columns and as a tab; both sizes, both languages."""

import pytest

from tests.chromium import PHONE
from tests.sizes import size

LOOKS = [("zh_Hans", PHONE), ("en", None), ("en", PHONE), ("zh_Hans", None)][: size("page_looks")]


def test_the_bar_of_acts_is_there_while_something_is_ticked(town, open_tab):
    first, last = town.record(), town.record()
    tab = open_tab("rita")
    tab.go("/review")
    bar = tab.page.locator("[data-bulk-bar]")
    assert not bar.is_visible()
    tab.page.keyboard.press("j")
    tab.page.wait_for_selector("#record-title")
    tab.page.keyboard.press("x")
    assert "已选 1 份" in bar.inner_text()
    tab.page.check(f'input[name="record"][value="{first}"]')
    assert "已选 2 份" in bar.inner_text()
    assert not tab.page.locator("thead th:visible").count() or tab.page.locator("thead").bounding_box()["height"] < 1
    tab.page.click("[data-bulk-none]")
    assert not bar.is_visible() and tab.page.locator("input[name=record]:checked").count() == 0
    tab.page.check("[data-tick-all]")
    assert "已选 2 份" in bar.inner_text()
    tab.page.click('[data-bulk-bar] button[value="approved"]')
    tab.page.wait_for_selector(f'[data-record="{last}"] .shape-approved')
    assert tab.page.locator(".shape-approved").count() >= 2
    tab.page.click('[data-toast] button:has-text("撤销")')
    tab.page.wait_for_selector(f'[data-record="{last}"] .shape-received')
    assert tab.complaints == []


def test_a_long_one_goes_on_by_itself(town, open_tab, monkeypatch):
    monkeypatch.setattr("server.intake.batches.AT_ONCE", 1)
    for _ in range(4):
        town.record()
    tab = open_tab("rita")
    tab.go("/review?form=visit")
    for box in tab.page.locator('input[name="record"]').all():
        box.check()
    tab.page.click('[data-bulk-bar] button[value="rejected"]')
    tab.page.wait_for_selector("text=回到列表")
    assert "拒绝了 4 份" in tab.page.inner_text("#batch")
    tab.shoot("review-batch")
    assert tab.complaints == []


@pytest.mark.parametrize(("language", "viewport"), LOOKS)
def test_the_filter_is_looked_at(town, open_tab, language, viewport):
    for note in ("red", "red", "蓝色的门，门口有一棵核桃树"):
        town.record(note=note, members=[("甲", "3"), ("乙", "40")])
    tab = open_tab("rita", viewport, language)
    look = f"{'phone' if viewport else 'desk'}-{language[:2]}"
    tab.go("/review?form=visit&answer=%2Fmember%2Fage%3D2..5&column=%2Fnote&column=%2Fmember%2Fage&question=%2Fnote")
    if viewport:
        tab.shoot(f"review-filter-sheet-{look}")
        tab.page.keyboard.press("Escape")
    tab.page.check('input[name="record"] >> nth=0')
    tab.shoot(f"review-filter-{look}")
    tab.go("/review?form=visit&answer=%2Fnote%3Dred")
    if viewport:
        tab.page.click(".sheet-button")
    tab.page.click("details:has(input[name=name]) summary")
    tab.page.fill("input[name=name]", "红色")
    tab.page.click("details:has(input[name=name]) button")
    tab.page.wait_for_selector("a.kept")
    tab.shoot(f"review-tab-{look}")
    assert tab.complaints == []
