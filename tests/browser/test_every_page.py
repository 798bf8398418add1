"""Each page that there is, as people meet it: in both languages and both sizes, quiet, no wider than the screen, axe clean.

Nothing is chosen: the pages are those of the route map. What single pages are like in their many states is looked at beside.
"""

import re

import pytest

from geo.boundaries import boundaries_of
from server.clock import now
from server.places.villages import import_boundaries, shapes_in_force
from tests import sizes
from tests.browser.addresses import ALSO_FOR, PAGES, PREVIEWS, filled
from tests.browser.by_keyboard import walk_by_keyboard
from tests.browser.by_thumb import list_stumbles
from tests.browser.hostile import HostileTown
from tests.browser.looking import look_at_pages, open_page, press_on
from tests.chromium import DESK, PHONE

# Parts of a page that are fetched alone, and a refusal that no provider of names leads to in this town.
NOT_ALONE = {
    "/map/village/<village>",
    "/review/<submission_id>/panel",
    "/review/health/<village>",
    "/sign-in/openid/back",
}


class BusyTown(HostileTown):
    """The same town, with what people really write in it, some of it long."""

    said = "她家在河对岸，狗拴着；先打电话再去。The gate is behind the mill, past the second bridge."
    typed = "河对岸 · 先打电话"
    file = "门口.jpg"

    def poison(self):
        """The boundaries came twice: the second time can be undone."""
        ids = super().poison()
        with self.database.transaction() as db:
            again = boundaries_of(shapes_in_force(db, self.project_id), "EPSG:4326", "import", "村界.geojson")
            import_boundaries(db, self.project_id, again, None, now())
        return ids


PEOPLE = list(dict.fromkeys(PAGES.values()))
NARROW = (360, 320)


@pytest.fixture
def pages_of(app, database, open_tab):
    """`pages_of("rita")`: a tab in which she is signed in, {name of the picture: path} of her pages in the busy town, and
    {name: what is pressed there} of those that are previews.
    """

    def open_for(person):
        ids = BusyTown(app, database).poison()
        tab = open_tab(None)
        cookies = {"step": ids["step"]} | ({"session": ids["session"]} if person == "vera" else {})
        tab.page.context.add_cookies(
            [{"name": name, "value": one, "url": tab.address} for name, one in cookies.items()]
        )
        if person not in ("", "vera"):
            tab.sign_in(person)
        rules = [rule for rule, whose in PAGES.items() if whose == person and rule not in NOT_ALONE]
        rules += [rule for rule, whose in ALSO_FOR.items() if whose == person]
        pages = {name_of(person, rule): filled(rule, ids) for rule in rules}
        previews = {
            f"{name_of(person, rule)}-preview": way for rule, (whose, *way) in PREVIEWS.items() if whose == person
        }
        pages |= {name: filled(start, ids) for name, (start, _) in previews.items()}
        return tab, pages, {name: presses for name, (_, presses) in previews.items()}

    return open_for


@pytest.mark.parametrize("person", PEOPLE)
def test_pages_are_quiet_and_whole_in_both_languages_and_sizes_and_axe_finds_nothing(pages_of, person):
    look_at_pages(*pages_of(person))


@pytest.mark.parametrize("person", PEOPLE)
def test_pages_are_walked_by_keyboard_alone_and_fit_the_narrowest_phones(pages_of, person):
    tab, pages, pressed = pages_of(person)
    faults = []
    for size in (PHONE, DESK)[: sizes.size("keyboard_looks")]:
        for name, path in pages.items():
            tab.page.set_viewport_size(size)
            open_page(tab, path, "light")
            press_on(tab, pressed.get(name, ()))
            if not tab.page.query_selector("#fill"):  # the stops of Web Forms are its own
                faults += [(path, size["width"], *fault) for fault in walk_by_keyboard(tab.page)]
            for width in NARROW:
                tab.page.set_viewport_size({"width": width, "height": 800})
                if tab.is_wider_than_the_screen():
                    faults.append((path, width, "is wider than the screen"))
    assert faults == []


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        ("<button>a</button><div style='position:fixed;inset:0'></div>", "hidden when it has the focus"),
        ("<input onkeydown='event.preventDefault()'><button>b</button>", "never come to"),
        ("<details open><summary>c</summary><a href='#' onfocus='this.blur()'>d</a></details>", "never come to"),
        ("<input type=radio name=e><input type=radio name=e><input type=time><a href='#'>f</a>", None),
    ],
)
def test_what_a_keyboard_does_not_reach_or_show_is_noticed(open_tab, planted, fault):
    page = open_tab(None).page
    page.set_content(planted)
    assert {one for one, _ in walk_by_keyboard(page)} == ({fault} if fault else set())


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        ("<button style='height:30px'>a</button>", "is too small for a thumb"),
        (
            "<div style='width:20px'><span class=chip style='display:block'>能用的</span></div>",
            "is broken letter by letter",
        ),
        (
            "<a class=crumb href='#' style='display:block;height:9px'>b<br>c</a><h1>d</h1>",
            "the way back stands on other text",
        ),
        (
            "<label style='padding:14px'><input type=checkbox>e</label><p>f <a href='#'>g</a></p><i class=chip>能用</i>",
            None,
        ),
    ],
)
def test_what_a_thumb_or_an_eye_stumbles_over_is_noticed(open_tab, planted, fault):
    page = open_tab(None, PHONE).page
    page.set_content(f"<style>label {{ display: block }}</style>{planted}")
    found = {str(kind) for kind, *_ in list_stumbles(page, with_thumb=True)}
    assert fault in found if fault else found == set()


def name_of(person: str, rule: str) -> str:
    """How a page's picture is called."""
    return f"every-{person or 'nobody'}-{re.sub(r'[^a-z]+', '-', rule).strip('-')}"


@pytest.mark.parametrize("person", ["", "wang", "lin", "lea", "rita", "ada", "dora", "ben"])
def test_the_first_page_of_anybody_brings_less_than_150_kilobytes_of_our_own(app, database, open_tab, person):
    """Without what draws maps (some 300 kB, a library): the numbers stand in the table before it comes."""
    HostileTown(app, database)
    tab = open_tab(person or None)
    weights = {}
    tab.page.on("requestfinished", lambda one: weights.update({one.url: one.sizes()["responseBodySize"]}))
    tab.go("/")
    tab.page.wait_for_load_state("networkidle")
    of_the_map = [url for url in weights if "/built/assets/" in url and "/main-" not in url]
    ours = {url: weight for url, weight in weights.items() if "/static/" in url and url not in of_the_map}
    assert len(ours) > 3 and sum(ours.values()) < 150_000, ours
