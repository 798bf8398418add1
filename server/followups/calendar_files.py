"""The State Council's notices of days off as YAML, one file a year, read strictly: half a calendar is worse than none."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from server.followups.rule_fields import Fields, RuleInvalid
from server.followups.ruleset import MARKS, Words
from server.followups.working_days import FESTIVALS, Break, Calendar, CalendarYear, Notice

SHIPPED: Final = Path(__file__).parent / "calendar"
"""The years that come with the product."""

LONGEST_FILE: Final = 20_000
"""Characters; a year's notice has some fifteen hundred."""

LONGEST_BREAK: Final = 16
"""Days; more is a slip of the month."""

YEARS: Final = range(2008, 2101)
"""The present kind of notice has been given since 2008."""


class CalendarInvalid(RuleInvalid):
    """Details: `file`, `field` (dotted, entries of a list counted from 1) and `reason`."""

    template = "The calendar file {file} cannot be used: {field}: {reason}"


class CalendarFields(Fields):
    """Reasons are whole sentences of the catalogue: the file may be somebody's of the town."""

    def wrong(self, name: str, reason: str) -> RuleInvalid:
        known = "is none of the words known here" if " is none of " in reason else reason
        return CalendarInvalid(**{**super().wrong(name, reason).details, "reason": known})


class _Loader(yaml.SafeLoader):
    """Plain values alone: a name that is given twice and an alias are refused."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not used here")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value]
        if len(set(map(str, names))) != len(names):
            raise yaml.YAMLError("a name is given twice")
        return super().construct_mapping(node, deep)


@cache
def shipped_years() -> dict[int, CalendarYear]:
    """The years that come with the product, read once a process. Raises CalendarInvalid."""
    return load_years(SHIPPED)


def load_years(folder: Path) -> dict[int, CalendarYear]:
    """Every `<year>.yaml` of a folder by its year. Raises CalendarInvalid, also for a file that is named otherwise."""
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        year = read_year(path.read_text(encoding="utf-8"), path.name)
        if path.stem != str(year.year):
            raise CalendarInvalid(file=path.name, field="year", reason="is not the year of its name")
        found[year.year] = year
    return found


@lru_cache(maxsize=200)
def calendar_with(*texts: str) -> Calendar:
    """The product's years and those of a town, as YAML; where both have one the product's holds. Kept, as `read_again`."""
    return Calendar({one.year: one for one in map(read_again, texts)} | shipped_years())


@lru_cache(maxsize=200)
def read_again(text: str) -> CalendarYear:
    """A file that was checked when it was stored; kept, since every recalculation asks for it."""
    return read_year(text, "")


def read_year(text: str, file: str) -> CalendarYear:
    """One year. Raises CalendarInvalid for text that is no YAML, a field that is missing, unknown or of the wrong kind, a day
    of another year, one that is given twice or both off and worked, and a working day that is no weekend."""
    fields = CalendarFields(file, "", _read_yaml(text, file))
    number = fields.whole("year", YEARS.start)
    if number not in YEARS:
        raise fields.wrong("year", "is too far ahead")
    notice = _read_notice(fields.table("notice"))
    breaks = tuple(_read_break(one, number) for one in fields.tables("rest"))
    working = tuple(_read_working(fields, number))
    fields.end()
    year = CalendarYear(number, notice, breaks, frozenset(working))
    _refuse_doubles(fields, year)
    return year


def _read_yaml(text: str, file: str) -> dict[str, Any]:
    if len(text) > LONGEST_FILE:
        raise CalendarInvalid(file=file, field="yaml", reason="is longer than a year's notice can be")
    try:
        table = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader, and stricter
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as broken:
        mark = getattr(broken, "problem_mark", None)
        where = f"yaml, {mark.line + 1}" if mark else "yaml"
        raise CalendarInvalid(file=file, field=where, reason="cannot be read as YAML") from broken
    if not isinstance(table, dict) or not all(isinstance(name, str) for name in table):
        raise CalendarInvalid(file=file, field="yaml", reason="is no table of names and values")
    return table


def _read_notice(fields: Fields) -> Notice:
    number = fields.text("number") if "number" in fields.table_left else ""
    notice = Notice(
        title=fields.text("title"),
        number=number,
        issued_on=fields.day("issued_on"),
        address=fields.text("address"),
        mark=fields.choice("mark", MARKS),
        note=_read_words(fields.table("note")) if "note" in fields.table_left else None,
    )
    if not notice.address.startswith("https://"):
        raise fields.wrong("address", "must begin with https://")
    if not notice.number and not notice.note:
        raise fields.wrong("note", "is missing: why is the number not known")
    fields.end()
    return notice


def _read_words(fields: Fields) -> Words:
    words = Words(fields.text("zh"), fields.text("en"))
    fields.end()
    return words


def _read_break(fields: Fields, year: int) -> Break:
    found = Break(fields.choices("festivals", tuple(FESTIVALS)), fields.day("first"), fields.day("last"))
    fields.end()
    for name, day in (("first", found.first), ("last", found.last)):
        if day.year != year:
            raise fields.wrong(name, "is a day of another year")
    if not found.festivals:
        raise fields.wrong("festivals", "names none")
    if found.last < found.first:
        raise fields.wrong("last", "is before the first day")
    if found.last - found.first >= timedelta(days=LONGEST_BREAK):
        raise fields.wrong("last", "makes it longer than a break can be")
    return found


def _read_working(fields: Fields, year: int) -> Iterator[date]:
    days = fields.days("working")
    for at, day in enumerate(days, 1):
        if day.year != year:
            raise fields.wrong(f"working.{at}", "is a day of another year")
        if day.weekday() < 5:
            raise fields.wrong(f"working.{at}", "is no weekend day")
        if day in days[: at - 1]:
            raise fields.wrong(f"working.{at}", "holds a day that is given twice")
    yield from days


def _refuse_doubles(fields: Fields, year: CalendarYear) -> None:
    off: set[date] = set()
    for at, one in enumerate(year.breaks, 1):
        for day in one.days:
            if day in off:
                raise fields.wrong(f"rest.{at}", "holds a day that is given twice")
            if day in year.working:
                raise fields.wrong(f"rest.{at}", "holds a day that is both off and worked")
            off.add(day)
