"""One JavaRosa for all tests of our own forms: it takes seconds to start and milliseconds to fill a form."""

from collections.abc import Iterator

import pytest

from tests.forms.library import filling
from tests.forms.library.consenting import one_woman
from tests.forms.library.filling import FIRST_DAY, Phone, Pocket


@pytest.fixture(scope="session")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    phone = Phone(tmp_path_factory.mktemp("library"), FIRST_DAY)
    yield phone
    phone.close()


@pytest.fixture(autouse=True)
def one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Midnight comes neither to the phone nor to these tests, however long they run."""
    monkeypatch.setattr(filling, "today", lambda: FIRST_DAY)


@pytest.fixture
def pocket() -> Pocket:
    """What the phone of F2's tests holds."""
    return one_woman()
