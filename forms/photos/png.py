"""PNG: its chunks. Source: W3C PNG, third edition, sections 5 and 11.3."""

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from forms.photos.exif import keep_orientation
from forms.photos.jpeg import read_rest
from forms.photos.pieces import Block, Damaged

MAGIC = b"\x89PNG\r\n\x1a\n"
EXIF, TEXTS = b"eXIf", (b"tEXt", b"zTXt", b"iTXt")
TELLING = (b"caBX",)  # C2PA, which holds statements of place
TELLING_TEXTS = (b"XML:com.adobe.xmp\x00", b"Raw profile type ")
MOST_CHUNKS = 100_000
MOST_EXIF = 1 << 20  # bytes of an Exif that are read for its orientation


def read_blocks(source: BinaryIO, size: int) -> Iterator[Block]:
    """The file's blocks in order, all of its bytes. Raises Damaged where it stops being a PNG."""
    at = len(MAGIC)
    yield Block(0, at)
    for _ in range(MOST_CHUNKS):
        if at == size:  # cut short
            return
        source.seek(at)
        head = source.read(8)
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if len(head) < 8 or not kind.isalpha():
            raise Damaged(at)
        stop = min(at + 12 + length, size)
        yield judge_chunk(kind, source, at, stop)
        at = stop
        if kind == b"IEND":
            yield from read_rest(source, at, size)
            return
    raise Damaged(at)


def judge_chunk(kind: bytes, source: BinaryIO, start: int, stop: int) -> Block:
    """`source` stands at the chunk's data."""
    if kind == EXIF:
        tiff = keep_orientation(source.read(min(stop - start - 12, MOST_EXIF))) if stop - start > 12 else b""
        return Block(start, stop, tells=True, instead=write_chunk(EXIF, tiff) if tiff else b"")
    if kind in TEXTS:
        return Block(start, stop, tells=source.read(24).startswith(TELLING_TEXTS), words=True)
    return Block(start, stop, tells=kind in TELLING)


def write_chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
