"""The rules of what she asked for, of her consent's year and of a first call on the days that matter, written out, beside
those of table.py. The stories are told of a leap day, a year's end and Spring Festival: their names end so."""

from server.followups.facts import Facts
from server.followups.offers import ConsentGiven, DoseAsked, FolicWord
from tests.server.followups.samples import at_noon, call, day, household, pregnancy, woman
from tests.server.followups.table_after_birth import ON

WEEKS = {"LEAP": "2027-12-20", "NEW_YEAR": "2026-10-21", "FESTIVAL": "2026-11-27"}
"""The last period of a pregnancy that is registered on the day: ten weeks before it."""
GIVEN_ON = {"LEAP": "2027-03-29", "NEW_YEAR": "2026-01-31", "FESTIVAL": "2026-03-06"}
MISSED_ON = {"LEAP": "2028-01-10", "NEW_YEAR": "2026-11-30", "FESTIVAL": "2027-01-08"}


def says(kind: str, on: str, **given: str) -> FolicWord:
    return FolicWord("word", day(on), at_noon(on), kind, **given)


def registering(name: str, **given: str) -> dict[str, str]:
    return {"wants_registration": "yes", "lmp_known": "exact", "lmp_date": WEEKS[name], **given}


def early(name: str) -> dict[str, object]:
    return {"pregnancies": (pregnancy(WEEKS[name], ON[name]),)}


PLANS_LEAP, PLANS_NEW_YEAR, PLANS_FESTIVAL = (woman(folic_words=(says("plans", on),)) for on in ON.values())
WITHOUT_LEAP, WITHOUT_NEW_YEAR, WITHOUT_FESTIVAL = (
    woman(folic_words=(says("without", on, pregnancy="p1"),), **early(name)) for name, on in ON.items()
)
DOSE_LEAP, DOSE_NEW_YEAR, DOSE_FESTIVAL = (
    woman(doses_asked=(DoseAsked("registration", day(on), "p1"),), **early(name)) for name, on in ON.items()
)
GIVEN_LEAP, GIVEN_NEW_YEAR, GIVEN_FESTIVAL = (
    woman(consents=(ConsentGiven("consent", day(on), at_noon(on)),)) for on in GIVEN_ON.values()
)
MISSED_LEAP, MISSED_NEW_YEAR, MISSED_FESTIVAL = (household(call(on, "absent")) for on in MISSED_ON.values())

