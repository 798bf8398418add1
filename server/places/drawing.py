"""Outlines drawn or corrected by hand: corners as text, one a line, so that a keyboard is enough."""

import math
from datetime import date, datetime

import shapely
from sqlalchemy.orm import Session

from geo.boundaries import BoundaryFile, VillageShape, boundaries_of
from geo.errors import InvalidBoundary
from geo.topology import repair
from server.access.audit import record
from server.access.caller import Caller
from server.errors import UnexpectedValue
from server.models import Project, Village
from server.places.report import ImportReport
from server.places.villages import Came, import_boundaries

MOST_CORNERS = 10_000
HOLE = "-"
"""A line of this alone begins a hole in the part above; an empty line begins another part."""


def corners_of(shapes: list[VillageShape], code: str) -> str:
    """The outline in force as text: "longitude, latitude" a line, to a centimetre; empty where there is none."""
    found = next((one.geometry for one in shapes if one.code == code), None)
    if found is None:
        return ""
    parts = []
    for part in shapely.get_parts(found):
        rings = [
            "\n".join(f"{x:.7f}, {y:.7f}" for x, y in ring.coords[:-1]) for ring in (part.exterior, *part.interiors)
        ]
        parts.append(f"\n{HOLE}\n".join(rings))
    return "\n\n".join(parts)


def read_corners(text: str) -> shapely.MultiPolygon:
    """What `corners_of` writes, as an area that may cross itself. Raises InvalidBoundary, naming the line."""
    parts: list[list[list[tuple[float, float]]]] = [[[]]]
    for number, line in enumerate(text.splitlines(), start=1):
        if number > MOST_CORNERS:
            raise InvalidBoundary(f"An outline has {MOST_CORNERS} corners at most.", "too_large")
        if not line.strip():
            parts.append([[]])
        elif line.strip() == HOLE:
            parts[-1].append([])
        else:
            parts[-1][-1].append(read_corner(line, number))
    whole = [part for part in parts if any(part)]
    if not whole or any(len(set(ring)) < 3 for part in whole for ring in part):
        raise InvalidBoundary("An outline has three corners at least.", "corners")
    return shapely.MultiPolygon([(part[0], part[1:]) for part in whole])


def read_corner(line: str, number: int) -> tuple[float, float]:
    try:
        x, y = (float(one) for one in line.replace("，", ",").split(","))
    except ValueError:
        x = y = math.nan
    if not (math.isfinite(x) and math.isfinite(y) and abs(x) <= 180 and abs(y) <= 90):
        raise InvalidBoundary(f"Line {number} is no corner: write longitude, latitude.", "corners", {"line": number})
    return x, y


def drawn_file(shapes: list[VillageShape], village: Village, text: str) -> BoundaryFile:
    """The boundaries in force with one outline as drawn, in WGS-84 degrees. Raises InvalidBoundary or UnexpectedValue."""
    if village.retired_at is not None:
        raise UnexpectedValue(field="village", value=village.code, reason="the village is no longer there")
    drawn = read_corners(text)
    area, mended = repair(village.code, drawn)
    if area.is_empty:
        raise InvalidBoundary("The outline encloses nothing.", "corners")
    others = [one for one in shapes if one.code != village.code]
    villages = sorted([*others, VillageShape(village.code, village.name, area, {})], key=lambda one: one.code)
    found = boundaries_of(villages, "EPSG:4326", "drawing", village.name)
    if mended:
        found.repaired.append(mended)
        found.as_drawn[village.code] = drawn
    return found


def put_outline(
    db: Session,
    caller: Caller,
    project: Project,
    village: Village,
    file: BoundaryFile,
    now: datetime,
    valid_from: date | None = None,
    dry_run: bool = False,
) -> ImportReport:
    """Puts the drawing in force as a new version of the boundaries, or only says what would change."""
    came = Came("drawn", valid_from)
    report = import_boundaries(db, project.id, file, caller.actor_id, now, dry_run, came)
    if not dry_run:
        details = {"village": village.code}
        record(db, "village.draw", actor_id=caller.actor_id, project_id=project.id, details=details, now=now)
    return report
