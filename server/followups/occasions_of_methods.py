"""Occasions of a method that she chose: its device's last day, a day that was agreed, a review, an end, that she is not well
with it; and the one offer of care after an abortion. Only of her who opted in (domain.md 2.4, heading). Pure.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from server.followups.facts import Facts
from server.followups.methods import COMPLAINTS, Complaint, ContraceptionEpisode
from server.followups.occasions import Occasion
from server.followups.occasions_in_chains import in_order, is_asked_of, owners_of, with_later
from server.followups.pregnancies import Pregnancy
from server.followups.ruleset import Rule

MONTHLY: Final = timedelta(days=28)
"""Between two monthly injections, where the clinic wrote no day (domain.md 2.4, INJ-CIC)."""
LAM_LASTS: Final = timedelta(days=183)
"""After a birth (domain.md 2.4, LAM-6)."""
A_SLIP: Final = timedelta(weeks=4)
ONE_COMPLAINT: Final = timedelta(weeks=4)
"""How long the same complaint, told again, is the one that was told before: she is called back once, not each week."""


def of_cards(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """The day on her card, whichever device it is: a method's usual life is never counted. The last card that was told
    replaces the one before."""
    for episode in facts.contraception:
        cards = in_order(episode.cards, today) if is_asked_of(episode, rule) else ()
        for one, later in with_later(cards):
            days = {"expires_on": one.expires_on, "noted_on": one.on}
            yield Occasion(one.event, episode.uuid, one.on, days, later=later)


def of_appointments(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """Injections whose next one is due on the day that the clinic wrote, four weeks later where it wrote none."""
    owners = owners_of(rule, facts, lambda episode: episode.injections)
    for one, later in with_later(in_order(owners, today)):
        if is_asked_of(owners[one], rule):
            days = {"appointed_on": one.next_on or one.on + MONTHLY, "injected_on": one.on}
            yield Occasion(one.event, owners[one].uuid, one.on, days, later=later)


def of_reviews(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    for episode in facts.contraception:
        reviews = in_order(episode.reviews, today) if is_asked_of(episode, rule) else ()
        for one, later in with_later(reviews):
            yield Occasion(one.event, episode.uuid, one.on, {"reviewed_on": one.on}, later=later)


def of_days_she_asked_for(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    for one in facts.contraception:
        if is_asked_of(one, rule) and one.wanted_again_on and one.noted_on:
            days = {"wanted_again_on": one.wanted_again_on, "noted_on": one.noted_on}
            yield Occasion(one.uuid, one.uuid, one.noted_on, days)


def of_breastfeeding(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """Until six months after the birth, counted from the method's own first day where no birth was told here; and until the
    day on which it was told that the baby gets other milk. Nothing where she would rather not speak of the baby.
    """
    for one in facts.contraception:
        since, noted = one.started_on or one.noted_on, one.noted_on or one.started_on
        if since is None or noted is None or not is_asked_of(one, rule):
            continue
        pregnancy = pregnancy_before(since, facts)
        birth = pregnancy.birth if pregnancy else None
        if birth and not birth.is_spoken_of:
            continue
        until = (birth.on if birth else since) + LAM_LASTS
        if birth and birth.other_food_on and birth.other_food_on <= today and birth.other_food_on < until:
            until, noted = birth.other_food_on, max(noted, birth.other_food_on)
        days = {"lam_until": until, "noted_on": noted}
        yield Occasion(one.uuid, one.uuid, one.noted_on or noted, days, pregnancy=pregnancy)


def pregnancy_before(since: date, facts: Facts) -> Pregnancy | None:
    """The pregnancy from which she breastfeeds: its loss, or the baby's, ends what is asked for."""
    ends = [(day, one.uuid, one) for one in facts.pregnancies if (day := end_near(one, since))]
    return max(ends, key=lambda each: each[:2])[2] if ends else None


def end_near(one: Pregnancy, since: date) -> date | None:
    """Its birth, at most six months before that day (or a little later, by a slip), or a loss that nobody told a birth of."""
    if one.birth:
        return one.birth.on if since - LAM_LASTS <= one.birth.on <= since + A_SLIP else None
    on = one.outcome.on if one.outcome and one.outcome.kind == "ended" else None
    return on if on and since - LAM_LASTS <= on <= since + LAM_LASTS else None


def of_ends(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """That she stopped or changes her method: for whichever reason, nobody asks."""
    for one in facts.contraception:
        if one.ended_on and one.ended_by and is_asked_of(one, rule):
            yield Occasion(one.ended_by, one.uuid, one.ended_on, {"stopped_on": one.ended_on})


def of_complaints(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    for episode in facts.contraception:
        if is_asked_of(episode, rule):
            for one in told_anew(episode, today):
                if one.kind in rule.complaints:
                    yield Occasion(one.event, episode.uuid, one.on, {"complained_on": one.on})


def told_anew(episode: ContraceptionEpisode, today: date) -> Iterator[Complaint]:
    """Complaints without those that were told again within four weeks; a weightier one is always another."""
    asked: dict[str, date] = {}
    for one in sorted(episode.complaints, key=lambda one: (one.on, one.received_at, one.event)):
        as_heavy = COMPLAINTS[COMPLAINTS.index(one.kind) :]
        since = max((asked[kind] for kind in as_heavy if kind in asked), default=None)
        if one.on <= today and (since is None or one.on >= since + ONE_COMPLAINT):
            asked[one.kind] = one.on
            yield one


def of_aftercare(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """Only with her consent to this very care (domain.md 2.4, PAC-1)."""
    for one in facts.aftercare:
        if one.agreed:
            yield Occasion(one.event, None, one.on, {"cared_on": one.on})
