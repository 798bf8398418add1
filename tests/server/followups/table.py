"""Every rule on the days that matter, written out; what it counts from and its window lie about a leap day, a year's end
and Spring Festival. The rules read it as facts (test_rules_on_their_days.py) and as records (test_daily.py).
"""

from server.followups.elsewhere import Referral, Wish
from server.followups.facts import Facts
from server.followups.pregnancies import DangerSign
from tests.server.followups.samples import call, day, household, injections, method, pregnancy, supplies, woman
from tests.server.followups.stories_of_methods import STORIES_OF_METHODS
from tests.server.followups.table_after_birth import AFTER_BIRTH, STORIES_AFTER_BIRTH
from tests.server.followups.table_of_benefits import OF_BENEFITS, STORIES_OF_BENEFITS
from tests.server.followups.table_of_methods import OF_METHODS
from tests.server.followups.table_of_offers import OF_OFFERS, STORIES_OF_OFFERS
from tests.server.followups.table_of_schedules import OF_SCHEDULES, STORIES_OF_SCHEDULES
from tests.server.followups.table_of_transfers import OF_TRANSFERS, STORIES_OF_TRANSFERS
from tests.server.followups.table_of_wishes import OF_WISHES, STORIES_OF_WISHES

LEAP = woman(pregnancies=(pregnancy("2027-10-25", "2027-12-20"),))
"""Week 16 begins 2028-02-14; 2028-02-29 lies inside the second window."""
NEW_YEAR = woman(pregnancies=(pregnancy("2026-09-01", "2026-10-20"),))
"""Week 16 begins 2026-12-22; New Year and, on 2027-02-06, Spring Festival lie inside windows."""
LATE = woman(pregnancies=(pregnancy("2026-09-01", "2026-12-10"),))
"""Registered in week 14+2."""
VERY_LATE = woman(pregnancies=(pregnancy("2026-09-01", "2027-06-18"),))
"""Registered in week 41+3."""
SIGN = woman(
    pregnancies=(pregnancy("2026-09-01", "2026-10-20"),), danger_signs=(DangerSign("sign", "p1", day("2026-12-31")),)
)
URGENT = woman(referrals=(Referral("r1", "urgent", day("2028-02-27")),))
ROUTINE = woman(referrals=(Referral("r1", "routine", day("2026-12-20")),))
HELP, HELP_LEAP, HELP_FESTIVAL = (
    woman(referrals=(Referral("r1", "routine", day(on), outcome_on=day(on), wishes=(Wish("wish", day(on)),)),))
    for on in ("2026-12-28", "2028-02-24", "2027-02-01")
)
COIL = woman(contraception=(method("iud_cu", started_on=day("2028-01-25")),))
THREE_MONTHS = woman(contraception=(method("dmpa", injections=injections("2027-12-02")),))
PILLS = woman(contraception=(method("coc", supplies=supplies(("2027-12-10", "2028-03-03"))),))
FOLIC = woman(folic_acid=supplies(("2027-12-10", "2028-03-03")))
HOME = household(call("2027-10-10"))

# The short ones again, so that each rule is counted over each of CROSSED.
EARLY_LEAP = woman(pregnancies=(pregnancy("2027-12-07", "2028-01-20"),))
"""Week 12 begins on the leap day."""
SIGN_LEAP, SIGN_FESTIVAL = (
    woman(pregnancies=(pregnancy("2026-12-01", "2027-01-20"),), danger_signs=(DangerSign("sign", "p1", day(on)),))
    for on in ("2028-02-28", "2027-02-05")
)
URGENT_NEW_YEAR, URGENT_FESTIVAL = (
    woman(referrals=(Referral("r1", "urgent", day(on)),)) for on in ("2026-12-30", "2027-02-05")
)
ROUTINE_LEAP, ROUTINE_FESTIVAL = (
    woman(referrals=(Referral("r1", "routine", day(on)),)) for on in ("2028-02-20", "2028-01-24")
)
REMOVAL, REMOVAL_NEW_YEAR, REMOVAL_FESTIVAL = (
    woman(referrals=(Referral("r1", "removal", day(on)),)) for on in ("2028-02-24", "2026-12-28", "2027-02-01")
)
COIL_NEW_YEAR = woman(contraception=(method("iud_cu", started_on=day("2026-12-20")),))

