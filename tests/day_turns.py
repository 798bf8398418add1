"""Tests that live on the real day do not begin in its last minutes.

Phones, browsers and served processes know no other day than the machine's. What such a test says of today before midnight
in Shanghai is looked for in what was made after it.
"""

import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

ON_THE_REAL_DAY = ("tests/browser/", "tests/phones/", "tests/walks/")
LONGEST = timedelta(minutes=5)
TOWN = ZoneInfo("Asia/Shanghai")


def until_it_may_begin(now: datetime) -> timedelta:
    """What is left of the day where that is less than a test may take; else nothing."""
    tomorrow = datetime.combine(now.astimezone(TOWN).date() + timedelta(days=1), datetime.min.time(), TOWN)
    left = tomorrow - now
    return left if left < LONGEST else timedelta(0)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.nodeid.startswith(ON_THE_REAL_DAY):
        time.sleep(until_it_may_begin(datetime.now(TOWN)).total_seconds())
