"""`fangshi serve`: a small supervisor over two children, the web process and the timetable.

All of them stay in one process group and none outlives the supervisor: each child asks the kernel to be killed when its
parent is gone (server/parentage.py), so that even SIGKILL leaves nothing behind.
"""

import errno
import fcntl
import gc
import os
import signal
import socket
import ssl
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import FrameType
from urllib.error import URLError

from server import logs
from server.config import Config, ConfigInvalid
from server.logs import log, say_where
from server.memory import let_go_of_programs, share_arenas
from server.parentage import adopt_orphans, die_with_parent, end_orphans

STOP_WITHIN = 9.0  # seconds; SIGTERM must end everything within ten
STEADY_AFTER = 20.0  # a child that lived this long starts again with no wait
MOST_FAILURES = 5
LOOK_EVERY = 0.1
SERVE_LOCK = "serve.lock"  # in the data folder, of the account that serves
FORK = get_context("fork")
STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
FIRST_ADMINISTRATOR = (
    "FANGSHI_ADMIN_EMAIL",
    "FANGSHI_ADMIN_PASSWORD",
    "FANGSHI_ADMIN_EMAIL_FILE",
    "FANGSHI_ADMIN_PASSWORD_FILE",
)


class PortTaken(Exception):
    """Another program has the port, or another Fangshi the data folder."""


@dataclass(frozen=True)
class Listening:
    """Where to listen, and with which certificate."""

    host: str
    port: int
    tls_cert: Path | None = None
    tls_key: Path | None = None

    @property
    def certificate(self) -> tuple[Path, Path] | None:
        return (self.tls_cert, self.tls_key) if self.tls_cert and self.tls_key else None


@dataclass
class Child:
    """One process that the supervisor keeps alive: a fork, so that what is loaded once is in memory once."""

    name: str
    run: Callable[[], None]
    process: ForkProcess | None = None
    started: float = 0.0
    failures: int = 0
    start_at: float = 0.0

    def start(self, now: float) -> None:
        self.started = now
        self.process = FORK.Process(target=begin_child, args=(self.run, os.getpid()), name=self.name)
        self.process.start()


def begin_child(run: Callable[[], None], parent: int) -> None:
    """In the fork: belong to the parent for life, share its memory's places, forget its signal handlers, then be the child."""
    die_with_parent(parent)
    share_arenas()
    for number in STOPPING:
        signal.signal(number, signal.SIG_DFL)
    try:
        run()
    except Exception as error:
        log.error("a child ended: %s", say_where(type(error), error.__traceback__))
        raise SystemExit(1) from None


def reserve_port(host: str, port: int) -> socket.socket:
    """A socket bound to the address but not yet listening: nobody else can take it, nobody can connect.

    Raises PortTaken, or OSError when the address is none of this machine's.
    """
    family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    reserved = socket.socket(family, kind, protocol)
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        reserved.bind(address)
    except OSError as error:
        reserved.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(f"端口 {port} 已被占用 / port {port} is taken by another program") from error
        error.filename = host  # for the sentence that says what is wrong
        raise
    return reserved


def open_port(reserved: socket.socket) -> None:
    """Starts listening. Raises PortTaken when somebody else bound it in the same moment."""
    try:
        reserved.listen(2048)
    except OSError as error:
        raise PortTaken("端口已被占用 / the port is taken by another program") from error


@contextmanager
def own_folder(data_dir: Path) -> Iterator[None]:
    """Holds the data folder, so that two servers never write one embedded database. Raises PortTaken, OSError.

    A POSIX lock: children do not inherit it, and it is gone with this process however that ends.
    """
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data_dir / SERVE_LOCK).open("a", encoding="utf-8") as lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise PortTaken(f"{data_dir} 正由另一个访视服务使用 / is in use by another Fangshi") from error
        yield


def check_certificate(listening: Listening) -> None:
    """Raises ConfigInvalid when certificate and key cannot be read, do not belong together, or are under a password."""
    if not listening.certificate:
        return
    try:  # an empty password: without any, the terminal would be asked for it
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(*listening.certificate, password="")
    except OSError as error:
        files = f"{listening.tls_cert}, {listening.tls_key}: {error.strerror or error}"
        raise ConfigInvalid([f"证书或私钥用不了 / the certificate or key cannot be used: {files}"]) from None


