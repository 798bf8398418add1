"""Records on a map: one GeoJSON feature for each record. Facts: odk-contract.md section 9."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson

from forms.schema import GEO_TYPES, Field, FormSchema
from server.reports.records import Record
from server.reports.values import plain_geojson, read_places

Feature = dict[str, Any]
SchemaOf = Callable[[int], FormSchema]  # by the id of the form version


def feature_of(record: Record, schema_of: SchemaOf, field_path: str | None) -> Feature:
    """The record's feature; without a place that can be read, its geometry and properties are null."""
    field = field_of(schema_of(record.form_version_id), field_path)
    geometries = [] if field is None else list(geometries_of(record.values, field))
    properties = {"fieldpath": field.path} if field is not None and geometries else None
    return {
        "type": "Feature",
        "id": record.instance_id,
        "geometry": together(geometries),
        "properties": properties,
    }


def field_of(schema: FormSchema, field_path: str | None) -> Field | None:
    """The field at this path, if it is a place; with None the form's first one that is not in a repeat."""
    if field_path is not None:
        field = schema.by_path.get(field_path)
        return field if field is not None and field.type in GEO_TYPES else None
    return next((one for one in schema.geo_fields() if schema.repeat_of(one.path) is None), None)


def geometries_of(values: Any, field: Field) -> Iterator[dict[str, Any]]:
    """All that the record has at the field's path, through repeats; what is no place is left out."""
    for text in texts_at(values, field.path.strip("/").split("/")):
        places = read_places(text, field.type)
        if places is not None:
            yield plain_geojson(places)


def texts_at(value: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for one in value:
            yield from texts_at(one, path)
    elif not path:
        yield value
    elif isinstance(value, dict):
        yield from texts_at(value.get(path[0]), path[1:])


def together(geometries: list[dict[str, Any]]) -> dict[str, Any] | None:
    if len(geometries) > 1:
        return {"type": "GeometryCollection", "geometries": geometries}
    return geometries[0] if geometries else None


def write_collection(features: Iterable[Feature]) -> Iterator[bytes]:
    """A FeatureCollection as it is read: flat memory however many there are."""
    yield b'{"type":"FeatureCollection","features":['
    for number, feature in enumerate(features):
        yield (b"," if number else b"") + orjson.dumps(feature)
    yield b"]}"
