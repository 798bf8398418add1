"""JPEG: the segments before and between the scans. Source: ITU-T T.81 Annex B; Exif 2.32 section 4.5; ICC.1 Annex B.4."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from forms.photos.exif import keep_orientation
from forms.photos.pieces import CHUNK, SIGNS, Block, Damaged, holds_sign

MAGIC = b"\xff\xd8\xff"
# Signs behind a picture: another one, a film, a maker's trailer.
BEHIND = (b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe1", b"\xff\xd8\xff\xdb", b"ftyp", b"SEFT", b"Image_UTC_Data")
END, SCAN, COMMENT = 0xD9, 0xDA, 0xFE
ALONE = frozenset([0x01, *range(0xD0, 0xD9)])  # markers without a length
APPS = range(0xE0, 0xF0)
# What an application segment must begin with to stay: without these a picture has other colours or another size.
NEEDED = {0xE0: (b"JFIF\x00", b"JFXX\x00"), 0xE2: (b"ICC_PROFILE\x00",), 0xEE: (b"Adobe",)}
EXIF = b"Exif\x00\x00"
MOST_SEGMENTS = 20_000
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def read_blocks(source: BinaryIO, size: int) -> Iterator[Block]:
    """The file's blocks in order, all of its bytes. Raises Damaged where it stops being a JPEG.

    Of application segments only those that a picture needs stay. What follows the picture's end is looked at too: cameras
    put whole second pictures there, with an Exif of their own.
    """
    at = 2
    yield Block(0, at)
    for _ in range(MOST_SEGMENTS):
        code, begin = read_marker(source, at, size)
        if code == END:
            yield Block(at, begin)
            yield from read_behind(source, begin, size)
            return
        if code in ALONE:
            yield Block(at, begin)
            at = begin
            continue
        source.seek(begin)
        length = int.from_bytes(source.read(2), "big")
        stop = begin + length
        if length < 2 or stop > size:
            raise Damaged(at)
        yield judge_segment(code, source.read(length - 2) if code in APPS else b"", at, stop)
        at = stop
        if code == SCAN:
            stop = find_marker(source, at, size)
            yield Block(at, stop)
            if (at := stop) == size:  # cut short, as uploads are: a browser shows what there is
                return
    raise Damaged(at)


def read_marker(source: BinaryIO, at: int, size: int) -> tuple[int, int]:
    """The marker at an offset and the offset behind it; any number of 0xFF may stand before its code."""
    source.seek(at)
    head = source.read(min(64, size - at))
    rest = head.lstrip(b"\xff")
    if not rest or rest[0] == 0 or len(rest) == len(head):
        raise Damaged(at)
    return rest[0], at + len(head) - len(rest) + 1


def judge_segment(code: int, payload: bytes, start: int, stop: int) -> Block:
    if code == COMMENT:
        return Block(start, stop, words=True)
    if code not in APPS or payload.startswith(NEEDED.get(code, ())):
        return Block(start, stop)
    return Block(start, stop, tells=True, instead=upright(payload) if payload.startswith(EXIF) else b"")


def upright(payload: bytes) -> bytes:
    """A segment with the orientation alone, where the photo is not upright by itself."""
    tiff = keep_orientation(payload)
    return b"\xff\xe1" + (len(EXIF) + len(tiff) + 2).to_bytes(2, "big") + EXIF + tiff if tiff else b""


def find_marker(source: BinaryIO, at: int, size: int) -> int:
    """Where the picture's data end: at the next marker that is no part of them, or with the file."""
    while at < size:
        source.seek(at)
        window = source.read(CHUNK)
        if found := _MARKER.search(window):
            return at + found.start()
        if len(window) < 2:
            return size
        at += len(window) - 1  # a marker may lie across two windows
    return size


def read_behind(source: BinaryIO, start: int, size: int) -> Iterator[Block]:
    """What follows the picture's end: a second picture, a film or a maker's block tells; filling does not."""
    if start < size:
        yield Block(start, size, tells=holds_sign(source, start, (*SIGNS, *BEHIND)), words=True)


def read_rest(source: BinaryIO, start: int, size: int) -> Iterator[Block]:
    """What follows the end of other kinds, where nobody puts anything: padding is nothing, anything else tells."""
    if start < size:
        source.seek(start)
        yield Block(start, size, tells=is_written(source), words=True)


def is_written(source: BinaryIO) -> bool:
    """Whether there is more than zeros from here on."""
    return any(chunk.strip(b"\x00") for chunk in iter(lambda: source.read(CHUNK), b""))
