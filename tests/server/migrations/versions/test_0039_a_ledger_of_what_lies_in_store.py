"""Lots, counts and ends of before become rows of the ledger, and there is as much in store as there was."""

from datetime import UTC, date, datetime
from importlib import import_module

import sqlalchemy as sa

MIGRATION = import_module("server.migrations.versions.0039_a_ledger_of_what_lies_in_store")


def test_what_came_was_counted_and_ended_is_told_by_rows_of_the_ledger() -> None:
    engine, meta = sa.create_engine("sqlite://"), sa.MetaData()
    day, moment = date(2026, 2, 1), datetime(2026, 2, 20, 3, tzinfo=UTC)
    tables = [sa.Table(one.name, meta, *(sa.Column(c.name, c.type) for c in one.columns)) for one in SOURCES]
    meta.create_all(engine)
    with engine.begin() as connection:
        lots = [
            {"id": 1, "quantity": 40, "ended_as": None, "ended_on": None},
            {"id": 2, "quantity": 30, "ended_as": "destroyed", "ended_on": date(2026, 2, 25)},
            {"id": 3, "quantity": 20, "ended_as": "used", "ended_on": date(2026, 2, 10)},
        ]
        by = {"added_by_id": 7, "added_at": moment, "received_on": day}
        for one in lots:
            connection.execute(tables[0].insert(), {**by, **one, "ended_by_id": 8 if one["ended_on"] else None})
        for number, lot, left in ((1, 1, 36), (2, 1, 36), (3, 3, 0)):
            connection.execute(
                tables[1].insert(), {"id": number, "lot_id": lot, "quantity": left, "by_id": 9, "made_at": moment}
            )
        MIGRATION.write_down(connection)
        rows = [
            tuple(row)
            for row in connection.execute(sa.select(*tables[2].c["lot_id", "kind", "quantity", "reason", "by_id"]))
        ]
    assert rows == [
        (1, "came", 40, None, 7),
        (1, "counted", 36, "before", 9),
        (1, "counted", 36, None, 9),
        (2, "came", 30, None, 7),
        (2, "taken_out", 30, "damaged", 8),
        (3, "came", 20, None, 7),
        (3, "counted", 0, "before", 9),
    ]


SOURCES = (MIGRATION.LOT, MIGRATION.COUNT, MIGRATION.MOVEMENT)
