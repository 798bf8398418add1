"""Taking the fields of a rule file one by one, so that what is missing, wrong or left over is named with its file."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final

from server.errors import Unparseable


class RuleInvalid(Unparseable):
    """Details: `file`, `field` (dotted, entries of a list counted from 1) and `reason`."""

    template = "The rule file {file} cannot be used: {field}: {reason}"


_REQUIRED: Final = object()


class Fields:
    """The fields of one map. Each method takes one out; `end` refuses what nobody took.

    Every method raises RuleInvalid; a default makes a field one that may be left out.
    """

    def __init__(self, file: str, path: str, table: dict[str, Any]) -> None:
        self.file, self.path, self.table_left = file, path, dict(table)

    def wrong(self, name: str, reason: str) -> RuleInvalid:
        field = ".".join(part for part in (self.path, name) if part)
        return RuleInvalid(file=self.file, field=field, reason=reason)

    def end(self) -> None:
        for name in self.table_left:
            raise self.wrong(name, "is not a field known here")

    def text(self, name: str) -> str:
        value = self._take(name, str, "text")
        if not value.strip():
            raise self.wrong(name, "is empty")
        return str(value)

    def whole(self, name: str, least: int | None, default: Any = _REQUIRED) -> Any:
        """A whole number, or the default."""
        value = self._take(name, int, "a whole number", default)
        if value is default:
            return value
        if isinstance(value, bool) or (least is not None and value < least):
            raise self.wrong(name, f"must be a whole number{'' if least is None else f' from {least} on'}")
        return int(value)

    def wholes(self, name: str, least: int, default: Any = _REQUIRED) -> tuple[int, ...]:
        """Whole numbers that rise."""
        values = self._take(name, list, "a list", default)
        for value in values:
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise self.wrong(name, f"must hold whole numbers from {least} on")
        if any(after <= before for before, after in pairwise(values)):
            raise self.wrong(name, "must rise")
        return tuple(values)

    def flag(self, name: str, default: Any = _REQUIRED) -> bool:
        return bool(self._take(name, bool, "true or false", default))

    def day(self, name: str) -> date:
        value = self._take(name, date, "a date")
        return self._as_day(name, value)

    def days(self, name: str) -> list[date]:
        """A list of dates, which may be empty."""
        return [self._as_day(f"{name}.{at}", one) for at, one in enumerate(self._take(name, list, "a list"), 1)]

    def _as_day(self, name: str, value: Any) -> date:
        if isinstance(value, datetime) or not isinstance(value, date):
            raise self.wrong(name, "must be a date without a time")
        return date(value.year, value.month, value.day)

    def choice(self, name: str, known: Sequence[str], default: Any = _REQUIRED) -> Any:
        """One of the known words, or the default."""
        value = self._take(name, str, "text", default)
        if value is not default and value not in known:
            raise self.wrong(name, f"{value!r} is none of {', '.join(known)}")
        return value

    def choices(self, name: str, known: Sequence[str], default: Any = _REQUIRED) -> tuple[str, ...]:
        values = self._take(name, list, "a list", default)
        for value in values:
            if value not in known:
                raise self.wrong(name, f"{value!r} is none of {', '.join(known)}")
        if len(set(values)) != len(values):
            raise self.wrong(name, "names something twice")
        return tuple(values)

    def names(self, name: str, default: Any = _REQUIRED) -> tuple[str, ...]:
        values = self._take(name, list, "a list", default)
        if not all(isinstance(value, str) and value.strip() for value in values):
            raise self.wrong(name, "must hold names")
        return tuple(values)

    def table(self, name: str, default: Any = _REQUIRED) -> "Fields":
        return type(self)(self.file, self._path_of(name), self._take(name, dict, "a table", default))

    def tables(self, name: str, default: Any = _REQUIRED) -> list["Fields"]:
        values = self._take(name, list, "a list of tables", default)
        if values is not default and not all(isinstance(one, dict) for one in values):
            raise self.wrong(name, "must be a list of tables")
        if not values and default is _REQUIRED:
            raise self.wrong(name, "must have at least one entry")
        return [type(self)(self.file, f"{self._path_of(name)}.{at}", one) for at, one in enumerate(values, 1)]

    def _path_of(self, name: str) -> str:
        return ".".join(part for part in (self.path, name) if part)

    def _take(self, name: str, kind: type, words: str, default: Any = _REQUIRED) -> Any:
        if name not in self.table_left:
            if default is _REQUIRED:
                raise self.wrong(name, "is missing")
            return default
        value = self.table_left.pop(name)
        if not isinstance(value, kind):
            raise self.wrong(name, f"must be {words}")
        return value
