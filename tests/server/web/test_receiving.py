"""A record that came by HTTP, on its way to the store."""

import io

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder

from server.db import Database
from server.intake.store import Store
from server.web.receiving import SMALL
from tests.client import Client
from tests.making import a_record


def test_who_waits_for_the_writer_holds_no_connection(
    phone: Client, project_id: int, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, write = [], Store.write

    def note_and_write(store: Store, items: list) -> list:
        held.append(database.engine.pool.checkedout())
        return write(store, items)

    monkeypatch.setattr(Store, "write", note_and_write)
    assert [phone.send(project_id, a_record()).status_code for _ in range(2)] == [201, 201]
    assert held == [0, 0]


class Arriving(io.BytesIO):
    """A body that comes in pieces; `seen` is how many connections are held meanwhile."""

    def __init__(self, body: bytes, database: Database) -> None:
        super().__init__(body)
        self.pool, self.seen = database.engine.pool, set[int]()

    def readinto(self, buffer: bytearray) -> int:
        self.seen.add(self.pool.checkedout())  # type: ignore[attr-defined]
        return super().readinto(buffer)


def test_while_a_large_upload_comes_it_holds_no_connection(
    phone: Client, app: Flask, database: Database, project_id: int
) -> None:
    """Else a few phones in a valley would hold all that there are."""
    photo = (io.BytesIO(b"\xff\xd8" + bytes(SMALL)), "her.jpg", "image/jpeg")
    xml = (io.BytesIO(a_record()), "submission.xml", "text/xml")
    address = f"{phone.prefix}/projects/{project_id}/submission"
    built = EnvironBuilder(address, method="POST", data={"xml_submission_file": xml, "her.jpg": photo})
    environ = built.get_environ()
    arriving = Arriving(environ["wsgi.input"].read(), database)
    reply = app.test_client().open({**environ, "wsgi.input": arriving})
    assert (reply.status_code, arriving.seen) == (201, {0})
