from typing import Any

import pytest

from forms.schema import FormSchema
from server.reports.geojson import field_of, geometries_of, together
from tests.server.reports.samples import census_schema

SCHEMA = census_schema()


def geometry(values: dict[str, Any], path: str | None = None, schema: FormSchema = SCHEMA) -> Any:
    field = field_of(schema, path)
    return None if field is None else together(list(geometries_of(values, field)))


def test_the_first_place_outside_repeats_is_shown() -> None:
    assert geometry({"place": {"gps": "30 104 5 1", "path": "30 104;31 105"}}) == {
        "type": "Point",
        "coordinates": [104, 30, 5],
    }


def test_a_field_may_be_named() -> None:
    values = {"place": {"gps": "30 104", "path": "30 104;31 105", "field": "30 104;30 105;31 105"}}
    assert geometry(values, "/place/path") == {"type": "LineString", "coordinates": [[104, 30], [105, 31]]}
    assert geometry(values, "/place/field")["type"] == "Polygon"


@pytest.mark.parametrize("path", ["/size", "/nobody", "place/gps"])
def test_a_field_that_is_no_place_shows_nothing(path: str) -> None:
    assert geometry({"place": {"gps": "30 104"}}, path) is None


@pytest.mark.parametrize("text", [None, "", "NaN NaN", "1e400 3", "91 104", {}])
def test_a_bad_point_costs_its_own_record_its_place(text: object) -> None:
    assert geometry({"place": {"gps": text}}) is None


def test_several_places_of_one_record_are_a_collection() -> None:
    assert together([{"type": "Point"}, {"type": "Point"}])["type"] == "GeometryCollection"  # type: ignore[index]
    assert together([]) is None
