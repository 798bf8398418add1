"""Boundary files to named villages: valid areas in WGS-84, with a report of what was odd about them.

The person who imports says what coordinate system a file is in; a file that says otherwise is refused, because a
wrong guess moves households into the next village (GCJ-02 alone shifts by 250-600 m).
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.boundary_crs import refuse_contradiction
from geo.boundary_formats import read_rows
from geo.boundary_rows import Row, Rows
from geo.crs import Crs, metres_per_degree, read_crs, to_wgs84
from geo.errors import InvalidBoundary

# As they are met in files of survey offices and of desktop GIS, compared without case, spaces and underscores.
CODE_NAMES: tuple[str, ...] = (
    *("code", "villagecode", "村代码", "村码", "村编码", "行政区划代码", "行政区代码", "区划代码", "统计用区划代码"),
    *("xzqdm", "zldwdm", "qhdm", "cdm", "代码", "编码"),
)
NAME_NAMES: tuple[str, ...] = (
    *("name", "villagename", "村名", "村名称", "行政村", "行政区名称"),
    *("xzqmc", "zldwmc", "cmc", "名称", "村"),
)

LEAST_M2 = 1.0  # what two survey drawings of one border differ by without anybody meaning it
_CODE = re.compile(r"\d{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class VillageShape:
    """One village of a file: official 12-digit code, name, area in WGS-84, and every other column as it came."""

    code: str
    name: str
    geometry: shapely.MultiPolygon
    properties: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BoundaryFile:
    """What a boundary file says. Areas in square metres, places as (longitude, latitude).

    `overlaps` are pairs of codes that claim the same ground, `gaps` holes that no village claims, `repaired` the codes
    whose outline crossed itself, each with the reason.
    """

    villages: list[VillageShape]
    overlaps: list[tuple[str, str, float]]
    gaps: list[tuple[float, tuple[float, float]]]
    repaired: list[tuple[str, str]]
    source_crs: str
    format: str = ""
    filename: str = ""


@dataclass(slots=True)
class _Complaints:
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, row: Row, problem: str) -> None:
        self.rows.append({"row": row.number, "problem": problem})

    def raise_if_any(self) -> None:
        if self.rows:
            first = "; ".join(f"row {one['row']}: {one['problem']}" for one in self.rows[:5])
            more = f" (and {len(self.rows) - 5} more)" if len(self.rows) > 5 else ""
            raise InvalidBoundary(f"These rows cannot be villages: {first}{more}.", "rows", {"rows": self.rows[:100]})


def read_boundaries(source: bytes | Path, filename: str, crs: str) -> BoundaryFile:
    """Read GeoJSON, GeoPackage, zipped Shapefile or KML whose coordinates are declared to be in `crs`.

    `crs` is "EPSG:n" or "GCJ-02". Raises UnknownCrs, or InvalidBoundary whose details name the rows.
    """
    declared = read_crs(crs)
    data = source.read_bytes() if isinstance(source, Path) else source
    found = read_rows(data, filename)
    refuse_contradiction(found, declared)
    villages, repaired = _read_villages(found, declared)
    return BoundaryFile(
        villages=villages,
        overlaps=find_overlaps(villages),
        gaps=find_gaps(villages),
        repaired=repaired,
        source_crs=declared.name,
        format=found.format,
        filename=filename,
    )


def label_point(geometry: BaseGeometry) -> tuple[float, float]:
    """A place well inside an area, for its name: the middle of the largest circle that fits into its largest part."""
    largest = max(shapely.get_parts(geometry), key=lambda part: part.area)
    width = largest.bounds[2] - largest.bounds[0]
    middle = shapely.maximum_inscribed_circle(largest, tolerance=max(width / 200, 1e-9))
    x, y = shapely.get_coordinates(middle)[0]
    return float(x), float(y)


def area_m2(geometry: BaseGeometry) -> float:
    """Area of a WGS-84 geometry in square metres, good to a thousandth for anything of a town's size."""
    if geometry.is_empty:
        return 0.0
    per_lat, per_lon = metres_per_degree((geometry.bounds[1] + geometry.bounds[3]) / 2)
    return float(geometry.area * per_lat * per_lon)


