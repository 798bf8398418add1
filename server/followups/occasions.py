"""What a follow-up hangs on: one event that asks for it, and the days that its window counts from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from server.followups.benefit_cases import CaseStep, Renewal
from server.followups.facts import HouseholdVisit
from server.followups.methods import Card, Injection, Review, Supply
from server.followups.offers import ConsentGiven
from server.followups.pregnancies import Dating, ExtraContact, Pregnancy


@dataclass(frozen=True)
class Occasion:
    """One anchor event and the days that a window counts from.

    `day` is the day of the event itself. `later` are the events that came after it in the same chain (injections, supplies,
    cards, reviews, consents, household visits, steps and renewals of a case, dates of extra contacts), in order: the first of
    them answers or replaces it. `over_on` is a day by which nothing is needed any more, whatever the window.
    """

    event: str
    episode: str | None
    day: date
    days: Mapping[str, date]
    pregnancy: Pregnancy | None = None
    later: tuple[
        Injection | Supply | Card | Review | ConsentGiven | HouseholdVisit | CaseStep | Renewal | ExtraContact, ...
    ] = ()
    over_on: date | None = None


def dating_on(pregnancy: Pregnancy, day: date) -> Dating | None:
    """The dating in force that day: the last that had come into force by then, else the first; None without any."""
    ordered = sorted(pregnancy.datings, key=lambda one: (one.in_force_from, one.event))
    in_force = [one for one in ordered if one.in_force_from <= day]
    return in_force[-1] if in_force else next(iter(ordered), None)


def days_of(pregnancy: Pregnancy, dating: Dating) -> dict[str, date]:
    return {"ga_anchor": dating.ga_anchor, "registered_on": pregnancy.registered_on}
