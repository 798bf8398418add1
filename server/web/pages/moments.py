"""How a page writes instants and days: Shanghai's clock, the year only when it is another one."""

from datetime import date, datetime, timedelta

from server.clock import SHANGHAI
from server.web.pages.texts import _

WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def say_day(value: date | datetime, today: date, english: bool) -> str:
    """11月24日（周二）, or Tue 24 Nov; with the year when it is not this year."""
    day = value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value
    if english:
        year = "" if day.year == today.year else f" {day.year}"
        return f"{DAY_NAMES[day.weekday()]} {day.day} {MONTHS[day.month - 1]}{year}"
    year = "" if day.year == today.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


def say_moment(value: datetime, today: date, english: bool) -> str:
    """今天 07:24, 昨天 20:05, 11月24日 07:24; the seconds never matter to a reader."""
    local = value.astimezone(SHANGHAI)
    clock = f"{local:%H:%M}"
    if local.date() == today:
        return _("Today %(clock)s", clock=clock)
    if local.date() == today - timedelta(days=1):
        return _("Yesterday %(clock)s", clock=clock)
    if english:
        year = "" if local.year == today.year else f" {local.year}"
        return f"{local.day} {MONTHS[local.month - 1]}{year} {clock}"
    year = "" if local.year == today.year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日 {clock}"
