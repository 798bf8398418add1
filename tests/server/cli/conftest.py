"""A data folder that was never served, and a project in it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from server.access.projects import create_project
from server.clock import now
from tests.server.cli.running import looking_into, run


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_database_url: Callable[[], str]) -> Path:
    """A data folder that was never served; its database is the run's kind."""
    monkeypatch.delenv("FANGSHI_DATABASE_URL", raising=False)
    url = make_database_url()
    if not url.startswith("sqlite"):
        monkeypatch.setenv("FANGSHI_DATABASE_URL", url)
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def project(data: Path) -> int:
    assert run("upgrade", "--data", str(data)) == 0
    with looking_into(data) as db:
        return create_project(db, "禾川镇", None, None, now()).id
