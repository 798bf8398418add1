import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption

from server.cli import main
from server.serving import (
    Child,
    Listening,
    PortTaken,
    Supervisor,
    answers,
    forget_first_administrator,
    open_port,
    own_address,
    reserve_port,
)
from tests.certificates import make_certificate
from tests.serving import ADMIN, RunningServer, group_members, running_server, start_server


def ask(url: str) -> tuple[int, dict[str, object]]:
    context = ssl._create_unverified_context() if url.startswith("https") else None
    with urllib.request.urlopen(url, timeout=60, context=context) as response:
        return response.status, json.loads(response.read())


@dataclass
class Refused:
    """What `fangshi serve` said and returned when it did not serve."""

    code: int
    said: str


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Refused]:
    """Runs the command in this process, up to where it would start to serve."""

    def run(data_dir: Path, *words: str, **settings: str) -> Refused:
        for name in [name for name in os.environ if name.startswith("FANGSHI_")]:
            monkeypatch.delenv(name)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("server.cli.serving.supervise", lambda *_: pytest.fail("it would have served"))
        try:
            code = main(["serve", "--data", str(data_dir), *words])
        except SystemExit as left:
            code = int(left.code or 0)
        return Refused(code, capfd.readouterr().err)

    return run


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server for the tests that only look at it, in a folder that was not there."""
    with running_server(tmp_path_factory.mktemp("served") / "新 data") as running:
        yield running


def test_a_missing_folder_becomes_a_server_that_is_well(server: RunningServer) -> None:
    status, body = ask(f"{server.url}healthz")
    assert (status, body["schemaCurrent"]) == (200, True)
    timetable = body["timetable"]
    assert isinstance(timetable, dict) and "running" in timetable


def test_everything_is_in_one_process_group_and_sigterm_ends_it_within_ten_seconds(tmp_path: Path) -> None:
    server = start_server(tmp_path / "data")
    assert len(server.web_processes()) == 1
    wait_until(lambda: count_timetables(server) == 1)  # workers are begun one after the other
    assert server.stop() < 10
    assert server.process.returncode == 0
    assert server.members() == {}


def count_timetables(server: RunningServer) -> int:
    """What is below the supervisor and has nothing to do with the web."""
    parents = server.members()
    above = set(parents.values())
    return sum(parent == server.process.pid and pid not in above for pid, parent in parents.items())


def test_nothing_outlives_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    server = start_server(tmp_path / "data")
    assert len(server.members()) >= 4
    server.process.send_signal(signal.SIGKILL)
    server.process.wait(20)
    wait_until(lambda: server.members() == {})


def test_a_web_process_that_dies_is_started_again(tmp_path: Path) -> None:
    with running_server(tmp_path / "data") as server:
        [web] = server.web_processes()
        os.kill(web, signal.SIGKILL)
        wait_until(lambda: web not in server.members())
        wait_until(lambda: answers(f"{server.url}healthz"))
        assert len(server.web_processes()) == 1


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_taken_port_is_exit_3_and_makes_no_data(tmp_path: Path, serve: Callable[..., Refused]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = serve(tmp_path / "data", "--port", str(other.getsockname()[1]), **ADMIN)
    assert done.code == 3
    assert "taken by another program" in done.said
    assert not (tmp_path / "data").exists()


def test_a_data_folder_in_use_is_exit_3(server: RunningServer, serve: Callable[..., Refused]) -> None:
    refused = serve(server.data_dir, "--port", "0", **ADMIN)
    assert refused.code == 3
    assert "in use by another Fangshi" in refused.said


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"FANGSHI_ADMIN_EMAIL": "a@town.lan"}, "FANGSHI_ADMIN_PASSWORD is not set"),
        ({"FANGSHI_ADMIN_PASSWORD": "three green hills"}, "FANGSHI_ADMIN_EMAIL is not set"),
        ({"FANGSHI_ADMIN_EMAIL": "nobody", "FANGSHI_ADMIN_PASSWORD": "three green hills"}, "no e-mail address"),
        ({"FANGSHI_ADMIN_EMAIL": "a@town.lan", "FANGSHI_ADMIN_PASSWORD": "short"}, "10"),
        ({"FANGSHI_ADMIN_EMAIL": "a@town.lan", "FANGSHI_ADMIN_PASSWORD": "password123"}, "guessed"),
        ({"FANGSHI_PUBLIC_URL": "town"}, "FANGSHI_PUBLIC_URL"),
    ],
)
def test_settings_that_cannot_be_used_are_exit_2_with_the_reason(
    tmp_path: Path, serve: Callable[..., Refused], settings: dict[str, str], says: str
) -> None:
    done = serve(tmp_path / "data", "--port", "0", **settings)
    assert done.code == 2
    assert says in done.said
    assert "Traceback" not in done.said


def test_an_administrators_settings_are_ignored_once_there_is_a_user(tmp_path: Path) -> None:
    with running_server(tmp_path / "data"):
        pass
    with running_server(tmp_path / "data", FANGSHI_ADMIN_EMAIL="b@town.lan", FANGSHI_ADMIN_PASSWORD="short") as server:
        assert ask(f"{server.url}healthz")[0] == 200


def test_with_nobody_named_a_set_up_link_is_printed_before_the_port_opens(tmp_path: Path) -> None:
    with running_server(tmp_path / "data", FANGSHI_ADMIN_EMAIL="", FANGSHI_ADMIN_PASSWORD="") as server:
        link = next(line for line in server.lines if "/join/" in line).split()[-1]
        assert link.startswith(f"{server.url}join/")
        with urllib.request.urlopen(link, timeout=60) as page:
            assert page.status == 200


def test_no_program_started_from_the_server_inherits_the_administrators_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FANGSHI_ADMIN_PASSWORD", "three green hills")
    forget_first_administrator()
    assert "three green hills" not in subprocess.run(["env"], capture_output=True, text=True).stdout


def test_a_certificate_makes_it_https(tmp_path: Path) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    make_certificate(cert, key)
    with running_server(tmp_path / "data", "--tls-cert", str(cert), "--tls-key", str(key)) as server:
        assert server.url.startswith("https://")
        assert ask(f"{server.url}healthz")[0] == 200


def test_a_certificate_that_cannot_be_read_is_exit_2(tmp_path: Path, serve: Callable[..., Refused]) -> None:
    (tmp_path / "cert.pem").write_text("no certificate")
    words = ("--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "none.pem"))
    done = serve(tmp_path / "data", "--port", "0", *words, **ADMIN)
    assert done.code == 2
    assert f"cannot be used: {tmp_path / 'cert.pem'}" in done.said


def test_one_half_of_a_certificate_is_exit_2(tmp_path: Path, serve: Callable[..., Refused]) -> None:
    done = serve(tmp_path / "data", "--tls-cert", "x.pem", **ADMIN)
    assert done.code == 2
    assert "go together" in done.said


def test_a_key_under_a_password_is_exit_2_and_nobody_is_asked_for_it(
    tmp_path: Path, serve: Callable[..., Refused]
) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    make_certificate(cert, key, BestAvailableEncryption(b"secret"))
    done = serve(tmp_path / "data", "--port", "0", "--tls-cert", str(cert), "--tls-key", str(key), **ADMIN)
    assert done.code == 2
    assert "[SSL]" in done.said  # a terminal that does not answer would be another error


def test_nobody_connects_to_a_port_that_is_only_reserved() -> None:
    with reserve_port("127.0.0.1", 0) as reserved:
        address = reserved.getsockname()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address, timeout=2)
        with pytest.raises(PortTaken), reserve_port("127.0.0.1", address[1]) as second:
            open_port(reserved)
            open_port(second)


def test_a_child_that_keeps_failing_ends_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.serving.LOOK_EVERY", 0.01)
    monkeypatch.setattr("server.serving.STEADY_AFTER", 1e9)  # the clock below runs a thousand times too fast
    monkeypatch.setattr("server.serving.answers", lambda _url: False)
    monkeypatch.setattr(
        "server.serving.adopt_orphans", lambda: None
    )  # this process is pytest, with children of its own
    monkeypatch.setattr("server.serving.end_orphans", lambda: None)
    supervisor = Supervisor([Child("web", partial(os._exit, 1))])
    monkeypatch.setattr(time, "monotonic", iter(range(0, 100_000, 5)).__next__)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        assert supervisor.run("Fangshi: x", "http://x/healthz") == 1
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


LEAVES_A_GRANDCHILD = """
import subprocess, time
from server.serving import Child, Supervisor

