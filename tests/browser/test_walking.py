"""The way from where the phone is: ordered in the phone, which tells nobody where it is; and the order itself, as a table."""

import json
import subprocess

import pytest
from sqlalchemy import select

from server.clock import today
from server.models import Household
from server.web.blueprints import WEB_FOLDER
from tests.chromium import PHONE
from tests.server.web.pages.health import tell
from tests.server.web.pages.women import DAY, a_follow_up, a_home, a_woman

FRONTEND = WEB_FOLDER / "frontend"
HERE = {"longitude": 105.001, "latitude": 30.005}
ASK = """
import { readFile } from "node:fs/promises";
import { transformWithOxc } from "vite";
const source = await readFile("src/today/order.ts", "utf8");
const { code } = await transformWithOxc(source, "order.ts");
const order = await import("data:text/javascript," + encodeURIComponent(code));
const cases = JSON.parse(process.argv[1]);
console.log(JSON.stringify(cases.map(([start, doors]) => {
  const begun = performance.now(), way = order.orderWay(start, doors), took = performance.now() - begun;
  return { way, took, metres: order.lengthOf(start, doors, way),
    nearest: order.lengthOf(start, doors, order.nearestFirst(start, doors)) };
})));
"""


def order(*cases):
    """What the browser's own functions say of (start, doors), asked in Node."""
    command = ["node", "--input-type=module", "-e", ASK, json.dumps(cases)]
    done = subprocess.run(command, cwd=FRONTEND, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def grid(side):
    """Doors some 100 m apart, in no order of a way: columns before rows, every other column from above."""
    rows = range(side)
    return [[105 + x / 1000, 30 + (y if x % 3 else side - 1 - y) / 1000] for x in rows for y in rows]


@pytest.mark.parametrize(
    ("doors", "way"),
    [
        ([], []),
        ([[105.0, 30.0]], [0]),
        ([[105.003, 30.0], [105.001, 30.0], [105.002, 30.0]], [1, 2, 0]),
        ([[105.001, 30.0], [105.001, 30.0]], [0, 1]),
        ([[105.004, 30.0], [105.001, 30.0], [105.0, 30.0005]], [2, 1, 0]),
    ],
)
def test_doors_are_ordered_by_the_way_and_each_stands_once(doors, way):
    [found] = order([[105.0, 30.0], doors])
    assert found["way"] == way


def test_a_way_is_never_longer_than_going_to_the_nearest_each_time_and_crossings_are_taken_out():
    trap = [[105.001, 30.0], [104.9985, 30.0], [105.0032, 30.0], [104.993, 30.0], [105.0085, 30.0]]
    found = order([[105.0, 30.0], trap], [[105.0, 30.0], grid(9)])
    assert all(one["metres"] <= one["nearest"] for one in found) and found[0]["metres"] < found[0]["nearest"]
    assert sorted(found[1]["way"]) == list(range(81))


def test_two_hundred_doors_are_ordered_while_nobody_waits():
    [found] = order([[104.99, 29.99], grid(14)])
    assert len(found["way"]) == 196 and found["took"] < 1000


@pytest.fixture
def homes(town):
    """Three doors with a place, from east to west: 001 is the nearest to HERE; 004 has none."""
    with town.database.transaction() as db:
        for number, (door, left) in enumerate((("003", -4), ("002", 5), ("001", 50), ("004", 5))):
            home = a_home(db, town.project_id, door=door, hamlet=("二社", "五社")[number % 2])
            due_on = today() + (20 * DAY if left == 50 else -2 * DAY)
            a_follow_up(db, home, today(), "HH-V", left=left, due_on=due_on, opens_on=today() - 9 * DAY)
            a_follow_up(db, a_woman(db, town.project_id, f"W-000{number} 王*", home=home), today(), left=30)
        uuids = dict(db.execute(select(Household.door_code, Household.uuid)).all())
    for number, door in enumerate(("001", "002", "003")):
        gps = f"30.005 {105.002 + number * 0.002:.3f} 0 5"
        record = town.record(gps=gps)
        with town.database.transaction() as db:
            tell(db, town.project_id, record, "households", uuids[door], on=today() - 5 * DAY)


def doors_shown(tab):
    return [one.split()[-1] for one in tab.page.locator("article.home h3:visible").all_inner_texts()]


def test_the_way_is_ordered_in_the_phone_and_its_place_is_sent_to_nobody(town, homes, open_tab):
    tab = open_tab("wang", PHONE, geolocation=HERE, permissions=["geolocation"])
    asked = []
    tab.page.on("request", lambda one: asked.append((one.url, one.post_data or "")))
    tab.go("/m")
    before = doors_shown(tab)
    assert before[0] == "003" and not tab.page.locator("[data-walk-back]").is_visible()
    tab.shoot("walk-before-phone-zh")
    tab.page.click("[data-walk-start]")
    tab.page.wait_for_selector("[data-walk-list]:visible")
    assert doors_shown(tab) == ["001", "002", "003", "004"]
    badges = tab.page.locator(".stop-number").all_inner_texts()
    assert [one.split(" · ")[0] for one in badges] == ["1", "2", "3"] and badges[0] == "1 · 100 米"
    assert "没存位置的户排在最后" in tab.page.inner_text("[data-walk-said]")
    assert not tab.is_wider_than_the_screen()
    tab.shoot("walk-after-phone-zh")
    tab.page.click("[data-walk-back]")
    assert doors_shown(tab) == before and tab.page.locator(".stop-number").count() == 0
    assert [url for url, _ in asked if "/m/places" in url] == [f"{tab.address}/m/places"]
    assert [one for one in asked if "105.001" in str(one) or "30.005" in str(one)] == []
    assert tab.complaints == []


def test_a_phone_that_does_not_find_itself_keeps_hamlets_and_doors(town, homes, open_tab):
    tab = open_tab("wang", PHONE)
    tab.page.context.clear_permissions()
    tab.go("/m")
    before = doors_shown(tab)
    tab.page.click("[data-walk-start]")
    tab.page.get_by_text("手机没找到位置").wait_for()
    assert doors_shown(tab) == before and tab.page.locator("[data-walk-start]").is_enabled()
    assert tab.complaints == []


def test_without_script_the_list_stands_by_hamlet_and_door(town, homes, open_tab):
    tab = open_tab("wang", PHONE, java_script_enabled=False)
    tab.page.goto(f"{tab.address}/m")
    assert not tab.page.locator("[data-walk-start]").is_visible()
    assert doors_shown(tab) == ["003", "001", "002", "004"]
