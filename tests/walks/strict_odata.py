"""A client of OData as strict as Excel and Power BI: it takes nothing from a feed that `$metadata` did not announce.

Power Query's requests were recorded as: the service's address without a sign-in, again with Basic once it was asked for one,
`$metadata`, then each table with all of its pages. It trusts the declared types: a number where text was declared, a member
that was not declared, or a table under another name than the service document's ends the whole import.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import requests
from lxml import etree

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
JSON = (
    "application/json;odata.metadata=minimal;q=1.0,application/json;odata=minimalmetadata;q=0.9,"
    "application/atomsvc+xml;q=0.8,application/atom+xml;q=0.8,application/xml;q=0.7,text/plain;q=0.7"
)
HEADERS = {"User-Agent": "Microsoft.Data.Mashup (https://go.microsoft.com/fwlink/?LinkID=304225)", "Accept": JSON}
VERSIONS = {"OData-MaxVersion": "4.0", "MaxDataServiceVersion": "3.0;NetFx", "OData-Version": "4.0"}
ISO_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
GEOMETRIES = {
    "Edm.GeographyPoint": "Point",
    "Edm.GeographyLineString": "LineString",
    "Edm.GeographyPolygon": "Polygon",
}


@dataclass
class Model:
    """What a `$metadata` announces: members by type, the type of each table, the words of each enumeration."""

    properties: dict[str, dict[str, tuple[str, bool]]] = field(default_factory=dict)  # name: (type, may be null)
    links: dict[str, set[str]] = field(default_factory=dict)
    enumerations: dict[str, set[str]] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)


def read_model(content: bytes) -> Model:
    model = Model()
    for schema in etree.fromstring(content).iter(EDM + "Schema"):
        for one in schema:
            name, tag = f"{schema.get('Namespace')}.{one.get('Name')}", etree.QName(one).localname
            if tag in ("EntityType", "ComplexType"):
                declared = list(one.iterfind(EDM + "Property"))
                model.properties[name] = {
                    str(each.get("Name")): (str(each.get("Type")), each.get("Nullable") != "false") for each in declared
                }
                assert len(model.properties[name]) == len(declared), f"{name} has a member twice"
                model.links[name] = {str(each.get("Name")) for each in one.iterfind(EDM + "NavigationProperty")}
            elif tag == "EnumType":
                model.enumerations[name] = {str(each.get("Name")) for each in one}
            elif tag == "EntityContainer":
                sets = one.iterfind(EDM + "EntitySet")
                model.tables |= {str(each.get("Name")): str(each.get("EntityType")) for each in sets}
    return model


@dataclass
class Feed:
    """One service as Power Query reads it; `asked` are the addresses it asked for."""

    session: requests.Session
    base: str
    sign_in: tuple[str, str]
    asked: list[str] = field(default_factory=list)

    def get(self, address: str, accept: str = JSON) -> requests.Response:
        self.asked.append(address)
        reply = self.session.get(address, headers=HEADERS | VERSIONS | {"Accept": accept}, timeout=60)
        if reply.status_code == 200:
            assert reply.headers["OData-Version"] == "4.0"
        return reply

    def read_all(self) -> dict[str, list[dict[str, Any]]]:
        """Every row of every table, checked against what was announced."""
        refused = self.get(self.base)
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"].startswith("Basic "), "nothing else makes Excel ask for a password"
        self.session.auth = self.sign_in
        service = self.get(self.base).json()
        assert service["@odata.context"] == f"{self.base}/$metadata"
        model = read_model(self.get(service["@odata.context"], "application/xml").content)
        assert {one["name"] for one in service["value"]} == set(model.tables)
        return {
            one["name"]: list(self.rows(f"{self.base}/{one['url']}", model, one["name"])) for one in service["value"]
        }

    def rows(self, address: str, model: Model, table: str, query: str = "?$top=2") -> Iterator[dict[str, Any]]:
        link = address + query
        while link:
            assert link.startswith(self.base), "a link that leaves the address that was given is not followed"
            page = self.get(link).json()
            assert page["@odata.context"] == f"{self.base}/$metadata#{table}"
            for row in page["value"]:
                check_members(model, model.tables[table], row)
                yield row
            link = page.get("@odata.nextLink", "")


def check_members(model: Model, type_name: str, row: dict[str, Any]) -> None:
    links = {name.removesuffix("@odata.navigationLink") for name in row if "@" in name}
    assert links <= model.links[type_name]
    values = {name: value for name, value in row.items() if "@" not in name}
    assert values.keys() == model.properties[type_name].keys(), type_name
    for name, value in values.items():
        declared, nullable = model.properties[type_name][name]
        assert fits(model, declared, value) if value is not None else nullable, (type_name, name, value)


def fits(model: Model, declared: str, value: Any) -> bool:
    if declared in model.enumerations:
        return value in model.enumerations[declared]
    if declared in model.properties:
        check_members(model, declared, value)
        return True
    if declared in GEOMETRIES:
        return bool(value["type"] == GEOMETRIES[declared])
    if declared == "Edm.Int64":
        return type(value) is int and -(2**63) <= value < 2**63
    if declared == "Edm.Decimal":
        return type(value) in (int, float)
    if declared == "Edm.Boolean":
        return type(value) is bool
    if declared == "Edm.Date":
        return re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None
    if declared == "Edm.DateTimeOffset":
        return ISO_INSTANT.fullmatch(value) is not None
    return declared == "Edm.String" and type(value) is str
