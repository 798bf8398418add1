"""OGC API - Features Part 1 as JSON: the documents of clause 7, field by field. `base` is the API's own address."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from werkzeug.urls import iri_to_uri

from geo.features import Feature
from geo.tiles import Box
from server.web.wire import central_json
from server.web.wire.geojson import GEOJSON_TYPE

Json = dict[str, Any]
JSON_TYPE = "application/json"
HTML_TYPE = "text/html"
OPENAPI_TYPE = "application/vnd.oai.openapi+json;version=3.0"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CONFORMS_TO = [f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{one}" for one in ("core", "oas30", "geojson")]


class Described(NamedTuple):
    """A collection in the reader's words; `extent` None where it is not told."""

    name: str
    title: str
    description: str
    extent: Box | None = None


def link(href: str, rel: str, media: str = JSON_TYPE, title: str = "") -> Json:
    return {"href": href, "rel": rel, "type": media} | ({"title": title} if title else {})


def landing(base: str, title: str) -> Json:
    links = [
        link(base, "self"),
        link(f"{base}/api", "service-desc", OPENAPI_TYPE),
        link(f"{base}/api?f=html", "service-doc", HTML_TYPE),
        link(f"{base}/conformance", "conformance"),
        link(f"{base}/collections", "data"),
    ]
    return {"title": title, "links": links}


def conformance() -> Json:
    return {"conformsTo": CONFORMS_TO}


def collections(base: str, found: Iterable[Described]) -> Json:
    return {"links": [link(f"{base}/collections", "self")], "collections": [collection(base, one) for one in found]}


def collection(base: str, one: Described) -> Json:
    own = address_of(base, one.name)
    body: Json = {"id": one.name, "title": one.title, "description": one.description, "itemType": "feature"}
    if one.extent is not None:
        edges = [one.extent.west, one.extent.south, one.extent.east, one.extent.north]
        body["extent"] = {"spatial": {"bbox": [edges], "crs": CRS84}}
    links = [link(own, "self"), link(f"{own}/items", "items", GEOJSON_TYPE, one.title)]
    return body | {"crs": [CRS84], "links": links}


def items(base: str, name: str, asked: Mapping[str, str], features: Iterable[Feature], token: str | None) -> Json:
    """A page. `asked` are the question's parameters; `token` of the next page, None on the last one.

    There is no `numberMatched`: it would count everything for each page. Nor a `timeStamp`, which HTTP's Date is already.
    """
    own = address_of(base, name)
    links = [link(with_query(f"{own}/items", asked), "self", GEOJSON_TYPE), link(own, "collection")]
    if token is not None:
        links.append(link(with_query(f"{own}/items", {**asked, "token": token}), "next", GEOJSON_TYPE))
    told = [tell(one) for one in features]
    return {"type": "FeatureCollection", "features": told, "numberReturned": len(told), "links": links}


def item(base: str, name: str, one: Feature) -> Json:
    own = address_of(base, name)
    place = f"{own}/items/{quote(str(one['id']), safe='')}"
    return {**tell(one), "links": [link(place, "self", GEOJSON_TYPE), link(own, "collection")]}


def tell(one: Feature) -> Feature:
    """Instants as everywhere on the wire; days stay days."""
    facts = {
        name: central_json.instant(value) if isinstance(value, datetime) else value for name, value in facts_of(one)
    }
    return {**one, "properties": facts}


def facts_of(one: Feature) -> Iterable[tuple[str, Any]]:
    properties: dict[str, Any] = one["properties"]
    return properties.items()


def link_header(links: Iterable[Json]) -> str:
    """The same links as a header (RFC 8288), for programs that follow them without reading the answer; without titles."""
    return ", ".join(f'<{iri_to_uri(one["href"])}>; rel="{one["rel"]}"; type="{one["type"]}"' for one in links)


def address_of(base: str, name: str) -> str:
    return f"{base}/collections/{name}"


def with_query(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}?{urlencode(asked)}" if asked else address
