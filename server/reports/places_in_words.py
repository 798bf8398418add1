"""Records as places with what they say, for maps: GeoJSON and GeoPackage, WGS 84 (EPSG:4326), read in batches.

Health records are in neither: the point of a home comes near nothing of her health (requirement P3, domain.md 6.3).
"""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import shapely
from shapely.geometry import shape

from forms.schema import FormSchema
from geo import gdal
from server.reports.csv_rows import Export
from server.reports.geojson import SchemaOf, geometry_at, spots_of, write_collection
from server.reports.in_words import Cell, Wording, heads_of, lines_of, questions_of
from server.reports.table import ROOT, tables_of

TOGETHER: Final = 2000
LAYER: Final = "records"
Place = tuple[dict[str, Any] | None, dict[str, Cell]]


def iterate_places(export: Export, schema: FormSchema, schema_of: SchemaOf, words: Wording) -> Iterator[Place]:
    """The geometry of each record (None without a place that can be read) and its cells by head."""
    root = tables_of(schema)[ROOT]
    questions = questions_of(root, split=False)
    heads = free_heads(heads_of(root, questions, words))
    spot_of = spots_of(schema_of, None)
    for record, cells in lines_of(export, root, questions, words):
        yield geometry_at(record.values, spot_of(record.form_version_id)), dict(zip(heads, cells, strict=True))


def free_heads(heads: list[str]) -> list[str]:
    """No two alike: programs know a column by its head, whatever its capitals."""
    taken: dict[str, int] = {}
    free = []
    for head in heads:
        number = taken[head.casefold()] = taken.get(head.casefold(), 0) + 1
        free.append(head if number == 1 else f"{head} ({number})")
    return free


def write_geojson(places: Iterator[Place]) -> Iterator[bytes]:
    return write_collection(
        {"type": "Feature", "geometry": geometry, "properties": {head: plain(cell) for head, cell in cells.items()}}
        for geometry, cells in places
    )


def plain(cell: Cell) -> str | float | None:
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    return cell.isoformat() if isinstance(cell, date) else cell


def write_geopackage(places: Iterator[Place], heads: list[str], target: Path) -> None:
    """One layer, `records`, in batches. All columns are text, so that what one record says never narrows another's."""
    first = list(islice(places, TOGETHER))  # also when there are none: the layer is there
    rest = iter(lambda: list(islice(places, TOGETHER)), [])
    gdal.write_geopackage(target, LAYER, heads, (part_of(batch, heads) for batch in chain((first,), rest)))


def part_of(batch: list[Place], heads: list[str]) -> gdal.Part:
    shapes = [None if geometry is None else shapely.to_wkb(shape(geometry), hex=True) for geometry, _ in batch]
    columns = [[None if (cell := plain(cells[head])) is None else str(cell) for _, cells in batch] for head in heads]
    return shapes, columns
