"""Boundary files to named villages: valid areas in WGS-84, with a report of what was odd about them.

The person who imports says what coordinate system a file is in; a file that says otherwise is refused, because a
wrong guess moves households into the next village (GCJ-02 alone shifts by 250-600 m).
"""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geo.boundary_crs import refuse_contradiction
from geo.boundary_formats import read_rows
from geo.boundary_match import CODE, KnownVillages, Matched, Unmatched
from geo.boundary_rows import Row, Rows
from geo.crs import Crs, read_crs, to_wgs84
from geo.errors import InvalidBoundary
from geo.topology import Gap, Overlap, Repair, find_gaps, find_overlaps, repair

# As they are met in files of survey offices and of desktop GIS, compared without case, spaces and underscores.
CODE_NAMES: tuple[str, ...] = (
    *("code", "villagecode", "村代码", "村码", "村编码", "行政区划代码", "行政区代码", "区划代码", "统计用区划代码"),
    *("xzqdm", "zldwdm", "qhdm", "cdm", "代码", "编码"),
)
NAME_NAMES: tuple[str, ...] = (
    *("name", "villagename", "村名", "村名称", "行政村", "行政区名称"),
    *("xzqmc", "zldwmc", "cmc", "名称", "村"),
)


@dataclass(frozen=True, slots=True)
class VillageShape:
    """One village of a file: official 12-digit code, name, area in WGS-84, and every other column as it came."""

    code: str
    name: str
    geometry: shapely.MultiPolygon
    properties: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BoundaryFile:
    """What a boundary file says; `repaired` are villages whose outline crossed itself, and `as_drawn` how they were in
    the file, by code, in WGS-84. `matched` are rows that were told by a name, an alias or a choice; `unmatched` those that
    nobody could tell: they are not among the villages, and such a file is not for importing yet.
    """

    villages: list[VillageShape]
    overlaps: list[Overlap]
    gaps: list[Gap]
    repaired: list[Repair]
    source_crs: str
    format: str = ""
    filename: str = ""
    as_drawn: dict[str, BaseGeometry] = field(default_factory=dict)
    matched: list[Matched] = field(default_factory=list)
    unmatched: list[Unmatched] = field(default_factory=list)


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


def read_boundaries(source: bytes | Path, filename: str, crs: str, known: KnownVillages | None = None) -> BoundaryFile:
    """Read GeoJSON, GeoPackage, zipped Shapefile or KML whose coordinates are declared to be in `crs`.

    `crs` is "EPSG:n" or "GCJ-02". With `known` a row without a 12-digit code may be told by its name. Raises UnknownCrs, or
    InvalidBoundary whose details name the rows.
    """
    declared = read_crs(crs)
    data = source.read_bytes() if isinstance(source, Path) else source
    found = read_rows(data, filename)
    refuse_contradiction(found, declared)
    reading = _Reading(declared, known if known and known.titles else None)
    reading.read(found)
    plain = boundaries_of(reading.villages, declared.name, found.format, filename)
    plain = replace(plain, repaired=reading.repaired, as_drawn=reading.as_drawn)
    return replace(plain, matched=reading.matched, unmatched=reading.unmatched)


def boundaries_of(
    villages: list[VillageShape],
    source_crs: str,
    format: str,
    filename: str,
) -> BoundaryFile:
    """A set of villages with what is odd about how they lie: of a file, or drawn by hand (`format` says which)."""
    areas = {village.code: village.geometry for village in villages}
    return BoundaryFile(
        villages=villages,
        overlaps=find_overlaps(areas),
        gaps=find_gaps(areas),
        repaired=[],
        source_crs=source_crs,
        format=format,
        filename=filename,
    )


def label_point(geometry: BaseGeometry) -> tuple[float, float]:
    """A place well inside an area, for its name: the middle of the largest circle that fits into its largest part."""
    largest = max(shapely.get_parts(geometry), key=lambda part: part.area)
    width = largest.bounds[2] - largest.bounds[0]
    middle = shapely.maximum_inscribed_circle(largest, tolerance=max(width / 200, 1e-9))
    x, y = shapely.get_coordinates(middle)[0]
    return float(x), float(y)


@dataclass(slots=True)
class _Reading:
    """What has been read of a file so far."""

    declared: Crs
    known: KnownVillages | None
    complaints: _Complaints = field(default_factory=_Complaints)
    villages: list[VillageShape] = field(default_factory=list)
    repaired: list[Repair] = field(default_factory=list)
    as_drawn: dict[str, BaseGeometry] = field(default_factory=dict)
    matched: list[Matched] = field(default_factory=list)
    unmatched: list[Unmatched] = field(default_factory=list)
    first_row: dict[str, int] = field(default_factory=dict)

    def read(self, found: Rows) -> None:
        code_column, name_column = _find_columns(found.rows, codes_needed=self.known is None)
        for row in found.rows:
            said, name = _text(row.properties.get(code_column)), _text(row.properties.get(name_column))
            if self.known and row.geometry is not None and not CODE.fullmatch(said):
                code = self.told_by_name(row, said, name, self.known)
                name = self.known.titles.get(code, name)
                if not code:
                    continue
            else:
                code = said
            rest = {key: value for key, value in row.properties.items() if key not in {code_column, name_column}}
            self.add(row, code, name, rest)
        self.complaints.raise_if_any()
        self.villages.sort(key=lambda village: village.code)

    def told_by_name(self, row: Row, said: str, name: str, known: KnownVillages) -> str:
        found = known.find(row.number, name)
        if found is None:
            self.unmatched.append(Unmatched(row.number, name, said))
            return ""
        self.matched.append(Matched(row.number, found[0], name, found[1]))
        return found[0]

    def add(self, row: Row, code: str, name: str, rest: dict[str, Any]) -> None:
        if not _check_row(row, code, name, self.first_row, self.complaints):
            return
        drawn = to_wgs84(row.geometry, self.declared.name)
        area, mended = repair(code, drawn)
        if mended:
            self.repaired.append(mended)
            self.as_drawn[code] = drawn
        if area.is_empty or not _on_earth(area):
            self.complaints.add(row, "its outline encloses nothing" if area.is_empty else "it is not on earth")
            return
        self.villages.append(VillageShape(code, name, area, rest))


def _check_row(row: Row, code: str, name: str, first_row: dict[str, int], complaints: _Complaints) -> bool:
    before = len(complaints.rows)
    if CODE.fullmatch(code) is None:
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


def _find_columns(rows: list[Row], codes_needed: bool = True) -> tuple[str, str]:
    columns = list(dict.fromkeys(column for row in rows for column in row.properties))
    code, name = _first_named(columns, CODE_NAMES), _first_named(columns, NAME_NAMES)
    if code is None and not codes_needed:
        code = ""
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


def _on_earth(area: BaseGeometry) -> bool:
    west, south, east, north = area.bounds
    return bool(max(-west, east) <= 180 and max(-south, north) <= 90)
