"""The one thing of a photo's Exif that is kept: which way is up. Source: Exif 2.32, tag 0x0112, in a TIFF structure."""

import struct

ORIENTATION = 0x0112
SHORT = 3
MOST_ENTRIES = 1000


def read_orientation(tiff: bytes) -> int | None:
    """1 to 8 as the TIFF's first directory says; None when it says nothing that can be used."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return None
    (directory,) = struct.unpack_from(order + "I", tiff, 4)
    if directory + 2 > len(tiff):
        return None
    (count,) = struct.unpack_from(order + "H", tiff, directory)
    for number in range(min(count, MOST_ENTRIES)):
        at = directory + 2 + 12 * number
        if at + 12 > len(tiff):
            return None
        tag, kind, _length, value = struct.unpack_from(order + "HHIH", tiff, at)
        if tag == ORIENTATION:
            return value if kind == SHORT and 1 <= value <= 8 else None
    return None


def write_orientation(orientation: int | None) -> bytes:
    """A TIFF of 26 bytes that says this and nothing else; b"" for what needs no saying (upright, unknown)."""
    if orientation in (None, 1):
        return b""
    entry = struct.pack(">HHIHH", ORIENTATION, SHORT, 1, orientation, 0)
    return b"MM\x00\x2a" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)


def keep_orientation(tiff: bytes) -> bytes:
    """What of an Exif block is given out."""
    return write_orientation(read_orientation(tiff.removeprefix(b"Exif\x00\x00")))
