"""OGC API - Features Part 1: Core (17-069r4), requirement by requirement, as questions to our server.

Each check is named by the requirement that it asks about. `ASKED` are those of the three classes that we say we conform to
(core, oas30, geojson); `WISHED` the recommendations that we follow. The town is that of test_ogc_requirements.py.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from jsonschema.exceptions import ValidationError
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import validate
from werkzeug.test import TestResponse

from tests.server.web.gis import Gis

WHO = "lin"
COLLECTIONS = ("villages", "submissions", "follow-ups")
CLASS = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
DOCUMENTS = ("", "/conformance", "/collections", *(f"/collections/{one}" for one in COLLECTIONS))
LINKED = tuple(one for one in DOCUMENTS if one != "/conformance")
ITEMS = tuple(f"/collections/{one}/items" for one in COLLECTIONS)
OF_TIME = {"submissions": "received_at", "follow-ups": "due_on"}
Json = dict[str, Any]
Check = Callable[[Gis], None]
ASKED: dict[str, Check] = {}
WISHED: dict[str, Check] = {}


def of(table: dict[str, Check], *names: str) -> Callable[[Check], Check]:
    def note(check: Check) -> Check:
        table.update(dict.fromkeys(names, check))
        return check

    return note


def read(gis: Gis, path: str = "", **asked: Any) -> Json:
    """A document, with the status that its success has."""
    answer = gis.get(WHO, path + ("?" + urlencode(asked) if asked else ""))
    assert answer.status_code == 200, (path, asked, answer.text)
    found: Json = answer.get_json(force=True)
    return found


def links(body: Json, rel: str) -> list[Json]:
    return [one for one in body["links"] if one["rel"] == rel]


def follow(gis: Gis, found: Json, **how: Any) -> TestResponse:
    return gis.get(WHO, found["href"], **how)


def refused(gis: Gis, path: str, query: str) -> bool:
    return gis.get(WHO, f"{path}?{query}").status_code == 400


def all_links(body: Any) -> Iterator[Json]:
    if isinstance(body, dict):
        yield from body.get("links", ())
        for part in body.values():
            yield from all_links(part)
    elif isinstance(body, list):
        for part in body:
            yield from all_links(part)


def definition(gis: Gis) -> Json:
    return read(gis, "/api")


def parameter(gis: Gis, name: str) -> Json:
    found: Json = definition(gis)["components"]["parameters"][name]
    for collection in COLLECTIONS:
        operation = definition(gis)["paths"][f"/collections/{collection}/items"]["get"]
        assert {"$ref": f"#/components/parameters/{name}"} in operation["parameters"]
    return found


def every_feature(gis: Gis) -> Iterator[tuple[str, Json]]:
    for collection in COLLECTIONS:
        for one in read(gis, f"/collections/{collection}/items", limit=1000)["features"]:
            yield collection, one


def corners(shape: Any) -> Iterator[tuple[float, float]]:
    if shape and isinstance(shape[0], (int, float)):
        yield shape[0], shape[1]
    else:
        for part in shape:
            yield from corners(part)


@of(ASKED, "core/root-op", "core/root-success")
def landing(gis: Gis) -> None:
    for path in ("", "/"):
        body = read(gis, path)
        assert {"service-desc", "service-doc", "conformance", "data"} <= {one["rel"] for one in body["links"]}
    assert links(body, "conformance")[0]["href"].endswith("/ogc/conformance")
    assert links(body, "data")[0]["href"].endswith("/ogc/collections")


@of(ASKED, "core/api-definition-op", "core/api-definition-success", "oas30/oas-definition-1")
def definitions_are_there_in_the_type_that_their_link_names(gis: Gis) -> None:
    types = {}
    for one in (*links(read(gis), "service-desc"), *links(read(gis), "service-doc")):
        answer = follow(gis, one, headers={"Accept": one["type"]})
        assert answer.status_code == 200
        types[one["rel"]] = one["type"]
        assert answer.content_type.replace(" ", "").startswith(one["type"])
    assert types == {"service-desc": "application/vnd.oai.openapi+json;version=3.0", "service-doc": "text/html"}


@of(ASKED, "core/conformance-op", "core/conformance-success")
def classes(gis: Gis) -> None:
    assert read(gis, "/conformance")["conformsTo"] == [CLASS + one for one in ("core", "oas30", "geojson")]


@of(ASKED, "core/http")
def methods_and_statuses_are_those_of_http(gis: Gis) -> None:
    for path in (*DOCUMENTS, *ITEMS):
        with_body, without = gis.get(WHO, path), gis.ask("HEAD", WHO, path)
        assert (without.status_code, without.data) == (200, b"")
        assert without.content_type == with_body.content_type
        assert set(gis.ask("OPTIONS", WHO, path).headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
        wrong = gis.ask("POST", WHO, path)
        assert (wrong.status_code, "GET" in wrong.headers["Allow"]) == (405, True)
        assert gis.get(WHO, path, headers={"Accept": "image/png"}).status_code == 406
    assert gis.get(WHO, "/collections/none").status_code == gis.get(WHO, "/nothing").status_code == 404
    secure = gis.get("nobody", "/collections", base_url="https://localhost")
    assert (secure.status_code, secure.headers["WWW-Authenticate"].split()[0]) == (401, "Basic")


@of(ASKED, "core/query-param-unknown")
def what_the_definition_does_not_name_is_refused(gis: Gis) -> None:
    for path in (*DOCUMENTS, "/api", *ITEMS, "/collections/villages/items/510000000001"):
        for query in (
            "crs=x",
            "bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326",
            "limits=1",
            "Limit=1",
            "offset=2",
        ):
            assert refused(gis, path, query), (path, query)
    for path in DOCUMENTS:
        assert refused(gis, path, "limit=1")


@of(ASKED, "core/query-param-invalid")
def what_has_no_meaning_is_refused(gis: Gis) -> None:
    wrong = (
        *(f"limit={one}" for one in ("", "0", "-1", "x", "1.5", "1e3", "٣", "99999999999999999999")),
        *(
            f"bbox={one}"
            for one in ("", "1", "1,2,3", "1,2,3,4,5", "1,2,3,4,5,6,7", "a,b,c,d", "1,2,nan,4", "1,2,inf,4")
        ),
        *(f"bbox={one}" for one in ("0,2,1,1", "0,0,9,1,1,8", "-181,0,1,1", "0,-91,1,1", "0,0,181,1", "0,0,1,91")),
        *(
            f"datetime={one}"
            for one in ("", "soon", "/", "../..", "2026-13-01", "2026-03-02T12:00:00", "2027-01-01/2026-01-01")
        ),
        *(f"token={one}" for one in ("", "x", "e30")),
        *("f=xml", "f=", "limit=1&limit=2", "bbox=0,0,1,1&bbox=0,0,1,1"),
    )
    for path in ITEMS:
        assert [query for query in wrong if not refused(gis, path, query)] == []


@of(ASKED, "core/crs84")
def places_are_longitude_and_latitude(gis: Gis) -> None:
    seen = [
        one
        for _, feature in every_feature(gis)
        if feature["geometry"]
        for one in corners(feature["geometry"]["coordinates"])
    ]
    assert seen and all(104 < lon < 106 and 29 < lat < 31 for lon, lat in seen)
    assert not any("crs" in feature for _, feature in every_feature(gis)), "GeoJSON names none (RFC 7946)"


@of(ASKED, "core/fc-md-op", "core/fc-md-success", "core/fc-md-items", "geojson/definition")
def collections(gis: Gis) -> None:
    assert [one["id"] for one in read(gis, "/collections")["collections"]] == list(COLLECTIONS)
    for path in DOCUMENTS:
        assert gis.get(WHO, path).mimetype == "application/json"
    for path in ITEMS:
        assert gis.get(WHO, path).mimetype == "application/geo+json"


@of(ASKED, "core/fc-md-links", "core/fc-rel-type", "core/fc-md-items-links", "core/fc-links", "core/f-links")
def each_document_says_where_it_is_and_where_its_parts_are(gis: Gis) -> None:
    bodies = [(path, read(gis, path)) for path in (*LINKED, *ITEMS, *(f"{path}?limit=1" for path in ITEMS))]
    for path, body in bodies:
        assert all(one["rel"] and one["type"] for one in all_links(body)), path
        [own] = links(body, "self")
        assert own["href"].partition("/ogc")[2] == path and own["type"] == follow(gis, own).mimetype
    for one in read(gis, "/collections")["collections"]:
        [to_items] = links(one, "items")
        assert (to_items["type"], follow(gis, to_items).status_code) == ("application/geo+json", 200)
    for collection, feature in every_feature(gis):
        body = read(gis, f"/collections/{collection}/items/{feature['id']}")
        [own], [above] = links(body, "self"), links(body, "collection")
        assert follow(gis, own).get_json(force=True)["id"] == feature["id"]
        assert follow(gis, above).get_json(force=True)["id"] == collection


@of(ASKED, "core/fc-md-extent", "core/fc-md-extent-multi")
def extents_hold_everything(gis: Gis) -> None:
    boxes = {one["id"]: one["extent"]["spatial"] for one in read(gis, "/collections")["collections"]}
    assert set(boxes) == set(COLLECTIONS)
    for collection, feature in every_feature(gis):
        assert boxes[collection]["crs"] == CRS84
        [[west, south, east, north]] = boxes[collection]["bbox"]
        for lon, lat in corners(feature["geometry"]["coordinates"]) if feature["geometry"] else ():
            assert west <= lon <= east and south <= lat <= north


@of(ASKED, "core/sfc-md-op", "core/sfc-md-success")
def a_collection_is_as_it_is_listed(gis: Gis) -> None:
    for one in read(gis, "/collections")["collections"]:
        assert read(gis, f"/collections/{one['id']}") == one


@of(ASKED, "core/fc-op", "core/fc-response", "core/fc-numberReturned", "core/fc-numberMatched", "core/fc-timeStamp")
def a_page(gis: Gis) -> None:
    for path in ITEMS:
        body = read(gis, path)
        assert body["numberReturned"] == len(body["features"]) > 0
        assert not {"numberMatched", "timeStamp"} & set(body), "both may be left out (clause 7.15)"


@of(ASKED, "core/fc-limit-definition", "core/fc-limit-response-1")
def limits(gis: Gis) -> None:
    wanted = {"name": "limit", "in": "query", "required": False, "style": "form", "explode": False}
    found = parameter(gis, "limit")
    assert wanted.items() <= found.items() and found["schema"]["type"] == "integer"
    assert (found["schema"]["minimum"], found["schema"]["maximum"]) == (1, 1000)
    for path in ITEMS:
        assert [len(read(gis, path, limit=number)["features"]) for number in (1, 2)] == [1, 2]
        assert read(gis, path, limit=1001)["features"] == read(gis, path, limit=1000)["features"]


@of(ASKED, "core/fc-bbox-definition")
def boxes(gis: Gis) -> None:
    found = parameter(gis, "bbox")
    sizes = [{"minItems": size, "maxItems": size} for size in (4, 6)]
    assert found["schema"] == {"type": "array", "oneOf": sizes, "items": {"type": "number"}}
    assert (found["in"], found["required"], found["style"], found["explode"]) == ("query", False, "form", False)


@of(ASKED, "core/fc-bbox-response")
def only_what_meets_the_box_and_what_has_no_place(gis: Gis) -> None:
    """The two villages stand side by side, each a hundredth of a degree wide, from 105 E 30 N."""
    first, both, none = "105,30,105.0099,30.0099", "105,30,105.02,30.01", "10,10,11,11"
    for path in ITEMS:
        counts = {box: len(read(gis, path, bbox=box)["features"]) for box in (first, both, none)}
        nowhere = sum(one["geometry"] is None for one in read(gis, path)["features"])
        whole = len(read(gis, path)["features"])
        assert (counts[none], counts[both]) == (nowhere, whole) and nowhere < counts[first] < whole, path
        assert (
            read(gis, path, bbox="105,30,-9,105.0099,30.0099,9")["features"] == read(gis, path, bbox=first)["features"]
        )
        assert len(read(gis, path, bbox="104,29,-170,31")["features"]) == whole, "across the antimeridian"
        assert len(read(gis, path, bbox="170,29,-170,31")["features"]) == nowhere
        assert len(read(gis, path, bbox="-180,-90,180,90")["features"]) == whole


@of(ASKED, "core/fc-time-definition")
def times(gis: Gis) -> None:
    wanted = {"in": "query", "required": False, "schema": {"type": "string"}, "style": "form", "explode": False}
    assert wanted.items() <= parameter(gis, "datetime").items()


@of(ASKED, "core/fc-time-response")
def only_what_is_of_that_time_and_what_has_none(gis: Gis) -> None:
    for path in ITEMS:
        whole = read(gis, path)["features"]
        name = OF_TIME.get(path.split("/")[2])
        told = sorted(one["properties"][name] for one in whole) if name else []
        for asked, test in [
            ("{t}", lambda at, t: at == t),
            ("{t}/..", lambda at, t: at >= t),
            ("{t}/", lambda at, t: at >= t),
            ("../{t}", lambda at, t: at <= t),
            ("/{t}", lambda at, t: at <= t),
            ("{t}/{t}", lambda at, t: at == t),
        ]:
            for t in {*told, "1970-01-01"}:
                found = read(gis, path, datetime=asked.format(t=t))["features"]
                assert found == [one for one in whole if not name or test(one["properties"][name], t)], (path, asked, t)


@of(ASKED, "core/f-op", "core/f-success")
def a_feature_is_as_its_page_tells_it(gis: Gis) -> None:
    for collection, feature in every_feature(gis):
        alone = read(gis, f"/collections/{collection}/items/{feature['id']}")
        assert {name: alone[name] for name in feature} == feature


@of(ASKED, "geojson/content")
def answers_are_what_the_definition_says(gis: Gis) -> None:
    api = definition(gis)
    for template, methods in api["paths"].items():
        [(_, content)] = methods["get"]["responses"]["200"]["content"].items()
        for path in filled(gis, template):
            assert problems_of(api, content["schema"], read(gis, path)) == []
            assert (
                problems_of(
                    api, {"$ref": "#/components/schemas/Problem"}, gis.get(WHO, path + "?x=1").get_json(force=True)
                )
                == []
            )
    for path in ITEMS:
        assert read(gis, path)["type"] == "FeatureCollection"
        for one in read(gis, path)["features"]:
            body = read(gis, f"{path}/{one['id']}")
            assert (body["type"], str(body["id"])) == ("Feature", str(one["id"]))


def filled(gis: Gis, template: str) -> list[str]:
    if "{featureId}" not in template:
        return [template]
    path = template.removesuffix("/{featureId}")
    return [f"{path}/{one['id']}" for one in read(gis, path)["features"]]


def problems_of(api: Json, schema: Json, body: Json) -> list[ValidationError]:
    return list(OAS30Validator({**schema, "components": api["components"]}).iter_errors(body))


@of(ASKED, "oas30/oas-definition-2")
def the_definition_is_openapi(gis: Gis) -> None:
    validate(definition(gis))


@of(ASKED, "oas30/completeness", "oas30/exceptions-codes")
def every_status_that_comes_is_named(gis: Gis) -> None:
    for methods in definition(gis)["paths"].values():
        named = methods["get"]["responses"]
        assert {"200", "400", "401", "403", "404", "406", "429", "500", "503", "default"} == set(named)
        assert all("content" in one or "$ref" in one for one in named.values())


@of(ASKED, "oas30/oas-impl")
def what_the_definition_promises_is_there(gis: Gis) -> None:
    api = definition(gis)
    for template, methods in api["paths"].items():
        assert list(methods) == ["get"]
        for path in filled(gis, template):
            assert api["servers"][0]["url"].endswith(gis.base)
            assert read(gis, path, f="json")


@of(ASKED, "oas30/security")
def how_to_sign_in_is_said(gis: Gis) -> None:
    api = definition(gis)
    schemes = {name: one["scheme"] for name, one in api["components"]["securitySchemes"].items()}
    assert schemes == {"basic": "basic", "bearer": "bearer"}
    assert api["security"] == [{"basic": []}, {"bearer": []}]


@of(WISHED, "core/root-links", "core/fc-md-self-links", "core/sfc-md-links")
def own_addresses(gis: Gis) -> None:
    for path in LINKED:
        assert links(read(gis, path), "self")[0]["href"].endswith(f"/ogc{path}")
    assert all(links(one, "self") for one in read(gis, "/collections")["collections"])


@of(WISHED, "core/fc-next-1", "core/fc-next-2", "core/fc-next-3")
def pages_follow_each_other(gis: Gis) -> None:
    for path in ITEMS:
        whole = [one["id"] for one in read(gis, path)["features"]]
        pages = gis.pages(WHO, path + "?limit=1&bbox=100,20,110,40")
        assert [len(one) for one in pages] == [1] * len(whole) and [one for page in pages for one in page] == whole


@of(WISHED, "core/link-header")
def links_are_headers_too(gis: Gis) -> None:
    for path in (*LINKED, *(f"{one}?limit=1" for one in ITEMS)):
        answer = gis.get(WHO, path)
        told = re.findall(r'<([^>]+)>; rel="([^"]+)"; type="([^"]+)"', answer.headers["Link"])
        assert told == [(one["href"], one["rel"], one["type"]) for one in answer.get_json(force=True)["links"]]


@of(WISHED, "core/rfc3339")
def times_are_told_as_they_are_asked(gis: Gis) -> None:
    for collection, feature in every_feature(gis):
        told = feature["properties"].get(OF_TIME.get(collection, ""))
        assert told is None or re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d\.\d{3}Z)?", told)


WISHED["core/head"] = ASKED["core/http"]
WISHED["core/geojson"] = ASKED["geojson/content"]
WISHED["core/api-definition-oas"] = ASKED["oas30/oas-definition-2"]
WISHED["oas30/f-key-properties"] = ASKED["geojson/content"]
WISHED["core/fc-md-extent-single"] = ASKED["core/fc-md-extent"]
