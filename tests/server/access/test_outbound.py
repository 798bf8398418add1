"""What is called out to, and what is not: every address that means a machine inside, and no second look at a name."""

import socket
from typing import Any

import pytest

from server.access import outbound
from server.access.outbound import AddressRefused, Answer, AnswerUnheard, Call, NotReached, exchange, is_public
from tests.http_sink import HttpSink

HERE = frozenset({"127.0.0.1"})


def ask(address: str, allowed: frozenset[str] = frozenset(), agrees: bool = True) -> Answer | None:
    return exchange(Call("POST", address, {}, b"hello"), allowed, lambda: agrees)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.9.1", "10.0.0.7", "172.16.0.1", "172.31.255.254", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "100.100.100.200", "0.0.0.0", "192.0.0.192", "198.18.0.1", "224.0.0.1", "255.255.255.255"),
        *("240.0.0.1", "168.63.129.16", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.7", "2002:7f00:1::", "2002:a00:7::1", "64:ff9b::7f00:1", "64:ff9b::a00:7"),
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ],
)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "183.47.103.1", "2400:3200::1", "2606:4700:4700::1111"])
def test_an_address_of_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("https://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://localhost/"),
        *("https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://0/", "https://169.254.169.254/latest/"),
        *("http://1.1.1.1/", "ftp://1.1.1.1/", "file:///etc/passwd", "https://a:b@1.1.1.1/", "https:///x", "https://["),
        *("https://1.1.1.1:0/", "https://1.1.1.1:99999/", "//1.1.1.1", "https://ⓛocalhost/", ""),
    ],
)
def test_such_an_address_is_refused_and_nothing_is_sent(address: str) -> None:
    with pytest.raises(AddressRefused):
        ask(address)


def test_a_host_that_is_allowed_may_lie_inside(http_sink: HttpSink) -> None:
    answer = ask(f"{http_sink.url}/hook?a=b", HERE)
    assert answer is not None
    assert (answer.status, answer.is_whole, http_sink.got[0].path, http_sink.got[0].body) == (
        200,
        True,
        "/hook?a=b",
        b"hello",
    )


def test_without_the_setting_the_same_host_is_not_reached(http_sink: HttpSink) -> None:
    with pytest.raises(AddressRefused):
        ask(http_sink.url)
    assert http_sink.reached == 0


def test_a_name_is_looked_up_once_and_the_connection_goes_to_what_was_looked_at(
    http_sink: HttpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer is public, every later one leads inside: nothing may come of the later ones."""
    answers, tried = ["93.184.216.34", "127.0.0.1", "127.0.0.1"], []

    def look_up(_host: str, _port: int, **_more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), http_sink.port))]

    def connect(wire: socket.socket, place: Any) -> None:
        tried.append(place[0])
        raise OSError("nobody there")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(outbound.socket.socket, "connect", connect)
    with pytest.raises(NotReached):
        ask("https://rebinds.test/")
    assert (tried, len(answers)) == (["93.184.216.34"], 2)


def test_one_address_inside_among_several_spoils_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    places = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in ("93.184.216.34", "10.0.0.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: places)
    with pytest.raises(AddressRefused):
        ask("https://both.test/")


def test_a_redirect_is_an_answer_and_nobody_goes_there(http_sink: HttpSink) -> None:
    http_sink.status, http_sink.headers = 302, {"Location": f"{http_sink.url}/elsewhere"}
    answer = ask(http_sink.url, HERE)
    assert answer is not None
    assert (answer.status, [one.path for one in http_sink.got]) == (302, ["/"])


def test_who_says_no_before_the_request_goes_sends_nothing(http_sink: HttpSink) -> None:
    assert ask(http_sink.url, HERE, agrees=False) is None
    assert (http_sink.reached, http_sink.got) == (1, [])


def test_a_certificate_that_nobody_vouches_for_is_no_connection(
    http_sink: HttpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(NotReached):
        ask(http_sink.url, HERE)
    assert http_sink.got == []


def test_a_certificate_of_another_host_is_no_connection(http_sink: HttpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    http_sink.stand_for_bots(monkeypatch, "other.test")
    with pytest.raises(NotReached):
        ask("https://other.test/", frozenset({"other.test"}))
    assert http_sink.got == []


def test_who_hangs_or_hangs_up_was_not_heard(http_sink: HttpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "PATIENCE", 0.5)
    for fault in ("hang", "cut"):
        http_sink.fault = fault
        with pytest.raises(AnswerUnheard):
            ask(http_sink.url, HERE)
    assert len(http_sink.got) == 2


def test_an_answer_without_end_is_cut(http_sink: HttpSink) -> None:
    http_sink.fault = "endless"
    answer = ask(http_sink.url, HERE)
    assert answer is not None
    assert (answer.is_whole, len(answer.body)) == (False, outbound.MOST_BYTES)


def test_an_answer_that_breaks_off_is_not_whole(http_sink: HttpSink) -> None:
    http_sink.fault = "half"
    answer = ask(http_sink.url, HERE)
    assert answer is not None
    assert not answer.is_whole


def test_nobody_who_answers_is_not_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(NotReached):
        ask(f"https://127.0.0.1:{port}/", HERE)


def test_a_proxy_of_the_environment_is_not_asked(http_sink: HttpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert ask(http_sink.url, HERE) is not None
