"""What fuzzing starts from: each kind of file as it should be, and as nobody should write it."""

import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.forms.photos.pictures import (
    ICC,
    JFIF,
    MPF,
    WORDS,
    XMP,
    a_film,
    a_heic,
    a_jpeg,
    a_png,
    a_scan,
    a_tiff,
    a_webp,
    chunk,
)
from tests.forms.photos.pictures import exif as an_exif
from tests.forms.photos.pictures import riff as a_chunk
from tests.forms.workbooks import SETTINGS as FORM_SETTINGS
from tests.forms.workbooks import SURVEY, with_parts, workbook
from tests.geo.test_boundaries import A_KML, a_gdal_file, a_geojson, a_zip
from tests.making import a_record, an_xform

XML = [
    b"<a/>",
    b'<?xml version="1.0" encoding="GB18030"?><a>\xd6\xd0</a>',
    "\ufeff<a b='1'>中</a>".encode("utf-16"),
    b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><a>&e;</a>',
    b'<a xmlns:x="y"><x:b x:c="1"><![CDATA[<]]></x:b><!-- --><?p i?></a>',
    b"<data id='visit' version='1'><meta><instanceID>uuid:1</instanceID></meta></data>",
]
ODATA = [
    b"$filter=size gt 3 and not(note eq 'it''s') or __system/submissionDate le now()",
    b"$filter=year(__system/submissionDate) eq 2026&$top=5&$skip=1&$count=true",
    b"$orderby=__system/submissionDate desc,__id asc&$search=a",
    b"$select=__id,size,place/gps&$wkt=true",
    b"$expand=*&$skiptoken=01eyJpbnN0YW5jZUlkIjoidXVpZDoxIn0=",
    b"$filter=$root/Submissions/__system/reviewState ne null",
    b"$filter=__system/conflict eq 'hard' and label ne ''&$skiptoken=01eyJ1dWlkIjoiYSJ9",
]
SETTINGS = [
    b"DATABASE_URL=postgresql://a:b@h:5432/d\nPUBLIC_URL=https://fangshi.example.org/x",
    b"TRUSTED_PROXIES=10.0.0.0/8, ::1\nSECRET_KEY_FILE=key",
    b"ADMIN_EMAIL=a@example.org\nADMIN_PASSWORD=long enough",
    b"SMTP_URL=smtps://a%40b:c@mail.example.org:465\nMAIL_FROM=a@example.org",
    b"SMTP_URL=starttls://[::1]:0\nPUBLIC_URL=http://[1\nDATABASE_URL_FILE=nothing",
]
PLACES = [
    b"30.1 104.5 512.3 4.7",
    b"30 104 0 0;31 105 0 0;30 104 0 0",
    b"NaN 1e400",
    b"30,1 104",
    b"; ;",
    b"90 180 -1 1e9",
]


def workbooks() -> list[bytes]:
    """Unpacked, so that what is changed is XML and the list of parts and not packed bytes."""
    whole = workbook(survey=SURVEY, settings=FORM_SETTINGS)
    stored = with_parts(whole, {}, zipfile.ZIP_STORED)
    doctype = with_parts(whole, {"xl/workbook.xml": b"<!DOCTYPE a><workbook/>"}, zipfile.ZIP_STORED)
    return [whole, stored, doctype, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)]


def an_upload(*parts: bytes) -> bytes:
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"
    return b"b\n" + body


def uploads() -> list[bytes]:
    record = b'Content-Disposition: form-data; name="xml_submission_file"; filename="a.xml"\r\n\r\n' + a_record()
    field = b'Content-Disposition: form-data; name="xml_submission_file"\r\n\r\n' + a_record()
    photo = (
        b'Content-Disposition: form-data; name="1.jpg"; filename="1.jpg"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8'
    )
    odd = b"Content-Disposition: form-data; name=x; filename*=UTF-8''%E4%B8%AD.jpg\r\n\r\n"
    return [
        an_upload(record, photo),
        an_upload(field, odd),
        an_upload(record, record),
        an_upload(photo, photo),
        an_upload(b"Content-Disposition: form-data; filename=../x\r\n\r\n"),
        an_upload(record)[:-9],
    ]


def boundaries() -> list[bytes]:
    with TemporaryDirectory() as folder:
        place = Path(folder)
        package = a_gdal_file("GPKG", ".gpkg", place, "EPSG:4326").read_bytes()
        return [a_geojson(), A_KML, package, a_zip(place, "EPSG:4326", encoding="UTF-8")]


def photos() -> list[bytes]:
    return [
        a_jpeg(JFIF, an_exif(6), XMP, ICC, MPF, WORDS, after=a_jpeg(an_exif())),
        a_png(chunk(b"eXIf", a_tiff(3)), chunk(b"tEXt", b"a\x00b")),
        a_webp(a_chunk(b"EXIF", a_tiff(8)), flags=0x08),
        a_heic((b"hvc1", b"Exif", b"mime")),
        a_heic(in_idat=True),
        a_film(),
        a_scan(),
        an_xform()[:200],
    ]
