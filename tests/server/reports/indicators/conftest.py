from collections.abc import Callable

import pytest
from flask import Flask

from server.db import Database
from tests.server.reports.indicators.counted_town import CountedTown
from tests.server.web.pages.conftest import Browser, browse, compiled_catalogue, compiled_templates, paged

__all__ = ["browse", "compiled_catalogue", "compiled_templates", "paged"]


@pytest.fixture
def counted(paged: Flask, database: Database) -> CountedTown:
    return CountedTown(paged, database)


@pytest.fixture
def lead(counted: CountedTown, browse: Callable[..., Browser]) -> Browser:
    """The town's lead, signed in, in English."""
    return browse("lea", "en")
