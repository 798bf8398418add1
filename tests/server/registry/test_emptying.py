"""Files that nobody has any more go off the disk, however many they are."""

import pytest

from server.blobs import BlobStore
from server.config import Config
from server.db import Database
from server.models import Blob
from server.registry.emptying import delete_files
from tests.conftest import MORNING


def test_as_many_files_go_as_a_town_has_photos_and_those_that_a_row_speaks_of_stay(
    database: Database, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL takes 65,535 values in one question."""
    files = [f"{number:064x}" for number in range(70_000)]
    gone: list[str] = []
    monkeypatch.setattr(BlobStore, "delete", lambda _store, sha256, _before: not gone.append(sha256))
    with database.transaction() as db:
        db.add(Blob(sha256=files[-1], md5="x", size=4, content_type="image/png", created_at=MORNING))
    assert delete_files(database, BlobStore(config.blob_dir, database.keys), files, MORNING) == 69_999
    assert gone == files[:-1]
