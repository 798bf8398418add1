"""Vector tiles of points, as the Mapbox Vector Tile specification 2.1 writes them: one layer, one point a feature.

Protocol buffers need no library for so little: lengths, numbers in seven-bit groups, and the fields by their numbers in
`vector_tile.proto`. Coordinates are worked out for all points at once.
"""

import math
from collections.abc import Mapping, Sequence
from struct import pack
from typing import Final

import numpy as np

from geo.tiles import MERCATOR_LAT

EXTENT: Final = 4096
MOVE_TO_ONE: Final = 9  # command 1, once: (1 & 7) | (1 << 3)
POINT: Final = 1
VERSION: Final = 2

Value = str | bool | int | float | None

# (field number << 3) | wire type; wire type 0 is a number, 1 eight bytes, 2 a length and so many bytes
TILE_LAYER: Final = b"\x1a"
LAYER_VERSION, LAYER_NAME, LAYER_FEATURE = b"\x78", b"\x0a", b"\x12"
LAYER_KEY, LAYER_VALUE, LAYER_EXTENT = b"\x1a", b"\x22", b"\x28"
FEATURE_TAGS, FEATURE_TYPE, FEATURE_GEOMETRY = b"\x12", b"\x18", b"\x22"
VALUE_STRING, VALUE_DOUBLE, VALUE_SINT, VALUE_BOOL = b"\x0a", b"\x19", b"\x30", b"\x38"


def place_in_tile(places: np.ndarray, zoom: int, x: int, y: int) -> np.ndarray:
    """Longitude and latitude (n, 2) as units of a tile: 0 to EXTENT from its west and from its north, whole numbers.

    What lies outside of the tile gets units outside of that.
    """
    sine = np.sin(np.radians(np.clip(places[:, 1], -MERCATOR_LAT, MERCATOR_LAT)))
    down = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    unit = np.column_stack((places[:, 0] / 360 + 0.5, down)) * 2.0**zoom - (x, y)
    units: np.ndarray = np.floor(unit * EXTENT).astype(np.int64)
    return units


def encode_points(layer: str, units: np.ndarray, properties: Sequence[Mapping[str, Value]]) -> bytes:
    """A tile with one layer of points. `units` as `place_in_tile` gives them; a property that is None is left out."""
    geometries = _geometries(units)
    keys: dict[str, int] = {}
    values: dict[tuple[type, Value], int] = {}
    known: dict[tuple[str, type, Value], bytes] = {}
    features = []
    for geometry, facts in zip(geometries, properties, strict=True):
        tags = b""
        for key, value in facts.items():
            if value is None:
                continue
            tag = known.get((key, type(value), value))
            if tag is None:  # most of them come again
                tag = _number(keys.setdefault(key, len(keys)))
                tag += _number(values.setdefault((type(value), value), len(values)))
                known[key, type(value), value] = tag
            tags += tag
        body = (_field(FEATURE_TAGS, tags) if tags else b"") + FEATURE_TYPE + _number(POINT)
        features.append(_field(LAYER_FEATURE, body + _field(FEATURE_GEOMETRY, geometry)))
    parts = [LAYER_VERSION + _number(VERSION), _field(LAYER_NAME, layer.encode()), *features]
    parts += [_field(LAYER_KEY, key.encode()) for key in keys]
    parts += [_field(LAYER_VALUE, _value(value)) for _type, value in values]
    return _field(TILE_LAYER, b"".join(parts) + LAYER_EXTENT + _number(EXTENT)) if features else b""


def _geometries(units: np.ndarray) -> list[bytes]:
    """Each point as a command and its two numbers, signs folded in (zigzag)."""
    folded = (units << 1) ^ (units >> 63)
    return [bytes((MOVE_TO_ONE,)) + _number(across) + _number(down) for across, down in folded.tolist()]


def _value(value: Value) -> bytes:
    if isinstance(value, bool):
        return VALUE_BOOL + _number(int(value))
    if isinstance(value, int):
        return VALUE_SINT + _number((value << 1) ^ (value >> 63))
    if isinstance(value, float):
        return VALUE_DOUBLE + pack("<d", value)
    return _field(VALUE_STRING, str(value).encode())


def _field(tag: bytes, body: bytes) -> bytes:
    return tag + _number(len(body)) + body


def _number(value: int) -> bytes:
    """A number that is not negative, in groups of seven bits, the lowest first."""
    if value < 0x80:
        return bytes((value,))
    out = bytearray()
    while value >= 0x80:
        out.append((value & 0x7F) | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
