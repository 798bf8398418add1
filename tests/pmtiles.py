"""Small PMTiles archives, made by the specification: one folder of entries, each with its tile."""

import gzip
import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from geo.pmtiles import HEAD
from geo.vector_tile import encode_points

PNG, MVT = 2, 1
TOWN = (104.9, 29.9, 105.2, 30.1)


def a_picture(colour: tuple[int, int, int], side: int = 256) -> bytes:
    """A PNG of one colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = (b"\0" + bytes(colour) * side) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def number(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append((value & 0x7F) | 0x80)
        value >>= 7
    return bytes((*out, value))


def tile_id(zoom: int, x: int, y: int) -> int:
    """A tile's place along the Hilbert curve of its zoom, after all tiles of smaller zooms."""
    found, side, start = 0, 1 << zoom >> 1, (4**zoom - 1) // 3
    while side:
        right, low = int(bool(x & side)), int(bool(y & side))
        found += side * side * ((3 * right) ^ low)
        if not low:
            if right:
                x, y = side - 1 - (x & (side - 1)), side - 1 - (y & (side - 1))
            x, y = y, x
        side >>= 1
    return start + found


def an_archive(tiles: Mapping[tuple[int, int, int], bytes], kind: int = PNG, **changes: Any) -> bytes:
    """`changes`: version, packed (of the index), and metadata."""
    entries = sorted((tile_id(*tile), body) for tile, body in tiles.items())
    lengths, offsets = [len(body) for _, body in entries], [0]
    for length in lengths[:-1]:
        offsets.append(offsets[-1] + length)
    ids = [id for id, _ in entries]
    gaps = [one - before for one, before in zip(ids, [0, *ids], strict=False)]
    columns = [gaps, [1] * len(ids), lengths, [one + 1 for one in offsets]]
    index = gzip.compress(number(len(ids)) + b"".join(number(one) for column in columns for one in column), mtime=0)
    told = gzip.compress(json.dumps(changes.get("metadata", {})).encode(), mtime=0)
    data, start = b"".join(body for _, body in entries), 127 + len(index) + len(told)
    parts = (127, len(index), 127 + len(index), len(told), start, 0, start, len(data))
    zooms = [zoom for zoom, _, _ in tiles]
    box = [int(edge * 1e7) for edge in changes.get("box", TOWN)]
    packed = (changes.get("packed", 2), 1)
    head = HEAD.pack(
        b"PMTiles",
        changes.get("version", 3),
        *(*parts, len(ids), len(ids), len(ids)),
        *(1, *packed, kind, min(zooms), max(zooms)),
        *box,
    )
    return head.ljust(127, b"\0") + index + told + data


def of_points(layer: str) -> bytes:
    """A vector tile with one point in its middle."""
    return encode_points(layer, np.array([[2048, 2048]]), [{"name": "x"}])


def of_an_area(layer: str) -> bytes:
    """A vector tile that one square fills, with a line across it."""
    square = [9, 0, 0, 26, 8192, 0, 0, 8192, 8191, 0, 15]  # to a corner, three sides (zigzag), and closed
    line = [9, 0, 0, 10, 8192, 8192]
    features = b""
    for kind, commands in ((3, square), (2, line)):
        packed = b"".join(number(one) for one in commands)
        body = b"\x18" + number(kind) + b"\x22" + number(len(packed)) + packed
        features += b"\x12" + number(len(body)) + body
    name = b"\x0a" + number(len(layer)) + layer.encode()
    body = b"\x78\x02" + name + features + b"\x28" + number(4096)
    return b"\x1a" + number(len(body)) + body