CROSSED = {
    "leap day": ("2024-02-29", "2028-02-29"),
    "year end": ("2025-12-31", "2026-12-31", "2027-12-31"),
    "Spring Festival": ("2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26"),
}
"""By name the days that each rule's window is counted over."""

TABLE: list[tuple[str, Facts, str, str, str]] = [
    # rule, facts, today, state, severity
    ("ANC1", NEW_YEAR, "2026-10-20", "open", "info"),
    ("ANC1", NEW_YEAR, "2026-11-23", "open", "info"),
    ("ANC1", NEW_YEAR, "2026-11-24", "due", "info"),
    ("ANC1", NEW_YEAR, "2026-11-30", "due", "info"),
    ("ANC1", NEW_YEAR, "2026-12-01", "overdue", "amber"),
    ("ANC1", NEW_YEAR, "2026-12-06", "overdue", "amber"),
    ("ANC1", NEW_YEAR, "2026-12-07", "overdue", "red"),
    ("ANC1", LEAP, "2028-01-17", "due", "info"),
    ("ANC1", LEAP, "2028-01-23", "due", "info"),
    ("ANC1", LEAP, "2028-01-24", "overdue", "amber"),
    ("ANC1", LEAP, "2028-01-30", "overdue", "red"),
    ("ANC1", LATE, "2026-12-10", "open", "info"),
    ("ANC1", LATE, "2026-12-13", "due", "info"),
    ("ANC1", LATE, "2026-12-17", "due", "info"),
    ("ANC1", LATE, "2026-12-18", "overdue", "amber"),
    ("ANC1", LATE, "2026-12-24", "overdue", "red"),
    ("ANC2", LEAP, "2028-02-13", "scheduled", "info"),
    ("ANC2", LEAP, "2028-02-14", "open", "info"),
    ("ANC2", LEAP, "2028-02-27", "open", "info"),
    ("ANC2", LEAP, "2028-02-28", "due", "info"),
    ("ANC2", LEAP, "2028-02-29", "due", "info"),
    ("ANC2", LEAP, "2028-03-12", "due", "info"),
    ("ANC2", LEAP, "2028-03-13", "due", "amber"),
    ("ANC2", LEAP, "2028-03-19", "due", "amber"),
    ("ANC2", LEAP, "2028-03-20", "overdue", "red"),
    ("ANC2", NEW_YEAR, "2026-12-21", "scheduled", "info"),
    ("ANC2", NEW_YEAR, "2026-12-22", "open", "info"),
    ("ANC2", NEW_YEAR, "2026-12-31", "open", "info"),
    ("ANC2", NEW_YEAR, "2027-01-01", "open", "info"),
    ("ANC2", NEW_YEAR, "2027-01-05", "due", "info"),
    ("ANC2", NEW_YEAR, "2027-01-25", "due", "amber"),
    ("ANC2", NEW_YEAR, "2027-01-26", "overdue", "red"),
    ("ANC3", NEW_YEAR, "2027-01-26", "open", "info"),
    ("ANC3", NEW_YEAR, "2027-02-02", "due", "info"),
    ("ANC3", NEW_YEAR, "2027-02-06", "due", "info"),
    ("ANC3", NEW_YEAR, "2027-02-15", "due", "info"),
    ("ANC3", NEW_YEAR, "2027-02-16", "due", "amber"),
    ("ANC3", NEW_YEAR, "2027-02-22", "due", "amber"),
    ("ANC3", NEW_YEAR, "2027-02-23", "overdue", "red"),
    ("ANC3", LEAP, "2028-03-20", "open", "info"),
    ("ANC3", LEAP, "2028-03-27", "due", "info"),
    ("ANC3", LEAP, "2028-04-10", "due", "amber"),
    ("ANC3", LEAP, "2028-04-16", "due", "amber"),
    ("ANC3", LEAP, "2028-04-17", "overdue", "red"),
    ("ANC4", LEAP, "2028-05-07", "scheduled", "info"),
    ("ANC4", LEAP, "2028-05-08", "open", "info"),
    ("ANC4", LEAP, "2028-05-22", "due", "info"),
    ("ANC4", LEAP, "2028-06-05", "due", "info"),
    ("ANC4", LEAP, "2028-06-06", "due", "amber"),
    ("ANC4", LEAP, "2028-07-09", "due", "amber"),
    ("ANC4", LEAP, "2028-07-10", "overdue", "red"),
    ("ANC4", NEW_YEAR, "2027-03-16", "open", "info"),
    ("ANC4", NEW_YEAR, "2027-05-17", "due", "amber"),
    ("ANC4", NEW_YEAR, "2027-05-18", "overdue", "red"),
    ("ANC5", LEAP, "2028-07-09", "scheduled", "info"),
    ("ANC5", LEAP, "2028-07-10", "open", "info"),
    ("ANC5", LEAP, "2028-07-17", "due", "info"),
    ("ANC5", LEAP, "2028-07-30", "due", "info"),
    ("ANC5", LEAP, "2028-07-31", "due", "amber"),
    ("ANC5", LEAP, "2028-08-06", "due", "amber"),
    ("ANC5", LEAP, "2028-08-07", "overdue", "red"),
    ("ANC6", LEAP, "2028-08-06", "scheduled", "info"),
    ("ANC6", LEAP, "2028-08-07", "due", "info"),
    ("ANC6", LEAP, "2028-08-08", "overdue", "red"),
    ("ANC6", LEAP, "2028-08-13", "overdue", "red"),
    ("ANC6", LEAP, "2028-08-14", "overdue", "critical"),
    ("ANC6", VERY_LATE, "2027-06-18", "due", "red"),
    ("ANC6", VERY_LATE, "2027-06-19", "overdue", "red"),
    ("ANC6", VERY_LATE, "2027-06-22", "overdue", "critical"),
    ("ANC-D", SIGN, "2026-12-31", "due", "red"),
    ("ANC-D", SIGN, "2027-01-01", "due", "red"),
    ("ANC-D", SIGN, "2027-01-02", "overdue", "critical"),
    ("REF-U", URGENT, "2028-02-27", "open", "info"),
    ("REF-U", URGENT, "2028-02-28", "due", "info"),
    ("REF-U", URGENT, "2028-03-01", "due", "info"),
    ("REF-U", URGENT, "2028-03-02", "overdue", "critical"),
    ("REF-R", ROUTINE, "2026-12-22", "scheduled", "info"),
    ("REF-R", ROUTINE, "2026-12-23", "open", "info"),
    ("REF-R", ROUTINE, "2026-12-27", "due", "info"),
    ("REF-R", ROUTINE, "2027-01-03", "due", "info"),
    ("REF-R", ROUTINE, "2027-01-04", "overdue", "red"),
    ("REF-O", REMOVAL, "2028-02-24", "scheduled", "info"),
    ("REF-O", REMOVAL, "2028-02-25", "open", "info"),
    ("REF-O", REMOVAL, "2028-02-29", "due", "info"),
    ("REF-O", REMOVAL, "2028-03-02", "due", "info"),
    ("REF-O", REMOVAL, "2028-03-03", "overdue", "red"),
    ("REF-O", REMOVAL_NEW_YEAR, "2026-12-29", "open", "info"),
    ("REF-O", REMOVAL_NEW_YEAR, "2027-01-02", "due", "info"),
    ("REF-O", REMOVAL_NEW_YEAR, "2027-01-05", "overdue", "red"),
    ("REF-O", REMOVAL_FESTIVAL, "2027-02-06", "due", "info"),
    ("REF-O", REMOVAL_FESTIVAL, "2027-02-09", "overdue", "red"),
    ("REF-N", HELP, "2026-12-28", "open", "red"),
    ("REF-N", HELP, "2026-12-29", "due", "red"),
    ("REF-N", HELP, "2027-01-04", "due", "red"),
    ("REF-N", HELP, "2027-01-05", "overdue", "red"),
    ("REF-N", HELP_LEAP, "2028-02-25", "due", "red"),
    ("REF-N", HELP_LEAP, "2028-03-02", "due", "red"),
    ("REF-N", HELP_LEAP, "2028-03-03", "overdue", "red"),
    ("REF-N", HELP_FESTIVAL, "2027-02-06", "due", "red"),
    ("REF-N", HELP_FESTIVAL, "2027-02-09", "overdue", "red"),
    ("IUD-1", COIL, "2028-02-14", "scheduled", "info"),
    ("IUD-1", COIL, "2028-02-15", "open", "info"),
    ("IUD-1", COIL, "2028-02-22", "due", "info"),
    ("IUD-1", COIL, "2028-03-07", "due", "info"),
    ("IUD-1", COIL, "2028-03-08", "overdue", "info"),
    ("IUD-1", COIL, "2028-04-24", "overdue", "info"),
    ("IUD-1", COIL, "2028-04-25", "expired", "info"),
    ("INJ-DMPA", THREE_MONTHS, "2028-02-16", "scheduled", "info"),
    ("INJ-DMPA", THREE_MONTHS, "2028-02-17", "open", "info"),
    ("INJ-DMPA", THREE_MONTHS, "2028-03-02", "due", "info"),
    ("INJ-DMPA", THREE_MONTHS, "2028-03-03", "overdue", "amber"),
    ("INJ-DMPA", THREE_MONTHS, "2028-03-16", "overdue", "amber"),
    ("INJ-DMPA", THREE_MONTHS, "2028-03-17", "overdue", "red"),
    ("INJ-DMPA", THREE_MONTHS, "2028-03-31", "overdue", "red"),
    ("PILL-R", PILLS, "2028-02-10", "scheduled", "info"),
    ("PILL-R", PILLS, "2028-02-11", "open", "info"),
    ("PILL-R", PILLS, "2028-02-25", "due", "info"),
    ("PILL-R", PILLS, "2028-02-28", "due", "info"),
    ("PILL-R", PILLS, "2028-02-29", "due", "amber"),
    ("PILL-R", PILLS, "2028-03-03", "due", "amber"),
    ("PILL-R", PILLS, "2028-03-04", "overdue", "red"),
    ("FA-REFILL", FOLIC, "2027-12-11", "scheduled", "info"),
    ("FA-REFILL", FOLIC, "2028-02-10", "scheduled", "info"),
    ("FA-REFILL", FOLIC, "2028-02-11", "open", "info"),
    ("FA-REFILL", FOLIC, "2028-02-25", "due", "info"),
    ("FA-REFILL", FOLIC, "2028-03-03", "due", "info"),
    ("FA-REFILL", FOLIC, "2028-03-04", "overdue", "amber"),
    ("FA-REFILL", FOLIC, "2028-03-31", "overdue", "amber"),
    ("FA-REFILL", FOLIC, "2028-04-01", "expired", "info"),
    ("HH-V", HOME, "2028-03-07", "scheduled", "info"),
    ("HH-V", HOME, "2028-03-08", "open", "info"),
    ("HH-V", HOME, "2028-04-07", "due", "info"),
    ("HH-V", HOME, "2028-05-07", "due", "info"),
    ("HH-V", HOME, "2028-05-08", "overdue", "info"),
    ("HH-V", HOME, "2028-06-05", "overdue", "info"),
    ("HH-V", HOME, "2028-06-06", "overdue", "amber"),
    ("ANC1", EARLY_LEAP, "2028-02-28", "open", "info"),
    ("ANC1", EARLY_LEAP, "2028-02-29", "due", "info"),
    ("ANC1", EARLY_LEAP, "2028-03-06", "due", "info"),
    ("ANC1", EARLY_LEAP, "2028-03-07", "overdue", "amber"),
    ("ANC1", EARLY_LEAP, "2028-03-13", "overdue", "red"),
    ("ANC-D", SIGN_LEAP, "2028-02-28", "due", "red"),
    ("ANC-D", SIGN_LEAP, "2028-02-29", "due", "red"),
    ("ANC-D", SIGN_LEAP, "2028-03-01", "overdue", "critical"),
    ("ANC-D", SIGN_FESTIVAL, "2027-02-05", "due", "red"),
    ("ANC-D", SIGN_FESTIVAL, "2027-02-06", "due", "red"),
    ("ANC-D", SIGN_FESTIVAL, "2027-02-07", "overdue", "critical"),
    ("REF-U", URGENT_NEW_YEAR, "2026-12-30", "open", "info"),
    ("REF-U", URGENT_NEW_YEAR, "2026-12-31", "due", "info"),
    ("REF-U", URGENT_NEW_YEAR, "2027-01-02", "due", "info"),
    ("REF-U", URGENT_NEW_YEAR, "2027-01-03", "overdue", "critical"),
    ("REF-U", URGENT_FESTIVAL, "2027-02-05", "open", "info"),
    ("REF-U", URGENT_FESTIVAL, "2027-02-06", "due", "info"),
    ("REF-U", URGENT_FESTIVAL, "2027-02-08", "due", "info"),
    ("REF-U", URGENT_FESTIVAL, "2027-02-09", "overdue", "critical"),
    ("REF-R", ROUTINE_LEAP, "2028-02-22", "scheduled", "info"),
    ("REF-R", ROUTINE_LEAP, "2028-02-23", "open", "info"),
    ("REF-R", ROUTINE_LEAP, "2028-02-27", "due", "info"),
    ("REF-R", ROUTINE_LEAP, "2028-03-05", "due", "info"),
    ("REF-R", ROUTINE_LEAP, "2028-03-06", "overdue", "red"),
    ("REF-R", ROUTINE_FESTIVAL, "2028-01-27", "open", "info"),
    ("REF-R", ROUTINE_FESTIVAL, "2028-01-31", "due", "info"),
    ("REF-R", ROUTINE_FESTIVAL, "2028-02-07", "due", "info"),
    ("REF-R", ROUTINE_FESTIVAL, "2028-02-08", "overdue", "red"),
    ("IUD-1", COIL_NEW_YEAR, "2027-01-09", "scheduled", "info"),
    ("IUD-1", COIL_NEW_YEAR, "2027-01-10", "open", "info"),
    ("IUD-1", COIL_NEW_YEAR, "2027-01-17", "due", "info"),
    ("IUD-1", COIL_NEW_YEAR, "2027-01-31", "due", "info"),
    ("IUD-1", COIL_NEW_YEAR, "2027-02-01", "overdue", "info"),
    ("IUD-1", COIL_NEW_YEAR, "2027-03-20", "overdue", "info"),
    ("IUD-1", COIL_NEW_YEAR, "2027-03-21", "expired", "info"),
    ("INJ-DMPA", THREE_MONTHS, "2028-03-30", "overdue", "red"),
    *AFTER_BIRTH,
    *OF_TRANSFERS,
    *OF_BENEFITS,
    *OF_OFFERS,
    *OF_WISHES,
    *OF_METHODS,
    *OF_SCHEDULES,
]

STORIES = {name: facts for name, facts in vars().copy().items() if name.isupper() and isinstance(facts, Facts)}
STORIES |= STORIES_AFTER_BIRTH | STORIES_OF_TRANSFERS | STORIES_OF_BENEFITS | STORIES_OF_SCHEDULES | STORIES_OF_OFFERS
STORIES |= STORIES_OF_METHODS | STORIES_OF_WISHES
