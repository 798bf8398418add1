"""An entity list on a map: one feature for each entity whose property `geometry` is a place (odk-contract.md 9)."""

from collections.abc import Iterable, Iterator
from typing import Any

from server.reports.entity_csv import GEOMETRY
from server.reports.entity_rows import EntityAnswers
from server.reports.geojson import Feature
from server.reports.values import plain_geojson, plain_geometry, read_places

LEAST_RING = 4  # positions, the first again as the last (RFC 7946, 3.1.6)


def features_of_entities(entities: Iterable[EntityAnswers]) -> Iterator[Feature]:
    """Only of those with a place that can be read: what somebody wrote instead costs nobody else the map."""
    for uuid, label, data in entities:
        geometry = guess_geometry(data.get(GEOMETRY))
        if geometry is not None:
            yield {"type": "Feature", "id": uuid, "properties": {"label": label}, "geometry": geometry}


def guess_geometry(text: str | None) -> dict[str, Any] | None:
    """A point, a line, or an area where a line comes back to where it began: the list does not say which it is."""
    if not text:
        return None
    bare = text.strip().rstrip(";")
    if ";" not in bare:
        return plain_geometry(bare, "geopoint")
    line = read_places(text, "geotrace")
    if line is None:
        return None
    if len(line.positions) < LEAST_RING or line.positions[0] != line.positions[-1]:
        return plain_geojson(line)
    return plain_geojson(read_places(text, "geoshape") or line)
