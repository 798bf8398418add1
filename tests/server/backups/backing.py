"""What tests of backups share: a town with a few rows and files, its key, and an empty place to restore into."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from server.access.projects import create_project
from server.backups.carried_key import make_key_pair
from server.backups.making import Made, make_backup
from server.blobs import BlobStore, remember
from server.config import Config
from server.db import Database
from server.models import Base
from server.upgrading import note_key
from tests.conftest import MORNING
from tests.databases import new_database

SENTINEL = b"PHOTO-SENTINEL"


@dataclass
class Town:
    """A data folder with its database; `key` is the half that was carried away."""

    database: Database
    store: BlobStore
    data: Path
    key: Path
    folder: Path

    def back_up(self) -> Made:
        return make_backup(self.database, self.store, self.data, self.folder, MORNING)


def a_town_to_keep(database: Database, tmp_path: Path, photos: int = 3) -> Town:
    data = tmp_path / "town"
    store = BlobStore(data / "blobs", database.keys)
    (data / "audit-heads.txt").write_text("heads\n")
    note_key(database, MORNING)
    with database.transaction() as db:
        create_project(db, "NAMED-SENTINEL 禾川镇", None, by=None, now=MORNING)
        for number in range(photos):
            remember(db, store.put(SENTINEL * 50_000 + bytes([number])), "image/jpeg", MORNING)
    make_key_pair(tmp_path / "carried.txt", data)
    return Town(database, store, data, tmp_path / "carried.txt", tmp_path / "archives")


def an_empty_place(tmp_path: Path, name: str = "elsewhere") -> Config:
    """A data folder that is not there yet, and on PostgreSQL an empty database."""
    url = os.environ.get("TEST_DATABASE_URL")
    return Config(tmp_path / name, database_url=new_database(url, f"restored_{os.getpid()}_{name}") if url else None)


def rows_of(database: Database) -> dict[str, int]:
    with database.reading() as db:
        return {
            table.name: db.scalar(select(func.count()).select_from(table)) or 0 for table in Base.metadata.sorted_tables
        }


def rows_at(place: Config) -> dict[str, int]:
    with Database(place.sqlalchemy_url, place.key_file) as database:
        return rows_of(database)


def files_of(store: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in store.glob("??/*")}


def spoil(path: Path, place: int) -> Path:
    """A copy of a file with one bit of one byte turned over; a negative place counts from the end."""
    spoiled = path.with_name(f"spoiled{place}")
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    spoiled.write_bytes(data)
    return spoiled


def cut(path: Path, size: int) -> Path:
    short = path.with_name(f"cut{size}")
    shutil.copyfile(path, short)
    os.truncate(short, size if size >= 0 else path.stat().st_size + size)
    return short
