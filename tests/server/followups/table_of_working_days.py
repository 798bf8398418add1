"""Windows that are counted in working days, by the calendar with its breaks and swapped weekends, on the days that matter.

Spring Festival of 2026 is off from 15 to 23 February, and both Saturdays around it are worked; New Year from Thursday to
Saturday, and the Sunday after it is worked. The stories are told of a leap day, a year's end and Spring Festival.
"""

from server.followups.benefit_cases import CaseStep
from server.followups.facts import Facts
from tests.server.followups.samples import day
from tests.server.followups.table_of_benefits import case
from tests.server.followups.table_of_transfers import leaves

CALLED_LEAP, CALLED_NEW_YEAR, CALLED_FESTIVAL = (
    case(steps=(CaseStep("asked", day(on), waits=True),)) for on in ("2024-02-19", "2025-12-22", "2026-02-09")
)
AWAY_LEAP, AWAY_NEW_YEAR, AWAY_FESTIVAL = (leaves(on) for on in ("2024-02-26", "2025-12-30", "2026-02-12"))

OF_WORKING_DAYS: list[tuple[str, Facts, str, str, str]] = [
    # rule, facts, today, state, severity
    ("BEN-STEP", CALLED_FESTIVAL, "2026-02-09", "open", "info"),
    ("BEN-STEP", CALLED_FESTIVAL, "2026-02-27", "open", "info"),
    ("BEN-STEP", CALLED_FESTIVAL, "2026-02-28", "due", "info"),
    ("BEN-STEP", CALLED_FESTIVAL, "2026-03-01", "due", "amber"),
    ("BEN-STEP", CALLED_FESTIVAL, "2026-03-13", "due", "amber"),
    ("BEN-STEP", CALLED_FESTIVAL, "2026-03-14", "overdue", "red"),
    ("BEN-STEP", CALLED_NEW_YEAR, "2025-12-22", "open", "info"),
    ("BEN-STEP", CALLED_NEW_YEAR, "2026-01-05", "open", "info"),
    ("BEN-STEP", CALLED_NEW_YEAR, "2026-01-06", "due", "info"),
    ("BEN-STEP", CALLED_NEW_YEAR, "2026-01-07", "due", "amber"),
    ("BEN-STEP", CALLED_NEW_YEAR, "2026-01-20", "due", "amber"),
    ("BEN-STEP", CALLED_NEW_YEAR, "2026-01-21", "overdue", "red"),
    ("BEN-STEP", CALLED_LEAP, "2024-03-03", "open", "info"),
    ("BEN-STEP", CALLED_LEAP, "2024-03-04", "due", "info"),
    ("BEN-STEP", CALLED_LEAP, "2024-03-05", "due", "amber"),
    ("BEN-STEP", CALLED_LEAP, "2024-03-18", "due", "amber"),
    ("BEN-STEP", CALLED_LEAP, "2024-03-19", "overdue", "red"),
    ("MIG-TR", AWAY_FESTIVAL, "2026-02-12", "open", "info"),
    ("MIG-TR", AWAY_FESTIVAL, "2026-02-23", "open", "info"),
    ("MIG-TR", AWAY_FESTIVAL, "2026-02-24", "due", "info"),
    ("MIG-TR", AWAY_FESTIVAL, "2026-02-28", "due", "info"),
    ("MIG-TR", AWAY_FESTIVAL, "2026-03-01", "overdue", "red"),
    ("MIG-TR", AWAY_NEW_YEAR, "2026-01-04", "open", "info"),
    ("MIG-TR", AWAY_NEW_YEAR, "2026-01-05", "due", "info"),
    ("MIG-TR", AWAY_NEW_YEAR, "2026-01-09", "due", "info"),
    ("MIG-TR", AWAY_NEW_YEAR, "2026-01-10", "overdue", "red"),
    ("MIG-TR", AWAY_LEAP, "2024-02-28", "open", "info"),
    ("MIG-TR", AWAY_LEAP, "2024-02-29", "due", "info"),
    ("MIG-TR", AWAY_LEAP, "2024-03-06", "due", "info"),
    ("MIG-TR", AWAY_LEAP, "2024-03-07", "overdue", "red"),
]
