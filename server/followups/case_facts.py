"""The records of a benefit case (F12) into Facts: its steps, its renewal days, and whether it is still wanted. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import takewhile
from typing import Final

from server.followups.benefit_cases import BenefitCase, CaseStep, Filing, Renewal
from server.followups.facts import Facts
from server.followups.histories import Person
from server.followups.supply_facts import plausible
from server.models import BENEFIT_CASES
from server.registry.benefits import case_of, in_order, is_paid, says_no
from server.registry.people import day_of
from server.registry.telling import Event

FILED: Final = "submitted"
FOLLOWS: Final = ("approved", "paid")
"""Steps after filing: they tell of a renewal where they bring a later day, or were noted for it (`visit_key`)."""


def read_case(person: Person, events: Sequence[Event], keys: Mapping[str, str]) -> Facts:
    """The facts of one case. `keys` is FollowUp.key by visit_key."""
    told = in_order(events)
    wanted = list(takewhile(lambda one: not says_no(one), told))
    case = BenefitCase(tuple(_steps(wanted)), tuple(_renewals(wanted, keys)), case_of(told).ended)
    return Facts(person.subject, BENEFIT_CASES, person.village_code, person.consent, case=case)


def _steps(told: Sequence[Event]) -> list[CaseStep]:
    """One for each time that the case moved; who notes the same step again has not moved it, and wins no days by it."""
    found: list[CaseStep] = []
    before: tuple[str, bool] | None = None
    for one in told:
        step = (one.data.get("step", ""), not is_paid(one))
        if step[0] and step != before:
            found.append(CaseStep(one.event, day_of(one), step[1]))
            before = step
    return found


def _renewals(told: Sequence[Event], keys: Mapping[str, str]) -> list[Renewal]:
    """Each renewal day when it was first told. An earlier day that is told later corrects the one before."""
    found: list[Renewal] = []
    for one in told:
        day = plausible(one.data.get("renewal_date"))
        if found and (filing := _filing(one, day, found[-1], keys)):
            found[-1] = replace(found[-1], filed=(*found[-1].filed, filing))
        if day is None or (found and day == found[-1].renewal_on):
            continue
        if found and day < found[-1].renewal_on and not found[-1].filed:
            found.pop()
        found.append(Renewal(one.event, day_of(one), day))
    return found


def _filing(one: Event, day: date | None, renewal: Renewal, keys: Mapping[str, str]) -> Filing | None:
    """What a record tells of the renewal that was known before it; None where it tells of none."""
    step = one.data.get("step")
    if step == FILED or (step in FOLLOWS and day is not None and day > renewal.renewal_on):
        return Filing(one.event, day_of(one))
    answers = keys.get(one.data.get("visit_key", ""))
    return Filing(one.event, day_of(one), answers) if step in FOLLOWS and answers else None
