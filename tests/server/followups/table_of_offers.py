"""A pregnancy without weeks, a clinician's own date, births that are watched, the WHO layer after a birth, and the offer to talk,
on the days that matter, written out, beside those of table.py. A story's name ends with what lies inside its windows."""

from server.followups.facts import Facts
from server.followups.pregnancies import Birth, ExtraContact
from tests.server.followups.samples import born, day, pregnancy, woman
from tests.server.followups.table_after_birth import BORN_FESTIVAL, BORN_LEAP, BORN_NEW_YEAR, ON, after

UNDATED = {"UNDATED_LEAP": "2028-02-24", "UNDATED_NEW_YEAR": "2026-12-28", "UNDATED_FESTIVAL": "2027-02-03"}
"""By story the day of registration."""
EXTRA = {
    # story: (the day on which a clinician set it, the day that she set)
    "EXTRA_LEAP": ("2028-02-01", "2028-02-28"),
    "EXTRA_NEW_YEAR": ("2026-12-10", "2026-12-30"),
    "EXTRA_FESTIVAL": ("2027-01-20", "2027-02-06"),
    "EXTRA_SOON": ("2026-12-28", "2026-12-30"),
}


def undated(story: str) -> Facts:
    return woman(pregnancies=(pregnancy("2026-09-01", UNDATED[story], datings=()),))


def with_extra(story: str) -> Facts:
    set_on, wanted_on = EXTRA[story]
    extra = (ExtraContact("check", day(set_on), day(wanted_on)),)
    return woman(pregnancies=(pregnancy("2026-09-01", "2026-10-20", extra_contacts=extra),))


def with_layer(on: str) -> Facts:
    birth = {"outcome": born(on), "birth": Birth(day(on), day(on))}
    return woman(pregnancies=(pregnancy("2026-09-01", "2026-10-20", profile="CN5+WHO", **birth),))


UNDATED_LEAP, UNDATED_NEW_YEAR, UNDATED_FESTIVAL = map(undated, UNDATED)
EXTRA_LEAP, EXTRA_NEW_YEAR, EXTRA_FESTIVAL, EXTRA_SOON = map(with_extra, EXTRA)
WATCHED_LEAP, WATCHED_NEW_YEAR, WATCHED_FESTIVAL = (after(on, is_worry=True) for on in ON.values())
LAYER_LEAP, LAYER_NEW_YEAR, LAYER_FESTIVAL = (with_layer(on) for on in ON.values())
WEEKS_LEAP = woman(pregnancies=(pregnancy("2027-10-25", "2027-12-20"),))
WEEKS_NEW_YEAR = woman(pregnancies=(pregnancy("2026-09-01", "2026-10-20"),))

