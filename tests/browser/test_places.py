"""The pages about villages and their boundaries, as they look: the previews too, which only a sent file shows."""

import json
import math

from geo.crs import wgs84_to_gcj02
from tests.browser.looking import list_faults, look_at_pages
from tests.chromium import DESK, PHONE
from tests.client import Client
from tests.making import a_record
from tests.server.web.pages.conftest import CODES, boundaries

WEST, EAST = CODES


def as_web_maps_draw(content: bytes) -> bytes:
    document = json.loads(content)
    for one in document["features"]:
        (ring,) = one["geometry"]["coordinates"]
        one["geometry"]["coordinates"] = [[wgs84_to_gcj02(*corner) for corner in ring]]
    return json.dumps(document).encode()


def test_the_pages_of_villages_are_quiet_and_fit(town, open_tab):
    pages = {"places": "/places", "village": f"/places/{WEST}", "outline": f"/places/{WEST}/outline"}
    look_at_pages(open_tab("lea"), {**pages, "merge": f"/places/{WEST}/merge", "boundaries": "/places/import"})


def test_the_previews_are_quiet_and_fit(town, open_tab):
    tab = open_tab("lea")
    overlapping = boundaries(*CODES).replace(b"[105.01,30.0]", b"[105.012,30.0]", 1)
    for name, content in (("shifted", as_web_maps_draw(boundaries(*CODES))), ("overlap", overlapping)):
        tab.go("/places/import")
        tab.page.set_input_files("#f-file", {"name": "v.geojson", "mimeType": "application/json", "buffer": content})
        tab.page.fill("#f-crs", "EPSG:4326")
        tab.page.click('button[value="check"]')
        tab.page.wait_for_selector(".sketch path.new")
        look_here(tab, f"boundaries-{name}")
    tab.go(f"/places/{WEST}/merge")
    tab.page.check(f'input[value="{EAST}"]')
    tab.page.click('button[value="check"]')
    tab.page.wait_for_selector('button[value="merge"]')
    look_here(tab, "merge-preview")
    assert tab.complaints == []


def test_the_preview_of_shifted_points_is_quiet_and_fits(town, open_tab):
    for number in range(6):
        x, y = wgs84_to_gcj02(105.0072 + number * 0.0004, 30.005)
        sent = Client(town.app, key=town.key).send(town.project_id, a_record(gps=f"{y} {x} 0 5", village=WEST))
        assert sent.status_code == 201
    look_at_pages(open_tab("rita"), {"shifts": "/places/shifts", "shift": f"/places/shifts/{town.phone_id}"})


def test_who_runs_the_town_reads_how_many_phones_send_shifted_points(town, open_tab):
    for number in range(6):
        x, y = wgs84_to_gcj02(105.0072 + number * 0.0004, 30.005)
        sent = Client(town.app, key=town.key).send(town.project_id, a_record(gps=f"{y} {x} 0 5", village=WEST))
        assert sent.status_code == 201
    look_at_pages(open_tab("lea"), {"shift-counts": "/places/shifts"})


def test_the_previews_of_merging_and_of_undoing_are_quiet_and_fit(town, open_tab):
    """vera has the merged village alone; then the merge has a preview of undoing it, and so has an import."""
    tab, check = open_tab("lea"), 'button[value="check"]'
    merge = f"/places/{EAST}/merge"
    look_at_pages(tab, {"merge-people": merge}, {"merge-people": (f'input[value="{WEST}"]', check)})
    assert tab.page.is_checked('input[name="given"]')
    tab.page.click('button[value="merge"]')
    tab.page.wait_for_url(lambda url: url.endswith(EAST))
    look_at_pages(tab, {"unmerge": f"/places/{EAST}"}, {"unmerge": (check,)})
    assert "vera" in tab.page.inner_text("main")
    open_import(tab, boundaries(*CODES))
    tab.page.click('button[value="import"]')
    tab.page.wait_for_selector('form[action="/places/import/undo"]')
    undo = f'form[action="/places/import/undo"] {check}'
    look_at_pages(tab, {"undo-import": "/places/import"}, {"undo-import": (undo,)})
    assert tab.page.locator('button[value="undo"]').count() == 1


