"""The rules of benefit cases on the days that matter, written out, beside those of table.py.

Working days leave out weekends alone. The stories are told of a leap day, a year's end and Spring Festival: names end so.
"""

from server.followups.benefit_cases import BenefitCase, CaseStep, Renewal
from server.followups.facts import Consent, Facts
from tests.server.followups.samples import VILLAGE, day

CASE_ON = {"LEAP": "2028-02-14", "NEW_YEAR": "2026-12-21", "FESTIVAL": "2027-01-25"}
"""The Monday on which the household asked."""
TOLD_ON, RENEWED_BY = "2027-04-10", "2028-03-31"
"""When the county's day was noted, and that day."""


def case(**given: object) -> Facts:
    return Facts("b1", "benefit_cases", VILLAGE, Consent(True), case=BenefitCase(**given))  # type: ignore[arg-type]


ASKED_LEAP, ASKED_NEW_YEAR, ASKED_FESTIVAL = (
    case(steps=(CaseStep("asked", day(on), waits=True),)) for on in CASE_ON.values()
)
RENEWED = case(
    steps=(CaseStep("paid", day(TOLD_ON), waits=False),), renewals=(Renewal("paid", day(TOLD_ON), day(RENEWED_BY)),)
)

OF_BENEFITS: list[tuple[str, Facts, str, str, str]] = [
    # rule, facts, today, state, severity
    ("BEN-STEP", ASKED_LEAP, "2028-02-14", "open", "info"),
    ("BEN-STEP", ASKED_LEAP, "2028-02-27", "open", "info"),
    ("BEN-STEP", ASKED_LEAP, "2028-02-28", "due", "info"),
    ("BEN-STEP", ASKED_LEAP, "2028-02-29", "due", "amber"),
    ("BEN-STEP", ASKED_LEAP, "2028-03-13", "due", "amber"),
    ("BEN-STEP", ASKED_LEAP, "2028-03-14", "overdue", "red"),
    ("BEN-STEP", ASKED_NEW_YEAR, "2027-01-03", "open", "info"),
    ("BEN-STEP", ASKED_NEW_YEAR, "2027-01-04", "due", "info"),
    ("BEN-STEP", ASKED_NEW_YEAR, "2027-01-18", "due", "amber"),
    ("BEN-STEP", ASKED_NEW_YEAR, "2027-01-19", "overdue", "red"),
    ("BEN-STEP", ASKED_FESTIVAL, "2027-02-08", "due", "info"),
    ("BEN-STEP", ASKED_FESTIVAL, "2027-02-22", "due", "amber"),
    ("BEN-STEP", ASKED_FESTIVAL, "2027-02-23", "overdue", "red"),
    ("BEN-REN", RENEWED, "2028-01-30", "scheduled", "info"),
    ("BEN-REN", RENEWED, "2028-01-31", "open", "info"),
    ("BEN-REN", RENEWED, "2028-03-10", "open", "info"),
    ("BEN-REN", RENEWED, "2028-03-11", "due", "info"),
    ("BEN-REN", RENEWED, "2028-03-20", "due", "info"),
    ("BEN-REN", RENEWED, "2028-03-21", "due", "amber"),
    ("BEN-REN", RENEWED, "2028-03-30", "due", "amber"),
    ("BEN-REN", RENEWED, "2028-03-31", "due", "red"),
    ("BEN-REN", RENEWED, "2028-04-01", "overdue", "red"),
]

STORIES_OF_BENEFITS = {
    name: facts for name, facts in vars().copy().items() if name.isupper() and isinstance(facts, Facts)
}
