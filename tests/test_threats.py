"""Rows of docs/security.md that no module's own test shows: the whole server, attacked or let down by its machine."""

import ast
import errno
import gc
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from pysqlite3 import dbapi2 as pysqlite
from sqlalchemy import func, select, text

from forms.xlsform import convert_xlsform
from server import blobs
from server.db import Database
from server.models import Submission
from server.upgrading import schema_heads
from tests.client import Client
from tests.conftest import Clock, Listen
from tests.forms.workbooks import SETTINGS, workbook
from tests.making import a_record, an_xform, new_id
from tests.sizes import size

ROOT = Path(__file__).parent.parent
# Who may speak over a network at all, and to whom.
SPEAKERS = {
    "server/serving.py": "asks its own web process whether it is well",
    "server/demo/door.py": "speaks to its own web process as a phone",
    "server/followups/smtp.py": "the mail server of the settings",
    "server/access/openid.py": "judges what the sign-in server of the settings said",
    "server/access/openid_wire.py": "the sign-in server of the settings",
    "server/access/outbound.py": "an address that was looked at, inside of no network but what the settings name",
    "server/moving/central_client.py": "the server that was named at the terminal, and where it sends on to, by outbound.py",
    "server/moving/answers.py": "reads what central_client.py was answered, and asks for nothing",
    "server/followups/chat.py": "the bots and hooks that somebody set up, through outbound.py alone",
}
CLIENTS = {"requests", "httpx", "aiohttp", "urllib3", "urllib.request", "http.client", "smtplib", "ftplib", "authlib"}


def count_records(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(Submission)) or 0


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_nothing_of_ours_can_fetch_what_a_document_names() -> None:
    """Row 13: the few that speak over a network speak to an address of the settings or to themselves."""
    found = set()
    for top in ("forms", "geo", "server"):
        for path in (ROOT / top).rglob("*.py"):
            if "node_modules" in path.parts or not CLIENTS & {
                part for name in imported(path) for part in (name, name.split(".")[0])
            }:
                continue
            found.add(path.relative_to(ROOT).as_posix())
    assert found <= SPEAKERS.keys()


@contextmanager
def a_trap() -> Iterator[tuple[int, list[object]]]:
    """A port on which somebody waits for a connection that must not come."""
    caught: list[object] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def wait() -> None:
            try:
                connection, address = server.accept()
            except OSError:
                return
            caught.append(address)
            connection.close()

        threading.Thread(target=wait, daemon=True).start()
        yield server.getsockname()[1], caught
        server.shutdown(socket.SHUT_RDWR)


def test_no_address_in_a_form_a_workbook_or_a_record_is_visited(as_bob: Client, phone: Client, project_id: int) -> None:
    """Row 13: an external instance, a linked workbook part, a DTD, a schema's location, an XInclude."""
    with a_trap() as (port, caught):
        url = f"http://127.0.0.1:{port}/x"
        instance = f'<instance id="a" src="{url}.xml"/>'
        form = an_xform("fetching").replace(b"</instance>", b"</instance>" + instance.encode(), 1)
        as_bob.post(f"/projects/{project_id}/forms?ignoreWarnings=true", data=form, content_type="application/xml")
        survey = [("type", "name", "label"), ("xml-external", "a", url), ("text", "name", url)]
        convert_xlsform(workbook(survey=survey, settings=SETTINGS), "xlsx")
        for evil in (
            f'<!DOCTYPE data SYSTEM "{url}.dtd"><data id="visit"/>',
            f'<data id="visit" xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{url}"/></data>',
            f'<data id="visit" xmlns:s="http://www.w3.org/2001/XMLSchema-instance" s:noNamespaceSchemaLocation="{url}"/>',
        ):
            phone.send(project_id, evil.encode())
    assert caught == []


def an_upload(xml: bytes, photos: int) -> bytes:
    """A submission's body, written here: the test client would leave a spooled file behind."""
    head = 'Content-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'
    parts = [("xml_submission_file", xml), *((f"{number}.jpg", b"x") for number in range(photos))]
    body = b"".join(b"--b\r\n" + head.format(name=name).encode() + data + b"\r\n" for name, data in parts)
    return body + b"--b--\r\n"


