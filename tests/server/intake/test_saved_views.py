"""Filters that somebody keeps: each person's own, not too many, sealed."""

import pytest
from sqlalchemy import text

from server.db import Database
from server.errors import MissingParameter, TooLong, UnexpectedValue
from server.intake.saved_views import MOST, delete_view, list_views, save_view
from tests.conftest import MORNING


def test_a_view_is_its_maker_s_own_and_goes_again(project_id: int, cast: dict[str, int], database: Database) -> None:
    alice, bob = cast["alice"], cast["bob"]
    with database.transaction() as db:
        view = save_view(db, project_id, alice, " 早孕 ", "form=visit&answer=%2Fweeks%3D1..12", MORNING)
        assert [(one.name, one.wanted) for one in list_views(db, project_id, alice)] == [("早孕", view.wanted)]
        assert list_views(db, project_id, bob) == []
        delete_view(db, project_id, bob, view.id)
        assert len(list_views(db, project_id, alice)) == 1
        delete_view(db, project_id, alice, view.id)
        assert list_views(db, project_id, alice) == []


def test_what_somebody_looks_for_lies_sealed(project_id: int, cast: dict[str, int], database: Database) -> None:
    with database.transaction() as db:
        save_view(db, project_id, cast["alice"], "早孕", "form=visit", MORNING)
    with database.reading() as db:
        [row] = db.execute(text("SELECT name, wanted FROM saved_view"))
        assert "早孕".encode() not in bytes(row.name) and b"visit" not in bytes(row.wanted)


@pytest.mark.parametrize(
    ("name", "wanted", "error"),
    [
        ("", "a=1", MissingParameter),
        ("  ", "a=1", MissingParameter),
        ("x", "", MissingParameter),
        ("x" * 25, "a=1", TooLong),
        ("x", "a" * 2001, TooLong),
    ],
)
def test_what_is_no_view_is_refused(
    project_id: int, cast: dict[str, int], database: Database, name: str, wanted: str, error: type[Exception]
) -> None:
    with database.transaction() as db, pytest.raises(error):
        save_view(db, project_id, cast["alice"], name, wanted, MORNING)


def test_there_is_an_end_to_tabs(project_id: int, cast: dict[str, int], database: Database) -> None:
    with database.transaction() as db:
        for number in range(MOST):
            save_view(db, project_id, cast["alice"], str(number), "a=1", MORNING)
        with pytest.raises(UnexpectedValue):
            save_view(db, project_id, cast["alice"], "one more", "a=1", MORNING)
        save_view(db, project_id, cast["bob"], "his first", "a=1", MORNING)
