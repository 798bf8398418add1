import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from server import web_process
from server.config import Config
from server.postgresql import share_out
from server.serving import open_port, reserve_port
from server.web_process import gunicorn_settings
from server.workplaces import MOST
from tests.sizes import size

PATIENCE = 4.0  # seconds; the real limit is thirty
LONGEST_END = 60  # seconds for requests that are under way when it is told to end; the real limit is seven
ECHO = """
import json, os, sys
from pathlib import Path
from server import web_process
from server.config import Config
from server.parentage import die_with_parent
from server.web.at_work import AtWork

def echo(environ, start_response):
    try:
        body = environ["wsgi.input"].read()
        short = len(body) < int(environ.get("CONTENT_LENGTH") or 0)
    except Exception:
        body, short = b"", True
    start_response("400 Bad Request" if short else "200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"uri": environ["RAW_URI"], "bytes": len(body), "worker": os.getpid()}).encode()]

class Echo(web_process.WebProcess):
    def load_config(self):
        super().load_config()
        self.cfg.set("graceful_timeout", int(sys.argv[4]))

    def load(self):
        return AtWork(echo)

web_process.HEADERS_WITHIN = float(sys.argv[3])
die_with_parent(int(sys.argv[2]))
Echo(Config(data_dir=Path(".")), int(sys.argv[1]), None).run()
"""


@dataclass
class Running:
    port: int
    process: subprocess.Popen[bytes]

    def get(self, path: str = "/") -> dict[str, object]:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as client:
            client.request("GET", path)
            answer: dict[str, object] = json.loads(client.getresponse().read())
            return answer

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)


@contextlib.contextmanager
def echoing() -> Iterator[Running]:
    """The web process over an application that tells what it was sent."""
    with reserve_port("127.0.0.1", 0) as reserved:
        open_port(reserved)
        process = subprocess.Popen(
            [sys.executable, "-c", ECHO, str(reserved.fileno()), str(os.getpid()), str(PATIENCE), str(LONGEST_END)],
            pass_fds=(reserved.fileno(),),
        )
        port = reserved.getsockname()[1]
    try:
        yield Running(port, process)
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def web() -> Iterator[Running]:
    with echoing() as running:
        running.get()
        yield running


@pytest.fixture
def own_web() -> Iterator[Running]:
    """One to be ended by the test."""
    with echoing() as running:
        running.get()
        yield running


def test_the_address_arrives_as_it_was_sent(web: Running) -> None:
    assert web.get("/v1/a%2Fb/%E6%9D%91/./c?x=%20")["uri"] == "/v1/a%2Fb/%E6%9D%91/./c?x=%20"


def test_a_body_in_chunks_arrives_whole(web: Running) -> None:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", web.port, timeout=20)) as client:
        client.request("POST", "/", iter([b"x" * 70_000, b"y" * 10]), encode_chunked=True)
        assert json.loads(client.getresponse().read())["bytes"] == 70_010


def read_all(client: socket.socket) -> bytes:
    """All that came before the end, which may be a reset: what was sent and not read is given up by the server."""
    came = b""
    with contextlib.suppress(ConnectionResetError):
        while part := client.recv(65536):
            came += part
    return came


@pytest.mark.parametrize("length", [8000, 20_000, 32_760])
def test_an_address_that_asks_after_five_hundred_entities_is_taken(web: Running, length: int) -> None:
    line = b"GET /" + b"a" * (length - len(b"GET / HTTP/1.1")) + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with web.connect() as client:
        client.sendall(line)
        assert read_all(client).startswith(b"HTTP/1.1 200")


