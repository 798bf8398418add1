"""Setting webhooks up: what may be called, what they hear of, how many; what nobody reads off the disk."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from server.db import Database
from server.errors import MissingParameter, NotFound, UnexpectedValue
from server.feeds.webhooks import (
    GROUPS,
    MOST,
    checked_groups,
    get_webhook,
    host_of,
    list_removed,
    list_webhooks,
    make_webhook,
    remove_webhook,
    restore_webhook,
)
from server.models import User, Webhook
from tests.conftest import MORNING

LOCAL = frozenset({"hook.example.test"})
ADDRESS = "https://hook.example.test/in/K3Y"


@pytest.fixture
def by(database: Database, project_id: int) -> int:
    with database.reading() as db:
        return db.scalars(select(User.actor_id)).first() or 0


@pytest.mark.parametrize(
    "address",
    [
        "http://hook.example.org/in",
        "https://127.0.0.1/in",
        "https://10.1.2.3/in",
        "https://[::1]/in",
        "https://169.254.169.254/latest",
        "https://user:pass@hook.example.test/in",
        "ftp://hook.example.test/in",
        "nonsense",
    ],
)
def test_only_public_https_addresses_are_taken(database: Database, project_id: int, by: int, address: str) -> None:
    with database.transaction() as db, pytest.raises(UnexpectedValue) as refused:
        make_webhook(db, project_id, address, GROUPS, LOCAL, by, MORNING)
    assert address not in str(refused.value)


def test_groups_are_named_and_known() -> None:
    assert checked_groups(["follow_ups", "records"]) == "records,follow_ups"
    with pytest.raises(MissingParameter):
        checked_groups([])
    with pytest.raises(UnexpectedValue):
        checked_groups(["records", "secrets"])


def test_address_and_secret_are_sealed(database: Database, project_id: int, by: int) -> None:
    with database.transaction() as db:
        row, secret = make_webhook(db, project_id, ADDRESS, GROUPS, LOCAL, by, MORNING)
        assert (host_of(row), len(secret)) == ("hook.example.test", 43)
    with database.reading() as db:
        stored = bytes(db.execute(text("SELECT destination_json FROM webhook")).scalar_one())
    assert not [one for one in (secret, "K3Y", "example") if one.encode() in stored]


def test_a_project_has_ten_at_most(database: Database, project_id: int, by: int) -> None:
    with database.transaction() as db:
        for _ in range(MOST):
            make_webhook(db, project_id, ADDRESS, GROUPS, LOCAL, by, MORNING)
        with pytest.raises(UnexpectedValue):
            make_webhook(db, project_id, ADDRESS, GROUPS, LOCAL, by, MORNING)


def test_what_was_removed_is_found_for_a_week(database: Database, project_id: int, by: int) -> None:
    with database.transaction() as db:
        row, _ = make_webhook(db, project_id, ADDRESS, GROUPS, LOCAL, by, MORNING)
        remove_webhook(db, row, by, MORNING)
        assert list_webhooks(db, project_id) == []
        with pytest.raises(NotFound):
            get_webhook(db, project_id, row.id)
        late = MORNING + timedelta(days=7)
        assert [one.id for one in list_removed(db, project_id, late - timedelta(seconds=1))] == [row.id]
        assert list_removed(db, project_id, late) == []
        with pytest.raises(NotFound):
            restore_webhook(db, project_id, row.id, by, late)
        restore_webhook(db, project_id, row.id, by, late - timedelta(seconds=1))
        assert get_webhook(db, project_id, row.id).deleted_at is None


def test_one_of_another_project_is_not_there(database: Database, project_id: int, by: int) -> None:
    with database.transaction() as db:
        row, _ = make_webhook(db, project_id, ADDRESS, GROUPS, LOCAL, by, MORNING)
        with pytest.raises(NotFound):
            get_webhook(db, project_id + 1, row.id)
        assert db.scalars(select(Webhook)).all() == [row]
