"""Photos of records as every door gives them: the place stays here, the picture goes out (threats.md row 12)."""

import errno
import io
import os
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import pytest
from flask import Flask

from server.keys import KeyRing
from server.sealed_files import PIECE
from server.web.session import blobs
from tests.client import Client
from tests.forms.photos.pictures import (
    ICC,
    JFIF,
    SECRET,
    XMP,
    a_film,
    a_heic,
    a_jpeg,
    a_png,
    a_scan,
    a_tiff,
    chunk,
    exif,
)
from tests.making import a_record, an_xform, new_id

TELLS = a_jpeg(JFIF, exif(6), XMP, ICC, after=a_jpeg(exif()))
PLAIN = a_jpeg(JFIF, ICC)


@pytest.fixture
def base(project_id: int) -> str:
    return f"/projects/{project_id}/forms/visit/submissions"


def send(phone: Client, project_id: int, photo: bytes, name: str = "1.jpg") -> str:
    instance_id = new_id()
    answer = phone.send(project_id, a_record(instance_id=instance_id, photo=name), {name: photo})
    assert answer.status_code == 201
    return instance_id


def test_a_photo_goes_out_without_its_place_and_stays_whole_in_the_store(
    app: Flask, as_bob: Client, phone: Client, project_id: int, base: str
) -> None:
    photo = f"{base}/{send(phone, project_id, TELLS)}/attachments/1.jpg"
    plain = f"{base}/{send(phone, project_id, PLAIN)}/attachments/1.jpg"
    given = as_bob.get(photo)

    assert SECRET not in given.data and b"Orientation" not in given.data
    assert given.data.replace(b"\xff\xe1\x00\x22Exif\x00\x00" + a_tiff_that_turns(6), b"") == PLAIN
    assert given.content_length == len(given.data)
    assert as_bob.get(plain).data == PLAIN
    assert as_bob.get(plain).headers["ETag"] != given.headers["ETag"]
    with app.app_context():
        assert sum(blobs().read(name) == TELLS for name in blobs().names(datetime(2100, 1, 1, tzinfo=UTC))) == 1


def a_tiff_that_turns(orientation: int) -> bytes:
    return bytes.fromhex("4d4d002a000000080001011200030000000100") + bytes([orientation]) + bytes(6)


@pytest.mark.parametrize("photo", [TELLS, PLAIN], ids=["cleaned", "as it came"])
def test_parts_and_marks_are_those_of_what_is_given(
    as_bob: Client, phone: Client, project_id: int, base: str, photo: bytes
) -> None:
    path = f"{base}/{send(phone, project_id, photo)}/attachments/1.jpg"
    whole = as_bob.get(path)
    part = as_bob.get(path, headers={"Range": "bytes=10-39"})
    tail = as_bob.get(path, headers={"Range": "bytes=-5", "If-Range": whole.headers["ETag"]})

    assert (part.status_code, part.data) == (206, whole.data[10:40])
    assert part.headers["Content-Range"] == f"bytes 10-39/{len(whole.data)}"
    assert (tail.status_code, tail.data) == (206, whole.data[-5:])
    assert as_bob.get(path, headers={"Range": "bytes=999999-"}).status_code == 416
    assert as_bob.get(path, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    head = as_bob.open("HEAD", path)
    assert (head.content_length, head.data) == (len(whole.data), b"")


def test_an_archive_holds_the_picture_alone(as_bob: Client, phone: Client, project_id: int, base: str) -> None:
    send(phone, project_id, TELLS, "1.jpg")
    send(phone, project_id, a_heic(), "2.heic")
    send(phone, project_id, a_film(), "3.mp4")
    send(phone, project_id, PLAIN, "4.jpg")
    send(phone, project_id, a_scan(), "5.dng")
    archive = as_bob.get(base + ".csv.zip").data

    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        files = {name: opened.read(name) for name in opened.namelist() if name.startswith("media/")}
    assert set(files) == {"media/1.jpg", "media/2.heic", "media/3.mp4", "media/4.jpg", "media/5.dng"}
    assert not any(SECRET in content for content in files.values())
    assert files["media/4.jpg"] == PLAIN


def test_a_project_may_say_that_photos_go_out_as_they_came(
    as_bob: Client, phone: Client, project_id: int, base: str
) -> None:
    photo = f"{base}/{send(phone, project_id, TELLS)}/attachments/1.jpg"
    cleaned, archive = as_bob.get(photo), as_bob.get(base + ".csv.zip")
    assert as_bob.patch(f"/projects/{project_id}", json={"photoMetadata": True}).json["photoMetadata"] is True

    assert as_bob.get(photo, headers={"If-None-Match": cleaned.headers["ETag"]}).data == TELLS
    again = as_bob.get(base + ".csv.zip", headers={"If-None-Match": archive.headers["ETag"]})
    with zipfile.ZipFile(io.BytesIO(again.data)) as opened:
        assert opened.read("media/1.jpg") == TELLS
    assert as_bob.patch(f"/projects/{project_id}", json={"photoMetadata": "yes"}).json["code"] == 400.11


def test_in_a_care_project_no_photo_tells_a_place(as_alice: Client, as_bob: Client, project_id: int) -> None:
    path = f"/projects/{project_id}"
    as_bob.patch(path, json={"photoMetadata": True})
    assert as_alice.patch(path, json={"kind": "care"}).json["photoMetadata"] is False
    refused = as_alice.patch(path, json={"photoMetadata": True})
    assert (refused.status_code, refused.json["code"]) == (400, 400.8)


def test_a_forms_own_picture_goes_to_phones_byte_for_byte(as_bob: Client, phone: Client, project_id: int) -> None:
    """Phones compare its MD5; who made the form chose it."""
    path, xml = f"/projects/{project_id}/forms", b'<instance id="a" src="jr://images/map.png"/>'
    picture = a_png(chunk(b"eXIf", a_tiff()))
    made = an_xform("with_picture").replace(b"</instance>", b"</instance>" + xml, 1)
    as_bob.post(path, data=made, content_type="application/xml")
    as_bob.post(f"{path}/with_picture/draft/attachments/map.png", data=picture, content_type="image/png")
    given = as_bob.get(f"{path}/with_picture/draft/attachments/map.png")
    assert given.data == picture


def lose(path: Path) -> None:
    path.unlink()


def flip_the_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def flip_the_first(path: Path) -> None:
    """It no longer looks sealed: its bytes must not be taken for the file's own."""
    path.write_bytes(b"x" + path.read_bytes()[1:])


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:40])


