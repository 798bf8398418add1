"""What is in the logs of a served process after a day of everything going wrong: kinds, places, counts, and nobody."""

import logging
import socket
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import requests

from server.db import Database
from server.logs import make_discreet, scrub
from tests.making import a_record
from tests.served_project import a_reader, database_of, make_project, sign_in
from tests.serving import ADMIN_EMAIL, ADMIN_PASSWORD, RunningServer, running_server

TOKEN = "Zq" * 32


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Error handling request /v1/key/abc!$/projects/1", "Error handling request /v1/key/…/projects/1"),
        ("POST /join/abc done", "POST /join/… done"),
        ("GET /calendar/abc!$d.ics failed", "GET /calendar/… failed"),
        ("GET /v1/projects?st=abc", "GET /v1/projects?…"),
        ("GET /people?q=王秀英&x=1 failed", "GET /people?… failed"),
        (
            "Error handling request GET /v1/projects/1/forms/visit/submissions/uuid:1/attachments/wang.jpg",
            "Error handling request GET /v1/projects/1/forms/visit/submissions/uuid:1/attachments/…",
        ),
        ("Error handling request GET /review/12/%E7%8E%8B.jpg", "Error handling request GET /review/12/…"),
        ("GET /v1/projects/1/datasets/%E7%8E%8B/entities", "GET /v1/projects/1/datasets/…/entities"),
        ("sent to wang.li@town.example today", "sent to …@… today"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer …"),
        ("authorization: basic d2FuZzpwdw==", "authorization: basic …"),
        (f"token {TOKEN} is old", "token … is old"),
        ("postgresql://office:s3cret@db/town", "…@…"),
        ("at 30.12345, 105.23456", "at …, …"),
        ("Invalid request from ip=10.0.0.9: Invalid HTTP request line: 'GET /王 X'", "Invalid request from ip=10.0.0.9"),
        ("Invalid request from ip=::1: bad 王\nx", "Invalid request from ip=::1"),
        ("job outbox failed: OperationalError", "job outbox failed: OperationalError"),
        ("0b1df0d35fc1 2b7a9a52-9d1c-4a53-8a57-0c4d3a5b7f21", "0b1df0d35fc1 2b7a9a52-9d1c-4a53-8a57-0c4d3a5b7f21"),
        ("deriver place failed on version 17: GeoError", "deriver place failed on version 17: GeoError"),
    ],
)  # fmt: skip
def test_keys_addresses_queries_and_degrees_are_taken_out_and_the_rest_stays(said: str, kept: str) -> None:
    assert scrub(said) == kept


def a_line(name: str, message: str, *args: object, error: BaseException | None = None) -> str:
    about = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(name, logging.ERROR, "/x/pool.py", 12, message, args, about)
    return logging.Formatter("%(name)s %(message)s").format(make_discreet(record))


def test_of_an_exception_the_kind_and_the_place_are_written_and_not_its_words() -> None:
    said = "王秀英 does not fit"
    try:
        raise ValueError(said)
    except ValueError as error:
        line = a_line("gunicorn.error", "Error handling request %s", "/m?name=王秀英", error=error)
    assert "王秀英" not in line
    assert line.startswith("gunicorn.error Error handling request /m?…\nValueError\n")
    assert "test_logs.py" in line


def test_of_others_libraries_only_who_and_where() -> None:
    assert a_line("sqlalchemy.pool", "[parameters: %s]", "王秀英") == "sqlalchemy.pool (words withheld) pool.py:12"
    with warnings.catch_warnings(record=True):
        assert "王" not in a_line("py.warnings", "SAWarning: 王")


def test_a_line_that_passes_twice_is_as_one_that_passed_once() -> None:
    record = logging.LogRecord("fangshi.x", logging.ERROR, "x", 1, "took %d of %s", (3, "/key/abc/1"), None)
    once = make_discreet(record).getMessage()
    assert make_discreet(record).getMessage() == once == "took 3 of /key/…/1"


