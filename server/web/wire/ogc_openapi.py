"""What the door for GIS programs answers to, as OpenAPI 3.0: for one caller, so what she may not read is not in it."""

from collections.abc import Iterable
from typing import Any

from server.web.wire.geojson import GEOJSON_TYPE
from server.web.wire.ogc_json import JSON_TYPE, Described

Json = dict[str, Any]
TAG = "features"


def openapi(base: str, title: str, version: str, found: Iterable[Described], limits: tuple[int, int]) -> Json:
    """`limits` are how many features a page has unless asked, and at most."""
    paths = {
        "/": reading("getLandingPage", JSON_TYPE),
        "/conformance": reading("getConformance", JSON_TYPE),
        "/api": reading("getApi", JSON_TYPE),
        "/collections": reading("getCollections", JSON_TYPE),
    }
    for one in found:
        paths |= paths_of(one)
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": version},
        "servers": [{"url": base}],
        "security": [{"basic": []}, {"bearer": []}],
        "paths": paths,
        "components": {
            "parameters": parameters(*limits),
            "responses": {"Problem": {"description": "problem", "content": {JSON_TYPE: {"schema": PROBLEM}}}},
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


PROBLEM: Json = {
    "type": "object",
    "required": ["message", "code"],
    "properties": {"message": {"type": "string"}, "code": {"type": "number"}, "details": {"type": "object"}},
}


def paths_of(one: Described) -> Json:
    own, word = f"/collections/{one.name}", one.name.title().replace("-", "")
    of_items = [{"$ref": f"#/components/parameters/{name}"} for name in ("limit", "bbox", "datetime", "token")]
    of_item = [{"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}}]
    return {
        own: reading(f"describe{word}", JSON_TYPE),
        f"{own}/items": reading(f"get{word}", GEOJSON_TYPE, of_items, one.title),
        f"{own}/items/{{featureId}}": reading(f"get{word}Item", GEOJSON_TYPE, of_item, one.title),
    }


def reading(operation: str, media: str, asked: list[Json] | None = None, summary: str = "") -> Json:
    problem = {"$ref": "#/components/responses/Problem"}
    found = {"description": "found", "content": {media: {"schema": {"type": "object"}}}}
    body: Json = {"operationId": operation, "tags": [TAG], "responses": {"200": found, "default": problem}}
    body |= {"summary": summary} if summary else {}
    return {"get": body | ({"parameters": asked} if asked else {})}


def parameters(first: int, largest: int) -> Json:
    number = {"type": "integer", "minimum": 1, "maximum": largest, "default": first}
    edges = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    return {
        "limit": of_query("limit", number),
        "bbox": of_query("bbox", edges) | {"style": "form", "explode": False},
        "datetime": of_query("datetime", {"type": "string"}),
        "token": of_query("token", {"type": "string"}),
    }


def of_query(name: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "required": False, "schema": schema}