@pytest.mark.parametrize("damage", [lose, flip_the_middle, flip_the_first, cut])
def test_a_stored_file_that_is_gone_or_changed_is_said_so_and_may_come_back(
    app: Flask,
    as_bob: Client,
    phone: Client,
    project_id: int,
    base: str,
    damage: Callable[[Path], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = f"{base}/{send(phone, project_id, PLAIN)}/attachments/1.jpg"
    name = sha256(PLAIN).hexdigest()
    with app.app_context():
        stored = blobs().path(name)
    before = stored.read_bytes()
    damage(stored)
    refused = as_bob.get(path)
    assert (refused.status_code, refused.json["code"], refused.headers["Retry-After"]) == (503, 503.1, "3600")
    assert [one.name for one in caplog.records if name in one.getMessage()] == ["fangshi.files"]
    assert as_bob.inner.get("/healthz").status_code == 200
    export = as_bob.get(base + ".csv.zip")
    assert zipfile.ZipFile(io.BytesIO(export.data)).namelist() == ["visit.csv", "visit-member.csv"]
    stored.write_bytes(before)
    assert as_bob.get(path).data == PLAIN


def test_a_file_that_the_disk_does_not_give_is_answered_as_damaged_and_the_archive_holds_the_rest(
    as_bob: Client,
    phone: Client,
    project_id: int,
    base: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = f"{base}/{send(phone, project_id, PLAIN)}/attachments/1.jpg"
    name = sha256(PLAIN).hexdigest()

    def meet_a_bad_block(_path: Path, _keys: KeyRing) -> BinaryIO:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("server.blobs.open_file", meet_a_bad_block)
    assert as_bob.get(path).headers["Retry-After"] == "3600"
    assert [one.name for one in caplog.records if name in one.getMessage()] == ["fangshi.files"]
    export = as_bob.get(base + ".csv.zip")
    assert zipfile.ZipFile(io.BytesIO(export.data)).namelist() == ["visit.csv", "visit-member.csv"]


@pytest.mark.parametrize("name", ["1.jpg", "1.mp3"])
def test_a_long_file_that_is_damaged_in_its_midst_breaks_neither_the_door_nor_the_archive(
    as_bob: Client,
    phone: Client,
    project_id: int,
    base: str,
    name: str,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Of a long one the ends alone are looked at before it is sent; a photo is read to its end to be cleaned."""
    monkeypatch.setattr("server.sealed_files.READ_WHOLE", PIECE)
    content = (PLAIN[:-2] if name == "1.jpg" else b"ID3") + bytes(4 * PIECE) + PLAIN[-2:]
    path = f"{base}/{send(phone, project_id, content, name)}/attachments/{name}"
    send(phone, project_id, PLAIN, "2.jpg")
    with app.app_context():
        flip_the_middle(blobs().path(sha256(content).hexdigest()))
    export = as_bob.get(base + ".csv.zip")
    assert [one for one in zipfile.ZipFile(io.BytesIO(export.data)).namelist() if "media" in one] == ["media/2.jpg"]
    assert sha256(content).hexdigest() in caplog.text
    if name == "1.jpg":
        assert as_bob.get(path).status_code == 503
