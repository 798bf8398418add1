"""Looking at pages in all sizes and languages: quiet, no wider than the screen, and nothing that axe objects to.

All in one tab, one look after the other: opening tabs and pages is most of the time that Chromium takes.
"""

from collections.abc import Mapping

from playwright.sync_api import Page

from server.web.blueprints import WEB_FOLDER
from tests import sizes
from tests.browser.conftest import Tab
from tests.chromium import DESK, PHONE

LOOKS = ((PHONE, "zh_Hans"), (DESK, "en"), (PHONE, "en"), (DESK, "zh_Hans"))
THEMES = ("light", "dark")
AXE = WEB_FOLDER / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = '{runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}'


def look_at_pages(tab: Tab, pages: Mapping[str, str]) -> None:
    """Opens each page {name of its picture: path} in each look; axe reads it in the first looks of this run's size."""
    for number, (size, language) in enumerate(LOOKS[: sizes.size("page_looks")]):
        tab.page.set_viewport_size(size)  # type: ignore[arg-type]
        tab.speak(language)
        for name, path in pages.items():
            tab.go(path)
            if tab.page.query_selector("[data-village-map]"):
                tab.page.wait_for_selector("[data-ready=true]")
            assert not tab.is_wider_than_the_screen(), path
            tab.shoot(f"{name}-{'desk' if size is DESK else 'phone'}-{language[:2]}")
            if number < sizes.size("axe_looks"):
                assert list_faults(tab.page) == [], path
    assert tab.complaints == []


def list_faults(page: Page) -> list[tuple[str, str, list[str]]]:
    """What axe finds: theme, rule, and the first places; each theme of this run's size is worn in turn."""
    page.evaluate(AXE.read_text())
    faults = []
    for theme in THEMES[: sizes.size("page_themes")]:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        found = page.evaluate(f"axe.run(document, {RULES})")
        assert len(found["passes"]) > 8, "axe looked at something"
        faults += [(theme, one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found["violations"]]
    page.emulate_media(color_scheme="light")
    return faults
