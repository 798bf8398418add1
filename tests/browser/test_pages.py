"""Every page in a real browser: no error on the console, nothing asked of another host, nothing wider than the screen."""

import re

import pytest

from server.clock import today
from tests import sizes
from tests.browser.conftest import AXE
from tests.chromium import DESK, PHONE

PAGES = {
    None: ("/sign-in", "/not-built", "/join/no-such-link"),
    "rita": ("/review", "/review/{record}", "/map", "/forms", "/forms/visit", "/me"),
    "ada": ("/admin", "/admin/people", "/admin/projects/{project}", "/places/import"),
    "wang": ("/m", "/follow-ups/list", "/follow-ups/{visit}", "/people/{woman}"),
    "lin": ("/follow-ups", "/follow-ups?by=worker", "/follow-ups/{visit}", "/people/{woman}"),
    "lea": ("/follow-ups", "/phones", "/phones/{phone}", "/forms/upload", "/forms/visit"),
}
LOOKS = ((PHONE, "zh_Hans"), (DESK, "en"), (PHONE, "en"), (DESK, "zh_Hans"))
RULES = '{runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}'


def addresses(town, record, name):
    """The pages of a person, with the ids of this town."""
    care = town.fill(today()) if name in ("wang", "lin", "lea") else {}
    return [path.format(record=record, project=town.project_id, phone=town.phone_id, **care) for path in PAGES[name]]


def file_name(name, path, size, language):
    page = re.sub(r"\W+", "-", path).strip("-") or "start"
    who = f"{name}-" if name in ("wang", "lin") else ""
    return f"{who}{page}-{'desk' if size is DESK else 'phone'}-{language[:2]}"


@pytest.mark.parametrize("name", list(PAGES), ids=str)
def test_pages_open_quietly_and_fit_the_screen_in_both_languages(town, open_tab, name):
    record = [town.record(village=village) for village in (1, 1, 2, 0)][-1]
    found = addresses(town, record, name)
    tab = open_tab(name)
    for size, language in LOOKS[: sizes.size("page_looks")]:
        tab.page.set_viewport_size(size)
        tab.speak(language)
        for template, path in zip(PAGES[name], found, strict=True):
            tab.go(path)
            if path == "/map":
                tab.page.wait_for_selector("[data-ready=true]")
            assert not tab.is_wider_than_the_screen(), path
            tab.shoot(file_name(name, template, size, language))
    assert tab.complaints == []


@pytest.mark.parametrize("width", [320, 768])
def test_no_width_makes_a_page_scroll_sideways(town, open_tab, width):
    town.record()
    tab = open_tab("ada", {"width": width, "height": 800}, "en")
    for path in ("/admin", "/admin/people", f"/admin/projects/{town.project_id}", "/phones", "/forms/visit", "/me"):
        tab.go(path)
        assert not tab.is_wider_than_the_screen(), path


@pytest.mark.parametrize("name", list(PAGES), ids=str)
def test_axe_finds_nothing_in_light_or_dark(town, open_tab, name):
    record = town.record(gps="30.005 106.0 0 80")
    found = addresses(town, record, name)
    for theme in ("light", "dark")[: sizes.size("page_themes")]:
        tab = open_tab(name, DESK, theme=theme, bypass_csp=True)
        for path in found:
            tab.go(path)
            tab.page.add_script_tag(path=AXE)
            result = tab.page.evaluate(f"axe.run(document, {RULES})")
            wrong = [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in result["violations"]]
            assert wrong == [], (path, theme)
            assert len(result["passes"]) > 8, "axe looked at something"