def open_import(tab, content: bytes) -> None:
    tab.go("/places/import")
    tab.page.set_input_files("#f-file", {"name": "v.geojson", "mimeType": "application/json", "buffer": content})
    tab.page.fill("#f-crs", "EPSG:4326")
    tab.page.click('form[enctype] button[value="check"]')
    tab.page.wait_for_selector('button[value="import"]')


def look_here(tab, name: str) -> None:
    for size in (PHONE, DESK):
        tab.page.set_viewport_size(size)
        tab.shoot(f"{name}-{'desk' if size is DESK else 'phone'}")
        assert list_faults(tab.page) == []


def corners_typed(tab) -> list[str]:
    return [line for line in tab.page.input_value("textarea.corners").splitlines() if line.strip()]


def test_an_outline_is_drawn_on_a_map_and_the_text_says_the_same(town, open_tab):
    """A corner is dragged, one is added, one is taken off, each can be undone, and what is near a neighbour's is the same."""
    tab = open_tab("lea", DESK)
    tab.go(f"/places/{WEST}/outline")
    tab.page.wait_for_selector("[data-draw][data-ready=true]")
    before = corners_typed(tab)
    box = tab.page.locator(".outline-map canvas").bounding_box()
    assert len(before) == 4 and box
    first, second = place_of("105.0, 30.0", box), place_of("105.01, 30.0", box)
    known = before.index("105.0000000, 30.0000000")
    drag(tab, first, (first[0] + 40, first[1] - 30))
    moved = corners_typed(tab)
    assert [one for one in range(4) if moved[one] != before[one]] == [known]
    tab.page.click("[data-undo]")
    assert corners_typed(tab) == before
    tab.page.mouse.click((first[0] + second[0]) / 2, first[1] + 40)
    assert len(corners_typed(tab)) == 5
    tab.page.click("[data-take-off]")
    assert corners_typed(tab) == before
    aside = (second[0] - 60, second[1] - 60)
    drag(tab, second, aside)
    drag(tab, aside, (second[0] + 5, second[1] + 4))
    assert corners_typed(tab) == before, "near the corner of the village beside it, it is that corner"
    tab.shoot("outline-drawn-desk")
    assert tab.complaints == []


def test_what_is_typed_is_drawn(town, open_tab):
    tab = open_tab("lea", PHONE)
    tab.go(f"/places/{WEST}/outline")
    tab.page.wait_for_selector("[data-draw][data-ready=true]")
    tab.page.fill("textarea.corners", "105.001, 30.001\n105.009, 30.001\n105.005, 30.009")
    assert tab.page.is_disabled("[data-undo]") and tab.page.is_disabled("[data-take-off]")
    tab.page.click('button[value="check"]')
    tab.page.wait_for_selector('button[value="save"]')
    assert tab.complaints == []


def place_of(corner: str, box: dict[str, float]) -> tuple[float, float]:
    """Where a corner of village 1 is on the screen: Web Mercator, the square in the middle with 60 pixels around it."""

    def unit(lon: float, lat: float) -> tuple[float, float]:
        sine = math.sin(math.radians(lat))
        return lon / 360, -math.log((1 + sine) / (1 - sine)) / (4 * math.pi)

    (west, south), (east, north) = unit(105.0, 30.0), unit(105.01, 30.01)
    scale = min((box["width"] - 120) / (east - west), (box["height"] - 120) / (south - north))
    x, y = unit(*(float(one) for one in corner.split(",")))
    middle = (west + east) / 2, (south + north) / 2
    across, down = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    return across + (x - middle[0]) * scale, down + (y - middle[1]) * scale


def drag(tab, start: tuple[float, float], end: tuple[float, float]) -> None:
    tab.page.mouse.move(*start)
    tab.page.mouse.down()
    tab.page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    tab.page.mouse.move(*end)
    tab.page.mouse.up()
