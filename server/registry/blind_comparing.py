"""What a back-check (F11) heard beside what the record says that it checks (domain.md 3 F11: asked blind, compared here). Pure.

It is about our own work: nobody's answers of health are compared, and memory is given the benefit of the doubt. What comes
out is a question to a person; nothing is blocked by it and nobody is ranked.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from server.registry.telling import ANTENATAL, CONTRACEPTION, HOUSEHOLD, POSTNATAL, PREGNANCY, read_day

CHECKED_FORMS: Final = (HOUSEHOLD, PREGNANCY, ANTENATAL, CONTRACEPTION, POSTNATAL)
"""Visits that may be checked: F1 and F3 to F6. Consent itself is asked for anew by its own form."""

AGREES, DIFFERS, UNKNOWN = "agrees", "differs", "unknown"
COMPARED: Final = ("happened", "date", "service", "explained")
CONCERNS: Final = ("paid", "pressed", "unasked", "serious")
"""Something was taken, no did not feel free, consent was not asked, the checker heard of something serious."""

DAYS_OFF: Final = {"exact": 1, "about": 7}
"""[C] By how well the day is remembered, how many days from the record's are still the same visit."""

NO_ANSWER: Final = frozenset({"unknown", "prefer_not"})
MEASURED: Final = ("bp_sys", "weight_kg", "fundal_cm", "fhr", "temp")
TOPICS: Final = {
    "anc_care": {"care", "danger"},
    "folic_acid": {"care"},
    "choice": {"care", "rights"},
    "rti": {"care"},
    "newborn": {"care", "danger"},
    "child": {"care"},
    "privacy": {"rights", "keeping", "complain"},
    "several_methods": {"care"},
    "how_works": {"care"},
    "side_effects": {"care", "danger"},
    "return_any_time": {"rights", "next"},
    "stop_any_time": {"rights"},
    "sti": {"care"},
}
"""What is explained (F1 health_topic, F6 info_given), in the words of F11."""


def compare(heard: Mapping[str, str], on: date, written: Mapping[str, str]) -> dict[str, str]:
    """Of each of COMPARED whether it agrees, differs or is unknown; `concerns`, those that were told; `settled`, how it ended.

    `on` is the day of the visit that is checked and `written` its record's answers.
    """
    took_place = heard.get("visit_happened")
    found = {
        "happened": {"yes": AGREES, "no": DIFFERS}.get(took_place or "", UNKNOWN),
        "date": compare_day(heard, on),
        "service": compare_services(words(heard, "service_match"), services_in(written)),
        "explained": compare_topics(words(heard, "explained_match"), topics_in(written)),
    }
    if took_place != "yes":
        found |= dict.fromkeys(("date", "service", "explained"), UNKNOWN)
    return found | {"concerns": " ".join(concerns_in(heard)), "settled": settled_how(heard)}


def compare_day(heard: Mapping[str, str], on: date) -> str:
    told = read_day(heard.get("date_match"))
    allowed = DAYS_OFF.get(heard.get("date_known", ""))
    if told is None or allowed is None:
        return UNKNOWN
    return AGREES if abs((told - on).days) <= allowed else DIFFERS


def compare_services(heard: frozenset[str], written: frozenset[str]) -> str:
    """What can be held or felt is asked for: talking and writing are part of every visit, and soon forgotten."""
    if not heard or heard & NO_ANSWER:
        return UNKNOWN
    return DIFFERS if heard == {"none"} or written - heard else AGREES


def compare_topics(heard: frozenset[str], written: frozenset[str]) -> str:
    if not heard or not written or heard & NO_ANSWER:
        return UNKNOWN
    return AGREES if heard & written else DIFFERS


def services_in(written: Mapping[str, str]) -> frozenset[str]:
    """What a record says was done, in the words of F11: measured, handed out, referred."""
    said = {
        "measure": any(written.get(name) for name in MEASURED),
        "supplies": written.get("packs_given", "0").isdigit() and int(written.get("packs_given", "0")) > 0,
        "refer": written.get("refer") == "yes" or bool(written.get("refer_to")),
    }
    return frozenset(name for name, is_said in said.items() if is_said)


def topics_in(written: Mapping[str, str]) -> frozenset[str]:
    chosen = words(written, "health_topic") | words(written, "info_given")
    found = {topic for one in chosen for topic in TOPICS.get(one, ())}
    return frozenset(found | ({"next"} if found and written.get("next_date") else set()))


def words(answers: Mapping[str, str], name: str) -> frozenset[str]:
    return frozenset((answers.get(name) or "").split())


def concerns_in(heard: Mapping[str, str]) -> list[str]:
    told = (
        heard.get("paid") == "yes",
        heard.get("felt_free_to_refuse") == "no",
        heard.get("consent_was_asked") == "no",
        heard.get("verdict") == "major",
    )
    return [name for name, is_told in zip(CONCERNS, told, strict=True) if is_told]


def settled_how(heard: Mapping[str, str]) -> str:
    """`declined` (it is never asked again), `moved`, `answered`; "" while nobody was met in private: another day then."""
    if heard.get("reached") == "declined" or heard.get("consent_bc") == "no":
        return "declined"
    if heard.get("reached") == "moved":
        return "moved"
    return "answered" if heard.get("settled") == "1" else ""
