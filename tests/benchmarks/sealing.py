#!/usr/bin/env python3
"""What sealing costs: CPU seconds of intake and of exports, with AES-GCM and with a ring that only copies, in turn.

    .venv/bin/python -m tests.benchmarks.sealing [RECORDS [ROUNDS]]

Both run the same program in one process on a database each; CPU time does not depend on what else the machine does.
"""

import io
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from flask.testing import FlaskClient

from server import create_app
from server.access.people import create_administrator
from server.access.sessions import open_session
from server.clock import now
from server.config import Config
from server.db import Database
from server.keys import KeyRing
from server.models import Project
from server.upgrading import upgrade
from tests.benchmarks.bench import VISIT, visit_xml
from tests.making import a_form, a_phone, new_id

HEAD = bytes(33)  # as long as what AES-GCM puts around a value


class Copying(KeyRing):
    """Takes as many bytes as sealing does, and no key."""

    def seal(self, value: bytes, about: bytes) -> bytes:
        return HEAD + value

    def open(self, sealed: bytes, about: bytes) -> bytes:
        return sealed[len(HEAD) :]


@dataclass
class Server:
    client: FlaskClient
    phone: str
    office: dict[str, str]
    project: int
    bytes_stored: Path

    def send(self, records: int, rng: random.Random) -> None:
        for _ in range(records):
            xml, _members = visit_xml(rng, new_id())
            body = {"xml_submission_file": (io.BytesIO(xml), "submission.xml", "text/xml")}
            answer = self.client.post(f"/v1/key/{self.phone}/projects/{self.project}/submission", data=body)
            assert answer.status_code == 201, answer.data

    def read(self, path: str) -> None:
        answer = self.client.get(f"/v1/projects/{self.project}/forms/household_visit{path}", headers=self.office)
        assert answer.status_code == 200 and len(answer.data) > 1000


def make_server(folder: Path, ring: type[KeyRing]) -> Server:
    folder.mkdir()
    config = Config(data_dir=folder, testing=True)
    database = Database(config.sqlalchemy_url, config.key_file)
    upgrade(database, folder, now())
    database.keys.__class__ = ring
    app = create_app(config, database)
    with database.transaction() as db:
        admin = create_administrator(db, "office@town.test", "three green hills", now())
        project = Project(name="bench", kind="plain", created_at=now())
        db.add(project)
        db.flush()
        form = a_form(db, project.id, "household_visit", xml=VISIT.encode(), now=now())
        _, phone = a_phone(db, app.extensions["fangshi.key"], project.id, form)
        token, _ = open_session(db, admin.actor_id, now())
        return Server(app.test_client(), phone, {"Authorization": f"Bearer {token}"}, project.id, folder / "fangshi.db")


def main(records: int = 300, rounds: int = 3) -> None:
    with tempfile.TemporaryDirectory() as folder:
        servers = {one.__name__: make_server(Path(folder) / one.__name__, one) for one in (Copying, KeyRing)}
        steps = {
            "intake": lambda one: one.send(records, random.Random(7)),
            "csv": lambda one: one.read("/submissions.csv.zip"),
            "odata": lambda one: one.read(".svc/Submissions"),
            "list": lambda one: one.read("/submissions"),
        }
        spent: dict[tuple[str, str], list[float]] = {}
        for number in range(rounds):
            for step, run in steps.items():
                for name, server in list(servers.items())[:: -1 if number % 2 else 1]:
                    before = time.process_time()
                    run(server)
                    spent.setdefault((step, name), []).append(time.process_time() - before)
        for step in steps:
            plain, sealed = (spent[step, name] for name in servers)
            ratio = statistics.median(after / before for before, after in zip(plain, sealed, strict=True))
            print(f"{step:7} copying {sum(plain):7.3f} s  sealed {sum(sealed):7.3f} s  median ratio {ratio:.3f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
