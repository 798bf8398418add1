"""Phones need a server that really runs: a process group of its own over a temporary folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import RunningServer, running_server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("phones") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the compiled Java goes."""
    return tmp_path_factory.mktemp("collectsim-classes")
