"""What is sent as it is read: after a large answer, and only then, the process gives its memory back."""

import pytest
from flask import Flask

from server.web import streams


@pytest.mark.parametrize(("pieces", "given"), [(0, 0), (1, 0), (16, 1)])
def test_a_large_answer_gives_memory_back(app: Flask, monkeypatch: pytest.MonkeyPatch, pieces: int, given: int) -> None:
    times: list[None] = []
    monkeypatch.setattr(streams, "give_back", lambda: times.append(None))
    with app.test_request_context():
        response = streams.stream(lambda _session: [bytes(streams.CHUNK_BYTES)] * pieces, "text/plain")
        assert len(b"".join(response.response)) == pieces * streams.CHUNK_BYTES  # type: ignore[arg-type]
    assert len(times) == given
