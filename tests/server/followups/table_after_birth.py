"""The rules after a birth and after a loss on the days that matter, written out, beside those of table.py.

The stories are told of a leap day, a year's end and Spring Festival: their names end so.
"""

from typing import Any

from server.followups.facts import Facts
from server.followups.pregnancies import Birth, DangerSign
from tests.server.followups.samples import born, day, lost, pregnancy, woman

ON = {"LEAP": "2028-02-28", "NEW_YEAR": "2026-12-30", "FESTIVAL": "2027-02-05"}
"""The day on which it happened and was told."""

ANSWERS: dict[str, dict[str, str]] = {
    # what F5 answers in a story
    "BORN": {"report_type": "birth"},
    "AT_HOME": {"report_type": "birth", "birth_place": "home"},
    "NO_VISITS": {"report_type": "birth", "consent_pnc": "no", "pnc_other": "clinic"},
    "LOST": {"report_type": "loss"},
    "SIGN_AFTER": {"report_type": "birth", "danger_pp": "fever"},
    "HARM": {"report_type": "birth", "danger_pp": "self_harm"},
}


def after(on: str, *signs: DangerSign, **given: Any) -> Facts:
    birth = Birth(day(on), day(on), **given)
    registered = pregnancy("2026-09-01", "2026-10-20", outcome=born(on), birth=birth)
    return woman(pregnancies=(registered,), danger_signs=signs)


def sign(on: str, kind: str) -> DangerSign:
    return DangerSign("birth report", "p1", day(on), kind)


def lost_on(on: str) -> Facts:
    return woman(pregnancies=(pregnancy("2026-09-01", "2026-10-20", outcome=lost(on)),))


BORN_LEAP, BORN_NEW_YEAR, BORN_FESTIVAL = (after(on) for on in ON.values())
AT_HOME_LEAP, AT_HOME_NEW_YEAR, AT_HOME_FESTIVAL = (
    after(on, left_on=day(on), left_told=(day(on), "birth report"), left_early=True) for on in ON.values()
)
NO_VISITS_LEAP, NO_VISITS_NEW_YEAR, NO_VISITS_FESTIVAL = (
    after(on, no_visits=(day(on), "birth report")) for on in ON.values()
)
LOST_LEAP, LOST_NEW_YEAR, LOST_FESTIVAL = (lost_on(on) for on in ON.values())
SIGN_AFTER_LEAP, SIGN_AFTER_NEW_YEAR, SIGN_AFTER_FESTIVAL = (after(on, sign(on, "after_birth")) for on in ON.values())
HARM_LEAP, HARM_NEW_YEAR, HARM_FESTIVAL = (after(on, sign(on, "self_harm")) for on in ON.values())

