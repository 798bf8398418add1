"""What another set of rules would change: tasks that come, go and move, counted. Pure; no count names anybody."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from server.followups.due import Due

CHANGES: Final = ("added", "removed", "moved")
COLUMNS: Final = ("before", "after", *CHANGES)
WEEKS: Final = 12
LATE: Final = "late"
LATER: Final = "later"
"""Weeks by name: what is due before this one, and after the last of WEEKS; the others are 0 (this one) on."""
SHIFTS: Final = (("earlier 29", -10_000, -29), ("earlier 8", -28, -8), ("earlier 1", -7, -1))
SHIFTS_LATER: Final = (("later 1", 1, 7), ("later 8", 8, 28), ("later 29", 29, 10_000))


@dataclass(frozen=True)
class Change:
    """One task before and after; `kind` is one of CHANGES or `same`."""

    kind: str
    before: Due | None
    after: Due | None

    @property
    def village_code(self) -> str:
        one = self.after or self.before
        return one.village_code if one else ""


@dataclass
class Tally:
    """Counts by village code, worker (an actor's id) and week, and of the days that target days move by."""

    villages: dict[str, Counter[str]] = field(default_factory=dict)
    workers: dict[str, Counter[str]] = field(default_factory=dict)
    weeks: dict[str, Counter[str]] = field(default_factory=dict)
    shifts: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        return {
            "villages": {key: dict(one) for key, one in sorted(self.villages.items())},
            "workers": {key: dict(one) for key, one in sorted(self.workers.items())},
            "weeks": {key: dict(one) for key, one in sorted(self.weeks.items())},
            "shifts": dict(sorted(self.shifts.items())),
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "Tally":
        def table(name: str) -> dict[str, Counter[str]]:
            return {key: Counter(one) for key, one in body.get(name, {}).items()}

        return cls(table("villages"), table("workers"), table("weeks"), Counter(body.get("shifts", {})))


def compare(before: Iterable[Due], after: Iterable[Due], rule: str | None = None) -> Iterator[Change]:
    """Every task of either side, of one rule where it is named. What has ended is none: what was done stays done."""
    old, new = ({one.key: one for one in dues if one.is_task and rule in (None, one.rule)} for dues in (before, after))
    for key in sorted(old.keys() | new.keys()):
        yield Change(kind_of(old.get(key), new.get(key)), old.get(key), new.get(key))


def kind_of(before: Due | None, after: Due | None) -> str:
    if before is None or after is None:
        return "added" if before is None else "removed"
    return "same" if days_of(before) == days_of(after) else "moved"


def days_of(due: Due) -> tuple[date, ...]:
    return due.opens_on, due.due_on, due.closes_on, due.overdue_from, due.proposed_on


def count(tally: Tally, change: Change, workers: Iterable[int], today: date) -> None:
    """Adds one task to the counts; `workers` are those whom it is told."""
    marks = [name for name, due in (("before", change.before), ("after", change.after)) if due]
    marks += [change.kind] if change.kind in CHANGES else []
    for table, keys in ((tally.villages, [change.village_code]), (tally.workers, [str(one) for one in workers])):
        for key in keys:
            table.setdefault(key, Counter()).update(marks)
    for name, due in (("before", change.before), ("after", change.after)):
        if due:
            tally.weeks.setdefault(week_of(due.due_on, today), Counter())[name] += 1
    if change.before and change.after:
        shift = shift_of((change.after.due_on - change.before.due_on).days)
        tally.shifts.update([shift] if shift else [])


def week_of(day: date, today: date) -> str:
    """Weeks begin on Monday; the one of today is 0."""
    number = (day.toordinal() - 1) // 7 - (today.toordinal() - 1) // 7
    return LATE if number < 0 else LATER if number >= WEEKS else str(number)


def shift_of(days: int) -> str | None:
    return next((name for name, low, high in (*SHIFTS, *SHIFTS_LATER) if low <= days <= high), None)
