"""How SQLite would find what a query asks for. PostgreSQL's planner goes by how much there is, so it is not asked."""

from typing import Any

from sqlalchemy import CompoundSelect, Select, text

from server.db import Database


def plan_of(database: Database, asked: Select[Any] | CompoundSelect[Any]) -> list[str]:
    """One line a table: SEARCH where it is looked up by keys, SCAN where all of it is read."""
    with database.reading() as db:
        written = asked.compile(db.get_bind(), compile_kwargs={"literal_binds": True})
        return [row.detail for row in db.execute(text(f"EXPLAIN QUERY PLAN {written}"))]
