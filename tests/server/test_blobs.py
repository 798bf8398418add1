"""Files by their content: the same bytes are one file, nothing half-written stays, orphans are swept but fresh ones are not."""

import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from server.blobs import BlobStore, remember, sweep_orphans
from server.keys import make_key_file
from tests.conftest import MORNING


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    make_key_file(tmp_path / "secret.key")
    return BlobStore(tmp_path / "blobs")


def test_bytes_and_streams_come_back_as_they_were(store: BlobStore) -> None:
    one, two = store.put(b"photo"), store.put(io.BytesIO(b"photo"))
    assert one == two
    assert (one.size, one.md5) == (5, "5ae0c1c8a5260bc7b6648f6fbd115c35")
    assert store.read(one.sha256) == b"photo"
    assert len([path for path in store.root.rglob("*") if path.is_file()]) == 1


def test_an_upload_that_breaks_off_leaves_no_file(store: BlobStore) -> None:
    class Broken(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        store.put(Broken())
    assert [path for path in store.root.rglob("*") if path.is_file()] == []


def test_only_old_files_that_no_row_speaks_of_are_swept(store: BlobStore, db: Session) -> None:
    kept, orphan = store.put(b"kept"), store.put(b"orphan")
    remember(db, kept, "image/jpeg", MORNING)
    remember(db, kept, "image/jpeg", MORNING)
    assert sweep_orphans(db, store, datetime.now(UTC) - timedelta(days=1)) == 0
    assert sweep_orphans(db, store, datetime.now(UTC) + timedelta(days=1)) == 1
    assert store.path(kept.sha256).exists()
    assert not store.path(orphan.sha256).exists()


def test_an_old_orphan_that_is_uploaded_again_is_not_swept(store: BlobStore, db: Session) -> None:
    again = store.put(b"again")
    long_ago = datetime.now(UTC) - timedelta(days=9)
    os.utime(store.path(again.sha256), (long_ago.timestamp(), long_ago.timestamp()))
    found = list(store.names(datetime.now(UTC) - timedelta(days=1)))  # the sweep has seen it
    assert store.put(b"again") == again  # and now it is uploaded, before the row is written
    assert found == [again.sha256]
    assert store.delete(again.sha256, datetime.now(UTC) - timedelta(days=1)) is False
    assert store.read(again.sha256) == b"again"
