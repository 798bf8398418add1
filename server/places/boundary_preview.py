"""What somebody sees of new boundaries before they hold: beside those in use, in both systems, and what was repaired."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from geo.boundaries import BoundaryFile, VillageShape, boundaries_of
from geo.other_reading import OtherReading, read_otherwise
from geo.sketch import Sketch, sketch
from geo.topology import Repair
from server.places.villages import outlines_in_force

FEW = 12


@dataclass(frozen=True)
class Preview:
    """`picture` has the layers in_use, new and, where the file could be in another system, other; `repairs` each its own."""

    picture: Sketch
    other: OtherReading | None
    repairs: list[tuple[Repair, Sketch]]


def preview_boundaries(db: Session, project_id: int, file: BoundaryFile) -> Preview:
    """Of a file or a drawing, compared with the boundaries in use."""
    in_use = outlines_in_force(db, project_id)
    areas = {one.code: one.geometry for one in file.villages}
    other = None if file.format in ("drawing", "merge", "undo") else read_otherwise(areas, file.source_crs, in_use)
    shown = other if other and (other.is_likelier or not in_use) else None
    layers = {"in_use": list(in_use.values()), "new": list(areas.values())}
    if shown:
        layers["other"] = list(shown.outlines.values())
    names = [(one.name, one.geometry) for one in file.villages] if len(file.villages) <= 40 else []
    repairs = [
        (one, sketch({"drawn": [file.as_drawn[one.code]], "new": [areas[one.code]]})) for one in file.repaired[:FEW]
    ]
    return Preview(sketch(layers, names), shown, repairs)


def preview_shapes(db: Session, project_id: int, before: list[VillageShape]) -> Preview:
    """Of outlines that held before, and would again."""
    return preview_boundaries(db, project_id, boundaries_of(before, "EPSG:4326", "undo", ""))
