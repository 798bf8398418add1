"""Photos made byte by byte, with and without what tells a place."""

import struct
import zlib

SECRET = b"SENTINEL-GPS"
ENTROPY = b"\x12\x34\xff\x00\x56\xff\xd0\x78"


def a_tiff(orientation: int | None = None, order: str = "<") -> bytes:
    """A camera's Exif: orientation and a GPS directory whose text is the secret."""
    entries = [] if orientation is None else [struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)]
    entries.append(struct.pack(order + "HHII", 0x8825, 4, 1, 64))
    head = (b"II\x2a\x00" if order == "<" else b"MM\x00\x2a") + struct.pack(order + "IH", 8, len(entries))
    return (head + b"".join(entries) + b"\x00" * 4).ljust(64, b"\x00") + SECRET


def a_scan(place: bool = True, order: str = "<", orientation: int = 6) -> bytes:
    """As a telephone's raw photo: the picture lies in a directory of its own, behind title, camera, Exif, place and XMP."""
    words, picture = b"a day on SENTINEL" if not place else b"a day on " + SECRET, b"picture" * 9
    values = words.ljust(64, b"\x00") + SECRET.ljust(32, b"\x00") * 2 + picture
    start = 8 + 2 + 12 * 6 + 4
    made, xmp, deep, pixels = start, start + 64, start + 96, start + 128
    inner = pixels + len(picture) + 1
    exif_at, gps_at = inner + 18, inner + 18 + 30

    def entry(tag: int, kind: int, count: int, value: int) -> bytes:
        return struct.pack(order + "HHII", tag, kind, count, value)

    def directory(*entries: bytes) -> bytes:
        return struct.pack(order + "H", len(entries)) + b"".join(entries) + bytes(4)

    turn = struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    tells = [entry(0x02BC, 1, 32, xmp), entry(0x8769, 4, 1, exif_at), entry(0x8825, 4, 1, gps_at)] if place else []
    plain = [entry(0x7000, 1, 1, 0), entry(0x7001, 1, 1, 0), entry(0x7002, 1, 1, 0)] if not place else []
    first = directory(entry(0x010E, 2, len(words), made), turn, entry(0x014A, 4, 1, inner), *sorted([*tells, *plain]))
    raw = directory(entry(0x0111, 4, 1, pixels))
    exif_part = directory(entry(0x927C, 7, 32, deep), entry(0xA005, 4, 1, 0))
    gps_part = directory(entry(0x0002, 5, 1, xmp))
    head = (b"II\x2a\x00" if order == "<" else b"MM\x00\x2a") + struct.pack(order + "I", 8)
    return head + first + values + b"\x00" + raw + exif_part + gps_part


def segment(code: int, data: bytes) -> bytes:
    return bytes([0xFF, code]) + (len(data) + 2).to_bytes(2, "big") + data


JFIF = segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
ICC = segment(0xE2, b"ICC_PROFILE\x00\x01\x01profile")
MPF = segment(0xE2, b"MPF\x00" + SECRET)
XMP = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>" + SECRET)
IPTC = segment(0xED, b"Photoshop 3.0\x008BIM" + SECRET)
MAKER = segment(0xE4, b"maker" + SECRET)
WORDS = segment(0xFE, b"a holiday")
SCAN = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + ENTROPY
TABLES = segment(0xDB, bytes(65)) + segment(0xC4, bytes(20))


def exif(orientation: int | None = None, order: str = "<") -> bytes:
    return segment(0xE1, b"Exif\x00\x00" + a_tiff(orientation, order))


def a_jpeg(*segments: bytes, after: bytes = b"") -> bytes:
    """Two scans, as progressive photos have them."""
    return b"\xff\xd8" + b"".join(segments) + TABLES + SCAN + TABLES + SCAN + b"\xff\xd9" + after


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def a_png(*chunks: bytes, after: bytes = b"") -> bytes:
    """One grey pixel."""
    pixel = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"\x00\x80"))
    return b"\x89PNG\r\n\x1a\n" + pixel + b"".join(chunks) + data + chunk(b"IEND", b"") + after


def riff(kind: bytes, data: bytes) -> bytes:
    return kind + len(data).to_bytes(4, "little") + data + b"\x00" * (len(data) % 2)


def a_webp(*chunks: bytes, flags: int | None = None, after: bytes = b"") -> bytes:
    head = b"" if flags is None else riff(b"VP8X", bytes([flags]) + bytes(9))
    body = b"WEBP" + head + riff(b"VP8 ", b"picture" * 3) + b"".join(chunks)
    return b"RIFF" + len(body).to_bytes(4, "little") + body + after


def box(kind: bytes, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return (len(data) + 8).to_bytes(4, "big") + kind + data


def full(kind: bytes, version: int, *parts: bytes) -> bytes:
    return box(kind, bytes([version, 0, 0, 0]), *parts)


def a_heic(kinds: tuple[bytes, ...] = (b"hvc1", b"Exif"), in_idat: bool = False) -> bytes:
    """A picture item and others, which lie in mdat one after the other, or in the list's own idat."""
    payloads = [SECRET + kind if kind != b"hvc1" else b"picture" for kind in kinds]
    names = [
        full(b"infe", 2, struct.pack(">HH", number, 0), kind, b"\x00", b"application/rdf+xml\x00" * (kind == b"mime"))
        for number, kind in enumerate(kinds, 1)
    ]
    ftyp = box(b"ftyp", b"heic", bytes(4), b"mif1heic")
    idat = box(b"idat", *payloads) if in_idat else b""

    def meta(start: int) -> bytes:
        places, at = [], start
        for number, payload in enumerate(payloads, 1):
            places.append(struct.pack(">HHHHII", number, int(in_idat), 0, 1, at, len(payload)))
            at += len(payload)
        iloc = full(b"iloc", 1, b"\x44\x00", struct.pack(">H", len(kinds)), *places)
        iinf = full(b"iinf", 0, struct.pack(">H", len(kinds)), *names)
        return full(b"meta", 0, full(b"hdlr", 0, bytes(4), b"pict", bytes(13)), iinf, iloc, idat)

    if in_idat:
        return ftyp + meta(0) + box(b"mdat", b"nothing")
    return ftyp + meta(len(ftyp) + len(meta(0)) + 8) + box(b"mdat", *payloads)


def a_film(place: bool = True) -> bytes:
    """As a telephone writes it: the place stands in the film's user data."""
    udta = box(b"udta", box(b"\xa9xyz", b"\x00\x12\x15\xc7+30.1+104.5/" + SECRET)) if place else b""
    track = box(b"trak", full(b"tkhd", 0, bytes(80)))
    return box(b"ftyp", b"isom", bytes(4), b"mp42") + box(b"mdat", b"frames" * 9) + box(b"moov", track, udta)
