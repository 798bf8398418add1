"""Row 30 of docs/security.md from outside, and what rows 18, 20 and 22 are behind a proxy: a server with a proxy in front.

The server trusts 127.0.0.2, which is where the proxy connects from; visitors have other addresses of the loopback.
"""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from server.access.signing_in import TRIES_OF_ADDRESS, key_of_address
from server.clock import now
from server.config import Config
from server.db import Database
from server.models import FailedSignIn
from server.models import Session as SessionRow
from tests.making import an_xform
from tests.phones.office import Office
from tests.reverse_proxy import OWN_ADDRESS, in_front_of
from tests.serving import ADMIN_EMAIL, ADMIN_PASSWORD, RunningServer, running_server

TYPED = "192.168.7.7:8443"  # what people type; a name would have to be FANGSHI_PUBLIC_URL
FORGED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": TYPED, "X-Forwarded-For": "127.0.0.5"}
JSON = {"Content-Type": "application/json"}


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def cookies(self) -> list[str]:
        return self.headers.get_all("Set-Cookie", [])


@dataclass
class Town:
    """A server, the port of the proxy in front, and what the office made: an OData service and a phone's list."""

    server: RunningServer
    proxy_port: int
    token: str
    service: str
    list: str

    @property
    def own_port(self) -> int:
        return urlsplit(self.server.url).port or 0

    def ask(self, path: str, sent: bytes = b"", through: bool = True, of: str = "127.0.0.5", **headers: str) -> Answer:
        port = self.proxy_port if through else self.own_port
        asked = {"Host": TYPED if through else f"127.0.0.1:{port}"}
        asked |= {name.replace("_", "-"): value for name, value in headers.items()} | (JSON if sent else {})
        with closing(http.client.HTTPConnection("127.0.0.1", port, 30, source_address=(of, 0))) as visitor:
            visitor.request("POST" if sent else "GET", path, sent or None, asked)
            answer = visitor.getresponse()
            return Answer(answer.status, answer.headers, answer.read())

    def sign_in(self, email: str = ADMIN_EMAIL, password: str = ADMIN_PASSWORD, **how: str | bool) -> Answer:
        sent = json.dumps({"email": email, "password": password}).encode()
        return self.ask("/v1/sessions", sent, **how)  # type: ignore[arg-type]

    def database(self) -> Database:
        config = Config(self.server.data_dir, **self.server.database_url)  # type: ignore[arg-type]
        return Database(config.sqlalchemy_url, config.key_file)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    data: Path = tmp_path_factory.mktemp("behind") / "data"
    with running_server(data, FANGSHI_TRUSTED_PROXIES=OWN_ADDRESS) as server:
        office = Office(server)
        project = office.make_project("禾川镇")
        form = office.publish(project, an_xform().decode())
        phone = urlsplit(office.make_phone(project, form).url).path
        with in_front_of(urlsplit(server.url).port or 0) as proxy:
            token = str(office.http.headers["Authorization"])
            yield Town(server, proxy.port, token, f"/v1/projects/{project}/forms/{form}.svc", f"{phone}/formList")


def test_links_say_what_people_typed(town: Town) -> None:
    context = json.loads(town.ask(town.service, Authorization=town.token).body)["@odata.context"]
    listed = town.ask(town.list, X_OpenRosa_Version="1.0").body.decode()
    assert context.startswith(f"https://{TYPED}/v1/")
    assert f"<downloadUrl>https://{TYPED}/v1/key/" in listed


def test_a_name_that_nobody_gave_us_is_in_no_link(town: Town) -> None:
    refused = town.ask(town.list, X_OpenRosa_Version="1.0", Host="evil.example")
    assert refused.status == 400 and b"evil" not in refused.body


def test_a_cookie_is_for_https_alone_when_people_came_by_it(town: Town) -> None:
    cookies = town.sign_in().cookies
    assert any(one.startswith("__Host-session=") for one in cookies)
    assert all("Secure" in one for one in cookies)


def test_who_is_no_proxy_of_ours_is_not_believed(town: Town) -> None:
    """The same words, sent by somebody who speaks to the server himself."""
    forged = {name.replace("-", "_"): value for name, value in FORGED.items()}
    cookies = town.sign_in(through=False, of="127.0.0.1", **forged).cookies
    assert cookies and not any("Secure" in one or one.startswith("__Host-") for one in cookies)
    answer = town.ask(town.service, through=False, of="127.0.0.1", Authorization=town.token, **forged)
    assert json.loads(answer.body)["@odata.context"].startswith(town.server.url)


def test_a_visitor_is_known_by_his_own_address_whatever_he_says_of_it(town: Town) -> None:
    assert town.sign_in(of="127.0.0.7", X_Forwarded_For="198.51.100.9").status == 200
    database = town.database()
    with database.reading() as db:
        known = set(db.scalars(select(SessionRow.address)))
    database.dispose()
    assert "127.0.0.7" in known and not known & {"198.51.100.9", OWN_ADDRESS}


def test_one_visitor_who_guesses_does_not_shut_the_others_out(town: Town) -> None:
    database = town.database()
    with database.transaction() as db:
        db.add_all(FailedSignIn(key=key_of_address("127.0.0.5"), failed_at=now()) for _ in range(TRIES_OF_ADDRESS))
    database.dispose()
    assert town.sign_in("a@town.test", "wrong horse battery").status == 429
    assert town.sign_in("b@town.test", "wrong horse battery", X_Forwarded_For="198.51.100.9").status == 429
    assert town.sign_in("c@town.test", "wrong horse battery", of="127.0.0.6").status == 401
    forged = town.sign_in(
        "d@town.test", "wrong horse battery", through=False, of="127.0.0.1", X_Forwarded_For="127.0.0.5"
    )
    assert forged.status == 401


SMUGGLED = b"GET /v1/projects HTTP/1.1\r\nHost: x\r\nX-Rest: "
TWO_WAYS = {
    "two lengths": b"Content-Length: %d\r\nContent-Length: 5\r\n",
    "a length and chunks": b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n",
    "chunks that are not quite said": b"Content-Length: %d\r\nTransfer-Encoding : chunked\r\n",
    "chunks in other words": b"Content-Length: %d\r\nTransfer-Encoding: \x0bchunked\r\n",
}


@pytest.mark.parametrize("how", TWO_WAYS)
def test_a_request_that_two_could_read_differently_is_refused_and_the_next_visitor_gets_his_own_answer(
    town: Town, how: str
) -> None:
    body = b"0\r\n\r\n" + SMUGGLED
    head = b"POST /v1/sessions HTTP/1.1\r\nHost: " + TYPED.encode() + b"\r\n" + TWO_WAYS[how] % len(body)
    with socket.create_connection(("127.0.0.1", town.proxy_port), 30) as visitor:
        visitor.sendall(head + b"\r\n" + body)
        answer = b"".join(iter(lambda: visitor.recv(65536), b""))
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501")), answer[:200]
    for _ in range(2):
        next_one = town.ask("/healthz", of="127.0.0.6")
        assert next_one.status == 200 and json.loads(next_one.body)["schemaCurrent"] is True