def forget_first_administrator() -> None:
    """The password is used up by now: no program that is started from here inherits it."""
    for name in FIRST_ADMINISTRATOR:
        os.unsetenv(name)


class Supervisor:
    """Starts the children, starts again what dies, and ends everything on SIGTERM, SIGINT or SIGHUP."""

    def __init__(self, children: list[Child]) -> None:
        self.children = children
        self.stopping = False

    def run(self, greeting: str, health: str) -> int:
        """Runs until told to stop; 0, or 1 when a child cannot stay alive. Prints the greeting once /healthz answers."""
        adopt_orphans()
        for number in STOPPING:
            signal.signal(number, self.ask_to_stop)
        announced = False
        result = 0
        while not self.stopping:
            if not all(self.keep_alive(child, time.monotonic()) for child in self.children):
                result = 1
                break
            if not announced and answers(health):
                print(greeting, flush=True)
                announced = True
            time.sleep(LOOK_EVERY)
        self.stop_all()
        return result

    def ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def keep_alive(self, child: Child, now: float) -> bool:
        """Starts the child when it is not running and its wait is over; False when it failed too often."""
        if child.process is not None:
            code = child.process.exitcode
            if code is None:
                return True
            child.process.close()
            child.process = None
            child.failures = 0 if now - child.started > STEADY_AFTER else child.failures + 1
            child.start_at = now + min(2.0 ** (child.failures - 1) if child.failures else 0.0, 30.0)
            print(f"fangshi: {child.name} ended with {code}", file=sys.stderr, flush=True)
        if child.failures >= MOST_FAILURES:
            print(f"fangshi: {child.name} 一再停止，服务结束 / keeps ending; giving up", file=sys.stderr, flush=True)
            return False
        if now >= child.start_at:
            child.start(now)
        return True

    def stop_all(self) -> None:
        """SIGTERM to each child, then SIGKILL to what is left of them and below them when the time is up."""
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_WITHIN
        for process in running:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.exitcode is None:
                process.kill()
                process.join()
        end_orphans()


def answers(url: str) -> bool:
    """Whether /healthz says 200. The certificate is not checked: this asks only ourselves."""
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting))
    try:
        with direct.open(url, timeout=2) as response:
            return bool(response.status == 200)
    except (URLError, OSError, ValueError):
        return False


def own_address(listening: Listening, port: int) -> str:
    """The address under which this machine reaches its own server."""
    scheme = "https" if listening.tls_cert else "http"
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(listening.host, listening.host)  # noqa: S104 - compared, not bound
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    return f"{scheme}://{host}:{port}/"


def load_children() -> None:
    """Imports what the children run, once for both, and makes the application. Before a database is opened: mod_spatialite
    brings libraries that those of GDAL and PROJ must not follow, or the process ends with a fault of its memory.

    Nothing of it is rubbish: it is not searched for any while it grows, nor ever after, and stays shared in memory.

    geo/pinyin.py reads single characters: without pypinyin's phrases each process that comes to read a name is 40 MB smaller.
    """
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    gc.disable()
    import server.timetable  # noqa: F401
    from server.web_process import make_app

    make_app()  # here: a child that makes it for itself writes into 20 MB of what is shared
    gc.freeze()
    gc.enable()


def supervise(config: Config, reserved: socket.socket, listening: Listening, more: str = "") -> int:
    """Runs web and timetable over a prepared data folder until told to stop. Returns the exit code.

    `more` is printed below the address once the server answers.
    """
    # here, once for both children, and not for commands that only hold the folder
    from server.timetable import run_timetable
    from server.web_process import run_web

    forget_first_administrator()
    logs.install()
    open_port(reserved)
    address = own_address(listening, reserved.getsockname()[1])
    children = [
        Child("web", partial(run_web, config, reserved.fileno(), listening.certificate)),
        Child("timetable", partial(run_timetable, config)),
    ]
    let_go_of_programs()
    return Supervisor(children).run(f"Fangshi: {address}{more}", f"{address}healthz")
