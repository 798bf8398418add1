"""Looking at pages in all sizes and languages: quiet, no wider than the screen, and nothing that axe objects to.

All in one tab, one look after the other: opening tabs and pages is most of the time that Chromium takes.
"""

from collections.abc import Mapping, Sequence

from playwright.sync_api import Page

from server.web.blueprints import WEB_FOLDER
from tests import sizes
from tests.browser.by_thumb import list_stumbles
from tests.browser.conftest import Tab
from tests.chromium import DESK, PHONE

LOOKS = ((PHONE, "zh_Hans"), (DESK, "en"), (PHONE, "en"), (DESK, "zh_Hans"))
THEMES = ("light", "dark")
AXE = WEB_FOLDER / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
# What passed is only counted: its places need not be described.
READ = """async () => {
    const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const found = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
    const places = one => one.nodes.slice(0, 3).map(node => node.html.slice(0, 120));
    return [found.passes.length, found.violations.map(one => [one.id, places(one)])];
}"""


Presses = Sequence[str]
"""What is pressed on a page, one after the other (CSS), to come to one that only a sent form shows: a preview."""


def look_at_pages(tab: Tab, pages: Mapping[str, str], pressed: Mapping[str, Presses] = {}) -> None:
    """Opens each page {name of its picture: path} in each look; in the first ones axe reads it in each theme.

    `pressed` leads on from some of them, by the name of the picture.
    """
    faults: list[tuple[object, ...]] = []
    for number, (size, language) in enumerate(LOOKS[: sizes.size("page_looks")]):
        tab.page.set_viewport_size(size)  # type: ignore[arg-type]
        tab.speak(language)
        for name, path in pages.items():
            for theme in THEMES[: sizes.size("page_themes") if number < sizes.size("axe_looks") else 1]:
                look = (path, language, size["width"], theme)
                open_page(tab, path, theme)
                press_on(tab, pressed.get(name, ()))
                place = f"{'desk' if size is DESK else 'phone'}-{language[:2]}"
                tab.shoot(f"{name}-{place}" + ("" if theme == THEMES[0] else f"-{theme}"))
                if tab.is_wider_than_the_screen():
                    faults.append((*look, "is wider than the screen"))
                if theme == THEMES[0]:
                    faults += [(*look, *fault) for fault in list_stumbles(tab.page, with_thumb=size is PHONE)]
                if number < sizes.size("axe_looks"):
                    faults += [(*look, *fault) for fault in list_faults(tab.page)]
    assert not faults and not tab.complaints, (faults, tab.complaints)


def open_page(tab: Tab, path: str, theme: str) -> None:
    if theme != tab.theme:
        tab.page.goto("about:blank")  # a map that sees its colours change loads its page anew
        tab.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        tab.theme = theme
    tab.go(path)
    if tab.page.query_selector("[data-village-map]"):
        tab.page.wait_for_selector("[data-ready=true]")
    if tab.page.query_selector("#fill"):
        tab.page.wait_for_selector(".form-initialization-status.ready", state="attached")


def press_on(tab: Tab, presses: Presses) -> None:
    for one in presses:
        tab.page.click(one)
    if presses:
        tab.page.wait_for_load_state("load")


def list_faults(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds: rule, and the first places."""
    page.evaluate(AXE.read_text())
    passed, found = page.evaluate(READ)
    assert passed > 8, "axe looked at something"
    return [(rule, places) for rule, places in found]
