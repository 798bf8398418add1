"""Days of the lunar calendar (农历) as women say them: read, compared with the solar day, and said. Pure; domain.md 2.1.

A spoken day names a month and a day of it and seldom the year. The library knows the years from 1900 to 2099.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from lunardate import LunarDate

DIGITS: Final = "〇一二三四五六七八九"
MONTHS: Final = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊")
OTHER_NAMES: Final = {"一": 1, "元": 1, "十一": 11, "十二": 12}
TENS: Final = {"初": 0, "十": 10, "廿": 20, "二十": 20, "卅": 30, "三十": 30}
SPOKEN: Final = re.compile(
    r"(?:农历|阴历|旧历|老历)?(?:(?P<year>(?:19|20)\d\d|[二一][〇零○九][〇零○一二三四五六七八九]{2})年|..年)?"
    r"(?P<leap>闰)?(?P<month>正|元|冬|腊|十[一二]?|[一二三四五六七八九]|\d{1,2})月(?P<day>\S{1,4}?)(?:日|号)?"
)

IMPOSSIBLE, DIFFERS = "lunar_impossible", "lunar_differs"
FIRST, LAST = date(1900, 1, 31), date(2099, 12, 31)  # days that the library knows; of others it makes nonsense


@dataclass(frozen=True)
class LunarDay:
    """`year` is the number of the year in which its first month begins; None where it was not said."""

    year: int | None
    month: int
    day: int
    is_leap: bool = False


def read_spoken(text: str) -> LunarDay | None:
    """What a woman said, such as 闰六月初三; None for words that are no day, which is no fault of hers.

    Numbers that no month or day has are read as they are: whether there is such a day is `compare`'s question.
    """
    found = SPOKEN.fullmatch(re.sub(r"[\s，,。.的]", "", text))
    day = _day_of(found["day"]) if found else None
    if found is None or day is None:
        return None
    return LunarDay(_year_of(found["year"] or ""), _month_of(found["month"]), day, bool(found["leap"]))


def _year_of(text: str) -> int | None:
    plain = "".join(str(DIGITS.index(one)) if one in DIGITS else one for one in re.sub("[零○]", "〇", text))
    return int(plain) if plain else None


def _month_of(text: str) -> int:
    if text.isdigit():
        return int(text)
    return MONTHS.index(text) + 1 if text in MONTHS else OTHER_NAMES[text]


def _day_of(text: str) -> int | None:
    if re.fullmatch(r"[0-9]{1,2}", text):
        return int(text)
    if text in ("二十", "三十", "廿", "卅"):
        return TENS[text]
    tens, last = (text[:-1], text[-1]) if text else ("", "")
    if last == "十" and tens == "初":
        return 10
    if text == "十":
        return 10
    ones = DIGITS.find(last) if last else -1
    if ones < 1:
        return None
    return TENS[tens] + ones if tens in TENS else ones if not tens else None


def lunar_of(day: date) -> LunarDay | None:
    """None outside of the library's years."""
    if not FIRST <= day <= LAST:
        return None
    found = LunarDate.from_solar_date(day.year, day.month, day.day)
    return LunarDay(found.year, found.month, found.day, bool(found.is_leap_month))


def solar_of(day: LunarDay, year: int) -> date | None:
    """The day in that lunar year; None when it has no such month or day, or is not known."""
    if not FIRST.year <= year <= LAST.year:
        return None
    try:
        found: date = LunarDate(year, day.month, day.day, day.is_leap).to_solar_date()
    except ValueError:
        return None
    return found


def compare(spoken: str, solar: date) -> str:
    """IMPOSSIBLE when no year about then has such a day, DIFFERS when it is another than the solar one, else "".

    Words that are no day can be compared with nothing.
    """
    said, is_then = read_spoken(spoken), lunar_of(solar)
    if said is None or is_then is None or is_then.year is None:
        return ""
    years = (said.year,) if said.year else (is_then.year, is_then.year - 1, is_then.year + 1)
    days = [found for found in (solar_of(said, year) for year in years) if found]
    if not days:
        return IMPOSSIBLE
    return "" if solar in days else DIFFERS


def say_lunar(day: LunarDay, english: bool) -> str:
    """农历二〇二五年闰六月初三; lunar 2025, leap month 6, day 3."""
    if english:
        year = f"{day.year}, " if day.year else ""
        return f"lunar {year}{'leap ' if day.is_leap else ''}month {day.month}, day {day.day}"
    year = f"{''.join(DIGITS[int(one)] for one in str(day.year))}年" if day.year else ""
    return f"农历{year}{'闰' if day.is_leap else ''}{MONTHS[day.month - 1]}月{_name_of(day.day)}"


def _name_of(day: int) -> str:
    if day in (10, 20, 30):
        return {10: "初十", 20: "二十", 30: "三十"}[day]
    return ("初", "十", "廿")[day // 10] + DIGITS[day % 10]
