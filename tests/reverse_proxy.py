"""A small reverse proxy on the loopback, such as a town puts in front: one connection to the server for all visitors.

It believes Content-Length and looks at nothing else, as the simplest proxies do, and passes on what visitors send. It
connects from an address of its own, so that a server can trust it and nobody else on this machine.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import BinaryIO, NamedTuple

LOOPBACK = "127.0.0.1"
OWN_ADDRESS = "127.0.0.2"
PATIENCE = 30.0
REPLACED = (b"host", b"connection", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-for")

Fields = list[tuple[bytes, bytes]]


class Message(NamedTuple):
    """A request or an answer: its first line, its fields in order, its body."""

    first: bytes
    fields: Fields
    body: bytes

    def values(self, name: bytes) -> list[bytes]:
        return [value for known, value in self.fields if known.lower() == name]

    def as_bytes(self) -> bytes:
        lines = [self.first, *(name + b": " + value for name, value in self.fields), b"", b""]
        return b"\r\n".join(lines) + self.body


class ReverseProxy:
    """Answers visitors one after the other. `scheme` is what it says that they came by."""

    def __init__(self, server_port: int, scheme: bytes = b"https") -> None:
        self.server_port, self.scheme = server_port, scheme
        self.listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self.listener.getsockname()[1]
        self.wire: socket.socket | None = None
        self.answers: BinaryIO | None = None

    def run(self) -> None:
        while True:
            try:
                visitor, (address, _port) = self.listener.accept()
            except OSError:  # closed
                return self.hang_up()
            with visitor, visitor.makefile("rb") as sent:
                visitor.settimeout(PATIENCE)
                request = self.forwarded(read_message(sent), address.encode())
                visitor.sendall(self.ask(request.as_bytes()))

    def forwarded(self, request: Message, address: bytes) -> Message:
        """The request with who asked, by which scheme and of whom, as nginx's usual settings put it."""
        kept = [(name, value) for name, value in request.fields if name.strip().lower() not in REPLACED]
        said = request.values(b"x-forwarded-for")
        told = [
            (b"Host", b"upstream"),
            (b"X-Forwarded-Proto", self.scheme),
            (b"X-Forwarded-Host", request.values(b"host")[0]),
            (b"X-Forwarded-For", b", ".join([*said, address])),
        ]
        return request._replace(fields=told + kept)

    def ask(self, request: bytes) -> bytes:
        """The server's answer on the one connection; on a new one when the server had closed it meanwhile."""
        for _ in range(2):
            wire, answers = self.connect()
            try:
                wire.sendall(request)
                answer = read_message(answers)
            except OSError:
                self.hang_up()
                continue
            if b"close" in answer.values(b"connection"):
                self.hang_up()
            kept = [one for one in answer.fields if one[0].lower() not in (b"connection", b"transfer-encoding")]
            return answer._replace(fields=[*kept, (b"Connection", b"close")]).as_bytes()
        return b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n"

    def connect(self) -> tuple[socket.socket, BinaryIO]:
        if self.wire is None or self.answers is None:
            server, here = (LOOPBACK, self.server_port), (OWN_ADDRESS, 0)
            self.wire = socket.create_connection(server, PATIENCE, source_address=here)
            self.answers = self.wire.makefile("rb")
        return self.wire, self.answers

    def hang_up(self) -> None:
        if self.wire is not None and self.answers is not None:
            self.answers.close()
            self.wire.close()
        self.wire = self.answers = None


def read_message(source: BinaryIO) -> Message:
    """Raises ConnectionError where it ends too soon."""
    first, *lines = read_head(source)
    fields = [(name, value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
    message = Message(first, fields, b"")
    if lengths := message.values(b"content-length"):
        return message._replace(body=source.read(int(lengths[0])))
    if first.startswith(b"HTTP/") and b"chunked" in message.values(b"transfer-encoding"):
        return message._replace(body=b"".join(read_chunks(source)))
    return message


def read_head(source: BinaryIO) -> Iterator[bytes]:
    while (line := source.readline()) != b"\r\n":
        if not line:
            raise ConnectionError
        yield line.removesuffix(b"\r\n")


def read_chunks(source: BinaryIO) -> Iterator[bytes]:
    while length := int(source.readline(), 16):
        yield source.read(length)
        source.readline()
    source.readline()


@contextmanager
def in_front_of(server_port: int, scheme: bytes = b"https") -> Iterator[ReverseProxy]:
    proxy = ReverseProxy(server_port, scheme)
    thread = threading.Thread(target=proxy.run)
    thread.start()
    try:
        with closing(proxy.listener):
            yield proxy
            proxy.listener.shutdown(socket.SHUT_RDWR)
    finally:
        thread.join(PATIENCE)
