"""The engines of the phone app, each compiled and started once for all stories; the app at an https address."""

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests.forms.library.filling import Phone
from tests.http_sink import make_certificate
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


@pytest.fixture
def tls_address(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The app on a free port of the loopback over https; `requests` believes its certificate."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    make_certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "sink.pem"))
    pair = (str(tmp_path / "sink.pem"), str(tmp_path / "sink.key"))
    server = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=pair)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
