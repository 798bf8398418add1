import pytest
from sqlalchemy import select

from server.models import Village
from tests.server.web.pages.conftest import CODES, text_of
from tests.server.web.pages.health import DOOR, a_woman_at_a_door, health_record
from tests.server.web.pages.women import DAY, TODAY, CareTown, a_follow_up, a_woman

EVERYBODY = ("ada", "lea", "rita", "vera", "wang", "lin", "nia", "otto")
PIN = {"id", "state", "how", "accuracy", "village", "village_name"}
CLUSTER = {"cluster", "count_text", "suppressed", "count", "box"}
ALLOWED = {
    "/map/villages": {"code", "name", "count_text", "suppressed", "lon", "lat", "overdue"},
    "/map/features": PIN | CLUSTER,
    "/map/health": {"village", "village_name", "count_text", "suppressed", "count"},
}
TILE = "<int(max=24):zoom>/<int(max=16777215):x>/<int(max=16777215):y>"
PAGES = {"/map", "/map/find", "/map/home/<uuid:woman>", "/map/rates", "/map/village/<village>"}
ELSEWHERE = {  # tests/server/web/pages/test_map_tiles.py
    f"/map/tiles/{TILE}.mvt",
    "/map/base/<int(max=9007199254740991):base_id>.pmtiles",
    f"/map/base/tianditu/<any(vec, cva):layer>/{TILE}",
    "/map/picture",
}


@pytest.fixture
def care_town(paged, database):
    return CareTown(paged, database)


def test_villages_are_drawn_with_counts_that_give_nobody_away(town, browse):
    for _ in range(3):
        town.record(village=1)
    for _ in range(6):
        town.record(village=2)
    answer = browse("rita").see("/map/villages")
    facts = {one["properties"]["code"]: one["properties"] for one in answer.get_json(force=True)["features"]}
    assert facts["519901201001"]["count_text"] == "<5" and facts["519901201001"]["suppressed"] is True
    assert "3" not in facts["519901201001"]["count_text"]
    assert set(facts["519901201001"]) == {"code", "name", "count_text", "suppressed", "lon", "lat"}
    assert answer.mimetype == "application/geo+json"


def test_pins_are_for_those_who_read_records_and_only_in_their_villages(town, browse):
    first, second = town.record(village=1), town.record(village=2)
    path = "/map/features?box=104,29,106,31&zoom=18"

    def pins(name):
        return {one["properties"]["id"] for one in browse(name).see(path).get_json(force=True)["features"]}

    assert pins("rita") == {first, second}
    assert pins("vera") == {first}
    for name in ("ada", "lea", "otto"):
        assert browse(name).see(path).status_code in (403, 404)


def test_a_pin_says_how_it_was_placed_and_nothing_about_answers(town, browse):
    record = town.record(village=1, note="secret")
    (pin,) = browse("rita").see("/map/features?box=104,29,106,31&zoom=18").get_json(force=True)["features"]
    assert pin["properties"]["id"] == record
    assert pin["properties"]["how"] == "inside" and pin["properties"]["accuracy"] == 5
    assert pin["geometry"]["coordinates"] == [105.005, 30.005]
    assert "secret" not in str(pin)


def test_a_pin_shows_the_office_s_decision_at_once(town, browse):
    record = town.record()
    rita = browse("rita")
    rita.send(f"/review/{record}/state", {"state": "approved"})
    (pin,) = rita.see("/map/features?zoom=18").get_json(force=True)["features"]
    assert pin["properties"]["state"] == "approved"


def test_what_is_with_its_phone_has_a_mark_of_its_own_and_a_word(town, browse):
    record = town.record()
    rita = browse("rita")
    rita.send(f"/review/{record}/return", {"reason": "点位不对"})
    (pin,) = rita.see("/map/features?zoom=18").get_json(force=True)["features"]
    assert pin["properties"]["state"] == "returned"
    page = rita.see("/map").get_data(as_text=True)
    legend = page.split('data-legend="records"')[1].split("</div>")[0]
    assert "#shape-returned" in legend and "已退回" in legend
    assert "#shape-edited" in legend and "已更正" in legend
    assert 'data-state-returned="已退回"' in page


@pytest.mark.parametrize(
    "query",
    [
        "box=1,2,3",
        "box=a,b,c,d",
        "box=nan,0,1,1",
        "box=10,0,0,10",
        "zoom=x",
        "zoom=inf",
        "project=x",
        "project=999999999",
    ],
)
def test_a_box_or_zoom_that_is_none_is_refused_in_words(town, browse, query):
    answer = browse("rita").see(f"/map/features?{query}")
    assert answer.status_code in (400, 404)


