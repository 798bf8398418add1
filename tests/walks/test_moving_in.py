"""A project moves from one server to another by the command; it is killed in the midst, and run again; its links go on."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from server import build_app, equip_app
from server.config import Config
from server.db import Database
from server.models import ActorPropertyValue, DatasetRule, Submission, SubmissionAttachment
from tests.client import Client
from tests.conftest import PASSWORD
from tests.making import a_form, a_phone, a_record
from tests.server.moving.conftest import address
from tests.serving import ROOT, serve_environment

__all__ = ["address"]
RECORDS = 130  # more than three times what is written in one transaction


def fill(app: Any, database: Database, project_id: int, manager: Client) -> dict[str, str]:
    """Records by a phone, and one by a link. The links' keys."""
    with database.transaction() as db:
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, a_form(db, project_id))
    phone = Client(app, key=token)
    links = open_the_square(manager, project_id)
    for number in range(RECORDS):
        photo, by = f"{number}.png", Client(app, key=links["spent"]) if number == 0 else phone
        sent = by.send(project_id, a_record(note=str(number), photo=photo), {photo: b"\x89PNG\r\n\x1a\n%d" % number})
        assert sent.status_code == 201
    return links


def open_the_square(manager: Client, project_id: int) -> dict[str, str]:
    """A list that is told by village, and two links to the form: one takes a single record, and took it. Their keys."""
    project = f"/projects/{project_id}"
    rules = [{"datasetProperty": "village", "actorProperty": "village"}]
    for path, sent in (
        ("/actor-properties", {"name": "village"}),
        ("/datasets", {"name": "wells"}),
        ("/datasets/wells/properties", {"name": "village"}),
        ("/datasets/wells/entities", {"label": "井", "data": {"village": "A1"}}),
    ):
        assert manager.post(project + path, json=sent).status_code == 200
    (phone,) = manager.get(project + "/app-users").json
    said = manager.patch(f"{project}/app-users/{phone['id']}", json={"properties": {"village": "A1"}})
    told = {"accessFilter": {"type": "property", "rules": rules}}
    assert (said.status_code, manager.patch(project + "/datasets/wells", json=told).status_code) == (200, 200)
    made = [("open", False), ("spent", True)]
    links = f"{project}/forms/visit/public-links"
    return {name: manager.post(links, json={"displayName": name, "once": once}).json["token"] for name, once in made}


def command(address: str, project_id: int, data: Path) -> list[str]:
    begin = [sys.executable, "-P", str(ROOT / "server" / "deploy" / "begin.py"), "import-central", address]
    return [*begin, "--project", str(project_id), "--email", "alice@example.test", "--data", str(data)]


def start(words: list[str], url: str) -> subprocess.Popen[str]:
    settings = {"FANGSHI_OUTBOUND_ALLOW": "127.0.0.1"}
    if not url.startswith("sqlite"):
        settings["FANGSHI_DATABASE_URL"] = url.replace("postgresql+psycopg", "postgresql")
    pipe = subprocess.PIPE
    running = subprocess.Popen(
        words, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=serve_environment(**settings)
    )
    assert running.stdin is not None
    running.stdin.write(PASSWORD + "\n")
    running.stdin.flush()
    return running


def kill_after_some(running: subprocess.Popen[str]) -> None:
    """As soon as it says that some records are here."""
    assert running.stderr is not None
    said = ""
    while f" 40/{RECORDS}" not in said:
        said += (word := running.stderr.read(1))
        assert word, said
    running.send_signal(signal.SIGKILL)
    running.communicate()


def test_an_import_that_is_killed_goes_on_and_loses_nothing(
    app: Any,
    address: str,
    database: Database,
    cast: dict[str, int],
    tmp_path: Path,
    make_database_url: Callable[[], str],
    without_java: None,
    as_bob: Client,
) -> None:
    links = fill(app, database, cast["project"], as_bob)
    data, url = tmp_path / "here", make_database_url()
    data.mkdir()
    words = command(address, cast["project"], data)
    kill_after_some(start(words, url))
    before = count(data, url)
    assert 0 < before[0] < RECORDS
    told, errors = start(words, url).communicate(timeout=600)
    assert "≠" not in told and "SHA-256 submissions" in told, (told, errors)
    assert count(data, url) == (RECORDS, RECORDS)
    again = start([*words, "--json"], url)
    told, _ = again.communicate(timeout=600)
    assert again.returncode == 0
    assert '"came": 1' not in told and '"whole": true' in told
    with opened(data, url) as (config, here):
        there = build_app()
        equip_app(there, config, here)
        sent = {name: Client(there, key=key).send(cast["project"], a_record()) for name, key in links.items()}
        assert {name: answer.status_code for name, answer in sent.items()} == {"open": 201, "spent": 403}
        with here.reading() as db:
            assert [one.value for one in db.scalars(select(ActorPropertyValue))] == ["A1"]
            assert len(db.scalars(select(DatasetRule)).all()) == 1


@contextmanager
def opened(data: Path, url: str) -> Iterator[tuple[Config, Database]]:
    given = {} if url.startswith("sqlite") else {"database_url": url.replace("postgresql+psycopg", "postgresql")}
    config = Config(data, **given)  # type: ignore[arg-type]
    with Database(config.sqlalchemy_url, config.key_file) as here:
        yield config, here


def count(data: Path, url: str) -> tuple[int, int]:
    """Records and files that are here."""
    with opened(data, url) as (_, here), here.reading() as db:
        arrived = select(func.count()).where(SubmissionAttachment.blob_sha256.is_not(None))
        return db.scalar(select(func.count()).select_from(Submission)) or 0, db.scalar(arrived) or 0
