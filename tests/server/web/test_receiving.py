"""A record that came by HTTP, on its way to the store."""

import pytest

from server.db import Database
from server.intake.store import Store
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
