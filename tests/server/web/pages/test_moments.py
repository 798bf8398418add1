from datetime import UTC, date, datetime

import pytest

from server.web.pages.moments import say_day, say_moment

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("day", "english", "said"),
    [
        (date(2026, 11, 24), False, "11月24日（周二）"),
        (date(2025, 1, 6), False, "2025年1月6日（周一）"),
        (date(2026, 11, 24), True, "Tue 24 Nov"),
        (date(2025, 1, 6), True, "Mon 6 Jan 2025"),
        (datetime(2026, 11, 24, 16, 30, tzinfo=UTC), False, "11月25日（周三）"),
    ],
)
def test_a_day_is_written_as_in_shanghai_with_the_year_only_when_it_is_another(day, english, said):
    assert say_day(day, TODAY, english) == said


@pytest.mark.parametrize(
    ("at", "language", "said"),
    [
        (datetime(2026, 11, 24, 23, 24, tzinfo=UTC), "zh_Hans", "今天 07:24"),
        (datetime(2026, 11, 24, 12, 5, tzinfo=UTC), "zh_Hans", "昨天 20:05"),
        (datetime(2026, 11, 20, 1, 0, tzinfo=UTC), "zh_Hans", "11月20日 09:00"),
        (datetime(2025, 11, 20, 1, 0, tzinfo=UTC), "zh_Hans", "2025年11月20日 09:00"),
        (datetime(2026, 11, 20, 1, 0, tzinfo=UTC), "en", "20 Nov 09:00"),
        (datetime(2026, 11, 24, 23, 24, tzinfo=UTC), "en", "Today 07:24"),
    ],
)
def test_an_instant_is_told_by_shanghais_clock(app, at, language, said):
    with app.test_request_context("/", headers={"Cookie": f"language={language}"}):
        assert say_moment(at, TODAY, language == "en") == said
