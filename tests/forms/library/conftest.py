"""One JavaRosa for all tests of our own forms: it takes seconds to start and milliseconds to fill a form."""

from collections.abc import Iterator

import pytest

from tests.forms.library.consenting import one_woman
from tests.forms.library.filling import Phone, Pocket


@pytest.fixture(scope="session")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    phone = Phone(tmp_path_factory.mktemp("library"))
    yield phone
    phone.close()


@pytest.fixture
def pocket() -> Pocket:
    """What the phone of F2's tests holds."""
    return one_woman()
