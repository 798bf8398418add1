"""Women and the method that each chose: as facts, and by the records that tell the same. The tables count over their days.

Their names end so where a story is told again over a leap day, a year's end or Spring Festival.
"""

from typing import Any

from server.followups.facts import Facts
from server.followups.methods import Card, Complaint, Injection, Review
from server.followups.pregnancies import Birth
from tests.server.followups.samples import at_noon, born, day, injections, method, pregnancy, woman

F5, F6 = "delivery_postnatal", "contraception_followup"
STARTED = {"LEAP": "2028-02-20", "NEW_YEAR": "2026-12-25", "FESTIVAL": "2028-01-20"}
UNWELL = {"LEAP": "2028-02-25", "NEW_YEAR": "2026-12-28", "FESTIVAL": "2028-01-22"}
DANGER = {"LEAP": "2028-02-28", "NEW_YEAR": "2026-12-30", "FESTIVAL": "2028-01-25"}
MONTHLY = {"LEAP": "2028-02-05", "NEW_YEAR": "2026-12-15", "FESTIVAL": "2028-01-10"}
AFTERWARDS = {"LEAP": "2028-02-10", "NEW_YEAR": "2026-12-15", "FESTIVAL": "2028-01-10"}

Record = tuple[str, str, dict[str, str]]
"""A form, the day of the visit, and the answers."""


def card(on: str, expires: str, event: str = "card") -> Card:
    return Card(event, day(on), at_noon(on), day(expires))


def review(on: str) -> Review:
    return Review(f"review {on}", day(on), at_noon(on))


def complaint(on: str, kind: str, event: str = "") -> Complaint:
    return Complaint(event or f"complaint {on}", day(on), at_noon(on), kind)


def her(name: str, **given: Any) -> Facts:
    return woman(contraception=(method(name, **given),))


def began(name: str, on: str, **given: Any) -> Facts:
    return her(name, started_on=day(on), noted_on=day(on), **given)


def starts(name: str, on: str, **answers: str) -> tuple[Record, ...]:
    """F6: a method that she chose, with reminders."""
    known = {"reason": "start", "method": name, "choice_hers": "yes", "start_date": on, "reminder_wish": "phone"}
    return ((F6, on, {**known, **answers}),)


def comes(name: str, on: str, **answers: str) -> tuple[Record, ...]:
    """F6: for something else, as the first record about the method."""
    return ((F6, on, {"method": name, "choice_hers": "yes", "reminder_wish": "phone", **answers}),)


def breastfeeding(on: str, other_food: str = "") -> Facts:
    birth = Birth(day(on), day(on), other_food_on=day(other_food) if other_food else None)
    registered = pregnancy("2027-02-25", "2027-05-01", outcome=born(on), birth=birth)
    return woman(pregnancies=(registered,), contraception=(method("lam", started_on=day(on), noted_on=day(on)),))


