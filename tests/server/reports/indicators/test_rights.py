"""I15b: requests about her own data, by the end of their 72 hours."""

from datetime import UTC, date, datetime, timedelta

from server.reports.indicators.rights import Request, done_in_time

DUE = datetime(2025, 12, 31, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)


def outcome(due, closed):
    return [one.done for one in done_in_time([Request("her", due, closed)], FIRST, LAST)]


def test_one_counts_where_its_hours_end():
    assert outcome(DUE, DUE) == [True]
    assert outcome(DUE, DUE + timedelta(seconds=1)) == [False]
    assert outcome(DUE, None) == [False]
    assert outcome(DUE + timedelta(minutes=1), DUE) == []
