"""The parts of a submission's POST (odk-contract.md 2.11): the XML, and files whose part name is their file name."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

from werkzeug.datastructures import FileStorage, MultiDict

from forms.media import check_media_name
from server.errors import BodyTooLarge, MissingMultipartField, MultipartBroken

XML_PART = "xml_submission_file"
MOST_XML_BYTES = 10_000_000


class Part(NamedTuple):
    """An uploaded file, not yet stored."""

    name: str
    content_type: str
    stream: BinaryIO


@dataclass(frozen=True)
class Envelope:
    """What arrived: the exact bytes of the XML, and the files beside it."""

    xml: bytes
    parts: tuple[Part, ...]


def read_envelope(files: MultiDict[str, FileStorage], fields: MultiDict[str, str]) -> Envelope:
    """Takes an upload apart; ambiguity is refused, since what is acknowledged must be kept.

    Raises MissingMultipartField (400.7), MultipartBroken (400.39), BodyTooLarge (400.36), FormError for a bad file name.
    """
    xml_parts = [part.stream.read(MOST_XML_BYTES + 1) for part in files.getlist(XML_PART)]
    xml_parts += [text.encode() for text in fields.getlist(XML_PART)]
    if not xml_parts:
        raise MissingMultipartField(field=XML_PART)
    if len(xml_parts) > 1:
        raise MultipartBroken(reason="it has two parts named " + XML_PART)
    if len(xml_parts[0]) > MOST_XML_BYTES:
        raise BodyTooLarge(limit=MOST_XML_BYTES)
    return Envelope(xml_parts[0], tuple(read_parts(files.items(multi=True))))


def read_parts(files: Iterable[tuple[str, FileStorage]]) -> Iterable[Part]:
    seen: set[str] = set()
    for field, file in files:
        if field == XML_PART:
            continue
        name = check_media_name(file.filename or field)
        if name in seen:
            raise MultipartBroken(reason=f"it has two files named {name}")
        seen.add(name)
        yield Part(name, file.mimetype or "application/octet-stream", binary(file.stream))


def binary(stream: Any) -> BinaryIO:
    source: BinaryIO = stream
    return source
