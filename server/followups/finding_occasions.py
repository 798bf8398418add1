"""The occasions of a rule: each pregnancy, injection, supply, danger sign … that asks for one follow-up. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import Final

from server.followups import (
    occasions_in_chains,
    occasions_of_methods,
    occasions_of_offers,
    occasions_of_pregnancies,
    occasions_of_transfers,
)
from server.followups.facts import Facts
from server.followups.occasions import Occasion
from server.followups.ruleset import Rule


def occasions_of(rule: Rule, facts: Facts, today: date) -> Collection[Occasion]:
    """The occasions of a rule that are known by that day; events dated later than it are left out.

    Of two with one name the first counts. Most rules find nothing for most women: that costs nothing more than looking.
    """
    if facts.subject_list != rule.subject_list:
        return ()
    found = [one for one in FINDERS[rule.anchor](rule, facts, today) if one.day <= today]
    if len(found) < 2:
        return found
    named: dict[tuple[str | None, str], Occasion] = {}
    for one in found:
        named.setdefault((one.episode, one.event), one)
    return named.values()


FINDERS: Final[Mapping[str, Callable[[Rule, Facts, date], Iterator[Occasion]]]] = {
    "ga_anchor": occasions_of_pregnancies.of_pregnancies,
    "started_on": occasions_in_chains.of_starts,
    "injected_on": occasions_in_chains.of_injections,
    "supply_until": occasions_in_chains.of_supplies,
    "fa_supply_until": occasions_in_chains.of_folic_acid,
    "reported_on": occasions_of_pregnancies.of_danger_signs,
    "referred_on": occasions_of_pregnancies.of_referrals,
    "wants_help_on": occasions_of_pregnancies.of_wishes_for_help,
    "visited_on": occasions_in_chains.of_household_visits,
    "born_on": occasions_of_pregnancies.of_births,
    "lost_on": occasions_of_pregnancies.of_losses,
    "sent_on": occasions_of_transfers.of_sent,
    "taken_over_on": occasions_of_transfers.of_taken_over,
    "arrived_on": occasions_of_transfers.of_arrivals,
    "stepped_on": occasions_in_chains.of_case_steps,
    "renewal_on": occasions_in_chains.of_renewals,
    "expires_on": occasions_of_methods.of_cards,
    "appointed_on": occasions_of_methods.of_appointments,
    "reviewed_on": occasions_of_methods.of_reviews,
    "wanted_again_on": occasions_of_methods.of_days_she_asked_for,
    "lam_until": occasions_of_methods.of_breastfeeding,
    "stopped_on": occasions_of_methods.of_ends,
    "complained_on": occasions_of_methods.of_complaints,
    "cared_on": occasions_of_methods.of_aftercare,
    "planned_on": occasions_of_offers.of_plans,
    "without_on": occasions_of_offers.of_going_without,
    "fa_begun_on": occasions_of_offers.of_first_tablets,
    "dose_asked_on": occasions_of_offers.of_doses,
    "consented_on": occasions_of_offers.of_consents,
    "missed_on": occasions_of_offers.of_first_calls,
    "undated_on": occasions_of_pregnancies.of_undated,
    "extra_on": occasions_of_pregnancies.of_extra_contacts,
    "sampled_on": occasions_of_offers.of_screenings,
    "chosen_on": occasions_of_offers.of_days_chosen,
}
