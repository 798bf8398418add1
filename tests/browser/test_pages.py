"""Every page in a real browser: no error on the console, nothing asked of another host, readable for everybody."""

import re

import pytest

from server.clock import today
from tests.browser.looking import look_at_pages

PAGES = {
    None: ("/sign-in", "/not-built", "/join/no-such-link"),
    "rita": ("/review", "/review/{record}", "/map", "/forms", "/forms/visit", "/me"),
    "ada": ("/admin", "/admin/people", "/admin/projects/{project}", "/places/import"),
    "wang": (
        "/m",
        "/m/week",
        "/follow-ups/print",
        "/follow-ups/list",
        "/follow-ups/{visit}",
        "/follow-ups/{visit}/call",
        "/people/{woman}",
    ),
    "nia": ("/m", "/m/week", "/follow-ups/print"),
    "lin": ("/follow-ups", "/follow-ups?by=worker", "/follow-ups/{visit}", "/people/{woman}"),
    "lea": ("/", "/follow-ups", "/phones", "/phones/{phone}", "/forms/upload", "/forms/visit"),
}


def addresses(town, record, name):
    """The pages of a person, with the ids of this town."""
    care = town.fill(today()) if name in ("wang", "lin", "lea") else {}
    return [path.format(record=record, project=town.project_id, phone=town.phone_id, **care) for path in PAGES[name]]


def picture_name(name, path):
    page = re.sub(r"\W+", "-", path).strip("-") or "start"
    return f"{name}-{page}" if name in ("wang", "nia", "lin") else page


@pytest.mark.parametrize("name", list(PAGES), ids=str)
def test_pages_open_quietly_fit_the_screen_in_both_languages_and_axe_finds_nothing(town, open_tab, name):
    record = [town.record(village=village) for village in (1, 1, 2, 0)][-1]
    pictures = [picture_name(name, template) for template in PAGES[name]]
    look_at_pages(open_tab(name), dict(zip(pictures, addresses(town, record, name), strict=True)))


@pytest.mark.parametrize("width", [320, 768])
def test_no_width_makes_a_page_scroll_sideways(town, open_tab, width):
    town.record()
    tab = open_tab("ada", {"width": width, "height": 800}, "en")
    for path in ("/admin", "/admin/people", f"/admin/projects/{town.project_id}", "/phones", "/forms/visit", "/me"):
        tab.go(path)
        assert not tab.is_wider_than_the_screen(), path


def test_the_morning_page_fits_the_screen_of_the_office_without_scrolling(town, open_tab):
    town.fill(today())
    tab = open_tab("lea", {"width": 1440, "height": 900})
    for language in ("zh_Hans", "en"):
        tab.speak(language)
        tab.go("/")
        assert tab.page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
        assert all(one.bounding_box()["height"] > 40 for one in tab.page.locator(".morning > *").all())
    assert tab.complaints == []
