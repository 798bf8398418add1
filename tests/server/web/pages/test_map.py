import pytest

from tests.server.web.pages.conftest import text_of


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


@pytest.mark.parametrize(
    "query",
    ["box=1,2,3", "box=a,b,c,d", "box=nan,0,1,1", "box=10,0,0,10", "zoom=x", "zoom=inf", "project=x", "project=999"],
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


def test_without_boundaries_the_page_says_what_is_missing(app, cast, browse):
    page = text_of(browse("bob").see("/map"))
    assert "还没有村界" in page and "导入村界" in page
