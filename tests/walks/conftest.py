"""The engines of the phone app, each compiled and started once for all stories."""

from collections.abc import Callable, Iterator

import pytest

from tests.forms.library.filling import Phone
from tests.phones.collectsim.csim.engine import Engine


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    engine = Phone(tmp_path_factory.mktemp("walk"))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def collect_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Engine]]:
    """Gives the engine of Collect's simulator, which is begun with the time zone of the first walk and serves all phones."""
    engines: list[Engine] = []

    def give() -> Engine:
        if not engines:
            engines.append(Engine())
        return engines[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLLECTSIM_BUILD", str(tmp_path_factory.mktemp("collect") / "classes"))
        yield give
    for engine in engines:
        engine.close()
