"""What the door for GIS programs answers to, as OpenAPI 3.0: for one caller, so what she may not read is not in it."""

from collections.abc import Iterable
from typing import Any, Final

from server.web.wire.ogc_json import Described
from server.web.wire.ogc_schemas import SCHEMAS, content, of_features, ref, schemas_of, word_of

Json = dict[str, Any]
TAG: Final = "features"
# What each operation may answer instead, whichever it is; 500 and 503 come from below it.
PROBLEMS: Final = {
    "400": "the question cannot be read",
    "401": "nobody has signed in, or what was given is no good",
    "403": "the right to it is missing",
    "404": "there is no such thing, or not for the caller",
    "406": "Accept excludes every format that there is",
    "429": "too many tries to sign in",
    "500": "an error of ours",
    "503": "for the moment not; come again",
}
OF_ITEMS: Final = ("f", "limit", "bbox", "datetime", "token")


def openapi(base: str, title: str, version: str, found: Iterable[Described], limits: tuple[int, int]) -> Json:
    """`limits` are how many features a page has unless asked, and at most."""
    paths = {
        "/": reading("getLandingPage", content("LandingPage")),
        "/conformance": reading("getConformance", content("Conformance")),
        "/collections": reading("getCollections", content("Collections")),
    }
    schemas = dict(SCHEMAS)
    for one in found:
        paths |= paths_of(one)
        schemas |= schemas_of(one.name)
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": version},
        "servers": [{"url": base}],
        "security": [{"basic": []}, {"bearer": []}],
        "tags": [{"name": TAG}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": parameters(*limits),
            "responses": {"Problem": {"description": "problem", "content": content("Problem")}},
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def paths_of(one: Described) -> Json:
    own, word = f"/collections/{one.name}", word_of(one.name)
    of_item = [{"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}}]
    asked = [ref(name, "parameters") for name in OF_ITEMS]
    return {
        own: reading(f"describe{word}", content("Collection")),
        f"{own}/items": reading(f"get{word}", of_features(f"{word}Page"), asked, one.title),
        f"{own}/items/{{featureId}}": reading(
            f"get{word}Item", of_features(f"{word}Feature"), [*of_item, ref("f", "parameters")], one.title
        ),
    }


def reading(operation: str, found: Json, asked: list[Json] | None = None, summary: str = "") -> Json:
    """GET at an address. Without `asked` it takes the format alone."""
    problems = {code: {"description": why, "content": content("Problem")} for code, why in PROBLEMS.items()}
    answers = {"200": {"description": "found", "content": found}, **problems, "default": ref("Problem", "responses")}
    body: Json = {"operationId": operation, "tags": [TAG], "responses": answers}
    body |= {"summary": summary} if summary else {}
    return {"get": body | {"parameters": asked or [ref("f", "parameters")]}}


def parameters(first: int, largest: int) -> Json:
    number = {"type": "integer", "minimum": 1, "maximum": largest, "default": first}
    sizes = [{"minItems": size, "maxItems": size} for size in (4, 6)]
    edges = {"type": "array", "oneOf": sizes, "items": {"type": "number"}}
    return {
        "f": of_query("f", {"type": "string", "enum": ["json"]}),
        "limit": of_query("limit", number),
        "bbox": of_query("bbox", edges),
        "datetime": of_query("datetime", {"type": "string"}),
        "token": of_query("token", {"type": "string"}),
    }


def of_query(name: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "required": False, "schema": schema, "style": "form", "explode": False}
