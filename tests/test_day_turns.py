from datetime import UTC, datetime, timedelta

import pytest

from tests.day_turns import until_it_may_begin


@pytest.mark.parametrize(
    ("now", "waits"),
    [
        (datetime(2026, 3, 2, 15, 54, 59, tzinfo=UTC), timedelta(0)),
        (datetime(2026, 3, 2, 15, 55, 1, tzinfo=UTC), timedelta(minutes=4, seconds=59)),
        (datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC), timedelta(seconds=1)),
        (datetime(2026, 3, 2, 16, 0, tzinfo=UTC), timedelta(0)),
        (datetime(2026, 3, 2, 23, 59, tzinfo=UTC), timedelta(0)),
    ],
)
def test_what_would_not_end_on_the_day_of_its_beginning_waits_for_the_next(now: datetime, waits: timedelta) -> None:
    assert until_it_may_begin(now) == waits