def test_the_page_has_the_same_numbers_as_a_table(town, browse):
    for _ in range(7):
        town.record(village=1)
    page = text_of(browse("rita").see("/map"))
    assert "村1 7" in page and "合计 7" in page
    assert "您看到的是数字，不是点位" not in page
    assert "您看到的是数字，不是点位" in text_of(browse("lea").see("/map"))


def test_who_counts_his_own_village_is_told_no_total_that_would_give_the_other_one_back(care_town, browse):
    """Seven here, which he knows, and ten together would be three there."""
    for village in (1,) * 7 + (2,) * 3:
        care_town.record(village=village)
    pages = {name: text_of(browse(name).see("/map")) for name in ("lea", "rita", "vera", "wang")}
    assert {name: "合计 10" in page for name, page in pages.items()} == {
        "lea": True,
        "rita": True,
        "vera": False,
        "wang": False,
    }
    form = f"/v1/projects/{care_town.project_id}/forms/visit"
    shown = {name: browse(name).see(form, **{"X-Extended-Metadata": "true"}) for name in ("lea", "wang")}
    assert {name: one.get_json(force=True)["submissions"] for name, one in shown.items()} == {"lea": 10, "wang": None}


def test_without_boundaries_the_page_says_what_is_missing(app, cast, browse):
    page = text_of(browse("bob").see("/map"))
    assert "还没有村界" in page and "导入村界" in page


def features(browser, path):
    answer = browser.see(path)
    return answer.get_json(force=True)["features"] if answer.status_code == 200 else None


def test_no_layer_of_the_map_joins_a_home_with_facts_of_health(care_town, browse):
    """Every address of the map is asked by everybody, and every property that comes is one of those known here."""
    woman = a_woman_at_a_door(care_town)
    record = health_record(care_town, woman=woman)
    with care_town.database.transaction() as db:
        a_follow_up(db, a_woman(db, care_town.project_id), left=-5)
    rules = {rule.rule for rule in care_town.app.url_map.iter_rules() if rule.rule.startswith("/map")}
    assert rules == set(ALLOWED) | PAGES | ELSEWHERE, "a new address of the map belongs into this test"
    seen = {}
    for name in EVERYBODY:
        browser = browse(name)
        for path, allowed in ALLOWED.items():
            found = features(browser, f"{path}?zoom=18") or []
            seen[name, path] = found
            for one in found:
                assert set(one["properties"]) <= allowed, (name, path)
                if path != "/map/features":
                    assert one["geometry"]["coordinates"] != DOOR, (name, path)
    pins = [one["properties"]["id"] for one in seen["lin", "/map/features"]]
    assert len(pins) == 1 and record not in pins, "the home's own visit is a pin, her record is not"


def test_health_records_are_a_number_at_the_village_s_name_for_clinicians_alone(care_town, browse):
    for _ in range(6):
        health_record(care_town, village=2)
    health_record(care_town, village=1)
    found = {one["properties"]["village"]: one for one in features(browse("lin"), "/map/health")}
    outlines = {one["properties"]["code"]: one["properties"] for one in features(browse("lin"), "/map/villages")}
    for code, text in ((CODES[0], "<5"), (CODES[1], "6")):
        assert found[code]["properties"]["count_text"] == text
        assert found[code]["geometry"]["coordinates"] == pytest.approx(
            [outlines[code]["lon"], outlines[code]["lat"]], abs=1e-5
        )
    for name in EVERYBODY:
        if name != "lin":
            assert browse(name).see("/map/health").status_code in (403, 404), name
            assert browse(name).see(f"/review/health/{CODES[1]}").status_code in (403, 404), name


def late(town, village, women, tasks=1, punctual=0):
    """So many women with tasks overdue, and so many with one that is not."""
    with town.database.transaction() as db:
        for number in range(women + punctual):
            woman = a_woman(db, town.project_id, village=village)
            for _ in range(tasks if number < women else 1):
                a_follow_up(db, woman, left=-3 if number < women else 9)


def bands(browser):
    return {one["properties"]["code"]: one["properties"].get("overdue") for one in features(browser, "/map/villages")}


def test_what_is_overdue_is_told_in_bands_and_only_where_it_gives_nobody_away(care_town, browse):
    late(care_town, 1, women=2, punctual=12)
    late(care_town, 2, women=2, punctual=3)
    assert bands(browse("lea")) == {CODES[0]: "1-4", CODES[1]: "hidden"}
    assert bands(browse("wang")) == {CODES[0]: "1-4", CODES[1]: "hidden"}, "of another village than his own"
    assert bands(browse("lin")) == {CODES[0]: "1-4", CODES[1]: "1-4"}, "her care team sees its own"
    assert bands(browse("rita")) == {CODES[0]: None, CODES[1]: None}
    assert "少于 10" in text_of(browse("lea").see("/map"))


