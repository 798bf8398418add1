"""Which kind of file it is, and what of it is given out. The bytes decide, never the name."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from forms.photos import boxes, jpeg, png, tiff, webp
from forms.photos.pieces import Block, Damaged, PiecedFile, arrange, holds_sign

Read = Callable[[BinaryIO, int], Iterator[Block]]


def leave_out_metadata(source: BinaryIO) -> PiecedFile | None:
    """The photo or film without what is written beside the picture: Exif but for which way is up, XMP, IPTC, previews,
    makers' notes, the place of a film. The picture's own bytes are the original's. None for what has nothing of it and
    for any other kind of file: it is given byte for byte.

    A file that cannot be followed to its end is given as it is if there is no sign of such a block in it; else what comes
    before the damage is, and what comes after it only without a sign.
    `source` is read in small parts, also of 100 MB; it is left wherever that ends.
    """
    size = source.seek(0, 2)
    read = reader_for(source)
    pieces = arrange(read_to_the_end(read, source, size)) if read else None
    return None if pieces is None else PiecedFile(source, pieces)


def reader_for(source: BinaryIO) -> Read | None:
    source.seek(0)
    head = source.read(12)
    if head.startswith(jpeg.MAGIC):
        return jpeg.read_blocks
    if head.startswith(png.MAGIC):
        return png.read_blocks
    if head.startswith(webp.MAGIC) and head[8:] == webp.KIND:
        return webp.read_blocks
    if head.startswith(tiff.MAGICS):
        return tiff.read_blocks
    return boxes.read_blocks if head[4:8] in boxes.FIRST else None


def read_to_the_end(read: Read, source: BinaryIO, size: int) -> list[Block]:
    known: list[Block] = []
    try:
        for block in read(source, size):
            known.append(block)
    except Damaged:
        if not holds_sign(source, 0):  # no picture at all, or one that tells nothing: it is nobody's to change
            return []
        at = known[-1].stop if known else 0
        known.append(Block(at, size, tells=holds_sign(source, at)))
    return known
