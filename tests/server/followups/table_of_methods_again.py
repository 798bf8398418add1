"""What is asked for again and again, and what ships switched off, on the days that matter, written out."""

from server.followups.facts import AfterCare, Facts
from tests.server.followups.samples import day, woman
from tests.server.followups.stories_of_methods import began, card, her, review

MONTH_END = began("iud_cu", "2026-01-31")
LEAP_DAY = began("iud_lng", "2024-02-29")
ONTO_LEAP_DAY = began("iud_cu", "2028-01-29")
OVER_NEW_YEAR = began("iud_cu", "2026-12-01")
OLD_CARD = her("iud_cu", cards=(card("2027-01-01", "2027-11-30"),))
REVIEWED = her("coc", reviews=(review("2027-02-28"),))
REVIEWED_ON_LEAP_DAY = her("coc", reviews=(review("2024-02-29"),))
AFTER_CARE = woman(aftercare=(AfterCare("care", day("2028-02-20"), agreed=True),))

AGAIN: list[tuple[str, Facts, str, int, str, str]] = [
    # rule, facts, today, which time, state, severity
    ("IUD-CN", MONTH_END, "2026-02-20", 1, "scheduled", "info"),
    ("IUD-CN", MONTH_END, "2026-02-21", 1, "open", "info"),
    ("IUD-CN", MONTH_END, "2026-02-27", 1, "open", "info"),
    ("IUD-CN", MONTH_END, "2026-02-28", 1, "due", "info"),
    ("IUD-CN", MONTH_END, "2026-03-14", 1, "due", "info"),
    ("IUD-CN", MONTH_END, "2026-03-15", 1, "overdue", "info"),
    ("IUD-CN", MONTH_END, "2026-04-22", 1, "overdue", "info"),
    ("IUD-CN", MONTH_END, "2026-04-23", 1, "expired", "info"),
    ("IUD-CN", MONTH_END, "2026-04-22", 2, "scheduled", "info"),
    ("IUD-CN", MONTH_END, "2026-04-23", 2, "open", "info"),
    ("IUD-CN", MONTH_END, "2026-04-30", 2, "due", "info"),
    ("IUD-CN", MONTH_END, "2026-05-14", 2, "due", "info"),
    ("IUD-CN", MONTH_END, "2026-05-15", 2, "overdue", "info"),
    ("IUD-CN", MONTH_END, "2026-07-24", 3, "open", "info"),
    ("IUD-CN", MONTH_END, "2026-07-31", 3, "due", "info"),
    ("IUD-CN", MONTH_END, "2026-08-15", 3, "overdue", "info"),
    ("IUD-CN", MONTH_END, "2027-01-24", 4, "open", "info"),
    ("IUD-CN", MONTH_END, "2027-01-31", 4, "due", "info"),
    ("IUD-CN", MONTH_END, "2027-02-14", 4, "due", "info"),
    ("IUD-CN", MONTH_END, "2027-02-15", 4, "overdue", "info"),
    ("IUD-CN", MONTH_END, "2028-01-24", 5, "open", "info"),
    ("IUD-CN", MONTH_END, "2028-01-31", 5, "due", "info"),
    ("IUD-CN", LEAP_DAY, "2025-02-21", 4, "open", "info"),
    ("IUD-CN", LEAP_DAY, "2025-02-28", 4, "due", "info"),
    ("IUD-CN", LEAP_DAY, "2025-03-14", 4, "due", "info"),
    ("IUD-CN", LEAP_DAY, "2025-03-15", 4, "overdue", "info"),
    ("IUD-CN", LEAP_DAY, "2028-02-21", 7, "scheduled", "info"),
    ("IUD-CN", LEAP_DAY, "2028-02-22", 7, "open", "info"),
    ("IUD-CN", LEAP_DAY, "2028-02-29", 7, "due", "info"),
    ("IUD-CN", LEAP_DAY, "2028-03-15", 7, "overdue", "info"),
    ("IUD-CN", ONTO_LEAP_DAY, "2028-02-28", 1, "open", "info"),
    ("IUD-CN", ONTO_LEAP_DAY, "2028-02-29", 1, "due", "info"),
    ("IUD-CN", OVER_NEW_YEAR, "2026-12-25", 1, "open", "info"),
    ("IUD-CN", OVER_NEW_YEAR, "2027-01-01", 1, "due", "info"),
    ("IUD-CN", OVER_NEW_YEAR, "2027-01-16", 1, "overdue", "info"),
    ("IUD-XQ", OLD_CARD, "2028-02-28", 1, "scheduled", "info"),
    ("IUD-XQ", OLD_CARD, "2028-02-29", 1, "open", "info"),
    ("IUD-XQ", OLD_CARD, "2028-03-13", 1, "open", "info"),
    ("IUD-XQ", OLD_CARD, "2028-03-14", 1, "due", "info"),
    ("IUD-XQ", OLD_CARD, "2028-03-30", 1, "due", "info"),
    ("IUD-XQ", OLD_CARD, "2028-03-31", 1, "overdue", "info"),
    ("IUD-XQ", OLD_CARD, "2028-04-29", 1, "overdue", "info"),
    ("IUD-XQ", OLD_CARD, "2028-04-30", 1, "expired", "info"),
    ("IUD-XQ", OLD_CARD, "2028-05-29", 2, "scheduled", "info"),
    ("IUD-XQ", OLD_CARD, "2028-05-30", 2, "open", "info"),
    ("IUD-XQ", OLD_CARD, "2028-06-13", 2, "due", "info"),
    ("IUD-XQ", OLD_CARD, "2028-06-29", 2, "due", "info"),
    ("IUD-XQ", OLD_CARD, "2028-06-30", 2, "overdue", "info"),
    ("IUD-XQ", OLD_CARD, "2028-07-29", 2, "overdue", "info"),
    ("IUD-XQ", OLD_CARD, "2028-07-30", 2, "expired", "info"),
    ("COC-Y", REVIEWED, "2028-01-28", 1, "scheduled", "info"),
    ("COC-Y", REVIEWED, "2028-01-29", 1, "open", "info"),
    ("COC-Y", REVIEWED, "2028-02-27", 1, "open", "info"),
    ("COC-Y", REVIEWED, "2028-02-28", 1, "due", "info"),
    ("COC-Y", REVIEWED, "2028-03-29", 1, "due", "info"),
    ("COC-Y", REVIEWED, "2028-03-30", 1, "overdue", "info"),
    ("COC-Y", REVIEWED, "2028-05-28", 1, "overdue", "info"),
    ("COC-Y", REVIEWED, "2028-05-29", 1, "expired", "info"),
    ("COC-Y", REVIEWED, "2029-01-29", 2, "open", "info"),
    ("COC-Y", REVIEWED_ON_LEAP_DAY, "2025-01-29", 1, "open", "info"),
    ("COC-Y", REVIEWED_ON_LEAP_DAY, "2025-02-28", 1, "due", "info"),
    ("COC-Y", REVIEWED_ON_LEAP_DAY, "2025-03-30", 1, "due", "info"),
    ("COC-Y", REVIEWED_ON_LEAP_DAY, "2025-03-31", 1, "overdue", "info"),
    ("COC-Y", REVIEWED_ON_LEAP_DAY, "2028-01-30", 4, "open", "info"),
    ("COC-Y", REVIEWED_ON_LEAP_DAY, "2028-02-29", 4, "due", "info"),
    ("COC-Y", REVIEWED_ON_LEAP_DAY, "2028-03-31", 4, "overdue", "info"),
    ("PAC-1", AFTER_CARE, "2028-02-26", 1, "scheduled", "info"),
    ("PAC-1", AFTER_CARE, "2028-02-27", 1, "open", "info"),
    ("PAC-1", AFTER_CARE, "2028-03-05", 1, "due", "info"),
    ("PAC-1", AFTER_CARE, "2028-03-21", 1, "due", "info"),
    ("PAC-1", AFTER_CARE, "2028-03-22", 1, "expired", "info"),
]