@pytest.mark.parametrize(
    ("women", "tasks", "band"), [(0, 1, "0"), (4, 1, "1-4"), (5, 1, "5-9"), (5, 2, "10+"), (4, 3, "hidden")]
)
def test_the_bands_count_tasks_and_the_rules_count_people(care_town, browse, women, tasks, band):
    late(care_town, 1, women, tasks, punctual=11)
    late(care_town, 2, women=0, punctual=12)
    assert bands(browse("lea"))[CODES[0]] == band


def test_a_task_that_ended_is_not_yet_late_or_stands_inside_another_is_not_overdue(care_town, browse):
    with care_town.database.transaction() as db:
        for number in range(12):
            woman = a_woman(db, care_town.project_id)
            more = ({"ended": True}, {"inside": "0" * 64}, {"overdue_from": TODAY + DAY})[number % 3]
            a_follow_up(db, woman, left=-3, **more)
            a_follow_up(db, woman, left=9)
    assert bands(browse("lea"))[CODES[0]] == "0"


def test_a_task_is_overdue_from_its_first_day_after_the_grace(care_town, browse, clock):
    with care_town.database.transaction() as db:
        for _ in range(12):
            woman = a_woman(db, care_town.project_id)
            a_follow_up(db, woman, left=0, overdue_from=TODAY + DAY)
        a_follow_up(db, a_woman(db, care_town.project_id), left=90)
    lin = browse("lin")
    assert bands(lin)[CODES[0]] == "0"
    clock.forward(hours=14, minutes=59)  # 23:59 in Shanghai
    assert bands(lin)[CODES[0]] == "0"
    clock.forward(minutes=1)
    assert bands(lin)[CODES[0]] == "10+"


def test_the_bands_and_the_board_behind_them_take_two_queries_however_many_are_late(care_town, browse, count_queries):
    late(care_town, 1, women=1)
    lin = browse("lin")
    lin.see("/map/villages")
    with count_queries() as few:
        lin.see("/map/villages")
    late(care_town, 1, women=15)
    late(care_town, 2, women=15)
    lin.see("/map/villages")  # what is told anew is written down once
    with count_queries() as many:
        lin.see("/map/villages")
    assert len(many) == len(few)
    assert len([one for one in many if "FROM follow_up" in str(one)]) == 2


@pytest.mark.parametrize("path", ["/map?show=on_time", "/map/villages", f"/map/village/{CODES[0]}"])
def test_board_and_villages_are_asked_for_once_in_a_town_of_any_size(care_town, browse, count_queries, path):
    """The board is two questions to follow-ups; what is overdue, and a card's lists, are no part of it."""
    late(care_town, 1, women=12, punctual=3)
    lea, asked = browse("lea"), []
    for number in range(2):
        if number:
            with care_town.database.transaction() as db:
                made = db.scalar(select(Village.created_at).limit(1))
                for one in range(60):
                    db.add(
                        Village(project_id=care_town.project_id, code=f"9{one:03}", name=f"村{one}", created_at=made)
                    )
        lea.see(path)
        with count_queries() as found:
            lea.see(path)
        asked.append(found)
    assert len(asked[0]) == len(asked[1])
    told = [one for one in asked[1] if "release.told_json" in one and "max(release.number)" in one]
    assert len(told) == 2, "records by village and form once, the board once"
    assert len([one for one in asked[1] if "village.label_lon" in one and "village.retired_at IS NULL" in one]) <= 1


def test_a_band_never_tells_what_the_board_withholds(care_town, browse):
    """On the board village 1 is "<5" and village 2 withheld beside a total; village 2's band would tell how many."""
    late(care_town, 1, women=1, punctual=30)
    late(care_town, 2, women=10, punctual=30)
    assert bands(browse("lea"))[CODES[1]] == "hidden"


def test_the_page_shows_bands_with_their_words_and_can_open_on_them(care_town, browse):
    late(care_town, 1, women=2, punctual=12)
    page = browse("lea").see("/map?show=overdue").get_data(as_text=True)
    assert 'data-view="overdue"' in page and "1–4" in page and "超期" in page
    assert 'data-view="records"' in browse("lea").see("/map").get_data(as_text=True)
    assert "data-map-view" not in browse("rita").see("/map?show=overdue").get_data(as_text=True)
