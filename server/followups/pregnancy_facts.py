"""What records tell of a pregnancy beside its weeks and its end: a named risk, one more date, the talk about methods. Pure."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from server.followups.pregnancies import ExtraContact, Talk
from server.registry.people import day_of
from server.registry.telling import ANTENATAL, POSTNATAL, Event, read_day

FARTHEST: Final = timedelta(days=300)
"""How far ahead a date can lie (F4's own constraint); else the year is a slip."""
NO_RISK: Final = frozenset(("none", "prefer_not"))
TALKS: Final = {
    ANTENATAL: ("fp_talk", {"yes": True, "not_now": False, "no": False}),
    POSTNATAL: ("pp_method_talk", {"decided": True, "wants_info": True, "not_now": False, "prefer_not": False}),
}
"""By form the question, and whether an answer asks for more."""


def names_risk(registration: Event) -> bool:
    """F3 asks it on a clinic's phone only."""
    named = set(registration.data.get("risk_heard", "").split()) - NO_RISK
    return bool(named) and registration.data.get("my_role") == "clinician"


def extra_contacts_of(told: Sequence[Event]) -> Iterator[ExtraContact]:
    """F4 `extra_date`, of a clinic's phone only."""
    for one in told:
        on, wanted_on = day_of(one), read_day(one.data.get("extra_date"))
        is_clinics = one.form_id == ANTENATAL and one.data.get("my_role") == "clinician"
        if is_clinics and wanted_on and on <= wanted_on <= on + FARTHEST:
            yield ExtraContact(one.event, on, wanted_on)


def talks_of(told: Sequence[Event]) -> Iterator[Talk]:
    """Not having answered is no answer."""
    for one in told:
        question, answers = TALKS.get(one.form_id, ("", {}))
        wants = answers.get(one.data.get(question, ""))
        if wants is not None:
            yield Talk(one.event, day_of(one), wants)
