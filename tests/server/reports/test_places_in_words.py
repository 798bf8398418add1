"""Places with what was answered: batches make one layer, a record without a place is there without one."""

import sqlite3
from itertools import cycle
from pathlib import Path

import pytest

from server.reports import places_in_words
from server.reports.places_in_words import free_heads, write_geojson, write_geopackage

PLACES = [
    ({"type": "Point", "coordinates": [105.0, 30.0]}, {"a": "甲", "b": 1.0}),
    (None, {"a": None, "b": 2.5}),
    ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}, {"a": "丙", "b": None}),
]


def rows(target: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(target) as file:
        return file.execute("SELECT a, b, geom IS NULL FROM records ORDER BY fid").fetchall()


@pytest.mark.parametrize("together", [1, 2, 100])
def test_batches_make_one_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, together: int) -> None:
    monkeypatch.setattr(places_in_words, "TOGETHER", together)
    write_geopackage(iter(PLACES), ["a", "b"], tmp_path / "x.gpkg")
    assert rows(tmp_path / "x.gpkg") == [("甲", "1.0", 0), (None, "2.5", 1), ("丙", None, 0)]


def test_without_records_the_layer_is_empty(tmp_path: Path) -> None:
    write_geopackage(iter(()), ["a", "b"], tmp_path / "x.gpkg")
    assert rows(tmp_path / "x.gpkg") == []


def test_geojson_is_written_as_it_is_read() -> None:
    pieces = write_geojson(cycle(PLACES))
    assert next(pieces).startswith(b'{"type":"FeatureCollection"')
    assert b'"coordinates":[105.0,30.0]' in next(pieces)
    assert next(pieces).startswith(b',{"type":"Feature","geometry":')


def test_no_two_heads_are_alike() -> None:
    assert free_heads(["a", "A", "b", "a"]) == ["a", "A (2)", "b", "a (3)"]
