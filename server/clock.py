"""The only place that reads the clock. Everything below a door takes `now` and `today` as arguments."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This instant in UTC, cut to the millisecond that the wire and the database carry."""
    instant = datetime.now(UTC)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def today(at: datetime | None = None) -> date:
    """The Shanghai calendar date of an instant (of now, when none is given): the date every business rule uses."""
    return (at or now()).astimezone(SHANGHAI).date()


def begin_of(day: date) -> datetime:
    """When a Shanghai day begins."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
