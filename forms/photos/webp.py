"""WebP: chunks in a RIFF file. Source: Google, WebP container specification (VP8X flags, EXIF and XMP chunks)."""

from collections.abc import Iterator
from typing import BinaryIO

from forms.photos.exif import keep_orientation
from forms.photos.jpeg import read_rest
from forms.photos.pieces import Block, Damaged

MAGIC, KIND = b"RIFF", b"WEBP"
TELLING = (b"EXIF", b"XMP ", b"C2PA")
HAS_EXIF, HAS_XMP = 0x08, 0x04
MOST_CHUNKS = 100_000
MOST_EXIF = 1 << 20


def read_blocks(source: BinaryIO, size: int) -> Iterator[Block]:
    """The file's blocks in order, all of its bytes. Raises Damaged where it stops being a WebP.

    The file's length and its list of contents stand at its beginning, so they are written anew where something goes.
    """
    chunks = list(read_chunks(source, size))
    if any(chunk.tells for chunk in chunks):
        staying = [one for one in chunks if not one.words]  # padding behind them goes as well
        put = sum(len(one.instead) if one.tells else one.stop - one.start for one in staying)
        yield Block(0, 12, tells=True, instead=MAGIC + (4 + put).to_bytes(4, "little") + KIND)
        yield from (without_flags(source, chunk, chunks) for chunk in chunks)
    else:
        yield Block(0, 12)
        yield from chunks


def read_chunks(source: BinaryIO, size: int) -> Iterator[Block]:
    source.seek(4)
    end = min(8 + int.from_bytes(source.read(4), "little"), size)
    at = 12
    for _ in range(MOST_CHUNKS):
        if at >= end:
            yield from read_rest(source, at, size)
            return
        source.seek(at)
        head = source.read(8)
        length = int.from_bytes(head[4:], "little")
        if len(head) < 8 or not head[:4].isascii() or not head[:4].decode().isprintable():
            raise Damaged(at)
        stop = min(at + 8 + length + length % 2, size)
        kind = head[:4]
        tiff = keep_orientation(source.read(min(length, MOST_EXIF))) if kind == b"EXIF" else b""
        yield Block(at, stop, tells=kind in TELLING, instead=write_chunk(b"EXIF", tiff) if tiff else b"")
        at = stop
    raise Damaged(at)


def write_chunk(kind: bytes, data: bytes) -> bytes:
    return kind + len(data).to_bytes(4, "little") + data + b"\x00" * (len(data) % 2)


def without_flags(source: BinaryIO, chunk: Block, chunks: list[Block]) -> Block:
    """VP8X with the flags of what is still there; any other chunk as it is."""
    source.seek(chunk.start)
    data = source.read(9)
    if data[:4] != b"VP8X" or len(data) < 9:
        return chunk
    flags = data[8] & ~(HAS_EXIF | HAS_XMP)
    if any(one.tells and one.instead for one in chunks):
        flags |= HAS_EXIF
    rest = source.read(chunk.stop - chunk.start - 9) if chunk.stop - chunk.start < 64 else b""
    return Block(chunk.start, chunk.stop, tells=True, instead=data[:8] + bytes([flags]) + rest)