TWO_MONTHS = her("neten", injections=injections("2028-01-05"))
TWO_MONTHS_NEW_YEAR = her("neten", injections=injections("2026-12-10"))
MONTHLY_LEAP, MONTHLY_NEW_YEAR, MONTHLY_FESTIVAL = (her("cic", injections=injections(on)) for on in MONTHLY.values())
MONTHLY_WRITTEN = her("cic", injections=(Injection("i", day("2028-01-31"), at_noon("2028-01-31"), day("2028-02-26")),))
"""The clinic wrote a day 26 days after the injection."""
ROD = began("implant", "2027-12-31")
ROD_CARD = her("implant", cards=(card("2027-06-01", "2028-03-01"),))
COIL_CARD = her("iud_cu", cards=(card("2027-06-01", "2028-03-01"),))
TABLETS = began("coc", "2027-12-02")
AFTERWARDS_LEAP, AFTERWARDS_NEW_YEAR, AFTERWARDS_FESTIVAL = (began("ec", on) for on in AFTERWARDS.values())
HERS_LEAP, HERS_NEW_YEAR, HERS_FESTIVAL = (began("female_ster_done", on) for on in STARTED.values())
HIS_LEAP, HIS_NEW_YEAR, HIS_FESTIVAL = (began("male_ster_done", on) for on in STARTED.values())
HIS = began("male_ster_done", "2027-12-02")
STOPPED_LEAP, STOPPED_NEW_YEAR, STOPPED_FESTIVAL = (
    her("pop", ended_on=day(on), ended_by="stop") for on in STARTED.values()
)
UNWELL_LEAP, UNWELL_NEW_YEAR, UNWELL_FESTIVAL = (
    her("pop", complaints=(complaint(on, "plain"),)) for on in UNWELL.values()
)
PAIN_LEAP, PAIN_NEW_YEAR, PAIN_FESTIVAL = (her("pop", complaints=(complaint(on, "severe"),)) for on in UNWELL.values())
DANGER_LEAP, DANGER_NEW_YEAR, DANGER_FESTIVAL = (
    her("pop", complaints=(complaint(on, "danger"),)) for on in DANGER.values()
)
BREASTFED = breastfeeding("2027-12-02")
OTHER_FOOD = breastfeeding("2027-12-02", "2028-02-20")
CONDOMS = her("condom_m", noted_on=day("2027-12-01"), wanted_again_on=day("2028-02-20"))

STORIES_OF_METHODS = {
    name: facts for name, facts in vars().copy().items() if name.isupper() and isinstance(facts, Facts)
}
UNTOLD = ("CONDOMS",)
"""No form asks for a day on which she would like more: as facts alone."""

TABLETS_SINCE = comes("pop", "2026-01-10", reason="resupply")
BORN: Record = (F5, "2027-12-02", {"report_type": "birth", "live_births": "1"})
REGISTERED: Record = (
    "pregnancy_registration",
    "2027-05-01",
    {"wants_registration": "yes", "lmp_known": "exact", "lmp_date": "2027-02-25"},
)

TOLD: dict[str, tuple[Record, ...]] = {
    "TWO_MONTHS": comes("neten", "2028-01-05", reason="reinject", last_injection="2028-01-05"),
    "TWO_MONTHS_NEW_YEAR": comes("neten", "2026-12-10", reason="reinject", last_injection="2026-12-10"),
    "MONTHLY_WRITTEN": comes(
        "cic", "2028-01-31", reason="reinject", last_injection="2028-01-31", next_injection_date="2028-02-26"
    ),
    "ROD": starts("implant", "2027-12-31"),
    "ROD_CARD": comes("implant", "2027-06-01", reason="check", expiry_on_card="2028-03-01"),
    "COIL_CARD": comes("iud_cu", "2027-06-01", reason="check", expiry_on_card="2028-03-01"),
    "TABLETS": starts("coc", "2027-12-02"),
    "HIS": starts("male_ster_done", "2027-12-02"),
    "BREASTFED": (REGISTERED, BORN, *starts("lam", "2027-12-02")),
    "OTHER_FOOD": (
        *(REGISTERED, BORN, *starts("lam", "2027-12-02")),
        (F5, "2028-02-20", {"report_type": "pnc_visit", "feeding": "mixed"}),
    ),
    **{f"MONTHLY_{name}": comes("cic", on, reason="reinject", last_injection=on) for name, on in MONTHLY.items()},
    **{f"AFTERWARDS_{name}": starts("ec", on) for name, on in AFTERWARDS.items()},
    **{f"HERS_{name}": starts("female_ster_done", on) for name, on in STARTED.items()},
    **{f"HIS_{name}": starts("male_ster_done", on) for name, on in STARTED.items()},
    **{f"STOPPED_{name}": (*TABLETS_SINCE, (F6, on, {"reason": "stop"})) for name, on in STARTED.items()},
    **{f"UNWELL_{name}": comes("pop", on, reason="problem", side_effects="headache") for name, on in UNWELL.items()},
    **{f"PAIN_{name}": comes("pop", on, reason="check", side_effects="headache pain") for name, on in UNWELL.items()},
    **{f"DANGER_{name}": comes("pop", on, reason="check", danger_fp="calf_pain") for name, on in DANGER.items()},
}
