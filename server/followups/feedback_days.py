"""GRV: by which day feedback (F9) is answered (domain.md 2.6, and 6.3 P9 for a word of pressure)."""

from datetime import date, timedelta

from server.followups.office_rules import FEEDBACK, shipped_office_rules


def pressed_days() -> int:
    """Days in which a word of pressure is answered."""
    return shipped_office_rules()[FEEDBACK].limits["pressed_days"]


def due_day(urgent: bool, received_on: date) -> date:
    """The last day on which it is answered in time. Holidays are not known here: they are counted as days of work."""
    if urgent:
        return received_on + timedelta(days=pressed_days())
    return shipped_office_rules()[FEEDBACK].edges({"received_on": received_on})[1]
