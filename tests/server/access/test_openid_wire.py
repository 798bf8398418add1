"""A provider that answers with anything but an answer is silent: nobody signs in by it, and nothing breaks."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from server.access.openid_wire import ProviderSilent, fetch

ANSWERS = {
    "no HTTP": b"220 mail.example.test ESMTP\r\n",
    "a status that is none": b"HTTP/1.1 abc\r\n\r\n",
    "an endless line": b"HTTP/1.1 200 " + b"x" * 70_000,
    "a body cut short": b'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"issuer":',
    "a chunk cut short": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{}",
    "no JSON": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{",
    "a list": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
    "brackets without end": b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"[" * 200_000,
    "nothing": b"",
}


@pytest.fixture
def saying(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of somebody who says this once to whoever comes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            coming, _ = listening.accept()
            with coming:
                coming.recv(65_536)
                with suppress(OSError):  # whoever has heard enough hangs up
                    coming.sendall(request.param)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        thread.join(5)


@pytest.mark.parametrize("saying", ANSWERS.values(), ids=list(ANSWERS), indirect=True)
def test_what_is_no_answer_is_silence(saying: str) -> None:
    with pytest.raises(ProviderSilent):
        fetch(saying)
