"""Records on a map: one GeoJSON feature for each record. Facts: odk-contract.md section 9."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any, Final, NamedTuple

import orjson

from forms.schema import GEO_TYPES, Field, FormSchema
from server.reports.queries import Answered
from server.reports.records import read_tree
from server.reports.values import plain_geometry

TOGETHER: Final = 200  # features that are written at once: some 30 kB

Feature = dict[str, Any]
SchemaOf = Callable[[int], FormSchema]  # by the id of the form version


class Spot(NamedTuple):
    """Where a form version asks for the place that is shown. `mark` stands before it, and before nothing else, in the JSON
    of a record's answers (forms.instance.read_values); None where others have its name, or it has several answers.
    """

    field: Field
    path: list[str]
    mark: bytes | None


SpotOf = Callable[[int], Spot | None]  # by the id of the form version


def spots_of(schema_of: SchemaOf, field_path: str | None) -> SpotOf:
    """Looked for once in each form version, not for each record."""

    def spot_of(version_id: int) -> Spot | None:
        schema = schema_of(version_id)
        field = field_of(schema, field_path)
        return None if field is None else Spot(field, field.path.strip("/").split("/"), mark_of(field, schema))

    return cache(spot_of)


def mark_of(field: Field, schema: FormSchema) -> bytes | None:
    several = schema.repeat_of(field.path) is not None or [one.name for one in schema.fields].count(field.name) > 1
    return None if several else b'"%s":"' % field.name.encode()


def field_of(schema: FormSchema, field_path: str | None) -> Field | None:
    """The field at this path, if it is a place; with None the form's first one that is not in a repeat."""
    if field_path is not None:
        field = schema.by_path.get(field_path)
        return field if field is not None and field.type in GEO_TYPES else None
    return next((one for one in schema.geo_fields() if schema.repeat_of(one.path) is None), None)


def features_of(records: Iterable[Answered], spot_of: SpotOf) -> Iterator[Feature]:
    """Each record's feature; without a place that can be read, its geometry and properties are null."""
    for _, instance_id, version_id, answers in records:
        spot = spot_of(version_id)
        geometry = None if spot is None else geometry_in(answers or b"", spot)
        properties = None if spot is None or geometry is None else {"fieldpath": spot.field.path}
        yield {"type": "Feature", "id": instance_id, "geometry": geometry, "properties": properties}


def geometry_in(answers: bytes, spot: Spot) -> dict[str, Any] | None:
    """As geometry_at, of answers that nobody has read yet: to read all for one place would be a third of what a map costs."""
    if spot.mark is not None:
        _, found, behind = answers.partition(spot.mark)  # in an answer's own text no quote stands without a backslash
        text = behind.partition(b'"')[0]
        if found and b"\\" not in text:
            return plain_geometry(text.decode(), spot.field.type)
    return geometry_at(read_tree(answers), spot)


def geometry_at(values: Any, spot: Spot | None) -> dict[str, Any] | None:
    """What the record has there, through repeats; several places are a collection, what is no place is left out."""
    if spot is None:
        return None
    texts = texts_at(values, spot.path)
    if len(texts) == 1:  # as nearly always
        return plain_geometry(texts[0], spot.field.type)
    found = [plain_geometry(text, spot.field.type) for text in texts]
    geometries = [one for one in found if one is not None]
    if len(geometries) > 1:
        return {"type": "GeometryCollection", "geometries": geometries}
    return geometries[0] if geometries else None


def texts_at(value: Any, path: list[str]) -> list[Any]:
    if isinstance(value, list):
        return [text for one in value for text in texts_at(one, path)]
    if not path:
        return [value]
    return texts_at(value.get(path[0]), path[1:]) if isinstance(value, dict) else []


def write_collection(features: Iterable[Feature]) -> Iterator[bytes]:
    """A FeatureCollection as it is read: flat memory however many there are."""
    yield b'{"type":"FeatureCollection","features":['
    waiting, comma = iter(features), b""
    while batch := list(islice(waiting, TOGETHER)):
        yield comma + orjson.dumps(batch)[1:-1]
        comma = b","
    yield b"]}"