OF_WISHES: list[tuple[str, Facts, str, str, str]] = [
    # rule, facts, today, state, severity
    ("FA-OFFER", PLANS_LEAP, "2028-02-28", "open", "info"),
    ("FA-OFFER", PLANS_LEAP, "2028-03-01", "open", "info"),
    ("FA-OFFER", PLANS_LEAP, "2028-03-02", "due", "info"),
    ("FA-OFFER", PLANS_LEAP, "2028-03-13", "due", "info"),
    ("FA-OFFER", PLANS_LEAP, "2028-03-14", "overdue", "amber"),
    ("FA-OFFER", PLANS_LEAP, "2028-05-28", "overdue", "amber"),
    ("FA-OFFER", PLANS_LEAP, "2028-05-29", "expired", "info"),
    ("FA-OFFER", PLANS_NEW_YEAR, "2027-01-02", "due", "info"),
    ("FA-OFFER", PLANS_NEW_YEAR, "2027-01-14", "overdue", "amber"),
    ("FA-OFFER", PLANS_FESTIVAL, "2027-02-08", "due", "info"),
    ("FA-OFFER", PLANS_FESTIVAL, "2027-02-20", "overdue", "amber"),
    ("FA-OFFER-P", WITHOUT_LEAP, "2028-02-28", "open", "info"),
    ("FA-OFFER-P", WITHOUT_LEAP, "2028-03-01", "open", "info"),
    ("FA-OFFER-P", WITHOUT_LEAP, "2028-03-02", "due", "info"),
    ("FA-OFFER-P", WITHOUT_LEAP, "2028-03-13", "due", "info"),
    ("FA-OFFER-P", WITHOUT_LEAP, "2028-03-14", "overdue", "amber"),
    ("FA-OFFER-P", WITHOUT_NEW_YEAR, "2027-01-02", "due", "info"),
    ("FA-OFFER-P", WITHOUT_NEW_YEAR, "2027-01-14", "overdue", "amber"),
    ("FA-OFFER-P", WITHOUT_FESTIVAL, "2027-02-08", "due", "info"),
    ("FA-OFFER-P", WITHOUT_FESTIVAL, "2027-02-20", "overdue", "amber"),
    ("FA-HIGH", DOSE_LEAP, "2028-02-28", "open", "info"),
    ("FA-HIGH", DOSE_LEAP, "2028-03-05", "open", "info"),
    ("FA-HIGH", DOSE_LEAP, "2028-03-06", "due", "info"),
    ("FA-HIGH", DOSE_LEAP, "2028-03-13", "due", "info"),
    ("FA-HIGH", DOSE_LEAP, "2028-03-14", "overdue", "red"),
    ("FA-HIGH", DOSE_NEW_YEAR, "2027-01-06", "due", "info"),
    ("FA-HIGH", DOSE_NEW_YEAR, "2027-01-14", "overdue", "red"),
    ("FA-HIGH", DOSE_FESTIVAL, "2027-02-12", "due", "info"),
    ("FA-HIGH", DOSE_FESTIVAL, "2027-02-20", "overdue", "red"),
    ("CONS", GIVEN_LEAP, "2028-02-28", "scheduled", "info"),
    ("CONS", GIVEN_LEAP, "2028-02-29", "open", "info"),
    ("CONS", GIVEN_LEAP, "2028-03-28", "open", "info"),
    ("CONS", GIVEN_LEAP, "2028-03-29", "due", "info"),
    ("CONS", GIVEN_LEAP, "2028-04-29", "due", "info"),
    ("CONS", GIVEN_LEAP, "2028-04-30", "overdue", "info"),
    ("CONS", GIVEN_NEW_YEAR, "2026-12-31", "open", "info"),
    ("CONS", GIVEN_NEW_YEAR, "2027-01-31", "due", "info"),
    ("CONS", GIVEN_NEW_YEAR, "2027-02-28", "due", "info"),
    ("CONS", GIVEN_NEW_YEAR, "2027-03-01", "overdue", "info"),
    ("CONS", GIVEN_FESTIVAL, "2027-02-06", "open", "info"),
    ("CONS", GIVEN_FESTIVAL, "2027-03-06", "due", "info"),
    ("HH-NEW", MISSED_LEAP, "2028-01-10", "open", "info"),
    ("HH-NEW", MISSED_LEAP, "2028-02-08", "open", "info"),
    ("HH-NEW", MISSED_LEAP, "2028-02-09", "due", "info"),
    ("HH-NEW", MISSED_LEAP, "2028-03-10", "due", "info"),
    ("HH-NEW", MISSED_LEAP, "2028-03-11", "overdue", "info"),
    ("HH-NEW", MISSED_LEAP, "2028-07-08", "overdue", "info"),
    ("HH-NEW", MISSED_LEAP, "2028-07-09", "expired", "info"),
    ("HH-NEW", MISSED_NEW_YEAR, "2026-12-30", "due", "info"),
    ("HH-NEW", MISSED_NEW_YEAR, "2027-01-30", "overdue", "info"),
    ("HH-NEW", MISSED_FESTIVAL, "2027-02-07", "due", "info"),
    ("HH-NEW", MISSED_FESTIVAL, "2027-03-10", "overdue", "info"),
]

F2, F3 = "woman_consent", "pregnancy_registration"
TOLD_OF_WISHES: dict[str, list[tuple[str, str, dict[str, str]]]] = {
    # the records of a story: form, day, answers
    **{f"PLANS_{name}": [(F2, on, {"action": "change", "service_interest": "preg_plan"})] for name, on in ON.items()},
    **{f"WITHOUT_{name}": [(F3, on, registering(name, folic_now="no"))] for name, on in ON.items()},
    **{f"DOSE_{name}": [(F3, on, registering(name, risk_heard="diabetes other"))] for name, on in ON.items()},
    **{f"GIVEN_{name}": [(F2, on, {"action": "renew", "consent_service": "yes"})] for name, on in GIVEN_ON.items()},
    **{f"MISSED_{name}": [("household_visit", on, {"visit_result": "absent"})] for name, on in MISSED_ON.items()},
}

STORIES_OF_WISHES = {
    name: facts for name, facts in vars().copy().items() if name.isupper() and isinstance(facts, Facts)
}
