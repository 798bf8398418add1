"""The pages about villages and their boundaries, as they look: the previews too, which only a sent file shows."""

import json

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


def look_here(tab, name: str) -> None:
    for size in (PHONE, DESK):
        tab.page.set_viewport_size(size)
        tab.shoot(f"{name}-{'desk' if size is DESK else 'phone'}")
        assert list_faults(tab.page) == []
