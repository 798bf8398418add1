"""A file read as a list of pieces of another one, with some left out or put in their place: nothing is stored twice."""

import io
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from itertools import accumulate
from typing import BinaryIO, NamedTuple

SIGNS = (
    b"Exif\x00\x00",
    b"EXIF",
    b"http://ns.adobe.com/",
    b"<x:xmpmeta",
    b"eXIf",
    b"Raw profile type ",  # how a PNG held Exif before it had a chunk for it
    b"XML:com.adobe.xmp",
    b"c2pa",
    b"Photoshop 3.0",
    b"GPSLatitude",
    b"\xa9xyz",
    b"loci",  # 3GPP TS 26.244: the place of a film
    b"com.apple.quicktime.location",
)
CHUNK = 1 << 18
LONGEST_SIGN = max(map(len, SIGNS))


class Damaged(Exception):
    """The file cannot be followed from here on: `at` is the offset of the first byte that makes no sense."""

    def __init__(self, at: int) -> None:
        super().__init__(f"at {at}")
        self.at = at


class Block(NamedTuple):
    """Bytes `start` to `stop` of a file. `tells`: it may hold a place, so it is left out.

    `words`: a title or a comment; left out where something that tells was found, kept else. `instead`: what is put in
    the block's place; `blank`: as many zeros, so that nothing behind it moves.
    """

    start: int
    stop: int
    tells: bool = False
    words: bool = False
    instead: bytes = b""
    blank: bool = False


class Piece(NamedTuple):
    """`length` bytes of the original from `start`, or of `fill`, repeated."""

    start: int
    length: int
    fill: bytes | None = None


def lay_out(found: Iterable[Block], size: int) -> Iterator[Block]:
    """All of a file in order: the blocks that were found in it, none of its bytes twice, and what lies between them."""
    at = 0
    for block in sorted(found):
        start, stop = max(block.start, at), min(block.stop, size)
        if start >= stop:
            continue
        yield Block(at, start)
        yield block._replace(start=start, stop=stop)
        at = stop
    yield Block(at, size)


def arrange(blocks: Iterable[Block]) -> list[Piece] | None:
    """The pieces that stay, neighbours joined; None when nothing tells a place, so that the file is given as it is."""
    known = list(blocks)
    if not any(block.tells for block in known):
        return None
    pieces: list[Piece] = []
    for block in known:
        if not block.tells and not block.words:
            add_span(pieces, block.start, block.stop - block.start)
        elif block.blank:
            pieces.append(Piece(0, block.stop - block.start, b"\x00"))
        elif block.instead:
            pieces.append(Piece(0, len(block.instead), block.instead))
    return pieces


def add_span(pieces: list[Piece], start: int, length: int) -> None:
    if pieces and pieces[-1].fill is None and pieces[-1].start + pieces[-1].length == start:
        pieces[-1] = Piece(pieces[-1].start, pieces[-1].length + length)
    elif length:
        pieces.append(Piece(start, length))


def holds_sign(source: BinaryIO, start: int, signs: Collection[bytes] = SIGNS) -> bool:
    """Whether a file has, from an offset on, any sign of what would be left out."""
    source.seek(start)
    before = b""
    while chunk := source.read(CHUNK):
        window = before + chunk
        if any(sign in window for sign in signs):
            return True
        before = window[-LONGEST_SIGN:]
    return False


class PiecedFile(io.RawIOBase):
    """The pieces as one file that can be read and sought in, so that a browser may ask for parts of it."""

    def __init__(self, source: BinaryIO, pieces: list[Piece]) -> None:
        self.source = source
        self.pieces = pieces
        self.starts = [0, *accumulate(piece.length for piece in pieces)]
        self.size = self.starts.pop()
        self.position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.size}[whence]
        self.position = max(0, base + offset)
        return self.position

    def read(self, size: int | None = -1) -> bytes:
        left = self.size - self.position if size is None or size < 0 else min(size, self.size - self.position)
        return b"".join(self.take(left))

    def take(self, left: int) -> Iterator[bytes]:
        """The next `left` bytes, a part for each piece that they lie in."""
        while left > 0:
            number = bisect_right(self.starts, self.position) - 1
            piece, inside = self.pieces[number], self.position - self.starts[number]
            part = self.part_of(piece, inside, min(left, piece.length - inside))
            if not part:  # the original is shorter than it was
                return
            self.position += len(part)
            left -= len(part)
            yield part

    def part_of(self, piece: Piece, inside: int, length: int) -> bytes:
        if piece.fill is None:
            self.source.seek(piece.start + inside)
            return self.source.read(length)
        return (piece.fill * length)[:length] if len(piece.fill) == 1 else piece.fill[inside : inside + length]

    def close(self) -> None:
        self.source.close()
        super().close()
