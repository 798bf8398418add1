"""The definition that clients read first: every path and parameter, and nothing of what the caller may not read."""

from server.web.ogc_parameters import OF_ITEMS
from server.web.wire import ogc_openapi
from server.web.wire.ogc_json import Described
from server.web.wire.ogc_openapi import openapi


def test_it_names_what_is_there_and_every_reference_leads_somewhere() -> None:
    found = openapi(
        "https://town.test/v1/projects/1/ogc", "禾川镇", "1.0", [Described("follow-ups", "随访", "")], (100, 1000)
    )
    assert found["openapi"] == "3.0.3" and found["servers"][0]["url"].endswith("/ogc")
    items = "/collections/follow-ups/items"
    common = {"/", "/conformance", "/collections"}
    assert set(found["paths"]) == {*common, "/collections/follow-ups", items, items + "/{featureId}"}
    named = [one["$ref"].split("/")[-1] for one in found["paths"][items]["get"]["parameters"]]
    assert tuple(named) == OF_ITEMS == ogc_openapi.OF_ITEMS and set(named) == set(found["components"]["parameters"])
    limit = found["components"]["parameters"]["limit"]["schema"]
    assert (limit["minimum"], limit["default"], limit["maximum"]) == (1, 100, 1000)
    operations = [one["get"]["operationId"] for one in found["paths"].values()]
    assert len(set(operations)) == len(operations)