OF_OFFERS: list[tuple[str, Facts, str, str, str]] = [
    # rule, facts, today, state, severity
    ("ANC0", UNDATED_LEAP, "2028-02-24", "open", "info"),
    ("ANC0", UNDATED_LEAP, "2028-02-26", "open", "info"),
    ("ANC0", UNDATED_LEAP, "2028-02-27", "due", "info"),
    ("ANC0", UNDATED_LEAP, "2028-03-02", "due", "info"),
    ("ANC0", UNDATED_LEAP, "2028-03-03", "overdue", "amber"),
    ("ANC0", UNDATED_LEAP, "2028-03-08", "overdue", "amber"),
    ("ANC0", UNDATED_LEAP, "2028-03-09", "overdue", "red"),
    ("ANC0", UNDATED_LEAP, "2028-11-30", "overdue", "red"),
    ("ANC0", UNDATED_LEAP, "2028-12-01", "expired", "info"),
    ("ANC0", UNDATED_NEW_YEAR, "2026-12-28", "open", "info"),
    ("ANC0", UNDATED_NEW_YEAR, "2026-12-31", "due", "info"),
    ("ANC0", UNDATED_NEW_YEAR, "2027-01-04", "due", "info"),
    ("ANC0", UNDATED_NEW_YEAR, "2027-01-05", "overdue", "amber"),
    ("ANC0", UNDATED_NEW_YEAR, "2027-01-11", "overdue", "red"),
    ("ANC0", UNDATED_NEW_YEAR, "2027-10-05", "expired", "info"),
    ("ANC0", UNDATED_FESTIVAL, "2027-02-03", "open", "info"),
    ("ANC0", UNDATED_FESTIVAL, "2027-02-06", "due", "info"),
    ("ANC0", UNDATED_FESTIVAL, "2027-02-10", "due", "info"),
    ("ANC0", UNDATED_FESTIVAL, "2027-02-11", "overdue", "amber"),
    ("ANC0", UNDATED_FESTIVAL, "2027-02-17", "overdue", "red"),
    ("ANC0", UNDATED_FESTIVAL, "2027-11-11", "expired", "info"),
    ("ANC-H", EXTRA_LEAP, "2028-02-20", "scheduled", "info"),
    ("ANC-H", EXTRA_LEAP, "2028-02-21", "open", "info"),
    ("ANC-H", EXTRA_LEAP, "2028-02-27", "open", "info"),
    ("ANC-H", EXTRA_LEAP, "2028-02-28", "due", "info"),
    ("ANC-H", EXTRA_LEAP, "2028-02-29", "overdue", "red"),
    ("ANC-H", EXTRA_LEAP, "2028-03-01", "overdue", "red"),
    ("ANC-H", EXTRA_LEAP, "2028-03-02", "overdue", "critical"),
    ("ANC-H", EXTRA_NEW_YEAR, "2026-12-23", "open", "info"),
    ("ANC-H", EXTRA_NEW_YEAR, "2026-12-30", "due", "info"),
    ("ANC-H", EXTRA_NEW_YEAR, "2026-12-31", "overdue", "red"),
    ("ANC-H", EXTRA_NEW_YEAR, "2027-01-02", "overdue", "critical"),
    ("ANC-H", EXTRA_FESTIVAL, "2027-01-30", "open", "info"),
    ("ANC-H", EXTRA_FESTIVAL, "2027-02-06", "due", "info"),
    ("ANC-H", EXTRA_FESTIVAL, "2027-02-07", "overdue", "red"),
    ("ANC-H", EXTRA_FESTIVAL, "2027-02-09", "overdue", "critical"),
    ("ANC-H", EXTRA_SOON, "2026-12-28", "open", "info"),
    ("ANC-H", EXTRA_SOON, "2026-12-29", "open", "info"),
    ("ANC-H", EXTRA_SOON, "2026-12-30", "due", "info"),
    ("ANC-H", EXTRA_SOON, "2026-12-31", "overdue", "red"),
    ("ANC-H", EXTRA_SOON, "2027-01-01", "overdue", "red"),
    ("ANC-H", EXTRA_SOON, "2027-01-02", "overdue", "critical"),
    ("PPFP", WEEKS_LEAP, "2028-05-07", "scheduled", "info"),
    ("PPFP", WEEKS_LEAP, "2028-05-08", "open", "info"),
    ("PPFP", WEEKS_LEAP, "2028-05-21", "open", "info"),
    ("PPFP", WEEKS_LEAP, "2028-05-22", "due", "info"),
    ("PPFP", WEEKS_LEAP, "2028-07-09", "due", "info"),
    ("PPFP", WEEKS_LEAP, "2028-07-10", "expired", "info"),
    ("PPFP", WEEKS_NEW_YEAR, "2027-03-16", "open", "info"),
    ("PPFP", WEEKS_NEW_YEAR, "2027-03-30", "due", "info"),
    ("PPFP", WEEKS_NEW_YEAR, "2027-05-17", "due", "info"),
    ("PPFP", WEEKS_NEW_YEAR, "2027-05-18", "expired", "info"),
    ("PN1-H", WATCHED_LEAP, "2028-03-01", "scheduled", "info"),
    ("PN1-H", WATCHED_LEAP, "2028-03-02", "open", "info"),
    ("PN1-H", WATCHED_LEAP, "2028-03-03", "due", "info"),
    ("PN1-H", WATCHED_LEAP, "2028-03-05", "due", "info"),
    ("PN1-H", WATCHED_LEAP, "2028-03-06", "overdue", "amber"),
    ("PN1-H", WATCHED_LEAP, "2028-03-07", "overdue", "amber"),
    ("PN1-H", WATCHED_LEAP, "2028-03-09", "overdue", "amber"),
    ("PN1-H", WATCHED_LEAP, "2028-03-10", "expired", "info"),
    ("PN-W1", LAYER_LEAP, "2028-02-29", "scheduled", "info"),
    ("PN-W1", LAYER_LEAP, "2028-03-01", "open", "info"),
    ("PN-W1", LAYER_LEAP, "2028-03-02", "due", "info"),
    ("PN-W1", LAYER_LEAP, "2028-03-03", "overdue", "info"),
    ("PN-W1", LAYER_LEAP, "2028-03-05", "overdue", "info"),
    ("PN-W1", LAYER_LEAP, "2028-03-06", "expired", "info"),
    ("PN-W2", LAYER_LEAP, "2028-03-05", "scheduled", "info"),
    ("PN-W2", LAYER_LEAP, "2028-03-06", "open", "info"),
    ("PN-W2", LAYER_LEAP, "2028-03-08", "open", "info"),
    ("PN-W2", LAYER_LEAP, "2028-03-09", "due", "info"),
    ("PN-W2", LAYER_LEAP, "2028-03-13", "due", "info"),
    ("PN-W2", LAYER_LEAP, "2028-03-14", "overdue", "info"),
    ("PN-W2", LAYER_LEAP, "2028-03-24", "overdue", "info"),
    ("PN-W2", LAYER_LEAP, "2028-03-25", "expired", "info"),
    ("PPFP-1", BORN_LEAP, "2028-03-01", "scheduled", "info"),
    ("PPFP-1", BORN_LEAP, "2028-03-02", "open", "info"),
    ("PPFP-1", BORN_LEAP, "2028-03-03", "open", "info"),
    ("PPFP-1", BORN_LEAP, "2028-03-04", "open", "info"),
    ("PPFP-1", BORN_LEAP, "2028-03-05", "due", "info"),
    ("PPFP-1", BORN_LEAP, "2028-03-09", "due", "info"),
    ("PPFP-1", BORN_LEAP, "2028-03-10", "expired", "info"),
    ("PPFP-42", BORN_LEAP, "2028-03-07", "scheduled", "info"),
    ("PPFP-42", BORN_LEAP, "2028-04-05", "scheduled", "info"),
    ("PPFP-42", BORN_LEAP, "2028-04-06", "open", "info"),
    ("PPFP-42", BORN_LEAP, "2028-04-09", "open", "info"),
    ("PPFP-42", BORN_LEAP, "2028-04-10", "due", "info"),
    ("PPFP-42", BORN_LEAP, "2028-04-24", "due", "info"),
    ("PPFP-42", BORN_LEAP, "2028-04-25", "expired", "info"),
    ("PN1-H", WATCHED_NEW_YEAR, "2027-01-02", "open", "info"),
    ("PN1-H", WATCHED_NEW_YEAR, "2027-01-03", "due", "info"),
    ("PN1-H", WATCHED_NEW_YEAR, "2027-01-05", "due", "info"),
    ("PN1-H", WATCHED_NEW_YEAR, "2027-01-06", "overdue", "amber"),
    ("PN1-H", WATCHED_NEW_YEAR, "2027-01-10", "expired", "info"),
    ("PN-W1", LAYER_NEW_YEAR, "2027-01-01", "open", "info"),
    ("PN-W1", LAYER_NEW_YEAR, "2027-01-02", "due", "info"),
    ("PN-W1", LAYER_NEW_YEAR, "2027-01-03", "overdue", "info"),
    ("PN-W1", LAYER_NEW_YEAR, "2027-01-06", "expired", "info"),
    ("PN-W2", LAYER_NEW_YEAR, "2027-01-06", "open", "info"),
    ("PN-W2", LAYER_NEW_YEAR, "2027-01-09", "due", "info"),
    ("PN-W2", LAYER_NEW_YEAR, "2027-01-13", "due", "info"),
    ("PN-W2", LAYER_NEW_YEAR, "2027-01-14", "overdue", "info"),
    ("PN-W2", LAYER_NEW_YEAR, "2027-01-25", "expired", "info"),
    ("PPFP-1", BORN_NEW_YEAR, "2027-01-02", "open", "info"),
    ("PPFP-1", BORN_NEW_YEAR, "2027-01-05", "due", "info"),
    ("PPFP-1", BORN_NEW_YEAR, "2027-01-09", "due", "info"),
    ("PPFP-1", BORN_NEW_YEAR, "2027-01-10", "expired", "info"),
    ("PPFP-42", BORN_NEW_YEAR, "2027-02-06", "open", "info"),
    ("PPFP-42", BORN_NEW_YEAR, "2027-02-10", "due", "info"),
    ("PPFP-42", BORN_NEW_YEAR, "2027-02-24", "due", "info"),
    ("PPFP-42", BORN_NEW_YEAR, "2027-02-25", "expired", "info"),
    ("PN1-H", WATCHED_FESTIVAL, "2027-02-08", "open", "info"),
    ("PN1-H", WATCHED_FESTIVAL, "2027-02-09", "due", "info"),
    ("PN1-H", WATCHED_FESTIVAL, "2027-02-11", "due", "info"),
    ("PN1-H", WATCHED_FESTIVAL, "2027-02-12", "overdue", "amber"),
    ("PN1-H", WATCHED_FESTIVAL, "2027-02-16", "expired", "info"),
    ("PN-W1", LAYER_FESTIVAL, "2027-02-07", "open", "info"),
    ("PN-W1", LAYER_FESTIVAL, "2027-02-08", "due", "info"),
    ("PN-W1", LAYER_FESTIVAL, "2027-02-09", "overdue", "info"),
    ("PN-W1", LAYER_FESTIVAL, "2027-02-12", "expired", "info"),
    ("PN-W2", LAYER_FESTIVAL, "2027-02-12", "open", "info"),
    ("PN-W2", LAYER_FESTIVAL, "2027-02-15", "due", "info"),
    ("PN-W2", LAYER_FESTIVAL, "2027-02-19", "due", "info"),
    ("PN-W2", LAYER_FESTIVAL, "2027-02-20", "overdue", "info"),
    ("PN-W2", LAYER_FESTIVAL, "2027-03-03", "expired", "info"),
    ("PPFP-1", BORN_FESTIVAL, "2027-02-08", "open", "info"),
    ("PPFP-1", BORN_FESTIVAL, "2027-02-11", "due", "info"),
    ("PPFP-1", BORN_FESTIVAL, "2027-02-15", "due", "info"),
    ("PPFP-1", BORN_FESTIVAL, "2027-02-16", "expired", "info"),
    ("PPFP-42", BORN_FESTIVAL, "2027-03-15", "open", "info"),
    ("PPFP-42", BORN_FESTIVAL, "2027-03-19", "due", "info"),
    ("PPFP-42", BORN_FESTIVAL, "2027-04-02", "due", "info"),
    ("PPFP-42", BORN_FESTIVAL, "2027-04-03", "expired", "info"),
]

STORIES_OF_OFFERS = {
    name: facts for name, facts in vars().copy().items() if isinstance(facts, Facts) and not name.startswith("BORN")
}
