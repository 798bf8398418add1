"""An archive is taken apart: whoever knows the public half can make one, so names, sums and counts are believed in nothing."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from server.backups import BackupBroken
from server.backups.archive import Packer
from server.backups.unpacking import Unpacked, unpack

TABLES = {"form": 2}


KEYS = ("0" * 63 + "1\n").encode()


def packed(tmp_path: Path, *names: str, keys: bytes = KEYS) -> io.BytesIO:
    target = io.BytesIO()
    with (tmp_path / "sums").open("wb+") as sums:
        packer = Packer(target, sums)
        for name in names:
            packer.add_bytes(name, b"content")
        packer.add_bytes("secret.key", keys)
        packer.finish("2026-03-02", "0006", TABLES)
    target.seek(0)
    return target


def take(source: io.BytesIO, tmp_path: Path) -> Unpacked:
    return unpack(source, tmp_path / "into", lambda _name: True, lambda _name: None)


def a_tar(*files: tuple[str, bytes], link: bool = False) -> io.BytesIO:
    target = io.BytesIO()
    with tarfile.open(mode="w", fileobj=target) as tar:
        for name, data in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            if link:
                entry.type, entry.linkname, entry.size = tarfile.SYMTYPE, "/etc/passwd", 0
            tar.addfile(entry, io.BytesIO(data))
    target.seek(0)
    return target


def test_what_was_packed_is_unpacked(tmp_path: Path) -> None:
    photo = "blobs/ab/ab" + "0" * 62
    manifest, keys = take(packed(tmp_path, "fangshi.db", photo), tmp_path)
    assert vars(manifest) == {"made_at": "2026-03-02", "schema": "0006", "tables": TABLES, "files": 3}
    assert (tmp_path / "into" / photo).read_bytes() == b"content"
    assert keys == (bytes(31) + b"\1",)
    assert not (tmp_path / "into" / "secret.key").exists()


@pytest.mark.parametrize("keys", [b"", b"\n", b"00\n", b"no key\n", b"\xff", KEYS * 20_000])
def test_an_archive_without_keys_that_can_be_keys_is_refused(tmp_path: Path, keys: bytes) -> None:
    with pytest.raises(BackupBroken):
        take(packed(tmp_path, "fangshi.db", keys=keys), tmp_path)


@pytest.mark.parametrize(
    "name", ["../fangshi.db", "/fangshi.db", "blobs/ab/../../x", "blobs/ab/cd" + "0" * 62, "fangshi.db/x", "x"]
)
def test_a_name_that_is_none_of_ours_is_written_nowhere(tmp_path: Path, name: str) -> None:
    with pytest.raises(BackupBroken):
        take(packed(tmp_path, name), tmp_path)
    assert not (tmp_path / "into").exists()


def test_links_second_files_and_what_follows_the_end_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BackupBroken):
        take(a_tar(("fangshi.db", b""), link=True), tmp_path)
    with pytest.raises(BackupBroken):
        take(packed(tmp_path, "fangshi.db", "fangshi.db"), tmp_path)
    with pytest.raises(BackupBroken):
        take(a_tar(("manifest.json", b"{}"), ("fangshi.db", b"x")), tmp_path)


@pytest.mark.parametrize(
    "manifest",
    [
        {},
        [],
        {"made_at": "x", "schema": "0006", "tables": {'x"; DROP TABLE form; --': 1}, "files": 1},
        {"made_at": "x", "schema": "0006", "tables": {"form": "many"}, "files": 1},
        {"made_at": "x", "schema": "0006", "tables": [], "files": 1},
        {"made_at": "x", "schema": "0006", "tables": {}, "files": 2},
        {"made_at": "x", "schema": "0006", "tables": {}, "files": 1},
    ],
)
def test_a_manifest_is_believed_in_nothing(tmp_path: Path, manifest: object) -> None:
    files = (("fangshi.db", b"x"), ("SHA256SUMS", b"wrong"), ("manifest.json", json.dumps(manifest).encode()))
    with pytest.raises(BackupBroken):
        take(a_tar(*files), tmp_path)


def test_an_archive_without_an_end_or_without_anything_is_refused(tmp_path: Path) -> None:
    for source in (a_tar(), a_tar(("fangshi.db", b"x")), io.BytesIO(b""), io.BytesIO(b"x" * 2000)):
        with pytest.raises(BackupBroken):
            take(source, tmp_path / str(id(source)))
