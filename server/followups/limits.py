"""How far a visit may be put off, and who may close it (domain.md 5.4, point 9). Pure; the same for page and verb.

A supervisor is a clinician or the town's lead. What is critical, and a danger sign, is closed by a clinician alone.
"""

from datetime import date, timedelta
from typing import Final

from server.followups.due import Due
from server.followups.ruleset import Rule

MOST_SNOOZES: Final = 2
LONGEST_SNOOZE: Final = timedelta(days=14)
UNDO_HOURS: Final = 24

ASKED_LATER: Final = "asked_later"
NEVER_AGAIN: Final = "never_again"
NEAR_HER: Final = "near_her"

REASONS: Final = {
    "snooze": ("not_home", ASKED_LATER, "contact_unsafe", "out_of_stock", "weather_road"),
    "done_elsewhere": ("done_elsewhere",),
    "declined": ("declined", NEVER_AGAIN),
    "not_wanted": ("not_wanted",),
    "wrong_record": ("wrong_record",),
    "reassign": ("away", "workload", NEAR_HER, "other"),
}
"""By kind of act. `near_her`: the worker is a relative or neighbour of hers."""


def latest_snooze(due: Due, today: date, reason: str, snoozes: int, is_supervisor: bool) -> date | None:
    """The last day until which it may be put off, None where it may not be at all. `snoozes` is how often it was.

    Not past its last day where it is urgent, nor past its grace where it is not, unless a supervisor does it; the day that
    she named herself counts up to the day after which nobody asks any more.
    """
    if snoozes >= MOST_SNOOZES:
        return None
    days = [today + LONGEST_SNOOZE, *([due.latest_on] if due.latest_on else [])]
    if not is_supervisor and due.severity in ("red", "critical"):
        days.append(due.closes_on)
    elif not is_supervisor and reason != ASKED_LATER:
        days.append(due.closes_on + timedelta(days=due.grace))
    return min(days) if min(days) > today else None


def may_close(due: Due, rule: Rule | None, is_clinician: bool) -> bool:
    return is_clinician or not (due.severity == "critical" or is_danger_sign(rule))


def may_stop_kind(rule: Rule | None) -> bool:
    """Whether she can say that she wants to be asked nothing of this kind: a danger sign is looked at each time."""
    return rule is not None and not is_danger_sign(rule)


def is_danger_sign(rule: Rule | None) -> bool:
    """One whose version is not kept any more is taken for one: better asked of a clinician than closed."""
    return rule is None or rule.answer == "seen_by_clinician"


def first_done_day(due: Due, rule: Rule | None) -> date | None:
    """The first day on which it can have been done elsewhere; None for any, where answers count before the window."""
    return None if rule is not None and rule.answers_before_open else due.opens_on


def last_done_day(due: Due, today: date) -> date:
    return min(today, due.latest_on) if due.latest_on else today
