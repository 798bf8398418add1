"""What goes, what stays, and that the picture itself is never touched."""

import io
import random
import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from forms.photos.exif import read_orientation
from forms.photos.leaving_out import leave_out_metadata
from tests.forms.photos.pictures import (
    ENTROPY,
    ICC,
    IPTC,
    JFIF,
    MAKER,
    MPF,
    SECRET,
    WORDS,
    XMP,
    a_film,
    a_heic,
    a_jpeg,
    a_png,
    a_scan,
    a_tiff,
    a_webp,
    box,
    chunk,
    exif,
    full,
    riff,
)

JXL = box(b"JXL ", b"\r\n\x87\n") + box(b"ftyp", b"jxl ", bytes(4), b"jxl ")
ENDLESS = b"\x00\x00\x00\x00jxlcpicture"
PLAIN = {
    "jpeg": a_jpeg(JFIF, ICC),
    "jpeg with a comment": a_jpeg(JFIF, WORDS),
    "jpeg that ends in padding": a_jpeg(JFIF, after=bytes(100)),
    "jpeg cut short": a_jpeg(JFIF)[:-9],
    "no jpeg at all": b"\xff\xd8\xff\xe0" + b"photo" * 100,
    "png": a_png(chunk(b"tEXt", b"Software\x00a phone"), chunk(b"pHYs", bytes(9))),
    "png cut short": a_png()[:-20],
    "webp": a_webp(),
    "webp with colours": a_webp(riff(b"ICCP", b"profile"), flags=0x20),
    "heic": a_heic((b"hvc1",)),
    "film": a_film(place=False),
    "scan": a_scan(place=False),
    "jpeg xl": JXL + ENDLESS,
    "words that begin like a box": b"the free words",
    "gif": b"GIF89a" + b"\x01" * 50,
    "words": "日期,村\n".encode(),
    "nothing": b"",
}
TELLING = {
    "jpeg": a_jpeg(JFIF, exif(), ICC),
    "xmp": a_jpeg(XMP, JFIF),
    "iptc": a_jpeg(JFIF, IPTC),
    "second picture": a_jpeg(JFIF, MPF, after=a_jpeg(exif())),
    "second picture alone": a_jpeg(JFIF, after=a_jpeg(exif())),
    "film behind the picture": a_jpeg(JFIF, after=a_film()),
    "maker": a_jpeg(MAKER),
    "between the scans": a_jpeg(JFIF)[:-2] + exif() + b"\xff\xd9",
    "png": a_png(chunk(b"eXIf", a_tiff())),
    "png by imagemagick": a_png(chunk(b"zTXt", b"Raw profile type exif\x00\x00" + SECRET)),
    "png with xmp": a_png(chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + SECRET)),
    "behind the png": a_png(after=SECRET),
    "webp": a_webp(riff(b"EXIF", a_tiff()), flags=0x08),
    "webp with xmp": a_webp(riff(b"XMP ", SECRET), flags=0x04),
    "heic": a_heic(),
    "heic with xmp": a_heic((b"hvc1", b"mime")),
    "heic in its list": a_heic(in_idat=True),
    "raw photo": a_scan(),
    "raw photo of the other order": a_scan(order=">"),
    "film": a_film(),
    "film by an old camera": box(b"wide") + a_film()[20:],
    "film that begins with its list": a_film()[82:] + box(b"mdat", b"frames" * 9),
    "jpeg xl": JXL + box(b"Exif", bytes(4), a_tiff()) + ENDLESS,
    "jpeg xl with xmp": JXL + box(b"xml ", b"<x:xmpmeta>" + SECRET) + ENDLESS,
    "film by the standard of telephones": a_film(place=False) + box(b"moov", box(b"udta", full(b"loci", 0, SECRET))),
}


APPLE = b"com.apple.quicktime.location.ISO6709" + SECRET
IN_ONE = full(b"infe", 2, b"\x00\x01\x00\x00Exif\x00")


def a_heic_in_many_places(items: int) -> bytes:
    """Eight bytes for an item that lies in 65,535 places, each of them said in no bytes at all."""
    lists = full(b"iloc", 1, b"\x00\x00", items.to_bytes(2, "big"), b"\x00\x02\x00\x00\x00\x00\xff\xff" * items)
    iinf = full(b"iinf", 0, b"\x00\x01", IN_ONE)
    meta = full(b"meta", 0, full(b"hdlr", 0, bytes(4), b"pict", bytes(13)), iinf, lists)
    return box(b"ftyp", b"heic", bytes(4), b"mif1heic") + meta


def given_out(photo: bytes) -> bytes:
    found = leave_out_metadata(io.BytesIO(photo))
    return photo if found is None else found.read()


@pytest.mark.parametrize("name", PLAIN)
def test_a_file_without_metadata_is_given_byte_for_byte(name: str) -> None:
    assert leave_out_metadata(io.BytesIO(PLAIN[name])) is None


