"""A store of files, and a town that has no form yet."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from server.blobs import BlobStore
from server.keys import make_key_file
from server.models import Project
from tests.making import a_town


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    make_key_file(tmp_path / "secret.key")
    return BlobStore(tmp_path / "blobs")


@pytest.fixture
def town(db: Session) -> Project:
    return a_town(db, kind="plain")
