"""What was told to whom is kept, and what is told next follows from it."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from server.access import small_numbers
from server.access.small_numbers import Counted, Telling, tell
from server.db import Database
from server.models import Release, ReleaseLook
from tests.conftest import MORNING


@pytest.fixture
def telling(database: Database, cast: dict[str, int]) -> Telling:
    return Telling(database, cast["bob"], MORNING)


def told(telling: Telling, project_id: int, **counts: int) -> dict[str, str]:
    line = tell(telling, project_id, {"visits": Counted(counts)})["visits"]
    return {key: cell.text for key, cell in line.cells.items()} | {"all": line.total.text}


def looks(database: Database) -> list[tuple[int, int]]:
    with database.reading() as db:
        joined = select(Release.number, ReleaseLook.actor_id).join(Release, Release.id == ReleaseLook.release_id)
        return [(number, actor) for number, actor in db.execute(joined.order_by(ReleaseLook.id))]


def test_what_was_told_counts_for_everybody_and_each_is_written_down_once(
    telling: Telling, project_id: int, database: Database, cast: dict[str, int]
) -> None:
    other = replace(telling, actor_id=cast["alice"])
    assert told(telling, project_id, a=12, b=30) == {"a": "12", "b": "30", "all": "42"}
    assert told(other, project_id, a=13, b=30) == {"a": "12", "b": "30", "all": "42"}
    assert told(telling, project_id, a=13, b=30) == {"a": "12", "b": "30", "all": "42"}
    assert looks(database) == [(1, cast["bob"]), (1, cast["alice"])]
    assert told(telling, project_id, a=17, b=30)["a"] == "17"
    assert looks(database)[2:] == [(2, cast["bob"])]


def test_what_was_withheld_yesterday_is_remembered_with_its_totals(telling: Telling, project_id: int) -> None:
    told(telling, project_id, a=2, b=3, d=9, e=50)
    assert told(telling, project_id, a=2, b=10, d=9, e=50)["b"] == "withheld"


def test_a_measure_or_a_project_knows_nothing_of_another(telling: Telling, project_id: int) -> None:
    told(telling, project_id, a=12)
    line = tell(telling, project_id, {"records": Counted({"a": 13})})["records"]
    assert line.cells["a"].text == "13"


def test_looking_again_writes_nothing(telling: Telling, project_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    told(telling, project_id, a=3, b=12, c=30)
    monkeypatch.setattr(small_numbers, "write", None)
    assert told(telling, project_id, a=3, b=12, c=30)["b"] == "withheld"


def test_who_comes_at_the_same_moment_is_told_what_the_first_one_was(
    telling: Telling, project_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one read before the first one wrote: the database refuses the number twice, and it looks again."""
    write, meanwhile = small_numbers.write, [True]

    def write_late(*given: object) -> None:
        if meanwhile.pop() if meanwhile else False:
            monkeypatch.setattr(small_numbers, "write", write)
            raise IntegrityError("insert", {}, Exception("there is one already"))
        write(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(small_numbers, "write", write_late)
    assert told(telling, project_id, a=12)["a"] == "12"
