"""TIFF and DNG: directories of tags. What tells is filled with zeros, because everything else is found by its offset.

Source: Adobe TIFF 6.0 (directories, types); Exif 2.32 section 4.6 (the directories 0x8769, 0x8825, 0xA005); DNG 1.6.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from forms.photos.pieces import Block, Damaged, lay_out

MAGICS = (b"II\x2a\x00", b"MM\x00\x2a")
EXIF, GPS, INTEROPERABILITY = 0x8769, 0x8825, 0xA005
TELLING_DIRECTORIES = (EXIF, GPS, INTEROPERABILITY)
PICTURES = 0x014A  # further directories, each of a picture
TELLING = (0x02BC, 0x83BB, 0x8649, 0xC634)  # XMP, IPTC, Photoshop's blocks, what a maker keeps to itself
WORDS = (0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x013C, *range(0x9C9B, 0x9CA0))  # title, camera, day, author
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}  # bytes, by type
HEAD = 8  # bytes at the start
INLINE = 4  # bytes that stand in the directory itself
MOST_DIRECTORIES = 200
MOST_ENTRIES = 20_000


class Entry(NamedTuple):
    """A tag and where its value lies; `value` is what stands in the directory: an offset where it is longer (`far`)."""

    tag: int
    start: int
    stop: int
    value: int
    far: bool


class Directory(NamedTuple):
    """The tags that lie in the file, and where it ends by the number of tags that it says it has."""

    entries: list[Entry]
    stop: int


class Reader:
    """Reads directories of one file, each once, and not more than a file has."""

    def __init__(self, source: BinaryIO, size: int) -> None:
        self.source, self.size = source, size
        self.order = "<" if self.bytes_at(0, 2) == b"II" else ">"
        self.seen: set[int] = set()
        self.entries = 0
        self.kept: list[tuple[int, int]] = [(0, HEAD)]  # what leads to the pictures
        self.far: list[Block] = []  # what is filled with zeros outside of the directory that tells of it

    def bytes_at(self, start: int, length: int) -> bytes:
        self.source.seek(start)
        return self.source.read(length)

    def number_at(self, start: int, kind: str) -> int:
        """0 behind the end."""
        data = self.bytes_at(start, struct.calcsize(kind))
        return int(struct.unpack(self.order + kind, data)[0]) if len(data) == struct.calcsize(kind) else 0

    def read_directory(self, start: int) -> Directory:
        """As far as it lies in the file; nothing of one that was read. Raises Damaged where there are too many."""
        if start < HEAD or start in self.seen:
            return Directory([], start)
        self.seen.add(start)
        length = 12 * self.number_at(start, "H")
        data = self.bytes_at(start + 2, length)
        self.entries += len(data) // 12
        if len(self.seen) > MOST_DIRECTORIES or self.entries > MOST_ENTRIES:
            raise Damaged(start)
        found = [self.read_entry(data[at : at + 12], start + 2 + at) for at in range(0, len(data) - 11, 12)]
        return Directory(found, min(start + 2 + length + 4, self.size))

    def read_entry(self, data: bytes, at: int) -> Entry:
        tag, kind, count, value = struct.unpack(self.order + "HHII", data)
        length = SIZES.get(kind, 1) * count
        far = length > INLINE
        begin = value if far else at + 8
        return Entry(tag, begin, min(begin + length, self.size), value, far)

    def check_apart(self) -> None:
        """Raises Damaged where zeros would fall on what leads to the pictures: other ones would be found, or none."""
        zeros = ((one.start, one.stop, True) for one in self.far if one.start < one.stop)
        until, last_is_zeros = 0, True
        for start, stop, is_zeros in sorted([*((*one, False) for one in self.kept), *zeros]):
            if start < until and not (is_zeros and last_is_zeros):
                raise Damaged(start)
            if stop > until:
                until, last_is_zeros = stop, is_zeros


def read_blocks(source: BinaryIO, size: int) -> Iterator[Block]:
    """The file's blocks in order, all of its bytes. Raises Damaged where it has too many directories or none, and where what
    tells lies on what leads to the pictures.
    """
    reader = Reader(source, size)
    first = reader.number_at(4, "I")
    if not HEAD <= first < size:
        raise Damaged(4)
    found = list(find_telling(reader, first))
    reader.check_apart()
    tells = any(one.tells for one in found)
    yield from lay_out((one._replace(tells=True) for one in found if tells), size)


def find_telling(reader: Reader, start: int) -> Iterator[Block]:
    """Of a picture's directory and those that follow it. Words go where something tells, and stay else."""
    while start >= HEAD and start not in reader.seen:
        entries = reader.read_directory(start).entries
        reader.kept.append((start, start + 2 + 12 * len(entries) + 4))
        for one in entries:
            if one.tag in TELLING_DIRECTORIES:
                yield from emptied(reader, one.value)
            elif one.tag in TELLING or one.tag in WORDS:
                yield blanked(reader, one, one.tag in TELLING)
            elif one.tag == PICTURES:
                for picture in pictures_of(reader, one):
                    yield from find_telling(reader, picture)
        start = reader.number_at(start + 2 + 12 * len(entries), "I")


def blanked(reader: Reader, entry: Entry, tells: bool) -> Block:
    block = Block(entry.start, entry.stop, tells=tells, blank=True)
    if entry.far:
        reader.far.append(block)
    return block


def emptied(reader: Reader, start: int) -> Iterator[Block]:
    """A directory of no tags, and zeros where the values of its tags were."""
    if start < HEAD or start in reader.seen:
        return
    directory = reader.read_directory(start)
    for one in directory.entries:
        if one.tag in TELLING_DIRECTORIES:
            yield from emptied(reader, one.value)
        yield blanked(reader, one, tells=True)
    reader.far.append(Block(start, directory.stop, tells=True, blank=True))
    yield reader.far[-1]


def pictures_of(reader: Reader, entry: Entry) -> Iterator[int]:
    if entry.stop - entry.start <= INLINE:
        yield entry.value
        return
    reader.kept.append((entry.start, entry.stop))
    for at in range(entry.start, min(entry.stop, entry.start + 4 * MOST_DIRECTORIES), 4):
        yield reader.number_at(at, "I")
