"""What each answer of the door for GIS programs looks like, as OpenAPI 3.0 schemas: clause 7 of OGC API - Features Part 1."""

from typing import Any, Final

from server.web.wire.geojson import GEOJSON_TYPE

Json = dict[str, Any]
TEXT: Final[Json] = {"type": "string"}
NULLABLE_TEXT: Final[Json] = {"type": "string", "nullable": True}
NUMBERS: Final[Json] = {"type": "array", "items": {"type": "number"}}

# What a feature tells, by its collection: names are the wire's, and no clinical fact is among them.
PROPERTIES: Final[dict[str, Json]] = {
    "villages": {"code": TEXT, "name": TEXT, "count_text": TEXT, "suppressed": {"type": "boolean"}},
    "submissions": {
        "instance_id": TEXT,
        "form_id": TEXT,
        "review_state": NULLABLE_TEXT,
        "received_at": {"type": "string", "format": "date-time"},
        "village": NULLABLE_TEXT,
        "how": NULLABLE_TEXT,
    },
    "follow-ups": {
        "state": TEXT,
        "due_on": {"type": "string", "format": "date"},
        "late_on": {"type": "string", "format": "date"},
        "village": TEXT,
    },
}


def ref(name: str, kind: str = "schemas") -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}


def an_object(required: str, **properties: Json) -> Json:
    """`required` are names with spaces between."""
    return {"type": "object", "required": required.split(), "properties": properties}


def many(of: Json) -> Json:
    return {"type": "array", "items": of}


def word_of(collection: str) -> str:
    """A collection's name as part of an identifier: follow-ups is FollowUps."""
    return collection.title().replace("-", "")


LINKS: Final = many(ref("Link"))
SCHEMAS: Final[Json] = {
    "Problem": an_object("message code", message=TEXT, code={"type": "number"}, details={"type": "object"}),
    "Link": an_object("href rel type", href=TEXT, rel=TEXT, type=TEXT, title=TEXT),
    "LandingPage": an_object("links", title=TEXT, description=TEXT, links=LINKS),
    "Conformance": an_object("conformsTo", conformsTo=many(TEXT)),
    "Collections": an_object("links collections", links=LINKS, collections=many(ref("Collection"))),
    "Collection": an_object(
        "id links",
        id=TEXT,
        title=TEXT,
        description=TEXT,
        itemType=TEXT,
        crs=many(TEXT),
        links=LINKS,
        extent=an_object("spatial", spatial=an_object("bbox crs", bbox=many(NUMBERS), crs=TEXT)),
    ),
    "Geometry": an_object("type coordinates", type=TEXT, coordinates={"type": "array", "items": {}})
    | {"nullable": True},
}


def schemas_of(collection: str) -> Json:
    """Of a feature of a collection, and of a page of them."""
    word = word_of(collection)
    facts = PROPERTIES[collection]
    feature = an_object(
        "type id geometry properties",
        type={"type": "string", "enum": ["Feature"]},
        id={"oneOf": [TEXT, {"type": "integer"}]},
        geometry=ref("Geometry"),
        properties=an_object(" ".join(facts), **facts),
        links=LINKS,
    )
    page = an_object(
        "type features links numberReturned",
        type={"type": "string", "enum": ["FeatureCollection"]},
        features=many(ref(f"{word}Feature")),
        links=LINKS,
        numberReturned={"type": "integer", "minimum": 0},
    )
    return {f"{word}Feature": feature, f"{word}Page": page}


def content(schema: str, media: str = "application/json") -> Json:
    return {media: {"schema": ref(schema)}}


def of_features(schema: str) -> Json:
    return content(schema, GEOJSON_TYPE)
