"""What OData 4.0 asks of a `$metadata`: the schemas of its committee, and what they cannot say of names that must be there.

Central's layout, which R's and others' clients rely on, gives some things names that are no identifiers to the schemas:
a repeat's table and a group's type are called by their path with dots (`Submissions.member`), and a repeat's row has its
parent's key under `__Submissions-id`, `__Submissions-member-id`. `with_simple_names` spells exactly these anew, wherever
they stand; all else is left for the schemas to judge.

The schemas come as the package `odata-csdl` of the committee, which the browser's part brings for tests as it brings axe.
They are those of 4.01, which took the place of 4.0's: `KNOWN_TO_4_0` holds a document to what was there before.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache

from lxml import etree

from server.web.blueprints import WEB_FOLDER

SCHEMA = WEB_FOLDER / "frontend" / "node_modules" / "odata-csdl" / "schemas" / "edmx.xsd"
EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
EDMX = "{http://docs.oasis-open.org/odata/ns/edmx}"
DOT, DASH = "ǀ", "ǁ"  # letters to the schemas, and in no name of ours
NAMED_WITH_DOTS = ("EntityType", "ComplexType", "EntitySet")
PARENT_KEY = re.compile(r"__Submissions(-\w+)*-id")
PRIMITIVE = {
    f"Edm.{name}"
    for name in (
        *("String", "Int64", "Decimal", "Boolean", "Date", "DateTimeOffset"),
        *("GeographyPoint", "GeographyLineString", "GeographyPolygon"),
    )
}
KNOWN_TO_4_0 = {
    "Edmx": {"Version"},
    "DataServices": set(),
    "Schema": {"Namespace"},
    "EntityType": {"Name"},
    "ComplexType": {"Name"},
    "EnumType": {"Name"},
    "Member": {"Name"},
    "Key": set(),
    "PropertyRef": {"Name"},
    "Property": {"Name", "Type", "Nullable", "Scale"},
    "NavigationProperty": {"Name", "Type"},
    "EntityContainer": {"Name"},
    "EntitySet": {"Name", "EntityType"},
    "NavigationPropertyBinding": {"Path", "Target"},
    "Annotation": {"Term", "Bool", "EnumMember"},
    "Record": set(),
    "PropertyValue": {"Property", "Bool"},
}


@cache
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMA))


def with_simple_names(root: etree._Element) -> etree._Element:
    """A copy in which Central's dotted names and parent keys are simple identifiers, and nothing else is another."""
    copy = deepcopy(root)
    namespaces = [one.get("Namespace", "") for one in copy.iter(EDM + "Schema")]
    for one in copy.iter():
        tag, name = etree.QName(one).localname, one.get("Name", "")
        if tag in NAMED_WITH_DOTS:
            one.set("Name", name.replace(".", DOT))
        if tag == "Property" and PARENT_KEY.fullmatch(name):
            one.set("Name", name.replace("-", DASH))
        if tag == "NavigationPropertyBinding":
            one.set("Target", one.get("Target", "").replace(".", DOT))
        for attribute in ("Type", "EntityType"):
            if attribute in one.attrib:
                one.set(attribute, simple_type(one.get(attribute, ""), namespaces))
    return copy


def simple_type(text: str, namespaces: list[str]) -> str:
    found = re.fullmatch(r"(Collection\()?(.+?)(\)?)", text)
    assert found
    for namespace in namespaces:
        if found[2].startswith(namespace + "."):
            own = found[2].removeprefix(namespace + ".").replace(".", DOT)
            return f"{found[1] or ''}{namespace}.{own}{found[3]}"
    return text


def faults_of(content: bytes) -> list[str]:
    """What is wrong with a document: by the schemas, with Central's names simple, and by what they do not look at."""
    root = etree.fromstring(content)
    copy = with_simple_names(root)
    return [*schema_faults(copy), *unknown_to_4_0(root), *faults_of_names(copy)]


def schema_faults(root: etree._Element) -> list[str]:
    judge = schema()
    judge.validate(root)
    return [one.message for one in judge.error_log]


def unknown_to_4_0(root: etree._Element) -> Iterator[str]:
    if root.get("Version") != "4.0":
        yield "it is not of version 4.0"
    for one in root.iter():
        tag = etree.QName(one).localname
        for attribute in set(one.attrib) - KNOWN_TO_4_0.get(tag, set()) if tag in KNOWN_TO_4_0 else {"itself"}:
            yield f"{tag}: {attribute} is not known to be in 4.0"
        if not re.fullmatch(r"\d+|variable", one.get("Scale", "variable")):
            yield "a scale is a number or variable in 4.0"


def faults_of_names(root: etree._Element) -> Iterator[str]:
    """Types, keys and targets that are not there, and two siblings of one name."""
    types = {
        f"{one.getparent().get('Namespace')}.{one.get('Name')}"  # type: ignore[union-attr]
        for one in root.iter(EDM + "EntityType", EDM + "ComplexType", EDM + "EnumType")
    } | PRIMITIVE
    sets = {one.get("Name") for one in root.iter(EDM + "EntitySet")}
    for one in root.iter():
        for attribute in ("Type", "EntityType"):
            name = one.get(attribute, "").removeprefix("Collection(").removesuffix(")")
            if name and name not in types:
                yield f"no type {name}"
        members = [child.get("Name") for child in one if child.get("Name")]
        if len(members) != len(set(members)):
            yield f"{one.get('Name')} has two members of one name"
    for one in root.iter(EDM + "PropertyRef"):
        entity = one.getparent().getparent()  # type: ignore[union-attr]
        if one.get("Name") not in {child.get("Name") for child in entity.iter(EDM + "Property")}:
            yield f"no property for the key {one.get('Name')}"
    bound = [one.get("Target") for one in root.iter(EDM + "NavigationPropertyBinding")]
    yield from (f"no table {one}" for one in bound if one not in sets)
    links = sum(1 for _ in root.iter(EDM + "NavigationProperty"))
    if len(bound) != links:
        yield f"{links} links lead to {len(bound)} tables"