@pytest.mark.parametrize("name", TELLING)
def test_nothing_of_the_place_is_given_out(name: str) -> None:
    assert SECRET in TELLING[name] or b"Exif" in TELLING[name]
    assert SECRET not in given_out(TELLING[name])


@pytest.mark.parametrize("name", TELLING)
def test_what_was_cleaned_once_has_nothing_more_to_leave_out(name: str) -> None:
    cleaned = given_out(TELLING[name])
    assert given_out(cleaned) == cleaned


def test_a_jpeg_keeps_its_picture_its_colours_and_nothing_else() -> None:
    photo = a_jpeg(JFIF, exif(), XMP, ICC, IPTC, MPF, MAKER, WORDS, after=a_jpeg(exif()))
    assert given_out(photo) == a_jpeg(JFIF, ICC)
    assert given_out(photo).count(ENTROPY) == 2


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_which_way_is_up_survives(orientation: int, order: str) -> None:
    tiff = a_tiff(orientation, order)
    jpeg = given_out(a_jpeg(JFIF, exif(orientation, order)))
    png = given_out(a_png(chunk(b"eXIf", tiff)))
    webp = given_out(a_webp(riff(b"EXIF", tiff), flags=0x08))
    for photo, mark in ((jpeg, b"Exif\x00\x00"), (png, b"eXIf"), (webp, b"EXIF\x1a\x00\x00\x00")):
        assert SECRET not in photo
        assert read_orientation(photo.partition(mark)[2]) == orientation
    assert webp[20] == 0x08


@pytest.mark.parametrize("orientation", [None, 1, 0, 9])
def test_an_upright_photo_has_no_exif_left(orientation: int | None) -> None:
    assert b"Exif" not in given_out(a_jpeg(JFIF, exif(orientation)))


def test_a_webp_says_its_new_length_and_what_is_in_it() -> None:
    cleaned = given_out(a_webp(riff(b"EXIF", a_tiff()), riff(b"XMP ", SECRET), flags=0x2C, after=b"trailer"))
    assert cleaned == a_webp(flags=0x20)
    assert given_out(a_webp(riff(b"EXIF", a_tiff()), flags=0x08, after=bytes(6))) == a_webp(flags=0)


def test_a_png_stays_well_formed() -> None:
    words = chunk(b"tEXt", b"Title\x00a holiday")
    assert given_out(a_png(words, chunk(b"eXIf", a_tiff()))) == a_png()


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_raw_photo_keeps_its_picture_where_it_was_and_which_way_is_up(order: str) -> None:
    whole = a_scan(order=order)
    cleaned = given_out(whole)
    assert len(cleaned) == len(whole)
    assert cleaned.index(b"picture" * 9) == whole.index(b"picture" * 9)
    assert read_orientation(cleaned) == 6
    assert cleaned[8 : 8 + 10] == whole[8 : 8 + 10], "its tags stay in order"


def test_directories_that_lead_to_each_other_end() -> None:
    """Each says that the other follows, and that it holds its pictures."""
    one = struct.pack("<HHHIII", 1, 0x014A, 4, 1, 26, 26)
    other = struct.pack("<HHHIII", 1, 0x8825, 4, 1, 8, 8)
    assert len(given_out(b"II\x2a\x00\x08\x00\x00\x00" + one + other)) == 44
    into_the_head = b"II\x2a\x00\x08\x00\x00\x00" + struct.pack("<H", 6) + bytes(72) + struct.pack("<I", 6)
    assert given_out(into_the_head) == into_the_head


def test_boxes_keep_their_places_because_the_rest_is_found_by_offset() -> None:
    for name in ("heic", "heic with xmp", "heic in its list", "film"):
        before, after = TELLING[name], given_out(TELLING[name])
        assert len(after) == len(before)
        assert b"picture" in after or b"frames" in after
    assert b"udta" not in given_out(a_film()) and b"free" in given_out(a_film())


def test_an_item_without_a_length_ends_with_the_box_that_holds_it() -> None:
    """It was filled with zeros to the end of the file: the frames behind it were lost with the head of their box."""
    payload = SECRET + b"Exif"
    placed = struct.pack(">HHHHI", 2, 1, 0, 1, len(b"picture"))
    photo = a_heic(in_idat=True).replace(placed + len(payload).to_bytes(4, "big"), placed + bytes(4))
    cleaned = given_out(photo)
    assert SECRET in photo and SECRET not in cleaned
    assert cleaned.endswith(box(b"mdat", b"nothing")) and b"picture" in cleaned
    assert given_out(cleaned) == cleaned


@pytest.mark.parametrize("at", [0, 4, 30, 10_000])
def test_an_item_that_lies_in_no_box_makes_no_photo(at: int) -> None:
    """Else the heads of boxes were filled with zeros, and nobody could follow the file any more."""
    whole = a_heic()
    secret = whole.index(SECRET)
    photo = whole.replace(struct.pack(">I", secret), struct.pack(">I", at))
    assert photo != whole and SECRET not in given_out(photo)
    assert given_out(given_out(photo)) == given_out(photo)


