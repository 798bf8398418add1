"""The web process: gunicorn over our application, with limits on what a client may send and how slowly."""

import contextlib
import os
import resource
import select
import selectors
import socket
import ssl
import struct
import time
from functools import cache, partial
from pathlib import Path
from typing import Any

from gunicorn import glogging, http
from gunicorn.app.base import BaseApplication
from gunicorn.http import message
from gunicorn.http.errors import NoMoreData
from gunicorn.http.unreader import SocketUnreader
from gunicorn.sock import ssl_wrap_socket
from gunicorn.workers import gthread

from server import Server, build_app, equip_app, logs
from server.config import Config
from server.logs import make_discreet
from server.memory import give_back
from server.one_core import CORE
from server.parentage import die_with_parent
from server.postgresql import share_out
from server.workplaces import HERE

THREADS = 32
HEADERS_WITHIN = 30.0  # seconds for a request's line and headers, and for a TLS handshake
SLOWEST_BODY = 1024  # bytes a second, once HEADERS_WITHIN is used up
PEEK_BYTES = 32_768  # headers longer than this are read by a thread
CONNECTIONS = 4000
LONGEST_LINE = 32_768  # bytes: a phone asks after all its 500 new entities in one address (odk-contract.md 14.14)
ASKS_ON_WITHIN = 10  # milliseconds
GIVE_BACK_EVERY = 60.0  # seconds: it takes one or two milliseconds, and is some 5 MB under load
LOOK_EVERY = 0.5  # seconds between two looks at headers that are still coming


def is_readable(sock: socket.socket, within: int) -> bool:
    """Whether something comes, or the end, within so many milliseconds."""
    look = select.poll()
    look.register(sock, select.POLLIN)
    return bool(look.poll(within))


class PatientUnreader(SocketUnreader):  # type: ignore[misc]
    """Reads a request from a socket, but not for ever: a request that comes too slowly ends as if cut off.

    Who waits for more of a body keeps no place among those at work (server/workplaces.py).
    """

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self.restart()

    def restart(self) -> None:
        """A new request begins on this connection."""
        self.started = time.monotonic()
        self.received = 0

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next bytes; b"" at the end, or when the client used up its time."""
        if self.sock.gettimeout() is not None:  # gunicorn is draining, under a deadline of its own
            return bytes(super().chunk(size_hint))
        waited = time.monotonic() - self.started
        allowed = HEADERS_WITHIN + self.received / SLOWEST_BODY - waited
        data = self.receive(size_hint, min(allowed, HEADERS_WITHIN)) if allowed > 0 else b""
        self.received += len(data)
        if not data:
            self.cut_off()
        return data

    def receive(self, size_hint: int | None, within: float) -> bytes:
        self.sock.settimeout(within)
        try:
            with contextlib.nullcontext() if self.is_here() else HERE.rest():
                return bytes(super().chunk(size_hint))
        except TimeoutError:
            return b""
        finally:
            self.sock.setblocking(True)

    def is_here(self) -> bool:
        """Whether nobody needs to wait. Of a TLS record nothing can be told before it is whole."""
        return not isinstance(self.sock, ssl.SSLSocket) and is_readable(self.sock, 0)

    def cut_off(self) -> None:
        """Nothing more is read from this connection: late bytes of one request must not start the next."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RD)


