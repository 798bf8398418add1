"""Uploads taken apart by werkzeug, without the two patterns that it compiles for each: every upload has a boundary of its own.

To compile them took most of the time that an upload was parsed for. All rules are werkzeug's, as its patterns say them.
"""

import re
from typing import IO, Any, Final, NamedTuple, cast

from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser, MultiPartParser
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

ENDING: Final = re.compile(rb"(--[^\S\n\r]*(?:\r\n|\n|\r)?|[^\S\n\r]*(?:\r\n|\n|\r))")
MOST_LIKENESSES: Final = (
    20  # in one search: werkzeug's own pattern is faster where nearly every line looks like a boundary
)
Parsed = tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]
Parts = tuple[MultiDict[str, str], MultiDict[str, FileStorage]]


class Delimiter(NamedTuple):
    """A boundary that was found; answers as a match of werkzeug's pattern does."""

    first: int
    ending: re.Match[bytes]

    def start(self) -> int:
        return self.first

    def end(self) -> int:
        return self.ending.end()

    def group(self, _number: int) -> bytes:
        return self.ending.group(1)


class Delimiters:
    """Finds what stands between two parts: a line break, two dashes, the boundary, and how its line ends."""

    def __init__(self, boundary: bytes, at_start: bool) -> None:
        """`at_start`: the first one, which the line break may lack."""
        self.mark, self.at_start = b"--" + boundary, at_start

    def search(self, data: bytearray, begin: int = 0) -> "Delimiter | re.Match[bytes] | None":
        at = begin - 1
        for _ in range(MOST_LIKENESSES):
            at = data.find(self.mark, at + 1)
            if at == -1:
                return None
            first = at - length_of_break(data, begin, at)
            ending = ENDING.match(data, at + len(self.mark)) if self.at_start or first < at else None
            if ending:
                return Delimiter(first, ending)
        return self.pattern().search(data, begin)

    def pattern(self) -> re.Pattern[bytes]:
        return re.compile(
            rb"(?:\r\n|\n|\r)%s" % (b"?" if self.at_start else b"") + re.escape(self.mark) + ENDING.pattern
        )


def length_of_break(data: bytearray, begin: int, end: int) -> int:
    """Of the line break that the bytes from `begin` to `end` end with; 0 where they end with none."""
    last = data[max(begin, end - 2) : end]
    return 2 if last == b"\r\n" else int(last.endswith((b"\r", b"\n")))


class Decoder(MultipartDecoder):
    """werkzeug's, finding its boundary by other means."""

    def __init__(self, boundary: bytes, most_in_memory: int | None, most_parts: int | None) -> None:
        super().__init__(b"", most_in_memory, max_parts=most_parts)  # its patterns for no boundary are compiled once
        self.boundary = boundary
        self.preamble_re = cast(re.Pattern[bytes], Delimiters(boundary, at_start=True))
        self.boundary_re = cast(re.Pattern[bytes], Delimiters(boundary, at_start=False))


class PartParser(MultiPartParser):
    """werkzeug's, with our decoder; files go to disk as they come."""

    def parse(self, stream: IO[bytes], boundary: bytes, content_length: int | None) -> Parts:
        decoder = Decoder(boundary, self.max_form_memory_size, self.max_form_parts)
        fields: list[tuple[str, str]] = []
        files: list[tuple[str, FileStorage]] = []
        part: Any = None
        ended = False
        while not ended:
            data = stream.read(self.buffer_size)
            ended = not data
            decoder.receive_data(data or None)
            while not isinstance(event := decoder.next_event(), (Epilogue, NeedData)):
                if isinstance(event, Field):
                    part = FieldPart(self, event, fields)
                elif isinstance(event, File):
                    part = FilePart(self.start_file_streaming(event, content_length), event, files)
                elif isinstance(event, Data):
                    part.take(event)
        return self.cls(fields), self.cls(files)


class FieldPart:
    """A part without a file name, held in memory up to a limit. Raises RequestEntityTooLarge."""

    def __init__(self, parser: PartParser, event: Field, fields: list[tuple[str, str]]) -> None:
        self.parser, self.event, self.fields = parser, event, fields
        self.pieces: list[bytes] = []
        self.size = 0

    def take(self, event: Data) -> None:
        self.size += len(event.data)
        if self.parser.max_form_memory_size is not None and self.size > self.parser.max_form_memory_size:
            raise RequestEntityTooLarge()
        self.pieces.append(event.data)
        if not event.more_data:
            text = b"".join(self.pieces).decode(self.parser.get_part_charset(self.event.headers), "replace")
            self.fields.append((self.event.name, text))


class FilePart:
    def __init__(self, file: IO[bytes], event: File, files: list[tuple[str, FileStorage]]) -> None:
        self.file, self.event, self.files = file, event, files

    def take(self, event: Data) -> None:
        self.file.write(event.data)
        if not event.more_data:
            self.file.seek(0)
            name = self.event.name
            self.files.append((name, FileStorage(self.file, self.event.filename, name, headers=self.event.headers)))


class UploadParser(FormDataParser):
    """werkzeug's for all that is no multipart. What cannot be read is as if nothing had been sent, as there."""

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> Parsed:
        boundary = (options or {}).get("boundary", "")
        if mimetype != "multipart/form-data" or not boundary.isascii() or not boundary:
            return super().parse(stream, mimetype, content_length, options)
        parser = PartParser(
            self.stream_factory, self.max_form_memory_size, self.cls, max_form_parts=self.max_form_parts
        )
        try:
            return stream, *parser.parse(stream, boundary.encode(), content_length)
        except ValueError:
            if not self.silent:
                raise
        return stream, self.cls(), self.cls()