SECRETS = {
    "name": "王秀英SENTINEL",
    "answer": "SENTINELANSWER",
    "email": "sentinel.person@town.example",
    "password": "sentinel green hills",
    "query": "SENTINELQUERY",
    "header": "SENTINELHEADER",
    "point": "30.0712345",
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running_server(tmp_path / "data") as running:
        yield running


def test_after_a_day_of_everything_going_wrong_no_log_tells_of_anybody(server: RunningServer) -> None:
    """threats.md 17 and 31: by every door, refused and broken, with words that nobody else would say."""
    key = make_project(server, SECRETS["name"])
    say_everything(server, key)
    break_everything(server, key)
    server.stop()
    told = "".join(server.lines)
    assert "unforeseen error" in told, "something did go wrong"
    assert "Invalid request from ip=" in told and "reads not written yet" in told
    spoken = {name: word for name, word in SECRETS.items() if word in told}
    assert spoken == {}
    assert key not in told and TOKEN not in told
    assert ADMIN_EMAIL not in told and ADMIN_PASSWORD not in told


def say_everything(server: RunningServer, key: str) -> None:
    record = a_record(note=SECRETS["answer"], gps=f"{SECRETS['point']} 105.2 0 5", photo=f"{SECRETS['answer']}.jpg")
    send = f"{server.api}/key/{key}/projects/1/submission"
    for body in (record, record[:-9], b"<x>" + SECRETS["answer"].encode()):
        requests.post(send, files={"xml_submission_file": ("x.xml", body, "text/xml")})
    requests.post(f"{server.api}/key/{TOKEN}/projects/1/submission", data=record)
    for _ in range(7):
        requests.post(f"{server.api}/sessions", json={"email": SECRETS["email"], "password": SECRETS["password"]})
    for path in ("v1/projects", "people", "review", "v1/projects/1/forms/visit.svc/Submissions"):
        requests.get(f"{server.url}{path}?q={quote(SECRETS['query'])}&$filter=x eq '{SECRETS['query']}'")
    for raw in (
        f"GET /{SECRETS['query']}?name={SECRETS['query']} NOTHTTP\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: x\r\n{SECRETS['header']} : {SECRETS['header']}\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: x\r\nX-Name: {SECRETS['header']}\x00\r\n\r\n",
        f"{SECRETS['header']}\r\n\r\n",
    ):
        speak_raw(server, raw.encode())


def break_everything(server: RunningServer, key: str) -> None:
    """The tables go away below a running server: what every door says then goes into its log."""
    database, kept, headers = database_of(server), server.api, sign_in(server)
    record = a_record(note=SECRETS["answer"])
    reader = a_reader(database, SECRETS["email"], SECRETS["password"], SECRETS["name"])
    rename(database, "reading", "reading_away")
    requests.get(f"{kept}/projects/1/datasets/x/entities", headers=headers)
    requests.get(f"{kept}/projects/1/forms/visit/submissions?q={SECRETS['query']}", headers=headers)
    read = requests.get(f"{kept}/projects/1/forms/visit/submissions", headers=reader)
    assert read.status_code == 200, "a look that cannot be written down is given all the same"
    rename(database, "submission_version", "version_away")
    send = f"{kept}/key/{key}/projects/1/submission"
    requests.post(send, files={"xml_submission_file": ("x.xml", record, "text/xml")})
    rename(database, "project", "project_away")
    for path in ("v1/projects", f"m?name={quote(SECRETS['name'])}", f"v1/key/{key}/projects/1/formList"):
        requests.get(f"{server.url}{path}", headers=headers)
    database.dispose()


def rename(database: Database, table: str, other: str) -> None:
    with database.writing_engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {other}")


def speak_raw(server: RunningServer, request: bytes) -> None:
    address = urlsplit(server.url)
    with closing(socket.create_connection((address.hostname, address.port), timeout=5)) as line:  # type: ignore[arg-type]
        line.sendall(request)
        line.settimeout(2)
        try:
            while line.recv(4096):
                pass
        except OSError:
            return
