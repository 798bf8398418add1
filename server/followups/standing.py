"""Where a follow-up stands in the words of the standard list (domain.md 5.4): the one place that tells them.

`overdue` has one definition (windows.is_overdue); how far it went since is told by severity and time: `overdue_amber`,
`overdue_red`, and `escalated` once more people than the worker and the doctor hear of it.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from server.followups.due import END_STATES, Step
from server.followups.notices import LATE_AFTER
from server.followups.queries import state_at
from server.followups.working_days import Calendar
from server.models import FollowUp

STANDINGS: Final = (
    *("scheduled", "open", "due", "overdue_amber", "overdue_red", "escalated"),
    *END_STATES,
    *("superseded", "transferred"),
)


def standing_of(row: FollowUp, today: date) -> str:
    """One of STANDINGS, by the row's own days: right at 00:01 before the daily step has run."""
    state = state_at(row, today)
    if state == "superseded" and row.cause == "transferred":
        return "transferred"
    if state != "overdue":
        return state
    if row.escalates_on is not None and row.escalates_on <= today:
        return "escalated"
    return "overdue_red" if row.severity in ("red", "critical") else "overdue_amber"


def escalates_on(steps: Iterable[Step], calendar: Calendar) -> date | None:
    """The first day on which the town's lead hears of it: at once when critical, after three working days of red."""
    days = [
        step.gives if step.what == "severity.critical" else calendar.add_working_days(step.gives, LATE_AFTER)
        for step in steps
        if step.what in ("severity.critical", "severity.red")
    ]
    return min(days, default=None)