def find_overlaps(villages: list[VillageShape]) -> list[tuple[str, str, float]]:
    """Pairs of villages that share more than a square metre of ground, largest first."""
    areas = np.array([village.geometry for village in villages], dtype=object)
    left, right = shapely.STRtree(areas).query(areas, predicate="intersects")
    found = []
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        shared = area_m2(shapely.intersection(areas[a], areas[b])) if a < b else 0.0
        if shared > LEAST_M2:
            found.append((villages[a].code, villages[b].code, round(shared, 1)))
    return sorted(found, key=lambda overlap: -overlap[2])


def find_gaps(villages: list[VillageShape]) -> list[tuple[float, tuple[float, float]]]:
    """Holes between villages that belong to none, largest first: (square metres, a place inside)."""
    whole = shapely.union_all([village.geometry for village in villages])
    holes = [shapely.Polygon(ring) for part in shapely.get_parts(whole) for ring in part.interiors]
    found = []
    for hole in holes:
        middle = hole.representative_point()
        if area_m2(hole) > LEAST_M2:
            found.append((round(area_m2(hole), 1), (middle.x, middle.y)))
    return sorted(found, key=lambda gap: -gap[0])


def _read_villages(found: Rows, declared: Crs) -> tuple[list[VillageShape], list[tuple[str, str]]]:
    code_column, name_column = _find_columns(found.rows)
    complaints = _Complaints()
    villages: list[VillageShape] = []
    repaired: list[tuple[str, str]] = []
    first_row: dict[str, int] = {}
    for row in found.rows:
        code, name = _text(row.properties.get(code_column)), _text(row.properties.get(name_column))
        if not _check_row(row, code, name, first_row, complaints):
            continue
        area, reason = _valid_area(to_wgs84(row.geometry, declared.name))
        if reason:
            repaired.append((code, reason))
        if area.is_empty or not _on_earth(area):
            complaints.add(row, "its outline encloses nothing" if area.is_empty else "it is not on earth")
            continue
        rest = {key: value for key, value in row.properties.items() if key not in {code_column, name_column}}
        villages.append(VillageShape(code, name, area, rest))
    complaints.raise_if_any()
    return sorted(villages, key=lambda village: village.code), repaired


def _check_row(row: Row, code: str, name: str, first_row: dict[str, int], complaints: _Complaints) -> bool:
    before = len(complaints.rows)
    if _CODE.fullmatch(code) is None:
        complaints.add(row, f'the code "{code[:30]}" does not have 12 digits' if code else "it has no code")
    elif code in first_row:
        complaints.add(row, f"code {code} is that of row {first_row[code]} already")
    else:
        first_row[code] = row.number
    if not name:
        complaints.add(row, "it has no name")
    if row.geometry is None or row.geometry.is_empty:
        complaints.add(row, "it has no outline")
    return len(complaints.rows) == before


def _find_columns(rows: list[Row]) -> tuple[str, str]:
    columns = list(rows[0].properties)
    code, name = _first_named(columns, CODE_NAMES), _first_named(columns, NAME_NAMES)
    if code is None or name is None:
        lacking = "code" if code is None else "name"
        seen = ", ".join(columns)[:300] or "none"
        raise InvalidBoundary(
            f"No column for the village's {lacking} was found. Call it {lacking}; the file has: {seen}.",
            "columns",
            {"missing": lacking, "columns": columns[:50]},
        )
    return code, name


def _first_named(columns: list[str], names: tuple[str, ...]) -> str | None:
    plain = {re.sub(r"[\s_\-]", "", column).lower(): column for column in reversed(columns)}
    return next((plain[name] for name in names if name in plain), None)


def _text(value: Any) -> str:
    text = "" if value is None else str(value)
    return "".join(c for c in text if c.isprintable()).strip()


def _valid_area(area: BaseGeometry) -> tuple[shapely.MultiPolygon, str]:
    """The area without crossings, as a MultiPolygon, and why it had to be repaired ("" if it had not)."""
    reason = "" if area.is_valid else shapely.is_valid_reason(area)
    whole = area if not reason else shapely.make_valid(area, method="structure", keep_collapsed=False)
    parts = [part for part in shapely.get_parts(whole) if part.geom_type == "Polygon" and not part.is_empty]
    return shapely.MultiPolygon(parts), reason.partition("[")[0]


def _on_earth(area: BaseGeometry) -> bool:
    west, south, east, north = area.bounds
    return bool(max(-west, east) <= 180 and max(-south, north) <= 90)