AFTER_BIRTH: list[tuple[str, Facts, str, str, str]] = [
    # rule, facts, today, state, severity
    ("BIRTH", BORN_LEAP, "2028-02-28", "open", "info"),
    ("BIRTH", BORN_LEAP, "2028-02-29", "due", "info"),
    ("BIRTH", BORN_LEAP, "2028-03-01", "due", "info"),
    ("BIRTH", BORN_LEAP, "2028-03-02", "overdue", "amber"),
    ("BIRTH", BORN_LEAP, "2028-03-13", "overdue", "amber"),
    ("BIRTH", BORN_LEAP, "2028-03-14", "expired", "info"),
    ("BIRTH", BORN_NEW_YEAR, "2026-12-31", "due", "info"),
    ("BIRTH", BORN_NEW_YEAR, "2027-01-02", "overdue", "amber"),
    ("BIRTH", BORN_FESTIVAL, "2027-02-06", "due", "info"),
    ("BIRTH", BORN_FESTIVAL, "2027-02-08", "overdue", "amber"),
    ("PN1", BORN_LEAP, "2028-03-01", "scheduled", "info"),
    ("PN1", BORN_LEAP, "2028-03-02", "open", "info"),
    ("PN1", BORN_LEAP, "2028-03-04", "open", "info"),
    ("PN1", BORN_LEAP, "2028-03-05", "due", "info"),
    ("PN1", BORN_LEAP, "2028-03-06", "due", "info"),
    ("PN1", BORN_LEAP, "2028-03-07", "due", "amber"),
    ("PN1", BORN_LEAP, "2028-03-09", "due", "amber"),
    ("PN1", BORN_LEAP, "2028-03-10", "overdue", "red"),
    ("PN1", BORN_LEAP, "2028-03-30", "overdue", "red"),
    ("PN1", BORN_LEAP, "2028-04-01", "overdue", "red"),
    ("PN1", BORN_LEAP, "2028-04-02", "expired", "info"),
    ("PN1", BORN_NEW_YEAR, "2027-01-05", "due", "info"),
    ("PN1", BORN_NEW_YEAR, "2027-01-10", "overdue", "red"),
    ("PN1", BORN_FESTIVAL, "2027-02-11", "due", "info"),
    ("PN1", BORN_FESTIVAL, "2027-02-16", "overdue", "red"),
    ("PN-M", BORN_LEAP, "2028-03-05", "scheduled", "info"),
    ("PN-M", BORN_LEAP, "2028-03-06", "open", "info"),
    ("PN-M", BORN_LEAP, "2028-04-09", "open", "info"),
    ("PN-M", BORN_LEAP, "2028-04-10", "due", "info"),
    ("PN-M", BORN_LEAP, "2028-04-24", "due", "info"),
    ("PN-M", BORN_LEAP, "2028-04-25", "overdue", "amber"),
    ("PN-M", BORN_LEAP, "2028-08-29", "overdue", "amber"),
    ("PN-M", BORN_LEAP, "2028-08-30", "expired", "info"),
    ("PN-M", BORN_NEW_YEAR, "2027-02-10", "due", "info"),
    ("PN-M", BORN_NEW_YEAR, "2027-02-25", "overdue", "amber"),
    ("PN-M", BORN_FESTIVAL, "2027-03-19", "due", "info"),
    ("PN-M", BORN_FESTIVAL, "2027-04-03", "overdue", "amber"),
    ("NB28", BORN_LEAP, "2028-03-24", "scheduled", "info"),
    ("NB28", BORN_LEAP, "2028-03-25", "open", "info"),
    ("NB28", BORN_LEAP, "2028-03-27", "due", "info"),
    ("NB28", BORN_LEAP, "2028-04-03", "due", "info"),
    ("NB28", BORN_LEAP, "2028-04-04", "overdue", "info"),
    ("NB28", BORN_LEAP, "2028-04-05", "overdue", "info"),
    ("NB28", BORN_LEAP, "2028-04-06", "expired", "info"),
    ("NB28", BORN_NEW_YEAR, "2027-01-27", "due", "info"),
    ("NB28", BORN_NEW_YEAR, "2027-02-04", "overdue", "info"),
    ("NB28", BORN_FESTIVAL, "2027-03-05", "due", "info"),
    ("NB28", BORN_FESTIVAL, "2027-03-13", "overdue", "info"),
    ("PN42", BORN_LEAP, "2028-03-30", "scheduled", "info"),
    ("PN42", BORN_LEAP, "2028-04-05", "scheduled", "info"),
    ("PN42", BORN_LEAP, "2028-04-06", "open", "info"),
    ("PN42", BORN_LEAP, "2028-04-10", "due", "info"),
    ("PN42", BORN_LEAP, "2028-04-16", "due", "info"),
    ("PN42", BORN_LEAP, "2028-04-17", "due", "amber"),
    ("PN42", BORN_LEAP, "2028-04-24", "due", "amber"),
    ("PN42", BORN_LEAP, "2028-04-25", "overdue", "red"),
    ("PN42", BORN_LEAP, "2028-08-29", "overdue", "red"),
    ("PN42", BORN_LEAP, "2028-08-30", "expired", "info"),
    ("PN42", BORN_NEW_YEAR, "2027-02-10", "due", "info"),
    ("PN42", BORN_NEW_YEAR, "2027-02-25", "overdue", "red"),
    ("PN42", BORN_FESTIVAL, "2027-03-19", "due", "info"),
    ("PN42", BORN_FESTIVAL, "2027-04-03", "overdue", "red"),
    ("PN0", AT_HOME_LEAP, "2028-02-28", "open", "info"),
    ("PN0", AT_HOME_LEAP, "2028-02-29", "due", "info"),
    ("PN0", AT_HOME_LEAP, "2028-03-01", "overdue", "critical"),
    ("PN0", AT_HOME_LEAP, "2028-03-06", "overdue", "critical"),
    ("PN0", AT_HOME_LEAP, "2028-03-07", "expired", "info"),
    ("PN0", AT_HOME_NEW_YEAR, "2026-12-31", "due", "info"),
    ("PN0", AT_HOME_NEW_YEAR, "2027-01-01", "overdue", "critical"),
    ("PN0", AT_HOME_FESTIVAL, "2027-02-06", "due", "info"),
    ("PN0", AT_HOME_FESTIVAL, "2027-02-07", "overdue", "critical"),
    ("PN1-C", NO_VISITS_LEAP, "2028-03-01", "scheduled", "info"),
    ("PN1-C", NO_VISITS_LEAP, "2028-03-02", "open", "info"),
    ("PN1-C", NO_VISITS_LEAP, "2028-03-05", "due", "info"),
    ("PN1-C", NO_VISITS_LEAP, "2028-03-09", "due", "info"),
    ("PN1-C", NO_VISITS_LEAP, "2028-03-10", "overdue", "info"),
    ("PN1-C", NO_VISITS_LEAP, "2028-03-30", "overdue", "info"),
    ("PN1-C", NO_VISITS_LEAP, "2028-04-01", "overdue", "info"),
    ("PN1-C", NO_VISITS_LEAP, "2028-04-02", "expired", "info"),
    ("PN1-C", NO_VISITS_NEW_YEAR, "2027-01-05", "due", "info"),
    ("PN1-C", NO_VISITS_NEW_YEAR, "2027-01-10", "overdue", "info"),
    ("PN1-C", NO_VISITS_FESTIVAL, "2027-02-11", "due", "info"),
    ("PN1-C", NO_VISITS_FESTIVAL, "2027-02-16", "overdue", "info"),
    ("PL1", LOST_LEAP, "2028-02-28", "open", "info"),
    ("PL1", LOST_LEAP, "2028-03-05", "open", "info"),
    ("PL1", LOST_LEAP, "2028-03-06", "due", "info"),
    ("PL1", LOST_LEAP, "2028-03-13", "due", "info"),
    ("PL1", LOST_LEAP, "2028-03-14", "overdue", "amber"),
    ("PL1", LOST_LEAP, "2028-03-27", "overdue", "amber"),
    ("PL1", LOST_LEAP, "2028-03-28", "expired", "info"),
    ("PL1", LOST_NEW_YEAR, "2027-01-06", "due", "info"),
    ("PL1", LOST_NEW_YEAR, "2027-01-14", "overdue", "amber"),
    ("PL1", LOST_FESTIVAL, "2027-02-12", "due", "info"),
    ("PL1", LOST_FESTIVAL, "2027-02-20", "overdue", "amber"),
    ("PN-D", SIGN_AFTER_LEAP, "2028-02-28", "due", "red"),
    ("PN-D", SIGN_AFTER_LEAP, "2028-02-29", "due", "red"),
    ("PN-D", SIGN_AFTER_LEAP, "2028-03-01", "overdue", "critical"),
    ("PN-D", SIGN_AFTER_NEW_YEAR, "2026-12-30", "due", "red"),
    ("PN-D", SIGN_AFTER_NEW_YEAR, "2027-01-01", "overdue", "critical"),
    ("PN-D", SIGN_AFTER_FESTIVAL, "2027-02-05", "due", "red"),
    ("PN-D", SIGN_AFTER_FESTIVAL, "2027-02-07", "overdue", "critical"),
    ("PN-D0", HARM_LEAP, "2028-02-28", "due", "critical"),
    ("PN-D0", HARM_LEAP, "2028-02-29", "overdue", "critical"),
    ("PN-D0", HARM_NEW_YEAR, "2026-12-30", "due", "critical"),
    ("PN-D0", HARM_NEW_YEAR, "2026-12-31", "overdue", "critical"),
    ("PN-D0", HARM_FESTIVAL, "2027-02-05", "due", "critical"),
    ("PN-D0", HARM_FESTIVAL, "2027-02-06", "overdue", "critical"),
]

STORIES_AFTER_BIRTH = {
    name: facts for name, facts in vars().copy().items() if name.isupper() and isinstance(facts, Facts)
}
