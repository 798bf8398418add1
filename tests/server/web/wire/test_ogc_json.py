"""The documents of OGC API - Features: their links, and how a feature is told."""

from datetime import UTC, date, datetime

from geo.features import feature
from geo.tiles import Box
from server.web.wire import ogc_json
from server.web.wire.ogc_json import Described

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
BASE = "https://town.test/v1/projects/1/ogc"
VILLAGES = Described("villages", "Villages", "Boundaries", Box(105, 30, 106, 31))


def hrefs(body: dict) -> dict[str, str]:
    return {one["rel"]: one["href"] for one in body["links"]}


def test_every_document_leads_to_the_next_one() -> None:
    assert hrefs(ogc_json.landing(BASE, "禾川镇")) == {
        "self": BASE,
        "service-desc": f"{BASE}/api",
        "service-doc": f"{BASE}/api?f=html",
        "conformance": f"{BASE}/conformance",
        "data": f"{BASE}/collections",
    }
    one = ogc_json.collections(BASE, [VILLAGES])["collections"][0]
    assert hrefs(one) == {"self": f"{BASE}/collections/villages", "items": f"{BASE}/collections/villages/items"}
    assert one["extent"]["spatial"] == {"bbox": [[105, 30, 106, 31]], "crs": ogc_json.CRS84}
    assert (one["crs"], one["itemType"]) == ([ogc_json.CRS84], "feature")
    assert "extent" not in ogc_json.collection(BASE, VILLAGES._replace(extent=None))


def test_the_link_to_the_next_page_holds_the_same_question() -> None:
    asked = {"limit": "1", "datetime": "2026-03-02T08:00:00+08:00/..", "token": "old"}
    body = ogc_json.items(BASE, "villages", asked, [feature("a", (1, 2), {})], "new")
    own = f"{BASE}/collections/villages/items?limit=1&datetime=2026-03-02T08%3A00%3A00%2B08%3A00%2F..&token="
    assert hrefs(body) == {"self": own + "old", "next": own + "new", "collection": f"{BASE}/collections/villages"}
    assert (body["type"], body["numberReturned"], "numberMatched" in body) == ("FeatureCollection", 1, False)
    assert "next" not in hrefs(ogc_json.items(BASE, "villages", {}, [], None))


def test_links_are_a_header_too_that_any_wire_carries() -> None:
    links = [ogc_json.link(f"{BASE}/collections/村", "self", title="村"), ogc_json.link(BASE, "data")]
    assert ogc_json.link_header(links) == (
        f'<{BASE}/collections/%E6%9D%91>; rel="self"; type="application/json", <{BASE}>; rel="data"; type="application/json"'
    )


def test_instants_are_those_of_the_wire_and_days_are_days() -> None:
    facts = {"at": NOW, "on": date(2026, 3, 2), "none": None}
    told = ogc_json.item(BASE, "villages", feature("a/1", None, facts))
    assert told["properties"] == {"at": "2026-03-02T01:00:00.000Z", "on": date(2026, 3, 2), "none": None}
    assert hrefs(told)["self"] == f"{BASE}/collections/villages/items/a%2F1"
