"""What a rule asks for again and again: every quarter or year after one event, each with its own window. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

from server.followups.ruleset import WINDOW_DAYS, Offset, Repeat, Rule
from server.followups.windows import Window, window_of
from server.followups.working_days import WEEKENDS_ONLY, Calendar


def each_occurrence(
    rule: Rule, days: Mapping[str, date], today: date, calendar: Calendar = WEEKENDS_ONLY
) -> Iterator[tuple[Rule, int, Window]]:
    """The rule as it counts each time, the number of that time, from 1 on, and its window.

    Of a rule that repeats: every time whose window has opened by that day, and the next one. Later ones come when their
    time comes: a list of years ahead helps nobody. A time without an answer is over when the next one opens. What was over
    before anybody here knew of the event (`noted_on`, where the days name it) is left out.
    """
    if rule.repeat is None:
        yield rule, 1, window_of(rule, days, calendar)
        return
    numbers = count(1) if rule.repeat.times is None else range(1, rule.repeat.times + 1)
    for number in numbers:
        moved = _moved(rule, rule.repeat, number)
        window = window_of(moved, days, calendar)
        if number != rule.repeat.times:
            window = _over_before(window, window_of(_moved(rule, rule.repeat, number + 1), days, calendar).opens_on)
        if not (window.latest_on and "noted_on" in days and window.latest_on < days["noted_on"]):
            yield moved, number, window
        if window.opens_on > today:
            return


def _moved(rule: Rule, repeat: Repeat, number: int) -> Rule:
    """As the rule counts that time; made once."""
    if number not in rule.times:
        rule.times[number] = _made(rule, repeat, number)
    return rule.times[number]


def _made(rule: Rule, repeat: Repeat, number: int) -> Rule:
    """All is counted from the event itself, so that a thirty-first comes back after a short month."""
    first = repeat.first_months
    since, times = (first[min(number, len(first)) - 1], max(number - len(first), 0)) if first else (0, number - 1)

    def later(offsets: tuple[Offset, ...]) -> tuple[Offset, ...]:
        return tuple(
            replace(one, days=one.days + repeat.days * times, months=one.months + since + repeat.months * times)
            for one in offsets
        )

    steps = tuple(
        one if one.since.fact in WINDOW_DAYS else replace(one, since=later((one.since,))[0]) for one in rule.severity
    )
    opens, due, close, latest = (later(one) for one in (rule.open, rule.due, rule.close, rule.latest))
    return replace(rule, severity=steps, open=opens, due=due, close=close, latest=latest)


def _over_before(window: Window, following: date) -> Window:
    last = following - timedelta(days=1)
    return replace(window, latest_on=min(window.latest_on, last) if window.latest_on else last)
