"""Instants lie in SQLite as SQLAlchemy would write them, so that old rows and new ones compare."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from server.models.base import UtcDateTime
from tests.conftest import MORNING

EAST = timezone(timedelta(hours=5, minutes=45))


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 11, 29, 8, 0, tzinfo=UTC),
        datetime(2026, 11, 29, 8, 0, 0, 7, UTC),
        datetime(2026, 1, 1, 0, 0, 59, 999999, EAST),
        datetime(33, 4, 3, 15, tzinfo=UTC),
        None,
    ],
)
def test_an_instant_is_written_as_sqlalchemy_writes_it(instant: datetime | None) -> None:
    dialect, kind = sqlite.dialect(), UtcDateTime()
    ours, theirs = kind.bind_processor(dialect), sqlite.DATETIME().bind_processor(dialect)
    assert ours is not None and theirs is not None
    assert ours(instant) == theirs(instant and instant.astimezone(UTC).replace(tzinfo=None))


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()])
def test_an_instant_without_a_zone_is_refused(dialect) -> None:
    write = UtcDateTime().dialect_impl(dialect).bind_processor(dialect)
    assert write is not None
    with pytest.raises(ValueError, match="time zone"):
        write(MORNING.replace(tzinfo=None))
