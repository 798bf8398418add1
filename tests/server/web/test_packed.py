"""Static files come packed to whoever unpacks them, and as they are to everybody else."""

import gzip
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from server.web.blueprints import WEB_FOLDER

CSS = "/static/css/components.css"
PACKED = {"Accept-Encoding": "gzip, deflate, br"}


def ask(app: Flask, path: str, headers: dict[str, str] | None = None) -> TestResponse:
    answer = app.test_client().get(path, headers=headers, buffered=True)
    answer.close()
    return answer


def bytes_of(path: str) -> bytes:
    return Path(WEB_FOLDER, path.removeprefix("/").split("?")[0]).read_bytes()


def test_a_browser_gets_the_same_bytes_in_less(app: Flask) -> None:
    answer = ask(app, CSS, headers=PACKED)
    assert answer.headers["Content-Encoding"] == "gzip" and answer.mimetype == "text/css"
    assert gzip.decompress(answer.data) == bytes_of(CSS) and len(answer.data) < len(bytes_of(CSS)) / 2
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br"])
def test_whoever_unpacks_nothing_gets_the_file_as_it_is(app: Flask, accepted: str) -> None:
    answer = ask(app, CSS, headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in answer.headers and answer.data == bytes_of(CSS)
    assert "Accept-Encoding" in answer.headers["Vary"], "a cache between keeps both"


def test_what_a_browser_has_is_not_sent_again_and_no_form_is_taken_for_the_other(app: Flask) -> None:
    packed, plain = ask(app, CSS, headers=PACKED), ask(app, CSS)
    assert packed.headers["ETag"] != plain.headers["ETag"]
    again = ask(app, CSS, headers={**PACKED, "If-None-Match": packed.headers["ETag"]})
    assert again.status_code == 304 and again.data == b""
    assert ask(app, CSS, headers={**PACKED, "If-None-Match": plain.headers["ETag"]}).status_code == 200


def test_a_part_is_a_part_of_the_file_itself(app: Flask) -> None:
    answer = ask(app, CSS, headers={**PACKED, "Range": "bytes=0-9"})
    assert answer.status_code == 206 and answer.data == bytes_of(CSS)[:10]


@pytest.mark.parametrize(
    "path", ["/static/../config.py", "/static/..%2f__init__.py", "/static/css/none.css", "/static/css"]
)
def test_nothing_outside_the_folder_is_packed(app: Flask, path: str) -> None:
    assert ask(app, path, headers=PACKED).status_code in (400, 404)


def test_a_small_file_is_left_as_it_is(app: Flask) -> None:
    assert "Content-Encoding" not in ask(app, "/static/css/no_script.css", headers=PACKED).headers