class PatientConnection(gthread.TConn):  # type: ignore[misc]
    """A connection whose handshake and requests must come in time."""

    sock: Any
    parser: Any
    initialized: bool

    def __init__(self, cfg: Any, client_socket: socket.socket, client: Any, server: Any) -> None:
        super().__init__(cfg, client_socket, client, server)
        # a reader that takes nothing for this long loses its answer
        client_socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(HEADERS_WITHIN), 0))

    def has_headers(self) -> bool:
        """Whether a request's headers are all here, without taking them. Raises ConnectionError when nobody sends any more.

        Of a TLS connection nothing can be told from outside; its thread waits, under the same deadline.
        """
        if self.cfg.is_ssl:
            return True
        try:
            waiting = self.sock.recv(PEEK_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        if not waiting:
            raise ConnectionError
        return len(waiting) == PEEK_BYTES or b"\r\n\r\n" in waiting

    def init(self) -> None:
        if self.initialized:
            self.parser.unreader.restart()
            return
        self.initialized = True
        if self.cfg.is_ssl:
            self.shake_hands()
        self.sock.setblocking(True)
        self.parser = http.get_parser(self.cfg, self.sock, self.client)
        self.parser.unreader = PatientUnreader(self.sock)

    def shake_hands(self) -> None:
        self.sock.settimeout(HEADERS_WITHIN)
        self.sock = ssl_wrap_socket(self.sock, self.cfg)
        try:
            self.sock.do_handshake()
        except TimeoutError as error:
            raise NoMoreData from error


class PatientWorker(gthread.ThreadWorker):  # type: ignore[misc]
    """gunicorn's threaded worker, in which a connection gets a thread only once a request's headers are all there.

    Whoever sends them byte by byte holds a socket for thirty seconds, but none of the threads.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trickling: list[PatientConnection] = []
        self.look_again_at = 0.0
        self.gives_back_at = time.monotonic() + GIVE_BACK_EVERY

    def init_process(self) -> None:
        CORE.stay(self.age - 1)
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        try:
            client_socket, client = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        conn = PatientConnection(self.cfg, client_socket, client, listener.getsockname())
        conn.timeout = time.monotonic() + HEADERS_WITHIN
        self.pending_conns.append(conn)
        self.poller.register(client_socket, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def on_pending_socket_readable(self, conn: PatientConnection, client: socket.socket) -> None:
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        self.sort(conn)

    def on_client_socket_readable(self, conn: PatientConnection, client: socket.socket) -> None:
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        conn.timeout = time.monotonic() + HEADERS_WITHIN
        self.sort(conn)

    def sort(self, conn: PatientConnection) -> None:
        """To a thread, to those that are looked at again soon, or away."""
        try:
            ready = conn.has_headers()
        except OSError:
            self.drop(conn)
            return
        if ready:
            conn.data_ready = True
            self.enqueue_req(conn)
        elif self.alive and time.monotonic() < conn.timeout:
            self.trickling.append(conn)
        else:
            self.drop(conn)

    def handle(self, conn: PatientConnection) -> Any:
        """A phone at its sync asks a hundred times in a row: whoever asks on within milliseconds stays with this thread.

        To hand a connection back and forth is a fifth of a small request. Nobody waits for the thread meanwhile.
        """
        goes_on = super().handle(conn)
        while goes_on is True and self.asks_on(conn):
            goes_on = super().handle(conn)
        return goes_on

    def asks_on(self, conn: PatientConnection) -> bool:
        """Whether a next request's headers are here already, or will be in a moment for which nobody needs the thread."""
        if not self.alive or self.cfg.is_ssl or self.tpool._work_queue.qsize():
            return False
        with contextlib.suppress(OSError):
            return is_readable(conn.sock, ASKS_ON_WITHIN) and conn.has_headers()
        return False

    def drop(self, conn: PatientConnection) -> None:
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """Called by gunicorn's loop after every event. A worker that stops waits for no request that has not come yet."""
        if not self.alive:
            for conn in self.pending_conns:
                conn.timeout = 0.0
        super().murder_pending()
        if time.monotonic() >= self.gives_back_at:
            self.gives_back_at = time.monotonic() + GIVE_BACK_EVERY
            give_back()
        CORE.look(time.monotonic())
        if time.monotonic() >= self.look_again_at or not self.alive:
            self.look_again_at = time.monotonic() + LOOK_EVERY
            trickling, self.trickling = self.trickling, []
            for conn in trickling:
                self.sort(conn)


class DiscreetLogger(glogging.Logger):  # type: ignore[misc]
    """gunicorn's own messages, without what stands in requests."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.addFilter(make_discreet)


class WebProcess(BaseApplication):  # type: ignore[misc]
    """gunicorn with settings from our own Config.

    `app` has no data yet: it is made once, and each worker is a fork of this process that is given the data.
    """

    def __init__(
        self, config: Config, handed_over: int, certificate: tuple[Path, Path] | None, app: Server | None = None
    ) -> None:
        self.config = config
        self.app = app
        self.settings = gunicorn_settings(config, handed_over, certificate)
        super().__init__()

    def load_config(self) -> None:
        message.MAX_REQUEST_LINE = LONGEST_LINE  # gunicorn takes no setting beyond 8190 but 0, which is no limit
        for name, value in self.settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        app = self.app or build_app()
        equip_app(app, self.config)
        return app


def gunicorn_settings(config: Config, handed_over: int, certificate: tuple[Path, Path] | None) -> dict[str, Any]:
    """One process of many threads over SQLite, which has one writer; a process a core over PostgreSQL."""
    share = share_out(config.database_connections, os.cpu_count() or 1)
    settings: dict[str, Any] = {
        "bind": f"fd://{handed_over}",
        "workers": 1 if config.database_url is None else share.processes,
        "worker_class": PatientWorker,
        "threads": THREADS if config.database_url is None else min(THREADS, share.most_threads),
        "worker_connections": CONNECTIONS,
        "timeout": 120,
        "graceful_timeout": 7,
        "keepalive": 15,
        "limit_request_line": LONGEST_LINE,
        "limit_request_fields": 100,
        "limit_request_field_size": 8190,
        "forwarder_headers": "",
        "secure_scheme_headers": {},
        "control_socket_disable": True,
        "logger_class": DiscreetLogger,
        "loglevel": "warning",
        "post_fork": lambda _server, worker: die_with_parent(worker.ppid),
        "worker_exit": lambda _server, worker: write_last_reads(worker),
    }
    if Path("/dev/shm").is_dir():  # noqa: S108 - gunicorn's heartbeat file belongs in memory
        settings["worker_tmp_dir"] = "/dev/shm"  # noqa: S108
    if certificate:
        settings["certfile"], settings["keyfile"] = map(str, certificate)
    return settings


def write_last_reads(worker: Any) -> None:
    """What was read in the last second before the process was asked to stop is written down too."""
    extensions = getattr(worker.wsgi, "extensions", {})  # none when it ended before the application was there
    if "fangshi.readings" in extensions:
        extensions["fangshi.readings"].close()


@cache
def make_app() -> Server:
    """The application without data, once for this process and its forks."""
    return build_app()


def run_web(config: Config, handed_over: int, certificate: tuple[Path, Path] | None) -> None:
    """Serves on a socket that listens already, until told to stop."""
    logs.install()
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # a socket each, and the usual limit is 1024
    WebProcess(config, handed_over, certificate, make_app()).run()
