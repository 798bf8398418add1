"""An entity list on a map: one feature for each entity whose property `geometry` is a place (odk-contract.md 9)."""

from typing import Any

from server.reports.entity_csv import GEOMETRY
from server.reports.entity_rows import EntityRow
from server.reports.geojson import Feature
from server.reports.values import Places, plain_geojson, read_places

LEAST_RING = 4  # positions, the first again as the last (RFC 7946, 3.1.6)


def feature_of_entity(row: EntityRow) -> Feature | None:
    """None where there is no place that can be read: what somebody wrote instead costs nobody else the map."""
    geometry = guess_geometry(row.data.get(GEOMETRY))
    if geometry is None:
        return None
    return {"type": "Feature", "id": row.uuid, "properties": {"label": row.label}, "geometry": geometry}


def guess_geometry(text: str | None) -> dict[str, Any] | None:
    """A point, a line, or an area where a line comes back to where it began: the list does not say which it is."""
    if text is None or ";" not in text.strip().rstrip(";"):
        return as_geojson(read_places((text or "").strip().rstrip(";"), "geopoint"))
    line = read_places(text, "geotrace")
    if line is None or len(line.positions) < LEAST_RING or line.positions[0] != line.positions[-1]:
        return as_geojson(line)
    return as_geojson(read_places(text, "geoshape") or line)


def as_geojson(places: Places | None) -> dict[str, Any] | None:
    return None if places is None else plain_geojson(places)
