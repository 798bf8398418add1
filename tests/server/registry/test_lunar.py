from datetime import date, timedelta

import pytest

from server.registry.lunar import LunarDay, compare, lunar_of, read_spoken, say_lunar, solar_of


@pytest.mark.parametrize(
    ("solar", "zh", "en"),
    [
        ("2026-02-19", "农历二〇二六年正月初三", "lunar 2026, month 1, day 3"),
        ("2026-02-17", "农历二〇二六年正月初一", "lunar 2026, month 1, day 1"),  # first day of the year
        ("2026-02-16", "农历二〇二五年腊月廿九", "lunar 2025, month 12, day 29"),  # last day of the year before
        ("2026-01-01", "农历二〇二五年冬月十三", "lunar 2025, month 11, day 13"),  # a year's end is not the other's
        ("2025-12-31", "农历二〇二五年冬月十二", "lunar 2025, month 11, day 12"),
        ("2025-01-29", "农历二〇二五年正月初一", "lunar 2025, month 1, day 1"),
        ("2025-07-24", "农历二〇二五年六月三十", "lunar 2025, month 6, day 30"),
        ("2025-07-25", "农历二〇二五年闰六月初一", "lunar 2025, leap month 6, day 1"),
        ("2025-08-22", "农历二〇二五年闰六月廿九", "lunar 2025, leap month 6, day 29"),
        ("2025-08-23", "农历二〇二五年七月初一", "lunar 2025, month 7, day 1"),
        ("2024-02-09", "农历二〇二三年腊月三十", "lunar 2023, month 12, day 30"),
        ("2024-02-29", "农历二〇二四年正月二十", "lunar 2024, month 1, day 20"),  # a solar leap day
        ("2028-02-29", "农历二〇二八年二月初五", "lunar 2028, month 2, day 5"),
        ("1990-05-24", "农历一九九〇年五月初一", "lunar 1990, month 5, day 1"),
        ("1990-06-23", "农历一九九〇年闰五月初一", "lunar 1990, leap month 5, day 1"),
    ],
)
def test_a_solar_day_is_said_as_the_lunar_one_and_leads_back(solar: str, zh: str, en: str) -> None:
    found = lunar_of(date.fromisoformat(solar))
    assert found is not None and found.year is not None
    assert (say_lunar(found, english=False), say_lunar(found, english=True)) == (zh, en)
    assert solar_of(found, found.year) == date.fromisoformat(solar)
    assert read_spoken(zh) == found


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("闰六月初三", LunarDay(None, 6, 3, True)),
        ("闰四月初三。", LunarDay(None, 4, 3, True)),
        ("正月 初三", LunarDay(None, 1, 3)),
        ("一月初十", LunarDay(None, 1, 10)),
        ("冬月廿八", LunarDay(None, 11, 28)),
        ("十一月二十八", LunarDay(None, 11, 28)),
        ("腊月三十", LunarDay(None, 12, 30)),
        ("十二月卅", LunarDay(None, 12, 30)),
        ("十月十五", LunarDay(None, 10, 15)),
        ("农历2025年闰6月3号", LunarDay(2025, 6, 3, True)),
        ("二零二五年六月初三", LunarDay(2025, 6, 3)),
        ("乙巳年六月初三", LunarDay(None, 6, 3)),
        ("阴历6月20日", LunarDay(None, 6, 20)),
        ("八月二十", LunarDay(None, 8, 20)),
        ("13月1日", LunarDay(None, 13, 1)),
        ("六月三十一", LunarDay(None, 6, 31)),
        ("六月初", None),
        ("大概六月底", None),
        ("记不清", None),
        ("", None),
        ("6-3", None),
    ],
)
def test_what_women_say_is_read_or_left_as_it_is(words: str, day: LunarDay | None) -> None:
    assert read_spoken(words) == day


@pytest.mark.parametrize(
    ("spoken", "solar", "found"),
    [
        ("闰六月初三", "2025-07-27", ""),
        ("六月初三", "2025-07-27", "lunar_differs"),  # the month before the leap one
        ("闰六月初三", "2025-06-27", "lunar_differs"),
        ("六月初三", "2025-06-27", ""),
        ("闰四月初三", "2026-05-19", "lunar_impossible"),  # no year about then has one
        ("闰六月三十", "2025-08-22", "lunar_impossible"),  # that month had 29 days
        ("六月三十", "2025-07-24", ""),
        ("腊月三十", "2026-02-16", "lunar_impossible"),  # 29 days in three years on end
        ("腊月廿九", "2026-02-16", ""),
        ("腊月三十", "2024-02-09", ""),
        ("正月初一", "2026-02-17", ""),
        ("正月初一", "2026-02-16", "lunar_differs"),
        ("2024年正月初一", "2026-02-17", "lunar_differs"),
        ("13月1日", "2026-02-17", "lunar_impossible"),
        ("六月三十一", "2026-02-17", "lunar_impossible"),
        ("六月0日", "2026-02-17", "lunar_impossible"),
        ("说不准", "2026-02-17", ""),
        ("", "2026-02-17", ""),
        ("六月初三", "1900-01-30", ""),
        ("六月初三", "2100-01-01", ""),
    ],
)
def test_the_spoken_day_is_compared_with_the_solar_one(spoken: str, solar: str, found: str) -> None:
    assert compare(spoken, date.fromisoformat(solar)) == found


def test_every_day_of_forty_years_is_said_and_read_again_as_it_was() -> None:
    day = date(1990, 1, 1)
    while day < date(2030, 1, 1):
        found = lunar_of(day)
        assert found and read_spoken(say_lunar(found, english=False)) == found
        assert compare(say_lunar(found, english=False), day) == ""
        day += timedelta(days=7)