# werkzeug leaves the parts of an upload that it gave up to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_a_thousand_parts_and_more_or_too_much_xml_are_refused(
    phone: Client, project_id: int, database: Database
) -> None:
    """Rows 2, 26, 27: in the client's own words, and nothing is kept."""
    path, kind = f"/projects/{project_id}/submission", "multipart/form-data; boundary=b"
    for body in (an_upload(a_record(), 1001), an_upload(a_record(note="x" * 10_000_001), 0)):
        answer = phone.post(path, data=body, content_type=kind)
        assert answer.status_code in (400, 413) and b"OpenRosaResponse" in answer.data
    gc.collect()
    assert count_records(database) == 0
    assert phone.post(path, data=an_upload(a_record(), 900), content_type=kind).status_code == 201


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_full_disk_is_said_so_keeps_nothing_half_and_needs_no_restart(
    phone: Client, project_id: int, database: Database, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Row 37: 503 with Retry-After, after which a phone tries again by itself."""
    record, photo = a_record(photo="1.jpg"), {"1.jpg": b"\xff\xd8\xff\xe0"}

    def fail(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as full:
        full.setattr(blobs.os, "fsync", fail)
        answer = phone.send(project_id, record, photo)
        assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
        assert phone.get(f"/projects/{project_id}/formList").status_code == 200
    assert count_records(database) == 0
    assert phone.send(project_id, record, photo).status_code == 201


@pytest.mark.parametrize("photo", [True, False], ids=["a photo to seal", "answers to seal"])
def test_while_the_key_file_is_away_phones_are_told_to_come_again(
    app: Flask, phone: Client, project_id: int, database: Database, monkeypatch: pytest.MonkeyPatch, photo: bool
) -> None:
    """Row 37: the key may lie on a disk of its own, and that is gone for a while."""
    record, files = a_record(photo="1.jpg" if photo else ""), {"1.jpg": b"\xff\xd8\xff\xe0"} if photo else {}
    with monkeypatch.context() as away:
        for ring in (database.keys, app.extensions["fangshi.keys"]):
            away.setattr(ring, "path", Path("no/such/key"))
            away.setattr(ring, "look_at", 0.0)
        answer = phone.send(project_id, record, files)
        assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    assert count_records(database) == 0
    assert phone.send(project_id, record, files).status_code == 201


@contextmanager
def somebody_who_holds_the_lock(database: Database) -> Iterator[None]:
    """Another connection that writes and does not come to an end; whoever waits gives up soon."""
    if database.is_sqlite:
        holder = pysqlite.connect(str(database.engine.url.database), isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")
        holder.close()
        return
    with database.engine.connect() as connection, connection.begin():
        connection.execute(text("LOCK TABLE submission IN SHARE MODE"))
        yield


def give_up_soon(database: Database, listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    """All connections that are made from now on wait a fifth of a second for a lock."""
    monkeypatch.setattr("server.db.PATIENCE", 0.2)
    if database.is_sqlite:
        return
    database.engine.dispose()

    def hurry(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute("SET lock_timeout = 200")
        cursor.close()
        connection.commit()  # type: ignore[attr-defined]

    listen("connect", hurry)


def test_whoever_waits_in_vain_for_the_database_is_told_to_come_again(
    phone: Client, project_id: int, database: Database, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 38: 503 with Retry-After while somebody holds the lock; reads go on; afterwards all is well."""
    give_up_soon(database, listen, monkeypatch)
    record = a_record()
    with somebody_who_holds_the_lock(database):
        answer = phone.send(project_id, record)
        assert (answer.status_code, bool(answer.headers["Retry-After"])) == (503, True)
        assert phone.get(f"/projects/{project_id}/formList").status_code == 200
    assert count_records(database) == 0
    assert phone.send(project_id, record).status_code == 201


UPGRADE = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from sqlalchemy import event
from server.db import Database
from server.upgrading import upgrade
folder, kill_at = Path(sys.argv[1]), int(sys.argv[2])
database = Database(f"sqlite:///{folder / 'fangshi.db'}", folder / "secret.key")
done = 0
@event.listens_for(database.engine, "before_cursor_execute")
def count(*_):
    global done
    done += 1
    if done == kill_at:
        os.kill(os.getpid(), signal.SIGKILL)
upgrade(database, folder, datetime(2026, 3, 2, tzinfo=UTC))
print(done)
"""


def run_upgrade(folder: Path, kill_at: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(UPGRADE), str(folder), str(kill_at)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_an_upgrade_that_is_killed_anywhere_leaves_the_old_schema_and_goes_through_the_next_time(
    tmp_path: Path,
) -> None:
    """Row 41: SIGKILL at statements all along the migrations."""
    whole = tmp_path / "whole"
    whole.mkdir()
    done = run_upgrade(whole, 0)
    statements = int(done.stdout)
    assert statements > 50, done.stderr
    kills = size("upgrade_kills")
    for number in range(kills):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert run_upgrade(folder, int(statements * (number + 0.7) / kills)).returncode == -signal.SIGKILL
        with closing(pysqlite.connect(str(folder / "fangshi.db"))) as left:
            tables = {row[0] for row in left.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            versions = left.execute("SELECT version_num FROM alembic_version").fetchall() if "form" in tables else []
        assert "submission" not in tables or versions == [(schema_heads()[1],)], "all of it or nothing"
        again = run_upgrade(folder, 0)
        assert again.returncode == 0, again.stderr


def test_an_instant_is_no_cursor_a_record_that_comes_while_the_clock_is_back_is_not_passed_over(
    app: Flask, as_bob: Client, phone: Client, project_id: int, clock: Clock
) -> None:
    """Row 39: who reads page by page gets every record once, although a later one has an earlier time."""
    feed = f"/projects/{project_id}/forms/visit.svc/Submissions"
    first = [new_id() for _ in range(3)]
    for instance_id in first:
        phone.send(project_id, a_record(instance_id=instance_id))
    page = as_bob.get(feed, query_string={"$top": 2}).json
    seen = [row["__id"] for row in page["value"]]
    clock.forward(days=-1)
    late = new_id()
    phone.send(project_id, a_record(instance_id=late))
    rest = as_bob.get("/projects" + page["@odata.nextLink"].partition("/projects")[2]).json
    seen += [row["__id"] for row in rest["value"]]
    assert set(first) <= set(seen) and len(seen) == len(set(seen))
    assert {row["__id"] for row in as_bob.get(feed).json["value"]} == {*first, late}