@pytest.mark.parametrize(
    "kind",
    [
        "jpeg",
        "png",
        "png by imagemagick",
        "png with xmp",
        "webp",
        "heic",
        "film",
        "film by the standard of telephones",
    ],
)
def test_of_a_damaged_file_what_may_tell_is_not_given(kind: str) -> None:
    whole = TELLING[kind]
    at = whole.index(SECRET)
    for broken in (whole[: at + 12], whole[:20] + b"\xff" * 12 + whole[20:], whole[:12] + b"\x00" * 8 + whole[12:]):
        assert SECRET not in given_out(broken)


def test_a_film_that_breaks_off_where_its_place_is_told_does_not_tell_it() -> None:
    """As a camera leaves it that was switched off: the list of contents is longer than the file."""
    whole = box(b"ftyp", b"qt  ", bytes(4)) + box(b"mdat", b"frames") + box(b"moov", full(b"meta", 0, APPLE), bytes(99))
    assert SECRET not in given_out(whole) and SECRET not in given_out(whole[:-50])


def test_any_part_of_it_can_be_asked_for() -> None:
    found = leave_out_metadata(io.BytesIO(a_jpeg(JFIF, exif(6), ICC)))
    assert found is not None
    whole = found.read()
    assert found.size == len(whole) == found.seek(0, io.SEEK_END)
    for start in range(len(whole)):
        found.seek(start)
        assert found.read(7) == whole[start : start + 7]
    found.seek(-5, io.SEEK_END)
    assert found.read() == whole[-5:] and found.read() == b""


@given(some.sampled_from(list(TELLING.values()) + list(PLAIN.values())), some.data())
def test_no_bytes_break_it(photo: bytes, data: some.DataObject) -> None:
    broken = bytearray(photo)
    for _ in range(data.draw(some.integers(0, 6))):
        if broken:
            broken[data.draw(some.integers(0, len(broken) - 1))] = data.draw(some.integers(0, 255))
    cut = data.draw(some.integers(0, len(broken)))
    given_out(bytes(broken[:cut]))


@pytest.mark.parametrize(
    "photo",
    [
        b"\xff\xd8" + b"\xff\xe0\x00\x02" * 3_000_000,
        b"\x89PNG\r\n\x1a\n" + chunk(b"zZzZ", b"") * 1_000_000,
        b"RIFF\xff\xff\xff\x7fWEBP" + riff(b"ABCD", b"") * 1_500_000,
        b"\x00\x00\x00\x0cftypheic" + b"\x00\x00\x00\x08free" * 1_500_000,
        b"\x00\x00\x00\x0cftypmp42" + box(b"moov", b"\x00\x00\x00\x08free" * 9_000) * 100,
        a_heic_in_many_places(100),
        b"\xff\xd8" + JFIF + b"\xff\xda\x00\x02" + b"\xff" * 12_000_000,
        b"\xff\xd8\xff" + b"\xff" * 12_000_000,
        b"II\x2a\x00\x08\x00\x00\x00" + struct.pack("<HHHII", 1, 0x014A, 4, 3_000_000, 8) + bytes(12_000_000),
        b"II\x2a\x00\x08\x00\x00\x00\xff\xff" + struct.pack("<HHII", 0x8825, 4, 1, 12) * 65_535 + bytes(99),
    ],
    ids=[
        "segments",
        "chunks",
        "riff chunks",
        "boxes",
        "boxes in boxes",
        "an item in many places",
        "fill bytes in the scan",
        "fill bytes",
        "many pictures",
        "many places",
    ],
)
def test_a_hostile_file_takes_less_than_a_second(photo: bytes) -> None:
    started = time.process_time()
    given_out(photo)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("seed", range(40))
def test_what_only_begins_like_a_photo_is_given_byte_for_byte(seed: int) -> None:
    """Made files, as tests of other programs send them: they tell of nothing, so nobody changes them."""
    noise = random.Random(seed).randbytes(20_000)
    for data in (b"\xff\xd8\xff\xe0" + noise + b"\xff\xd9", a_jpeg(JFIF) + noise):
        assert leave_out_metadata(io.BytesIO(data)) is None


@pytest.mark.parametrize("at", [0, 8, 21, None])
def test_what_tells_and_lies_on_the_way_to_the_picture_takes_the_photo_along(at: int | None) -> None:
    """Zeros there would lead to other directories, or none: such a file no camera makes."""
    photo = a_scan()
    xmp = photo.index(struct.pack("<HHI", 0x02BC, 1, 32)) + 8
    led = struct.unpack_from("<I", photo, photo.index(struct.pack("<HHI", 0x014A, 4, 1)) + 8)[0]
    onto = photo[:xmp] + struct.pack("<I", led if at is None else at) + photo[xmp + 4 :] + b"GPSLatitude"
    assert given_out(onto) == b""
