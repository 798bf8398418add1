import pytest
from flask import Flask

from forms.browser import Obstacle
from server.web.browser_words import said

KINDS = (
    Obstacle("function", "intersects", "", True),
    *(Obstacle("upload", kind, "/page/film", True) for kind in ("audio", "video", "file")),
    *(Obstacle(kind, "", "", True) for kind in ("encrypted", "last_saved", "record", "number")),
    Obstacle("drawn", "signature", "/sign", False),
    Obstacle("barcode", "", "/code", False),
    Obstacle("audit", "", "", False),
)


@pytest.mark.parametrize("one", KINDS, ids=lambda one: f"{one.kind} {one.name}")
def test_every_obstacle_has_a_sentence_that_names_its_question(app: Flask, one: Obstacle) -> None:
    with app.test_request_context("/"):
        sentence = said(one, "en")
    assert sentence.endswith(".") and sentence.startswith(one.path.rpartition("/")[2])
    assert one.kind != "function" or "intersects" in sentence
