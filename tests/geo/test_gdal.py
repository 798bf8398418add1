"""GDAL runs elsewhere: what goes wrong there is said here, and whoever gives up leaves nothing running."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely

from geo import gdal

SQUARE = shapely.to_wkb(shapely.box(0, 0, 1, 1), hex=True)


def children() -> set[str]:
    threads = Path("/proc/self/task").glob("*/children")
    return {one for thread in threads for one in thread.read_text(encoding="ascii").split()}


def test_what_was_written_is_read(tmp_path: Path) -> None:
    target = tmp_path / "a.gpkg"
    gdal.write_geopackage(target, "v", ["name"], [([SQUARE, None], [["甲", None]])])
    table = gdal.read(target.read_bytes(), None, 10)
    assert (table["names"], table["columns"], table["crs"]) == (["name"], [["甲", None]], "EPSG:4326")
    assert [one and shapely.from_wkb(one).equals(shapely.box(0, 0, 1, 1)) for one in table["shapes"]] == [True, None]


def test_no_more_rows_are_read_than_asked_for(tmp_path: Path) -> None:
    target = tmp_path / "a.gpkg"
    gdal.write_geopackage(target, "v", ["name"], [([SQUARE] * 5, [["甲"] * 5])])
    assert len(gdal.read(target.read_bytes(), None, 3)["shapes"]) == 3


def test_a_file_that_it_cannot_read_fails() -> None:
    with pytest.raises(gdal.GdalFailed):
        gdal.read(b"no file of any kind", None, 10)


def test_a_file_that_it_cannot_write_fails(tmp_path: Path) -> None:
    parts = ([SQUARE] * 2000, [["甲" * 50] * 2000])
    with pytest.raises(gdal.GdalFailed):  # more than a pipe holds: it is also told while it is still given parts
        gdal.write_geopackage(tmp_path / "nowhere" / "a.gpkg", "v", ["name"], [parts] * 20)


def test_whoever_gives_up_leaves_nothing_running(tmp_path: Path) -> None:
    before = children()

    def give_up() -> Iterator[gdal.Part]:
        yield [SQUARE], [["甲"]]
        assert len(children() - before) == 1
        raise LookupError

    with pytest.raises(LookupError):
        gdal.write_geopackage(tmp_path / "a.gpkg", "v", ["name"], give_up())
    assert children() <= before


def test_many_parts_are_one_layer(tmp_path: Path) -> None:
    target = tmp_path / "a.gpkg"
    gdal.write_geopackage(target, "v", ["name"], (([SQUARE], [[str(number)]]) for number in range(5)))
    with sqlite3.connect(target) as file:
        assert file.execute("SELECT name FROM v ORDER BY fid").fetchall() == [(str(number),) for number in range(5)]


@pytest.mark.parametrize("many", [1, 20])
def test_one_that_does_nothing_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    monkeypatch.setattr(gdal, "COMMAND", ("sleep", "60"))
    monkeypatch.setattr(gdal, "WALL_SECONDS", 0.2)
    before = children()
    parts = ([SQUARE] * 2000, [["甲" * 50] * 2000])  # twenty are more than a pipe holds
    with pytest.raises(gdal.GdalFailed):
        gdal.write_geopackage(tmp_path / "a.gpkg", "v", ["name"], [parts] * many)
    assert children() <= before
