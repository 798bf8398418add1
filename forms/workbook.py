"""Is this file a workbook that may be opened at all? Looked at before anything unpacks it."""

import io
import struct
import zipfile
import zlib
from typing import Literal

from forms.errors import XLSFormInvalid

Kind = Literal["xlsx", "xls"]

FILE_LIMIT = 10_000_000  # bytes of the file itself
UNPACKED_LIMIT = 50_000_000  # bytes of all parts together
RATIO_LIMIT = 200
ROW_LIMIT = 100_000  # of one sheet; reading more takes longer than a person waits
PART_LIMIT = 1_000
# Below this a part may shrink as it likes: a short part of blanks is no bomb.
SMALL_PART = 100_000

# What zipfile raises for archives that are none: more than it says.
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(ValueError, LookupError, OverflowError, RuntimeError, NotImplementedError),
)
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_OF_ZIP = b"PK\x05\x06"
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))


def check_workbook(data: bytes) -> Kind:
    """What the bytes are, whatever the file was called. Raises XLSFormInvalid for what may not or cannot be opened."""
    if not data:
        raise XLSFormInvalid("The file is empty.")
    if len(data) > FILE_LIMIT:
        raise XLSFormInvalid(f"The file is {len(data)} bytes long; at most {FILE_LIMIT} are read.")
    if data.startswith(_ZIP):
        _check_zip(data)
        return "xlsx"
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise XLSFormInvalid("The workbook is protected by a password; save it without one and upload it again.")
        return "xls"
    raise XLSFormInvalid("The file is not an Excel workbook (.xlsx or .xls).")


def _check_zip(data: bytes) -> None:
    # The number of parts stands at the end of the file: believed only to refuse, before the list itself is read.
    end = data.rfind(_END_OF_ZIP)
    if end >= 0 and int.from_bytes(data[end + 10 : end + 12], "little") > PART_LIMIT:
        raise XLSFormInvalid(f"The workbook has more than {PART_LIMIT} parts.")
    parts = _open(data).infolist()
    if len(parts) > PART_LIMIT:
        raise XLSFormInvalid(f"The workbook has more than {PART_LIMIT} parts.")
    if sum(part.file_size for part in parts) > UNPACKED_LIMIT:
        raise XLSFormInvalid(f"The workbook unpacks to more than {UNPACKED_LIMIT} bytes.")
    for part in parts:
        if part.flag_bits & 1:
            raise XLSFormInvalid("The workbook is protected by a password; save it without one and upload it again.")
        if part.file_size > SMALL_PART and part.file_size > RATIO_LIMIT * part.compress_size:
            raise XLSFormInvalid(f"The workbook's part {part.filename!r} is packed more than {RATIO_LIMIT} times.")
    if not any(part.filename.lower() == "xl/workbook.xml" for part in parts):
        raise XLSFormInvalid("The file is a zip archive, but not an Excel workbook.")


def _open(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except _DAMAGED as wrong:
        raise XLSFormInvalid(f"The workbook is damaged: {wrong}.") from None


def _unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(part)
    except _DAMAGED as wrong:
        raise XLSFormInvalid(f"The workbook's part {part.filename!r} is damaged: {wrong}.") from None


def refuse_hostile_parts(data: bytes) -> None:
    """Unpack every XML part of an .xlsx; XLSFormInvalid for a DOCTYPE or too many rows. Runs in the child process."""
    with _open(data) as archive:
        for part in archive.infolist():
            if not part.filename.lower().endswith((".xml", ".rels", ".vml")):
                continue
            text = _unpack(archive, part)
            if any(doctype in text for doctype in _DOCTYPES):
                raise XLSFormInvalid(f"The workbook's part {part.filename!r} has a DOCTYPE, which is not read here.")
            if text.count(b"<row") > ROW_LIMIT:
                raise XLSFormInvalid(f"The workbook's part {part.filename!r} has more than {ROW_LIMIT} rows.")