def test_a_longer_address_is_a_clear_400(web: Running) -> None:
    with web.connect() as client:
        client.sendall(b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        assert read_all(client).startswith(b"HTTP/1.1 4")


def test_a_request_with_two_lengths_is_refused(web: Running) -> None:
    with web.connect() as client:
        client.sendall(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil"
        )
        answer = read_all(client)
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"evil" not in answer


def test_slow_headers_hold_no_thread_and_are_cut_off(web: Running) -> None:
    web.get()
    slow = [web.connect() for _ in range(size("slow_clients"))]
    idle = [web.connect() for _ in range(40)]
    for client in slow:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    started = time.monotonic()
    for _ in range(5):
        web.get()
    assert time.monotonic() - started < PATIENCE, "others waited for the slow ones"
    for client in slow + idle:
        assert read_all(client) == b""
        client.close()


def test_headers_that_come_in_pieces_are_answered(web: Running) -> None:
    with web.connect() as client:
        for piece in (b"GET /pie", b"ces HTTP/1.1\r\nHo", b"st: x\r\nConnection: close\r\n", b"\r\n"):
            client.sendall(piece)
            time.sleep(0.2)
        assert b"/pieces" in read_all(client)


def test_a_connection_is_used_for_one_request_after_the_other(web: Running) -> None:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", web.port, timeout=20)) as client:
        for number in range(3):
            client.request("POST", f"/{number}", b"x" * 1000)
            assert json.loads(client.getresponse().read())["uri"] == f"/{number}"


def test_those_who_ask_on_and_on_keep_nobody_out(web: Running) -> None:
    """More of them than there are threads, and each asks again as soon as it has its answer."""
    over = threading.Event()

    def ask_on() -> None:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", web.port, timeout=20)) as client:
            while not over.is_set():
                client.request("GET", "/again")
                client.getresponse().read()

    busy = [threading.Thread(target=ask_on, daemon=True) for _ in range(web_process.THREADS + 4)]
    for one in busy:
        one.start()
    try:
        assert [web.get(f"/{number}")["uri"] for number in range(3)] == ["/0", "/1", "/2"]
    finally:
        over.set()
        for one in busy:
            one.join(20)


def test_all_threads_of_a_worker_are_on_one_core(web: Running) -> None:
    worker = int(str(web.get()["worker"]))
    cores = {frozenset(os.sched_getaffinity(int(task.name))) for task in Path(f"/proc/{worker}/task").iterdir()}
    assert [len(one) for one in cores] == [1]


def test_two_requests_sent_at_once_are_both_answered(web: Running) -> None:
    with web.connect() as client:
        client.sendall(b"GET /one HTTP/1.1\r\nHost: x\r\n\r\nGET /two HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = read_all(client)
    assert b"/one" in answer and b"/two" in answer


def test_idle_connections_do_not_delay_the_end(own_web: Running) -> None:
    waiting = [own_web.connect() for _ in range(3)]
    waiting[0].sendall(b"GET / HT")
    time.sleep(0.2)
    own_web.process.terminate()
    own_web.process.wait(LONGEST_END * 2 / 3)
    for client in waiting:
        client.close()


def test_a_header_that_trickles_is_cut_off_too(web: Running) -> None:
    with web.connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        started = time.monotonic()
        with contextlib.suppress(OSError):
            while time.monotonic() - started < 20:
                client.sendall(b"a")
                time.sleep(0.2)
        assert time.monotonic() - started < 15


def test_a_slow_body_is_refused_and_its_late_bytes_start_no_request(web: Running) -> None:
    with web.connect() as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc")
        time.sleep(PATIENCE + 0.5)
        with contextlib.suppress(OSError):
            client.sendall(b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = read_all(client)
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"smuggled" not in answer


def test_bodies_that_are_still_coming_keep_nobody_out(web: Running) -> None:
    """As many as work at once; each gets more than it has to be given, in time."""
    coming = [web.connect() for _ in range(MOST)]
    for one in coming:
        one.sendall(b"POST /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nab")
    time.sleep(0.2)
    started = time.monotonic()
    assert web.get("/quick")["uri"] == "/quick"
    assert time.monotonic() - started < PATIENCE / 2
    for one in coming:
        one.sendall(b"cd")
        assert b'"bytes": 4' in read_all(one)
        one.close()


def test_a_worker_does_not_outlive_a_killed_web_process(own_web: Running) -> None:
    worker = own_web.get()["worker"]
    assert isinstance(worker, int) and worker != own_web.process.pid
    os.kill(worker, signal.SIGSTOP)  # gunicorn's own look, a second later, is not what ends it
    own_web.process.send_signal(signal.SIGKILL)
    own_web.process.wait(20)
    for _ in range(300):
        if not lives(worker):
            return
        time.sleep(0.1)
    os.kill(worker, signal.SIGKILL)
    pytest.fail("the worker lives on")


def lives(pid: int) -> bool:
    try:
        return "zombie" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_sqlite_has_one_process_and_postgresql_several(tmp_path: Path) -> None:
    embedded = gunicorn_settings(Config(tmp_path), 3, None)
    assert (embedded["workers"], embedded["threads"]) == (1, 32)
    apart = gunicorn_settings(Config(tmp_path, database_url="postgresql://x/y"), 3, (Path("cert"), Path("key")))
    share = share_out(90, os.cpu_count() or 1)
    assert (apart["workers"], apart["threads"]) == (share.processes, min(32, share.most_threads))
    assert (apart["certfile"], apart["keyfile"]) == ("cert", "key")
