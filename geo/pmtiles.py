"""The head of a PMTiles archive, version 3 of its specification: what kind of tiles it has, where, and whether it is whole."""

import struct
from dataclasses import dataclass
from typing import Final

from geo.errors import GeoError
from geo.tiles import MAX_ZOOM, Box

HEAD_BYTES: Final = 127
MAGIC: Final = b"PMTiles"
VERSION: Final = 3
TILE_TYPES: Final = {1: "mvt", 2: "png", 3: "jpeg", 4: "webp", 5: "avif"}
OPENED_BY_BROWSERS: Final = (1, 2)  # not packed, or gzip
SCALE: Final = 1e7  # of degrees

# Magic and version, offset and length of four parts, three counts, then bytes: clustered, two packings, type, zooms; a box.
HEAD: Final = struct.Struct("<7sB8Q3Q6B4i")


class NotPmTiles(GeoError):
    """`kind` says why: no_pmtiles, old_pmtiles, cut_pmtiles, packed_pmtiles, kind_pmtiles, or zooms_pmtiles."""


@dataclass(frozen=True, slots=True)
class Head:
    """`tiles` is one of TILE_TYPES; the box is what the file says it covers."""

    tiles: str
    min_zoom: int
    max_zoom: int
    box: Box


def read_head(start: bytes, size: int) -> Head:
    """The head of a file of so many bytes, from its first HEAD_BYTES or more. Raises NotPmTiles."""
    if not start.startswith(MAGIC):
        raise NotPmTiles("This is no PMTiles file.", "no_pmtiles")
    if len(start) < HEAD_BYTES:
        raise NotPmTiles("The file is cut short.", "cut_pmtiles")
    _magic, version, *numbers = HEAD.unpack_from(start)
    if version != VERSION:
        raise NotPmTiles("The file is of another version than 3.", "old_pmtiles")
    parts, rest = numbers[:8], numbers[11:]
    if any(offset + length > size for offset, length in zip(parts[::2], parts[1::2], strict=True)):
        raise NotPmTiles("The file is cut short.", "cut_pmtiles")
    _clustered, packed_index, packed_tiles, kind, least, most = rest[:6]
    if packed_index not in OPENED_BY_BROWSERS or packed_tiles not in (0, *OPENED_BY_BROWSERS):
        raise NotPmTiles("The file is packed in a way that browsers do not open.", "packed_pmtiles")
    if kind not in TILE_TYPES:
        raise NotPmTiles("The file does not say what kind of tiles it has.", "kind_pmtiles")
    if not least <= most <= MAX_ZOOM:
        raise NotPmTiles("The file's zooms are none.", "zooms_pmtiles")
    return Head(TILE_TYPES[kind], least, most, _box(rest[6:]))


def _box(edges: list[int]) -> Box:
    """Cut to the degrees that there are; the whole world where the file names no box."""
    west, south, east, north = (edge / SCALE for edge in edges)
    west, east = max(west, -180.0), min(east, 180.0)
    south, north = max(south, -90.0), min(north, 90.0)
    return Box(west, south, east, north) if west < east and south < north else Box(-180.0, -90.0, 180.0, 90.0)