def run():
    subprocess.Popen(["sleep", "600"])
    time.sleep(600)

Supervisor([Child("web", run)]).run("", "http://127.0.0.1:1/healthz")
"""


def test_what_a_child_started_does_not_outlive_the_supervisor_either() -> None:
    process = subprocess.Popen([sys.executable, "-c", LEAVES_A_GRANDCHILD], start_new_session=True)
    deadline = time.monotonic() + 30
    while len(group_members(process.pid)) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.terminate()
    process.wait(20)
    assert group_members(process.pid) == {}


def test_no_child_loads_the_phrases_of_pinyin() -> None:
    """The timetable did, for comparing names: 44 MB."""
    looks = "from server.serving import load_children; load_children()\n"
    looks += "from geo.pinyin import syllables_of; print(syllables_of('六'))\n"
    looks += "from pypinyin.constants import PHRASES_DICT; print(len(PHRASES_DICT))"
    environ = {name: value for name, value in os.environ.items() if name != "PYPINYIN_NO_PHRASES"}
    done = subprocess.run([sys.executable, "-c", looks], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["[('liu', 'lu')]", "0"]


def test_the_application_is_made_before_there_is_any_child() -> None:
    """A child that makes it for itself writes into 20 MB of what it shares with the others."""
    looks = "from server.serving import load_children; load_children()\n"
    looks += "from server.web_process import make_app; print(make_app.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", looks], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


@pytest.mark.parametrize(
    ("host", "tls", "address"),
    [
        ("0.0.0.0", None, "http://127.0.0.1:8383/"),
        ("::", None, "http://[::1]:8383/"),
        ("::1", None, "http://[::1]:8383/"),
        ("fangshi.lan", Path("c"), "https://fangshi.lan:8383/"),
    ],
)
def test_the_address_told_is_one_that_this_machine_reaches(host: str, tls: Path | None, address: str) -> None:
    assert own_address(Listening(host, 8383, tls, tls), 8383) == address
