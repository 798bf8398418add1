"""OData's `$metadata` (EDMX 4.0) and its errors. Facts: odk-contract.md 1.3 and 7.2; ruODK and Excel read this layout."""

from collections.abc import Iterable, Iterator

from flask import Response
from lxml import etree

from forms.schema import sanitise
from server.errors import Problem
from server.reports.entity_fields import ENTITIES
from server.reports.table import ROOT, Column, FormTable
from server.web import languages

EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
EDM = "http://docs.oasis-open.org/odata/ns/edm"
SUBMISSION = "org.opendatakit.submission"
ENTITY = "org.opendatakit.entity"
CAPABILITIES = "Org.OData.Capabilities.V1"
XML_TYPE = "application/xml; charset=utf-8"

TYPES = {
    "int": "Edm.Int64",
    "decimal": "Edm.Decimal",
    "boolean": "Edm.Boolean",
    "geopoint": "Edm.GeographyPoint",
    "geotrace": "Edm.GeographyLineString",
    "geoshape": "Edm.GeographyPolygon",
    "date": "Edm.Date",
    "dateTime": "Edm.DateTimeOffset",
}
SYSTEM = (
    ("submissionDate", "Edm.DateTimeOffset"),
    ("updatedAt", "Edm.DateTimeOffset"),
    ("submitterId", "Edm.String"),
    ("submitterName", "Edm.String"),
    ("attachmentsPresent", "Edm.Int64"),
    ("attachmentsExpected", "Edm.Int64"),
    ("status", f"{SUBMISSION}.Status"),
    ("reviewState", f"{SUBMISSION}.ReviewState"),
    ("deviceId", "Edm.String"),
    ("edits", "Edm.Int64"),
    ("formVersion", "Edm.String"),
    ("deletedAt", "Edm.DateTimeOffset"),
)
ENTITY_SYSTEM = (
    ("createdAt", "Edm.DateTimeOffset"),
    ("creatorId", "Edm.String"),
    ("creatorName", "Edm.String"),
    ("updates", "Edm.Int64"),
    ("updatedAt", "Edm.DateTimeOffset"),
    ("deletedAt", "Edm.DateTimeOffset"),
    ("version", "Edm.Int64"),
    ("conflict", "Edm.String"),
)
STATUS = ("notDecrypted", "missingEncryptedFormData")
REVIEW_STATE = ("hasIssues", "edited", "rejected", "approved")

Element = etree._Element


def error(problem: Problem) -> Response:
    root = etree.Element("error", code=str(problem.code))
    add(root, "message").text = languages.word(problem)
    details = add(root, "details")
    if problem.details:
        details.text = ", ".join(f"{name}: {value}" for name, value in problem.details.items())
    return Response(etree.tostring(root, xml_declaration=True, encoding="UTF-8"), problem.status, content_type=XML_TYPE)


def metadata(form_id: str, tables: Iterable[FormTable]) -> bytes:
    """The types and tables of a form, as one document."""
    services = start_document()
    add_submission_schema(services)
    add_form_schema(services, sanitise(form_id), list(tables))
    return write_document(services)


def entity_metadata(list_name: str, properties: Iterable[str]) -> bytes:
    """The type and table of an entity list; `properties` under their OData names."""
    services, namespace = start_document(), f"org.opendatakit.user.{sanitise(list_name)}"
    system = in_edm(add_schema(services, ENTITY), "ComplexType", Name="metadata")
    for name, type_name in ENTITY_SYSTEM:
        in_edm(system, "Property", Name=name, Type=type_name)
    schema = add_schema(services, namespace)
    entity = add_entity_type(schema, ENTITIES)
    in_edm(entity, "Property", Name="__system", Type=f"{ENTITY}.metadata")
    for name in ("label", *properties):
        in_edm(entity, "Property", Name=name, Type="Edm.String")
    container = in_edm(schema, "EntityContainer", Name=sanitise(list_name))
    add_set(container, f"{namespace}.{ENTITIES}", ENTITIES)
    return write_document(services)


def start_document() -> Element:
    """An empty document's place for schemas."""
    root = etree.Element(f"{{{EDMX}}}Edmx", {"Version": "4.0"}, nsmap={"edmx": EDMX})
    return etree.SubElement(root, f"{{{EDMX}}}DataServices")


def write_document(services: Element) -> bytes:
    return etree.tostring(services.getroottree(), xml_declaration=True, encoding="UTF-8")


def add_entity_type(schema: Element, name: str) -> Element:
    """A table's rows, known by `__id`."""
    entity = in_edm(schema, "EntityType", Name=name)
    in_edm(in_edm(entity, "Key"), "PropertyRef", Name="__id")
    in_edm(entity, "Property", Name="__id", Type="Edm.String", Nullable="false")
    return entity


def add(parent: Element, tag: str, **attributes: str) -> Element:
    return etree.SubElement(parent, tag, attributes)


