"""Times as Central writes them."""

from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from server.web.wire.central_json import instant

EARLIEST = datetime(1000, 1, 1, tzinfo=UTC)


@given(st.timedeltas(timedelta(0), timedelta(days=3_000_000)))
@example(timedelta(0))
@example(timedelta(microseconds=999))
@example(timedelta(days=400_000, microseconds=999_999))
def test_an_instant_has_milliseconds_which_are_cut_and_a_z(later: timedelta) -> None:
    moment = EARLIEST + later
    assert instant(moment) == f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def test_no_instant_is_null() -> None:
    assert instant(None) is None
