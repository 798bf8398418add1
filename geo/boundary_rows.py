"""A boundary file as rows of (properties, area), and how large one may be."""

from dataclasses import dataclass
from typing import Any

from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo.errors import InvalidBoundary

MAX_BYTES = 64 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_PARTS = 200
MAX_ROWS = 5_000
MAX_CORNERS = 2_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a boundary file; `number` counts from 1 as a person would."""

    number: int
    properties: dict[str, Any]
    geometry: BaseGeometry | None


@dataclass(frozen=True, slots=True)
class Rows:
    """A file's records. `crs` is what the file itself says it is in (None: it does not say); `format` for messages."""

    format: str
    crs: CRS | None
    rows: list[Row]


def refused(message: str, kind: str = "invalid_boundary", **details: Any) -> InvalidBoundary:
    """The error for a file that is not taken; `details` name rows or parts."""
    return InvalidBoundary(message, kind, details)