def add_schema(services: Element, namespace: str) -> Element:
    return etree.SubElement(services, f"{{{EDM}}}Schema", {"Namespace": namespace}, nsmap={None: EDM})  # type: ignore[dict-item]


def in_edm(parent: Element, tag: str, **attributes: str) -> Element:
    return etree.SubElement(parent, f"{{{EDM}}}{tag}", attributes)


def add_submission_schema(services: Element) -> None:
    schema = add_schema(services, SUBMISSION)
    system = in_edm(schema, "ComplexType", Name="metadata")
    for name, type_name in SYSTEM:
        in_edm(system, "Property", Name=name, Type=type_name)
    for name, members in (("Status", STATUS), ("ReviewState", REVIEW_STATE)):
        enumeration = in_edm(schema, "EnumType", Name=name)
        for member in members:
            in_edm(enumeration, "Member", Name=member)


def add_form_schema(services: Element, form_name: str, tables: list[FormTable]) -> None:
    namespace = f"org.opendatakit.user.{form_name}"
    schema = add_schema(services, namespace)
    for table in tables:
        entity = add_entity_type(schema, table.name)
        if table.parent is None:
            in_edm(entity, "Property", Name="__system", Type=f"{SUBMISSION}.metadata")
        else:
            in_edm(entity, "Property", Name=table.parent_key, Type="Edm.String")
        add_members(entity, namespace, table.columns, table.names)
    for table in tables:
        add_groups(schema, namespace, table.columns, table.names)
    container = in_edm(schema, "EntityContainer", Name=form_name)
    for table in tables:
        entities = add_set(container, f"{namespace}.{table.name}", table.name)
        for path in repeats_below(table.columns, ()):
            target = ".".join((table.name, *path))
            in_edm(entities, "NavigationPropertyBinding", Path="/".join(path), Target=target)


def repeats_below(columns: Iterable[Column], names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The ways from a row to its repeats, through groups."""
    for column in columns:
        path = (*names, column.name)
        if column.is_repeat:
            yield path
        elif column.is_group:
            yield from repeats_below(column.columns, path)


def add_members(parent: Element, namespace: str, columns: Iterable[Column], names: tuple[str, ...]) -> None:
    """What a row or group holds; `names` lead to it from the root."""
    for column in columns:
        path = (*names, column.name)
        if column.is_repeat:
            target = f"Collection({namespace}.{'.'.join((ROOT, *path))})"
            in_edm(parent, "NavigationProperty", Name=column.name, Type=target)
        elif column.is_group:
            in_edm(parent, "Property", Name=column.name, Type=f"{namespace}.{group_name(path)}")
        else:
            add_property(parent, column)


def add_property(parent: Element, column: Column) -> None:
    """Without a scale, a decimal would be a whole number to clients that go by the letter (CSDL 4.0, 6.2.4)."""
    type_name = TYPES.get(column.field.type, "Edm.String")
    scale = {"Scale": "variable"} if type_name == "Edm.Decimal" else {}
    in_edm(parent, "Property", Name=column.name, Type=type_name, **scale)


def add_groups(schema: Element, namespace: str, columns: Iterable[Column], names: tuple[str, ...]) -> None:
    for column in columns:
        path = (*names, column.name)
        if column.is_group:
            group = in_edm(schema, "ComplexType", Name=group_name(path))
            add_members(group, namespace, column.columns, path)
            add_groups(schema, namespace, column.columns, path)


def group_name(path: tuple[str, ...]) -> str:
    """A group's type; one that would be called as the tables are gets an underscore."""
    name = ".".join(path)
    return f"_{name}" if path[0] == ROOT else name


def add_set(container: Element, type_name: str, name: str) -> Element:
    """A table, and what may be asked of it."""
    entities = in_edm(container, "EntitySet", Name=name, EntityType=type_name)
    level = f"{CAPABILITIES}.ConformanceLevelType/Minimal"
    in_edm(entities, "Annotation", Term=f"{CAPABILITIES}.ConformanceLevel", EnumMember=level)
    for term, able in (
        ("BatchSupported", False),
        ("TopSupported", True),
        ("SkipSupported", True),
        ("IndexableByKey", True),
        ("AsynchronousRequestsSupported", False),
    ):
        in_edm(entities, "Annotation", Term=f"{CAPABILITIES}.{term}", Bool=str(able).lower())
    for term, member, able in (
        ("CountRestrictions", "Countable", True),
        ("FilterRestrictions", "Filterable", True),
        ("SortRestrictions", "Sortable", True),
        ("ExpandRestrictions", "Expandable", True),
        ("InsertRestrictions", "Insertable", False),
        ("UpdateRestrictions", "Updatable", False),
        ("DeleteRestrictions", "Deletable", False),
    ):
        annotation = in_edm(entities, "Annotation", Term=f"{CAPABILITIES}.{term}")
        record = in_edm(annotation, "Record")
        in_edm(record, "PropertyValue", Property=member, Bool=str(able).lower())
    return entities
