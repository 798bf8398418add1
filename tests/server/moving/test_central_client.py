"""Asking another server: again where it was away, nowhere we should not go, and never half a file for a whole one."""

import hashlib
import json
import socketserver
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from server.access.outbound import AddressRefused
from server.blobs import BlobStore
from server.keys import make_key_file
from server.moving.central_client import CentralClient, SourceAway, SourceRefuses, path_of
from tests.loopback import Loopback

HERE = frozenset({"127.0.0.1"})
Answer = tuple[int, dict[str, str], bytes]


class OddServer(Loopback):
    """Answers what `answers` say for a path, one after the other, the last one for ever; keeps what it was asked."""

    scheme = "http"

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []

    def handler(self) -> type[socketserver.BaseRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.asked.append((self.command, self.path, dict(self.headers)))
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                known = outer.answers.get(self.path.partition("?")[0], [(404, {}, b'{"code": 404.1, "message": "no"}')])
                status, headers, body = known.pop(0) if len(known) > 1 else known[0]
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = "Content-Length" in headers

            def do_POST(self) -> None:
                self.do_GET()

            def do_DELETE(self) -> None:
                self.do_GET()

            def date_time_string(self, _timestamp: Any = None) -> str:
                return "Mon, 02 Mar 2026 08:00:00 GMT"

            def log_message(self, *_words: Any) -> None:
                return

        return Handler

    def says(self, path: str, *answers: Answer) -> None:
        self.answers[f"/v1{path}"] = list(answers)


@pytest.fixture
def odd() -> Iterator[OddServer]:
    with OddServer() as server:
        server.says("/sessions", (200, {}, b'{"token": "first"}'), (200, {}, b'{"token": "second"}'))
        yield server


@pytest.fixture
def ask(odd: OddServer) -> Iterator[Callable[..., CentralClient]]:
    made = []

    def make() -> CentralClient:
        made.append(CentralClient(f"{odd.url}/v1/", "a@town.test", "three green hills", HERE, (0, 0)))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    make_key_file(tmp_path / "secret.key")
    return BlobStore(tmp_path / "blobs")


def said(body: object, status: int = 200, **headers: str) -> Answer:
    return status, headers, json.dumps(body).encode()


def test_without_https_a_password_goes_only_where_the_settings_say() -> None:
    with pytest.raises(AddressRefused):
        CentralClient("http://central.example.org", "a@town.test", "x", frozenset())
    CentralClient("https://central.example.org", "a@town.test", "x", frozenset()).close()


def test_it_signs_in_once_and_again_when_the_session_is_over(odd: OddServer, ask: Callable[..., CentralClient]) -> None:
    odd.says("/roles", said([1]), said({"code": 401.2, "message": "over"}, 401), said([2]))
    client = ask()
    assert client.get_json("/roles") == [1]
    assert client.get_json("/roles") == [2]
    tokens = [headers.get("Authorization") for method, path, headers in odd.asked if path == "/v1/roles"]
    assert tokens == ["Bearer first", "Bearer first", "Bearer second"]


def test_a_wrong_password_is_told_as_the_server_told_it(odd: OddServer, ask: Callable[..., CentralClient]) -> None:
    odd.says("/sessions", said({"code": 401.2, "message": "Could not authenticate"}, 401))
    with pytest.raises(SourceRefuses, match=r"401\.2 Could not authenticate") as refused:
        ask().get_json("/roles")
    assert (refused.value.status, refused.value.code) == (401, "401.2")


def test_a_server_that_is_away_for_a_moment_is_asked_again(odd: OddServer, ask: Callable[..., CentralClient]) -> None:
    odd.says("/roles", said({}, 503), said({}, 502), said([1]))
    assert ask().get_json("/roles") == [1]
    odd.says("/roles", said({}, 503))
    with pytest.raises(SourceAway, match="503"):
        ask().get_json("/roles")
    odd.says("/roles", said({"code": 500.1, "message": "always"}, 500))
    with pytest.raises(SourceRefuses, match="always"):
        ask().get_json("/roles")


def test_nobody_at_that_address_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", pytest.fail)
    client = CentralClient("http://127.0.0.1:9", "a@town.test", "x", HERE)
    with pytest.raises(SourceAway):
        client.get_json("/roles")
    client.close()


@pytest.mark.parametrize("answer", [b"{}", b"[]", b"3", b'{"token": null}'])
def test_what_is_no_central_is_said(odd: OddServer, ask: Callable[..., CentralClient], answer: bytes) -> None:
    odd.says("/sessions", (200, {}, answer))
    with pytest.raises(SourceRefuses, match="is it a Central"):
        ask().sign_in()


def test_a_page_in_place_of_a_session_is_no_central(odd: OddServer, ask: Callable[..., CentralClient]) -> None:
    odd.says("/sessions", (404, {}, b"<html>"))
    with pytest.raises(SourceRefuses, match="is it a Central") as refused:
        ask().sign_in()
    assert refused.value.status == 404


def test_a_password_is_not_sent_on(odd: OddServer, ask: Callable[..., CentralClient]) -> None:
    with OddServer() as elsewhere:
        odd.says("/sessions", (307, {"Location": f"{elsewhere.url}/v1/sessions"}, b""))
        with pytest.raises(SourceRefuses, match="type that address"):
            ask().sign_in()
        assert not elsewhere.asked


def test_an_answer_of_no_announced_length_may_be_too_long_too(
    odd: OddServer, ask: Callable[..., CentralClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.moving.central_client.MOST_XML", 100)
    chunk = b"64\r\n" + b"x" * 100 + b"\r\n"
    odd.says("/x.xml", (200, {"Transfer-Encoding": "chunked"}, chunk + chunk + b"0\r\n\r\n"))
    odd.says("/y.xml", (200, {}, b"x" * 101))
    for path in ("/x.xml", "/y.xml"):
        with pytest.raises(SourceRefuses, match="too long"):
            ask().get_bytes(path)


def test_it_is_asked_again_when_it_says(
    odd: OddServer, ask: Callable[..., CentralClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("server.moving.central_client.time.sleep", waits.append)
    for headers, status, wait in (
        ({"Retry-After": "7"}, 429, 7.0),
        ({"Retry-After": "8"}, 503, 8.0),
        ({"Retry-After": "Mon, 02 Mar 2026 08:00:09 GMT"}, 503, 9.0),
        ({"Retry-After": "Mon, 02 Mar 2026 07:00:00 GMT"}, 503, 0.0),
        ({"Retry-After": "99999999999999999999"}, 429, 300.0),
        ({"Retry-After": "-5"}, 429, 0.0),
        ({"Retry-After": "soon"}, 429, 0.0),
        ({"Retry-After": "7"}, 502, 0.0),
        ({}, 429, 0.0),
    ):
        odd.says("/roles", (status, headers, b"{}"), said([1]))
        waits.clear()
        assert ask().get_json("/roles") == [1]
        assert waits == [wait], headers


def test_a_list_is_read_page_by_page(odd: OddServer, ask: Callable[..., CentralClient]) -> None:
    odd.says("/rows", said([{"n": n} for n in range(500)]), said([{"n": 500}]))
    assert [row["n"] for row in ask().get_pages("/rows")] == list(range(501))
    assert [path for _, path, _ in odd.asked if "rows" in path] == [
        "/v1/rows?offset=0&limit=500",
        "/v1/rows?offset=500&limit=500",
    ]


def test_a_server_that_knows_no_pages_is_read_once(odd: OddServer, ask: Callable[..., CentralClient]) -> None:
    odd.says("/rows", said([{"n": n} for n in range(500)]))
    assert len(list(ask().get_pages("/rows"))) == 500
    odd.says("/rows", said([{"n": n} for n in range(501)]))
    assert len(list(ask().get_pages("/rows"))) == 501
    odd.says("/rows", said({"rows": []}))
    with pytest.raises(SourceRefuses, match="no list"):
        list(ask().get_pages("/rows"))


def test_what_is_not_there_is_none_where_that_may_be(odd: OddServer, ask: Callable[..., CentralClient]) -> None:
    assert ask().find_json("/forms/x/draft") is None
    odd.says("/users", said({"code": 403.1, "message": "no"}, 403))
    with pytest.raises(SourceRefuses):
        ask().find_json("/users")


def test_a_file_that_breaks_off_is_fetched_again(
    odd: OddServer, ask: Callable[..., CentralClient], store: BlobStore
) -> None:
    md5 = hashlib.md5(b"photo").hexdigest()
    odd.says(
        "/p.jpg",
        (200, {"Content-Length": "5"}, b"pho"),
        (200, {"Content-Type": "image/jpeg", "ETag": f'"{md5}"'}, b"photo"),
    )
    came = ask().fetch("/p.jpg", store)
    assert store.read(came.stored.sha256) == b"photo"
    assert (came.content_type, came.etag) == ("image/jpeg", md5)
    odd.says("/p.jpg", (200, {"Content-Length": "5"}, b"pho"))
    with pytest.raises(SourceAway):
        ask().fetch("/p.jpg", store)


def test_whether_a_file_is_still_the_same_is_asked_without_fetching_it(
    odd: OddServer, ask: Callable[..., CentralClient]
) -> None:
    md5 = hashlib.md5(b"photo").hexdigest()
    odd.says("/p.jpg", (304, {"ETag": f'"{md5}"'}, b""))
    assert ask().is_same("/p.jpg", md5) is True
    assert odd.asked[-1][2]["If-None-Match"] == f'"{md5}"'
    odd.says("/p.jpg", (200, {"ETag": f'"{"0" * 32}"'}, b"other"))
    assert ask().is_same("/p.jpg", md5) is False
    odd.says("/p.jpg", (200, {}, b"photo"))
    assert ask().is_same("/p.jpg", md5) is None


def test_a_file_that_lies_elsewhere_is_fetched_there_and_the_session_is_not_shown(
    odd: OddServer, ask: Callable[..., CentralClient], store: BlobStore
) -> None:
    with OddServer() as elsewhere:
        elsewhere.answers["/bucket/p"] = [(200, {}, b"photo")]
        odd.says("/p.jpg", (307, {"Location": f"{elsewhere.url}/bucket/p?sign=1"}, b""))
        assert store.read(ask().fetch("/p.jpg", store).stored.sha256) == b"photo"
        ((_, path, headers),) = elsewhere.asked
    assert path == "/bucket/p?sign=1"
    assert "Authorization" not in headers


@pytest.mark.parametrize(
    "there", ["http://10.0.0.7/p", "https://169.254.169.254/secrets", "ftp://x/", "https://127.0.0.2/p"]
)
def test_nobody_sends_us_on_into_a_network(
    odd: OddServer, ask: Callable[..., CentralClient], store: BlobStore, there: str
) -> None:
    odd.says("/p.jpg", (307, {"Location": there}, b""))
    with pytest.raises(SourceRefuses, match="where we do not go"):
        ask().fetch("/p.jpg", store)


def test_a_place_elsewhere_that_is_away_for_a_moment_is_asked_again(
    odd: OddServer, ask: Callable[..., CentralClient], store: BlobStore
) -> None:
    with OddServer() as elsewhere:
        broken: Answer = (200, {"Content-Length": "5"}, b"pho")
        elsewhere.answers["/p"] = [(503, {}, b""), broken, (200, {"ETag": f'"{"0" * 32}"'}, b"photo")]
        odd.says("/p.jpg", (307, {"Location": f"{elsewhere.url}/p"}, b""))
        came = ask().fetch("/p.jpg", store)
        assert store.read(came.stored.sha256) == b"photo"
        assert came.etag is None, "what an object store calls it need not be its MD5"
        md5 = hashlib.md5(b"photo").hexdigest()
        assert ask().is_same("/p.jpg", md5) is None
        elsewhere.answers["/p"] = [(200, {"ETag": f'"{md5}"'}, b"photo")]
        assert ask().is_same("/p.jpg", md5) is True
    with pytest.raises(SourceAway):
        ask().fetch("/p.jpg", store)


def test_whoever_is_sent_on_and_on_stops(odd: OddServer, ask: Callable[..., CentralClient], store: BlobStore) -> None:
    odd.says("/a", (302, {"Location": "/v1/b"}, b""))
    odd.says("/b", (302, {"Location": "/v1/c"}, b"not the file"))
    odd.says("/c", (200, {}, b"file"))
    assert store.read(ask().fetch("/a", store).stored.sha256) == b"file"
    odd.says("/c", (302, {"Location": "/v1/a"}, b"not the file"))
    with pytest.raises(SourceRefuses, match="on and on"):
        ask().fetch("/a", store)


@pytest.mark.parametrize("there", ["http://[::bad/p", "/a b"])
def test_no_address_to_be_sent_on_to_is_said(
    odd: OddServer, ask: Callable[..., CentralClient], store: BlobStore, there: str
) -> None:
    odd.says("/p.jpg", (307, {"Location": there}, b""))
    with pytest.raises(SourceRefuses, match=r"no address|do not go"):
        ask().fetch("/p.jpg", store)


def test_a_full_disk_is_not_the_other_servers_fault(
    odd: OddServer, ask: Callable[..., CentralClient], store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    odd.says("/p.jpg", (200, {}, b"photo"))
    monkeypatch.setattr(store, "put", full)
    with pytest.raises(OSError, match="No space left"):
        ask().fetch("/p.jpg", store)


def test_a_part_of_a_path_stays_one_part() -> None:
    assert path_of("forms", "水井/一", "versions", "2 [新]") == (
        "/forms/%E6%B0%B4%E4%BA%95%2F%E4%B8%80/versions/2%20%5B%E6%96%B0%5D"
    )


def test_a_page_of_another_program_is_no_answer(odd: OddServer, ask: Callable[..., CentralClient]) -> None:
    odd.says("/roles", (200, {}, b"<html>"))
    with pytest.raises(SourceRefuses, match="no JSON"):
        ask().get_json("/roles")


def test_several_are_read_side_by_side_and_given_in_order(odd: OddServer, ask: Callable[..., CentralClient]) -> None:
    for number in range(20):
        odd.says(f"/rows/{number}", said(number))
    client = ask()
    assert client.in_parallel(lambda number: client.get_json(f"/rows/{number}"), range(20)) == list(range(20))
