"""What the doors' tests share."""

from collections.abc import Iterator

import pytest

from tests.defined import answers_that_fit


@pytest.fixture(autouse=True)
def every_answer_fits_the_definition() -> Iterator[None]:
    with answers_that_fit():
        yield
