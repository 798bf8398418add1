"""Invented lives, for what holds for all facts: women and homes with anything that may be told of them, in any order."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from server.followups.elsewhere import URGENCIES, Referral, Transfer, Wish
from server.followups.facts import Consent, Facts, HouseholdVisit, Visit
from server.followups.methods import (
    COMPLAINTS,
    METHODS,
    Card,
    Complaint,
    ContraceptionEpisode,
    Injection,
    Review,
    Supply,
)
from server.followups.pregnancies import (
    SIGNS,
    Birth,
    DangerSign,
    Dating,
    ExtraContact,
    Outcome,
    Pregnancy,
    Support,
    Talk,
)
from tests.server.followups.samples import VILLAGE

START = date(2027, 6, 1)
"""They run from here over the leap day of 2028."""
TOLD_OF_TRANSFER = ("agreed", "received", "started", "served", "cancelled")
TOLD_OF_METHOD = ("injections", "supplies", "cards", "reviews", "complaints")
NOON = datetime(2027, 6, 1, 4, tzinfo=UTC)

numbers = st.integers(0, 330)
todays = st.integers(0, 500).map(lambda n: START + timedelta(days=n))


def on(n: int) -> date:
    return START + timedelta(days=n)


def received(n: int) -> datetime:
    return NOON + timedelta(days=n)


@st.composite
def pregnancies(draw: st.DrawFn) -> Pregnancy:
    anchor, registered = draw(st.integers(0, 40)), draw(st.integers(40, 330))
    first_told = draw(st.sampled_from(("registration", "registration", "a scan", None)))
    datings = [Dating(first_told, on(anchor), "lmp", on(registered))] if first_told else []
    for at, (begins, moved) in enumerate(draw(st.lists(st.tuples(numbers, st.integers(-21, 21)), max_size=2)), 1):
        datings.append(Dating(f"d{at}", on(anchor + moved), "ultrasound", on(registered + begins)))
    outcome = draw(
        st.none()
        | st.builds(Outcome, st.just("o"), st.sampled_from(("gave_birth", "ended")), numbers.map(on), numbers.map(on))
    )
    first = draw(st.none() | numbers.map(on))
    known = (tuple(datings), first, outcome, draw(st.none() | births()), draw(supported))
    chosen = {"profile": draw(schedules), "schedule": draw(changes), "has_named_risk": draw(st.booleans())}
    told = {"extra_contacts": draw(extras), "talks": draw(talks)}
    return Pregnancy("p1", "registration", on(registered), received(registered), *known, **chosen, **told)


schedules = st.sampled_from(("CN5", "CN5+WHO", "CN-clinic"))
changes = st.lists(st.tuples(numbers.map(on), schedules), max_size=2, unique_by=lambda one: one[0]).map(tuple)
extras = st.lists(st.tuples(numbers, st.integers(0, 70)), max_size=2).map(
    lambda rows: tuple(ExtraContact(f"e{at}", on(n), on(n + ahead)) for at, (n, ahead) in enumerate(rows))
)
talks = st.lists(st.tuples(numbers, st.booleans()), max_size=2).map(
    lambda rows: tuple(Talk(f"k{at}", on(n), wants) for at, (n, wants) in enumerate(rows))
)


@st.composite
def births(draw: st.DrawFn) -> Birth:
    born, told, left = draw(numbers), draw(st.integers(0, 60)), draw(st.none() | st.integers(0, 20))
    said = st.none() | numbers.map(lambda n: (on(n), "said"))
    left_on = None if left is None else on(born + left)
    told_by = None if left is None else (on(born + told), "left")
    other_food = None if (n := draw(st.none() | numbers)) is None else on(born + n)
    known = {"other_food_on": other_food, "is_worry": draw(st.booleans())}
    told_of = (left_on, told_by, left == 0, draw(st.booleans()), draw(said))
    return Birth(on(born), on(born + told), *told_of, **known)


supported = st.lists(st.tuples(numbers, st.booleans()), max_size=2).map(
    lambda rows: tuple(Support(f"l{at}", on(n), wants) for at, (n, wants) in enumerate(rows))
)


def visits(size: int) -> st.SearchStrategy[tuple[Visit, ...]]:
    one = st.builds(
        lambda *drawn: drawn,
        numbers,
        st.integers(0, 60),
        st.sampled_from(("antenatal_check", "contraception_followup", "delivery_postnatal", "supplies")),
        st.sampled_from(("p1", "c1", "c3", "c4", "c5", None)),
        st.sampled_from(("ongoing", "ongoing", "ongoing", "prefer_not", "gave_birth", "ended")),
        st.booleans(),
        st.sampled_from(("", "birth", "pnc_visit", "pnc_visit", "loss")),
        st.sampled_from((None, "well", "low")),
    )
    return st.lists(one, max_size=size).map(
        lambda rows: tuple(
            Visit(f"v{at}", form, on(n), received(n + late), episode, None, status, clinician, *after_birth)
            for at, (n, late, form, episode, status, clinician, *after_birth) in enumerate(rows)
        )
    )


injected = st.lists(numbers, max_size=4).map(
    lambda days: tuple(Injection(f"i{at}", on(n), received(n)) for at, n in enumerate(days))
)
supplied = st.lists(st.tuples(numbers, st.integers(0, 13)), max_size=3).map(
    lambda rows: tuple(Supply(f"s{at}", on(n), on(n + packs * 28), received(n)) for at, (n, packs) in enumerate(rows))
)
tablets = st.lists(st.tuples(numbers, st.integers(0, 180)), max_size=3).map(
    lambda rows: tuple(Supply(f"f{at}", on(n), on(n + days), received(n)) for at, (n, days) in enumerate(rows))
)


@st.composite
def methods(draw: st.DrawFn, uuid: str) -> ContraceptionEpisode:
    """Any method with anything that may be told of it, whether or not that fits together."""
    noted = draw(numbers)
    day, wants = st.none() | numbers.map(on), draw(st.booleans())
    complaints = draw(st.lists(st.tuples(numbers, st.sampled_from(COMPLAINTS)), max_size=4))
    cards = draw(st.lists(st.tuples(numbers, st.integers(-200, 400)), max_size=2))
    injections = draw(st.lists(st.tuples(numbers, st.none() | st.integers(1, 98)), max_size=3))
    reviews, ended = draw(st.lists(numbers, max_size=3)), draw(day)
    return ContraceptionEpisode(
        uuid,
        draw(st.sampled_from(METHODS)),
        wants,
        started_on=draw(st.none() | st.integers(0, 400).map(lambda n: on(noted - n))),
        injections=tuple(
            Injection(f"{uuid} i{at}", on(n), received(n), None if after is None else on(n + after))
            for at, (n, after) in enumerate(injections)
        ),
        ended_on=ended,
        noted_on=on(noted),
        ended_by=f"{uuid} ended" if ended else "",
        cards=tuple(Card(f"{uuid} k{at}", on(n), received(n), on(n + left)) for at, (n, left) in enumerate(cards)),
        reviews=tuple(Review(f"{uuid} r{at}", on(n), received(n)) for at, n in enumerate(reviews)),
        complaints=tuple(
            Complaint(f"{uuid} u{at}", on(n), received(n), kind) for at, (n, kind) in enumerate(complaints)
        ),
        wanted_again_on=draw(day),
    )


@st.composite
def transfers(draw: st.DrawFn) -> Transfer:
    direction = draw(st.sampled_from(("out", "in")))
    told = {name: draw(st.none() | numbers.map(lambda n: (on(n), "t"))) for name in TOLD_OF_TRANSFER}
    return Transfer(f"t-{direction}", direction, needs_checks=draw(st.sampled_from(("yes", "no", ""))), **told)


called = st.lists(
    st.tuples(numbers, st.sampled_from(("met", "absent", "declined", "moved")), st.booleans()), max_size=5
).map(
    lambda rows: tuple(
        HouseholdVisit(f"h{at}", on(n), received(n), result, agreed) for at, (n, result, agreed) in enumerate(rows)
    )
)


@st.composite
def women(draw: st.DrawFn) -> Facts:
    ended = st.none() | numbers.map(on)
    return Facts(
        subject="w1",
        subject_list="women",
        village_code=VILLAGE,
        consent=Consent(True),
        pregnancies=tuple(draw(st.lists(pregnancies(), max_size=1))),
        contraception=(
            ContraceptionEpisode("c1", "dmpa", True, injections=draw(injected), ended_on=draw(ended)),
            ContraceptionEpisode("c2", "pop", True, supplies=draw(supplied), ended_on=draw(ended)),
            ContraceptionEpisode("c3", "iud_cu", True, started_on=draw(ended)),
            draw(methods("c4")),
            draw(methods("c5")),
        ),
        visits=draw(visits(6)),
        folic_acid=draw(tablets),
        transfers=tuple(draw(st.lists(transfers(), max_size=2, unique_by=lambda one: one.uuid))),
        danger_signs=tuple(
            DangerSign(f"g{n}", "p1", on(n), kind)
            for n, kind in draw(
                st.lists(st.tuples(numbers, st.sampled_from(SIGNS)), max_size=2, unique_by=lambda one: one[0])
            )
        ),
        referrals=tuple(
            Referral(f"r{n}", urgency, on(n), "p1", outcome_on=outcome, wishes=(Wish(f"w{n}", on(n), outcome),))
            for n, urgency, outcome in draw(
                st.lists(
                    st.tuples(numbers, st.sampled_from(URGENCIES), ended),
                    max_size=2,
                    unique_by=lambda one: one[0],
                )
            )
        ),
    )


@st.composite
def homes(draw: st.DrawFn) -> Facts:
    return Facts("h1", "households", VILLAGE, Consent(True), household_visits=draw(called))


subjects = women() | homes()


def shuffled(facts: Facts, seed: int) -> Facts:
    """The same facts, in another order all the way down."""
    order = random.Random(seed)

    def mix(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(order.sample(rows, len(rows)))

    def mixed(one: Pregnancy) -> Pregnancy:
        told = {"extra_contacts": mix(one.extra_contacts), "talks": mix(one.talks), "schedule": mix(one.schedule)}
        return replace(one, datings=mix(one.datings), **told)

    return replace(
        facts,
        pregnancies=mix(tuple(mixed(one) for one in facts.pregnancies)),
        contraception=mix(
            tuple(
                replace(one, **{name: mix(getattr(one, name)) for name in TOLD_OF_METHOD})
                for one in facts.contraception
            )
        ),
        visits=mix(facts.visits),
        folic_acid=mix(facts.folic_acid),
        transfers=mix(facts.transfers),
        danger_signs=mix(facts.danger_signs),
        referrals=mix(facts.referrals),
        household_visits=mix(facts.household_visits),
    )


def up_to(facts: Facts, today: date) -> Facts:
    """Without what is dated later, as facts are gathered: a date after the day of receipt is no fact."""
    return replace(
        facts,
        pregnancies=tuple(
            replace(
                one,
                datings=tuple(dating for dating in one.datings if dating.in_force_from <= today),
                first_check_on=one.first_check_on if one.first_check_on and one.first_check_on <= today else None,
                outcome=one.outcome if one.outcome and max(one.outcome.on, one.outcome.reported_on) <= today else None,
                birth=birth_up_to(one.birth, today) if one.birth else None,
                support=tuple(answer for answer in one.support if answer.on <= today),
                schedule=tuple(change for change in one.schedule if change[0] <= today),
                extra_contacts=tuple(extra for extra in one.extra_contacts if extra.on <= today),
                talks=tuple(talk for talk in one.talks if talk.on <= today),
            )
            for one in facts.pregnancies
            if one.registered_on <= today
        ),
        contraception=tuple(
            method_up_to(one, today) for one in facts.contraception if not one.noted_on or one.noted_on <= today
        ),
        visits=tuple(one for one in facts.visits if one.visit_date <= today),
        folic_acid=tuple(one for one in facts.folic_acid if one.on <= today),
        transfers=tuple(transfer_up_to(one, today) for one in facts.transfers),
        danger_signs=tuple(one for one in facts.danger_signs if one.reported_on <= today),
        referrals=tuple(referral_up_to(one, today) for one in facts.referrals if one.referred_on <= today),
        household_visits=tuple(one for one in facts.household_visits if one.on <= today),
    )


def referral_up_to(referral: Referral, today: date) -> Referral:
    def known(on: date | None) -> date | None:
        return on if on and on <= today else None

    days = {name: known(getattr(referral, name)) for name in ("outcome_on", "closed_on", "arrived_on")}
    wishes = tuple(replace(one, met_on=known(one.met_on)) for one in referral.wishes if one.on <= today)
    return replace(referral, **days, wishes=wishes)


def method_up_to(method: ContraceptionEpisode, today: date) -> ContraceptionEpisode:
    told = {name: tuple(one for one in getattr(method, name) if one.on <= today) for name in TOLD_OF_METHOD}
    started = method.started_on if method.started_on and method.started_on <= today else None
    ended = method.ended_on if method.ended_on and method.ended_on <= today else None
    return replace(method, **told, started_on=started, ended_on=ended, ended_by=method.ended_by if ended else "")


def birth_up_to(birth: Birth, today: date) -> Birth | None:
    if birth.told_on > today:
        return None
    if birth.left_told and birth.left_told[0] > today:
        birth = replace(birth, left_on=None, left_told=None, left_early=False)
    other_food = birth.other_food_on if birth.other_food_on and birth.other_food_on <= today else None
    no_visits = birth.no_visits if birth.no_visits and birth.no_visits[0] <= today else None
    return replace(birth, no_visits=no_visits, other_food_on=other_food)


def transfer_up_to(transfer: Transfer, today: date) -> Transfer:
    told = {name: getattr(transfer, name) for name in TOLD_OF_TRANSFER}
    return replace(transfer, **{name: said if said and said[0] <= today else None for name, said in told.items()})
