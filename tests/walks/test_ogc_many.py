"""Ten thousand features for a GIS program: GDAL reads them page by page, each with as many questions and as little memory."""

import tracemalloc
from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import uuid4

from sqlalchemy import insert

from server.models import FollowUp
from tests.client import Client
from tests.server.web.pages.women import a_follow_up, a_woman
from tests.walks.test_ogc_client import Served, served  # noqa: F401 - the fixture comes with the import

MANY = 10_000
PAGE = 1_000
MOST_MEMORY = 8_000_000
"""Bytes of Python for a page of a thousand, whichever it is; all of them at once would take ten times as many."""


def add_many(served: Served) -> None:  # noqa: F811
    """So many follow-ups of one woman: copies of one that is open."""
    with served.town.database.transaction() as db:
        one = a_follow_up(db, a_woman(db, served.town.project_id, village=1))
        told = {column.key: getattr(one, column.key) for column in FollowUp.__mapper__.column_attrs}
        del told["id"]
        new = ({"key": f"{number}", "visit_key": str(uuid4())} for number in range(1, MANY))
        db.execute(insert(FollowUp), [{**told, **its} for its in new])


def test_ten_thousand_features_are_read_in_pages_of_the_same_cost(
    served: Served,  # noqa: F811
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    add_many(served)
    found = served.read("lin", "follow-ups", page=PAGE)
    assert len({one["id"] for one in found}) == len(found) == MANY
    asked = [one.partition("/v1")[2] for one in served.pages() if f"limit={PAGE}" in one]
    assert len(asked) == MANY // PAGE

    town = served.town
    with town.database.reading() as db:
        lin = town.actor_id(db, "lin")
    client = Client.signed_in(town.app, town.database, lin)
    client.get(asked[0])
    questions, memory = set(), []
    for path in (asked[0], asked[-1]):
        with count_queries() as statements:
            tracemalloc.start()
            assert len(client.get(path).get_json(force=True)["features"]) == PAGE
            memory.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        questions.add(len(statements))
    assert len(questions) == 1 and max(questions) <= 12, questions
    assert max(memory) < MOST_MEMORY, memory
