"""HEIC, AVIF, JPEG XL, MP4, 3GP, MOV: boxes. What tells is filled with zeros, because everything else is found by its offset.

Source: ISO/IEC 14496-12 (boxes, 8.11 meta, iinf, iloc), ISO/IEC 23008-12 annex A (Exif and XMP items); QuickTime's udta;
ISO/IEC 18181-2 (the boxes of JPEG XL).
"""

from bisect import bisect_right
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from forms.photos.pieces import Block, Damaged, lay_out

MOST_BOXES = 100_000  # of a file, however they lie in one another
MOST_EXTENTS = 100_000  # of a list of items: one can say in eight bytes that an item lies in 65,535 places
MOST_META = 10_000_000  # bytes of a list of items
FIRST = (b"ftyp", b"JXL ", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")  # films of before ftyp begin otherwise
ENDLESS = (b"mdat", b"jxlc", b"jxlp")  # may say no length: to the end of the file
TELLING = (b"uuid", b"udta", b"Exif", b"xml ", b"jumb", b"brob")  # beside the picture; brob is any of them, packed
HOLDERS = (b"moov", b"trak")  # in which what people and cameras added is looked for
ADDED = (b"udta", b"meta", b"uuid")
TELLING_ITEMS = (b"Exif", b"uri ", b"jumb")
PICTURES = b"pict"


class Box(NamedTuple):
    """A box from `start` to `stop`; its content begins at `inside`."""

    kind: bytes
    start: int
    inside: int
    stop: int


class Span(NamedTuple):
    start: int
    stop: int


def read_blocks(source: BinaryIO, size: int) -> Iterator[Block]:
    """The file's blocks in order, all of its bytes. Raises Damaged where it stops being made of boxes."""
    yield from lay_out((one._replace(tells=True) for one in find_telling(source, size)), size)


def find_telling(source: BinaryIO, size: int) -> Iterator[Block]:
    left = iter(range(MOST_BOXES))
    boxes = list(read_boxes(source, 0, size, left))
    homes = [Span(box.inside, box.stop) for box in boxes if box.kind not in (b"meta", *HOLDERS)]
    for box in boxes:
        if box.kind == b"meta":
            yield from judge_meta(source, box, homes, left)
        elif box.kind in TELLING:
            yield from emptied(box)
        elif box.kind in HOLDERS:
            yield from find_added(source, box, left)


def find_added(source: BinaryIO, holder: Box, left: Iterator[int]) -> Iterator[Block]:
    for box in read_boxes(source, holder.inside, holder.stop, left):
        if box.kind in ADDED:
            yield from emptied(box)
        elif box.kind in HOLDERS and holder.kind == HOLDERS[0]:
            yield from find_added(source, box, left)


def emptied(box: Box) -> Iterator[Block]:
    """A box of the same length that says of itself that it holds nothing."""
    yield Block(box.start + 4, box.start + 8, instead=b"free")
    yield Block(box.inside, box.stop, blank=True)


def read_boxes(source: BinaryIO, start: int, stop: int, left: Iterator[int]) -> Iterator[Box]:
    """The boxes that lie side by side; `left` are those that may still be read of this file. Raises Damaged."""
    for _ in left:
        if start + 8 > stop:
            return
        source.seek(start)
        head = source.read(16)
        length, inside = int.from_bytes(head[:4], "big"), start + 8
        if length == 1:
            length, inside = int.from_bytes(head[8:16], "big"), start + 16
        end = stop if length == 0 else start + length
        endless = length == 0 or end > stop  # as the last one of frames may be, in a file that is cut short
        if end < inside or (endless and head[4:8] not in ENDLESS):
            raise Damaged(start)
        yield Box(head[4:8], start, inside, min(end, stop))
        start = end
    raise Damaged(start)


def judge_meta(source: BinaryIO, meta: Box, homes: list[Span], left: Iterator[int]) -> Iterator[Block]:
    """Of a picture's meta box the items that tell; any other one as a whole. `homes` are boxes of the file to hold items."""
    if meta.stop - meta.start > MOST_META:
        raise Damaged(meta.start)
    inner = {box.kind: box for box in read_boxes(source, meta.inside + 4, meta.stop, left)}
    if b"hdlr" not in inner or content(source, inner[b"hdlr"])[8:12] != PICTURES:
        yield from emptied(meta)
        return
    if b"iinf" not in inner or b"iloc" not in inner:
        return
    telling = set(read_telling_items(source, inner[b"iinf"], left))
    idat = [Span(inner[b"idat"].inside, inner[b"idat"].stop)] if b"idat" in inner else []
    try:
        extents = read_extents(content(source, inner[b"iloc"]), telling, idat, homes)
    except (IndexError, ValueError):
        raise Damaged(meta.start) from None
    yield from (Block(*extent, blank=True) for extent in extents)


def content(source: BinaryIO, box: Box) -> bytes:
    source.seek(box.inside)
    return source.read(box.stop - box.inside)


def read_telling_items(source: BinaryIO, iinf: Box, left: Iterator[int]) -> Iterator[int]:
    """The ids of the items that hold Exif, XMP or other words."""
    version = content(source, iinf)[:1]
    for box in read_boxes(source, iinf.inside + (6 if version == b"\x00" else 8), iinf.stop, left):
        data = content(source, box)
        if box.kind != b"infe" or len(data) < 8:
            continue
        wide = data[0] >= 3
        number = int.from_bytes(data[4:8] if wide else data[4:6], "big")
        kind = data[10:14] if wide else data[8:12]
        if data[0] < 2 or kind in TELLING_ITEMS or (kind == b"mime" and b"image/" not in data):
            yield number


class Reader:
    """Big-endian numbers of given widths, one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def number(self, width: int) -> int:
        """Raises IndexError behind the end."""
        self.at += width
        if self.at > len(self.data):
            raise IndexError
        return int.from_bytes(self.data[self.at - width : self.at], "big")


def read_extents(data: bytes, wanted: set[int], idat: list[Span], homes: list[Span]) -> list[Span]:
    """Where the wanted items lie in the file. Raises IndexError or ValueError for a list that makes no sense."""
    reader = Reader(data)
    version = reader.number(4) >> 24
    widths = reader.number(2)
    offset_width, length_width, base_width, index_width = (widths >> shift & 15 for shift in (12, 8, 4, 0))
    wide = 4 if version == 2 else 2
    extents = []
    listed = 0
    for _ in range(reader.number(wide)):
        item = reader.number(wide)
        method = reader.number(2) & 15 if version in (1, 2) else 0
        reader.number(2)
        base = reader.number(base_width)
        number = reader.number(2)
        listed += number
        if listed > MOST_EXTENTS:
            raise ValueError
        for _ in range(number):
            reader.number(index_width if version in (1, 2) else 0)
            start, length = base + reader.number(offset_width), reader.number(length_width)
            if item in wanted:
                if method > 1:
                    raise ValueError
                extents.append(
                    find_extent(start + idat[0].start, length, idat) if method else find_extent(start, length, homes)
                )
    return extents


def find_extent(start: int, length: int, homes: list[Span]) -> Span:
    """An extent within the content of the box that holds it, so that no box's own head is ever filled with zeros.

    Without a length it is all that follows there. Raises ValueError where no box holds it.
    """
    at = bisect_right(homes, start, key=lambda home: home.start) - 1
    if at < 0 or start >= homes[at].stop:
        raise ValueError
    return Span(start, min(start + length, homes[at].stop) if length else homes[at].stop)
