"""Tries a backup that was just written: opened, counted and added up from the disk, before it counts."""

from pathlib import Path
from typing import BinaryIO

from server.backups import BackupBroken
from server.backups.archive import NOT_WHOLE, Manifest
from server.backups.sealing import ArchiveWriter, read_back
from server.backups.snapshot import check_snapshot
from server.backups.unpacking import unpack
from server.keys import KeyRing, SealBroken, SecretKeyUnusable, make_key
from server.upgrading import ABOUT_PROOF, PROOF


def try_archive(
    folder: Path, target: BinaryIO, writer: ArchiveWriter, manifest: Manifest, proofs: tuple[bytes, ...]
) -> None:
    """Opens what was just written as a restore would, all but keeping the photos. Raises BackupBroken."""
    with Path(target.name).open("rb") as source:
        found, keys = unpack(
            read_back(source, writer), folder, lambda name: not name.startswith("blobs/"), lambda _name: None
        )
    if found != manifest:
        raise BackupBroken(NOT_WHOLE)
    check_snapshot(folder, manifest.tables)
    ring = KeyRing(None)
    ring.known = {key.head: key for key in map(make_key, keys)}
    try:
        opened = [ring.open(proof, ABOUT_PROOF) for proof in proofs]
    except (SealBroken, SecretKeyUnusable):
        opened = [b""]
    if any(word != PROOF for word in opened):
        raise BackupBroken(NOT_WHOLE)
