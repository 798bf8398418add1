"""A real mail server on the loopback that keeps what it takes, and can be told to say no or to hang up."""

import socketserver
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from tests.loopback import Loopback


@dataclass
class Sink(Loopback):
    """`mails` is what was taken, in order, and `times` when. `say` maps a command (RCPT, DATA, TEXT) to an answer instead of yes.

    An answer "" hangs up without a word; for TEXT that is after the whole text was read.
    """

    say: dict[str, str] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    pause: float = 0.0  # seconds between taking a text and saying so
    reached: int = 0  # connections
    lock: threading.Lock = field(default_factory=threading.Lock)

    scheme = "smtp"

    def handler(self) -> type[socketserver.BaseRequestHandler]:
        sink = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                talk(sink, self)

        return Handler


def talk(sink: Sink, connection: socketserver.StreamRequestHandler) -> None:
    """One connection by RFC 5321, as far as smtplib asks."""
    with sink.lock:
        sink.reached += 1
    write = connection.wfile.write
    try:
        write(b"220 sink\r\n")
        for line in connection.rfile:
            command = line[:4].upper().decode("ascii", "replace")
            if command in sink.say:
                if not answer(connection, sink.say[command]):
                    return
            elif command == "DATA":
                at = (
                    sink.now()
                )  # while its sender waits for the next word: a busy machine keeps the text long after that
                write(b"354 go on\r\n")
                if not take(sink, connection, at):
                    return
            elif command == "QUIT":
                write(b"221 bye\r\n")
                return
            else:
                write(b"250 yes\r\n")
    except OSError:
        return


def answer(connection: socketserver.StreamRequestHandler, words: str) -> bool:
    if words:
        connection.wfile.write(f"{words}\r\n".encode())
    return bool(words)


def take(sink: Sink, connection: socketserver.StreamRequestHandler, at: datetime) -> bool:
    """Reads a text to its end and keeps it; one whose sender died in the middle is none."""
    lines: list[bytes] = []
    for line in connection.rfile:
        if line == b".\r\n":
            break
        lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
    else:
        return False
    if sink.say.get("TEXT"):
        return answer(connection, sink.say["TEXT"])
    with sink.lock:
        mail = message_from_bytes(b"".join(lines).replace(b"\r\n", b"\n"), policy=policy.default)
        sink.mails.append(mail)
        sink.times.append(at)
    if "TEXT" in sink.say:
        return False
    time.sleep(sink.pause)
    connection.wfile.write(b"250 kept\r\n")
    return True
