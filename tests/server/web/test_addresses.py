"""The address as it was sent, and bodies that end too soon."""

import io
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Map, Rule

from server.config import LOOPBACK
from server.demo.folder import own_network_address
from server.web.addresses import Addresses, LateRule, decode_path, hold_to_length, is_own_host
from tests.client import Client
from tests.making import an_xform

XML = {"content_type": "application/xml"}


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("/v1/projects", "/v1/projects"),
        ("/a%2Fb/c", "/a\ue000b/c"),
        ("/a%2fb", "/a\ue000b"),
        ("/%E8%B5%B0", "/走"),
        ("/a%252Fb", "/a%2Fb"),
        ("/a+b%20c", "/a+b c"),
    ],
)
def test_an_encoded_slash_stays_inside_its_segment(raw: str, kept: str) -> None:
    assert decode_path(raw).encode("latin-1").decode() == kept


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("localhost:8383", True),
        ("127.0.0.1", True),
        ("192.168.1.7:8383", True),
        ("10.1.2.3", True),
        ("[::1]:80", True),
        ("172.31.0.1", True),
        ("[fd00::7]:8383", True),
        ("evil.example", False),
        ("8.8.8.8", False),
        ("203.0.113.9", False),
        ("240.0.0.1", False),
        ("172.32.0.1", False),
        ("[2001:db8::1]", False),
        ("localhost.evil.example", False),
        ("", False),
        ("[", False),
    ],
)
def test_a_host_is_believed_when_it_can_only_mean_us(host: str, ours: bool) -> None:
    assert is_own_host(host) is ours


def test_the_address_that_the_demo_tells_is_believed_whatever_network_it_is_of() -> None:
    assert is_own_host(f"{own_network_address() or '127.0.0.1'}:8383")


def ask(environ: dict[str, Any]) -> dict[str, Any]:
    """What the application behind the middleware sees."""
    seen: dict[str, Any] = {}

    def app(inner: dict[str, Any], _start: Any) -> list[bytes]:
        seen.update(inner)
        return []

    list(Addresses(app, LOOPBACK)(environ, lambda *_: None))
    return seen


def test_forwarded_headers_count_from_a_trusted_proxy_only() -> None:
    sent = {
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_FORWARDED_HOST": "town.example",
        "HTTP_X_FORWARDED_FOR": "1.2.3.4",
    }
    proxied = ask({**sent, "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http"})
    direct = ask({**sent, "REMOTE_ADDR": "192.168.1.9", "wsgi.url_scheme": "http", "HTTP_HOST": "here"})

    assert (proxied["wsgi.url_scheme"], proxied["HTTP_HOST"], proxied["REMOTE_ADDR"]) == (
        "https",
        "town.example",
        "1.2.3.4",
    )
    assert (direct["wsgi.url_scheme"], direct["HTTP_HOST"], direct["REMOTE_ADDR"]) == ("http", "here", "192.168.1.9")


def test_a_proxy_that_reaches_a_server_of_both_kinds_of_addresses_is_the_same_proxy() -> None:
    """A server that listens on `::` hears of 127.0.0.1 as ::ffff:127.0.0.1."""
    sent = {"HTTP_X_FORWARDED_PROTO": "https", "REMOTE_ADDR": "::ffff:127.0.0.1", "wsgi.url_scheme": "http"}
    assert ask({**sent})["wsgi.url_scheme"] == "https"
    assert ask({**sent, "REMOTE_ADDR": "::ffff:192.168.1.9"})["wsgi.url_scheme"] == "http"


def test_a_key_is_taken_off_the_front() -> None:
    seen = ask({"RAW_URI": "/v1/key/abc%24/projects/1?x=1"})
    assert (seen["fangshi.key"], seen["PATH_INFO"]) == ("abc$", "/v1/projects/1")


@pytest.mark.parametrize(
    ("environ", "counted"),
    [
        ({"CONTENT_LENGTH": "5"}, True),
        ({"CONTENT_LENGTH": ""}, False),
        ({}, False),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, False),
    ],
)
def test_a_body_with_a_length_is_counted(environ: dict[str, Any], counted: bool) -> None:
    environ["wsgi.input_terminated"] = True
    hold_to_length(environ)
    assert ("wsgi.input_terminated" not in environ) is counted


@pytest.mark.parametrize("length", [8, 1000])
def test_a_file_cut_short_is_no_file(as_bob: Client, project_id: int, length: int) -> None:
    xml = an_xform().replace(b"</instance>", b'</instance><instance id="a" src="jr://images/a.png"/>', 1)
    form = f"/projects/{project_id}/forms"
    as_bob.post(form + "?ignoreWarnings=true", data=xml, **XML)
    cut = {"wsgi.input_terminated": True, "CONTENT_LENGTH": str(length)}
    answer = as_bob.post(
        form + "/visit/draft/attachments/a.png", input_stream=io.BytesIO(b"1234567"), environ_overrides=cut
    )

    assert answer.status_code == 400
    assert as_bob.get(form + "/visit/draft/attachments").json[0]["exists"] is False


# werkzeug leaves the part that broke off to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_record_cut_short_is_no_record(as_bob: Client, project_id: int) -> None:
    as_bob.post(f"/projects/{project_id}/forms?publish=true&ignoreWarnings=true", data=an_xform(), **XML)
    head = b'--B\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="s.xml"\r\n\r\n'
    body = head + b'<data id="visit" version="1"/>'
    answer = as_bob.post(
        f"/projects/{project_id}/submission",
        input_stream=io.BytesIO(body),
        content_type="multipart/form-data; boundary=B",
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": str(len(body) + 900)},
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("more", [{}, {"q": "甲", "page": 2}])
def test_an_address_that_is_made_late_is_the_one_that_werkzeug_makes(more: dict[str, Any]) -> None:
    def rule(kind: type[Rule]) -> Rule:
        made = kind("/projects/<int:project_id>/<name>", endpoint="x", defaults={"kind": "csv"})
        Map([made])
        return made

    values = {"project_id": 3, "name": "a b/c"}
    late, plain = rule(LateRule), rule(Rule)
    for _first_and_again in range(2):
        assert late.build(values | more, append_unknown=bool(more)) == plain.build(values | more, bool(more))


def test_every_address_of_ours_is_made_late(app: Flask) -> None:
    assert {type(rule) for rule in app.url_map.iter_rules()} == {LateRule}
