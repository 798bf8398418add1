"""The engine of the phone app, compiled and started once for all stories of a carried phone."""

from collections.abc import Iterator

import pytest

from tests.forms.library.filling import Phone


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    engine = Phone(tmp_path_factory.mktemp("walk"))
    yield engine
    engine.close()
