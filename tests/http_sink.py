"""A real HTTPS server on the loopback that keeps what it is sent, and can be told to fail in the ways that gateways do."""

import ipaddress
import json
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.loopback import Loopback

BOTS = ("qyapi.weixin.qq.com", "oapi.dingtalk.com", "open.feishu.cn", "open.larksuite.com")
OTHERS = ("localhost", "gateway.test", "t0.tianditu.gov.cn")
YES = b'{"errcode": 0, "errmsg": "ok", "code": 0}'


@dataclass(frozen=True)
class Got:
    """One request that arrived whole."""

    host: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: datetime

    @property
    def told(self) -> Any:
        return json.loads(self.body)


class Patient(socketserver.ThreadingTCPServer):
    def handle_error(self, *_about: Any) -> None:  # who hangs up in the middle is what is tested
        return


@dataclass
class HttpSink(Loopback):
    """`got` is what arrived, in order. `fault`: "" (yes), hang, cut, endless, or half; else an answer is `status`, `body`."""

    folder: Path
    fault: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = YES
    pause: float = 0.0  # seconds between reading a request and answering it
    got: list[Got] = field(default_factory=list)
    reached: int = 0  # connections
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    lock: threading.Lock = field(default_factory=threading.Lock)

    scheme = "https"
    server_class = Patient

    def handler(self) -> type[socketserver.BaseRequestHandler]:
        make_certificate(self.folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.folder / "sink.key")
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def setup(self) -> None:
                with sink.lock:
                    sink.reached += 1
                plain, self.request = self.request, None
                try:
                    self.request = context.wrap_socket(plain, server_side=True)
                except OSError:
                    plain.close()
                    raise
                self.came_at = (
                    sink.now()
                )  # both have greeted: whoever sends is alive, and a busy machine moves no clock
                super().setup()

            def finish(self) -> None:
                try:
                    super().finish()
                finally:
                    self.request.close()

            def do_POST(self) -> None:
                take(sink, self)

            def do_GET(self) -> None:
                take(sink, self)

            def log_message(self, *_words: Any) -> None:
                return

        return Handler

    @property
    def certificate(self) -> Path:
        return self.folder / "sink.pem"

    def stand_for_bots(self, monkeypatch: pytest.MonkeyPatch, *more: str) -> None:
        """From now on these names lead here, whatever the port; every other name is looked up as ever."""
        real = socket.getaddrinfo

        def look_up(host: Any, port: Any, *given: Any, **named: Any) -> Any:
            if host in (*BOTS, *more):
                return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", self.port))]
            return real(host, port, *given, **named)

        monkeypatch.setattr(socket, "getaddrinfo", look_up)


def take(sink: HttpSink, handler: Any) -> None:
    body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    headers = {name.lower(): value for name, value in handler.headers.items()}
    with sink.lock:
        sink.got.append(Got(headers["host"], handler.path, headers, body, handler.came_at))
    handler.close_connection = True
    if sink.fault == "cut":
        return
    time.sleep(60 if sink.fault == "hang" else sink.pause)
    answer(sink, handler)


def answer(sink: HttpSink, handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(sink.status)
    for name, value in sink.headers.items():
        handler.send_header(name, value)
    length = {"endless": 10**9, "half": len(sink.body) + 9}.get(sink.fault, len(sink.body))
    handler.send_header("Content-Length", str(length))
    handler.end_headers()
    handler.wfile.write(sink.body)
    while sink.fault == "endless":
        handler.wfile.write(b" " * 65_536)


def make_certificate(folder: Path) -> None:
    """A certificate of the loopback's and the bots' names that vouches for itself: sink.pem and sink.key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sink")])
    names: list[x509.GeneralName] = [x509.DNSName(one) for one in (*BOTS, *OTHERS)]
    names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    began = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "sink.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    unsealed = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unsealed)
    (folder / "sink.key").write_bytes(pem)


@pytest.fixture
def http_sink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpSink]:
    """One that this process believes, and so does every process that it starts."""
    folder = tmp_path / "http-sink"
    folder.mkdir()
    with HttpSink(folder) as sink:
        monkeypatch.setenv("SSL_CERT_FILE", str(sink.certificate))
        yield sink
