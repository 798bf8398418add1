"""What holds for all facts: properties over invented lives, and the sums that explain a follow-up."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from server.followups.due import END_STATES, TASK_STATES, Step
from server.followups.facts import (
    SIGNS,
    STOP_KINDS,
    Birth,
    Consent,
    ContraceptionEpisode,
    DangerSign,
    Dating,
    Facts,
    HouseholdVisit,
    Injection,
    Outcome,
    Pregnancy,
    Referral,
    Stop,
    Supply,
    Support,
    Visit,
    Wish,
)
from server.followups.rules import due_for, extra_contacts, stopped_for
from tests.server.followups.samples import RULES, VILLAGE, check, day, injections, method, pregnancy, standing, woman
from tests.sizes import size

START = date(2027, 6, 1)
"""Invented lives run from here over the leap day of 2028."""
NOON = datetime(2027, 6, 1, 4, tzinfo=UTC)
PROPERTY = settings(max_examples=size("follow_up_cases"))
GESTATIONAL = ("ANC2", "ANC3", "ANC4", "ANC5", "ANC6")

numbers = st.integers(0, 330)
todays = st.integers(0, 500).map(lambda n: START + timedelta(days=n))


def on(n: int) -> date:
    return START + timedelta(days=n)


def received(n: int) -> datetime:
    return NOON + timedelta(days=n)


@st.composite
def pregnancies(draw: st.DrawFn) -> Pregnancy:
    anchor, registered = draw(st.integers(0, 40)), draw(st.integers(40, 330))
    datings = [Dating("d0", on(anchor), "lmp", on(registered))]
    for at, (begins, moved) in enumerate(draw(st.lists(st.tuples(numbers, st.integers(-21, 21)), max_size=2)), 1):
        datings.append(Dating(f"d{at}", on(anchor + moved), "ultrasound", on(registered + begins)))
    outcome = draw(
        st.none()
        | st.builds(Outcome, st.just("o"), st.sampled_from(("gave_birth", "ended")), numbers.map(on), numbers.map(on))
    )
    first = draw(st.none() | numbers.map(on))
    known = (tuple(datings), first, outcome, draw(st.none() | births()), draw(supported))
    return Pregnancy("p1", "registration", on(registered), received(registered), *known)


@st.composite
def births(draw: st.DrawFn) -> Birth:
    born, told, left = draw(numbers), draw(st.integers(0, 60)), draw(st.none() | st.integers(0, 20))
    said = st.none() | numbers.map(lambda n: (on(n), "said"))
    left_on = None if left is None else on(born + left)
    told_by = None if left is None else (on(born + told), "left")
    return Birth(on(born), on(born + told), left_on, told_by, left == 0, draw(st.booleans()), draw(said))


supported = st.lists(st.tuples(numbers, st.booleans()), max_size=2).map(
    lambda rows: tuple(Support(f"l{at}", on(n), wants) for at, (n, wants) in enumerate(rows))
)


def visits(size: int) -> st.SearchStrategy[tuple[Visit, ...]]:
    one = st.builds(
        lambda *drawn: drawn,
        numbers,
        st.integers(0, 60),
        st.sampled_from(("antenatal_check", "contraception_followup", "delivery_postnatal")),
        st.sampled_from(("p1", "c1", "c3", None)),
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
        ),
        visits=draw(visits(6)),
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
                    st.tuples(numbers, st.sampled_from(("urgent", "routine")), ended),
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

    return replace(
        facts,
        pregnancies=mix(tuple(replace(one, datings=mix(one.datings)) for one in facts.pregnancies)),
        contraception=mix(
            tuple(
                replace(one, injections=mix(one.injections), supplies=mix(one.supplies)) for one in facts.contraception
            )
        ),
        visits=mix(facts.visits),
        danger_signs=mix(facts.danger_signs),
        referrals=mix(facts.referrals),
        household_visits=mix(facts.household_visits),
    )


@PROPERTY
@given(subjects, todays, st.integers(0, 9))
def test_the_order_of_events_does_not_matter_and_a_second_run_changes_nothing(
    facts: Facts, today: date, seed: int
) -> None:
    first = repr(due_for(facts, RULES, today)).encode()
    assert repr(due_for(facts, RULES, today)).encode() == first
    assert repr(due_for(shuffled(facts, seed), RULES[::-1], today)).encode() == first


@PROPERTY
@given(subjects, todays)
def test_no_window_is_inverted_no_key_is_made_twice_and_every_state_is_known(facts: Facts, today: date) -> None:
    dues = due_for(facts, RULES, today)
    assert len({due.key for due in dues}) == len(dues)
    for due in dues:
        assert due.opens_on <= due.due_on <= due.closes_on < due.overdue_from
        assert due.state in TASK_STATES + END_STATES
        assert (due.state == "overdue") == (due.is_task and today >= due.overdue_from)
        assert due.severity == "info" or due.is_task


@PROPERTY
@given(subjects, todays)
def test_no_task_opens_before_its_anchor(facts: Facts, today: date) -> None:
    known = {
        **{one.event: dating_day(one, today) for one in facts.pregnancies},
        **{one.uuid: one.started_on for one in facts.contraception},
        **{one.event: one.on for episode in facts.contraception for one in (*episode.injections, *episode.supplies)},
        **{one.event: one.reported_on for one in facts.danger_signs},
        **{one.uuid: one.referred_on for one in facts.referrals},
        **{one.event: one.on for referral in facts.referrals for one in referral.wishes},
        **{one.event: one.on for one in facts.household_visits},
    }
    for due in due_for(facts, RULES, today):
        anchored = known[due.anchor_event]
        assert anchored is not None and due.opens_on >= anchored


def dating_day(one: Pregnancy, today: date) -> date:
    """Written without the engine: the last dating that has begun, else the first."""
    begun = [dating for dating in one.datings if dating.in_force_from <= today] or [
        min(one.datings, key=lambda d: (d.in_force_from, d.event))
    ]
    return max(begun, key=lambda dating: (dating.in_force_from, dating.event)).ga_anchor


@PROPERTY
@given(women(), todays, st.integers(-30, 30))
def test_moving_the_last_period_by_n_days_moves_every_open_gestational_task_by_n(
    facts: Facts, today: date, n: int
) -> None:
    step = timedelta(days=n)
    facts = replace(
        facts,
        visits=(),
        pregnancies=tuple(
            replace(one, registered_on=START, outcome=None, first_check_on=None) for one in facts.pregnancies
        ),
    )
    moved = replace(
        facts,
        pregnancies=tuple(
            replace(one, datings=tuple(replace(dating, ga_anchor=dating.ga_anchor + step) for dating in one.datings))
            for one in facts.pregnancies
        ),
    )
    before = {due.key: due for due in due_for(facts, RULES, today) if due.rule in GESTATIONAL}
    after = {due.key: due for due in due_for(moved, RULES, today) if due.rule in GESTATIONAL}
    assert before.keys() == after.keys()
    for key, due in before.items():
        there = after[key]
        assert (there.opens_on - due.opens_on, there.due_on - due.due_on, there.closes_on - due.closes_on) == (
            step,
        ) * 3


@PROPERTY
@given(subjects, todays, st.sampled_from(STOP_KINDS), numbers)
def test_no_task_stands_after_a_stop_and_what_was_answered_stays(facts: Facts, today: date, kind: str, n: int) -> None:
    since = max(on(n), today) if kind == "transferred" else on(n)  # what begins here after it is ours
    stopped = due_for(replace(facts, stops=(Stop(kind, since, "stop"),)), RULES, today)
    assert not [due for due in stopped if due.is_task]
    answered = [due.key for due in due_for(facts, RULES, today) if due.answered_on]
    assert [due.key for due in stopped] == answered


@PROPERTY
@given(women(), todays)
def test_no_task_of_a_pregnancy_stands_after_its_loss(facts: Facts, today: date) -> None:
    lost = replace(
        facts, pregnancies=tuple(replace(one, outcome=Outcome("o", "ended", today, today)) for one in facts.pregnancies)
    )
    known = {one.uuid for one in facts.pregnancies}
    signs = {one.event for one in facts.danger_signs if one.kind in ("after_birth", "self_harm")}
    left = [due for due in due_for(lost, RULES, today) if due.is_task and due.episode in known]
    assert {due.rule for due in left} <= {"PL1", "PN-D", "PN-D0"}
    assert all(due.anchor_event in signs for due in left if due.rule != "PL1"), (
        "her own signs alone are looked at still"
    )


@PROPERTY
@given(subjects, todays, st.none() | st.integers(1, 400))
def test_there_is_no_task_without_consent(facts: Facts, today: date, ago: int | None) -> None:
    lapsed = Consent(False) if ago is None else Consent(True, today - timedelta(days=ago))
    assert due_for(replace(facts, consent=lapsed), RULES, today) == ()
    assert extra_contacts(replace(facts, consent=lapsed), RULES, today) == ()


@PROPERTY
@given(subjects, todays)
def test_every_sum_adds_up_and_leads_to_the_day_it_explains(facts: Facts, today: date) -> None:
    for due in due_for(facts, RULES, today, is_rest_day=lambda day: day.weekday() >= 5):
        assert all(step.on + timedelta(days=step.days) == step.gives for step in due.why)
        used = {step.what: step.gives for step in due.why if step.counts}
        assert (used["opens_on"], used["due_on"], used["closes_on"]) == (due.opens_on, due.due_on, due.closes_on)
        assert used["overdue_from"] == due.overdue_from
        assert used.get("proposed_on", due.due_on) == due.proposed_on
        assert used.get("answered_on") == due.answered_on
        assert due.severity == "info" or used[f"severity.{due.severity}"] <= today


@PROPERTY
@given(subjects, todays)
def test_nothing_changes_by_itself_before_the_day_that_is_foretold(facts: Facts, today: date) -> None:
    """What has happened by today is all that is known: events of later days would be new facts."""
    known = up_to(facts, today)
    now = due_for(known, RULES, today)
    foretold = min((due.changes_on for due in now if due.changes_on), default=today + timedelta(days=700))
    for later in range(1, min((foretold - today).days, 60)):
        then = due_for(known, RULES, today + timedelta(days=later))
        assert then == now
    assert all(due.changes_on is None or due.changes_on > today for due in now)
    assert all(due.changes_on is None for due in now if not due.is_task)


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
            )
            for one in facts.pregnancies
            if one.registered_on <= today
        ),
        contraception=tuple(
            replace(
                one,
                injections=tuple(link for link in one.injections if link.on <= today),
                supplies=tuple(link for link in one.supplies if link.on <= today),
                started_on=one.started_on if one.started_on and one.started_on <= today else None,
            )
            for one in facts.contraception
        ),
        visits=tuple(one for one in facts.visits if one.visit_date <= today),
        danger_signs=tuple(one for one in facts.danger_signs if one.reported_on <= today),
        referrals=tuple(
            replace(one, outcome_on=one.outcome_on if one.outcome_on and one.outcome_on <= today else None)
            for one in facts.referrals
            if one.referred_on <= today
        ),
        household_visits=tuple(one for one in facts.household_visits if one.on <= today),
    )


def birth_up_to(birth: Birth, today: date) -> Birth | None:
    if birth.told_on > today:
        return None
    if birth.left_told and birth.left_told[0] > today:
        birth = replace(birth, left_on=None, left_told=None, left_early=False)
    return replace(birth, no_visits=birth.no_visits if birth.no_visits and birth.no_visits[0] <= today else None)


@PROPERTY
@given(subjects, todays)
def test_what_is_stopped_and_what_stands_never_overlap(facts: Facts, today: date) -> None:
    standing_keys = {due.key for due in due_for(facts, RULES, today)}
    assert not standing_keys & {one.key for one in stopped_for(facts, RULES, today)}


def test_a_follow_up_says_how_it_came_to_its_days() -> None:
    facts = woman(pregnancies=(pregnancy("2026-09-01", "2026-10-20", ("2026-11-10", "2026-09-08")),))
    due = standing(facts, "2027-02-02")["ANC2"]
    assert due.why == (
        Step("ga_anchor", "edd.ultrasound", day("2027-06-15"), -280, day("2026-09-08")),
        Step("opens_on", "ga_anchor", day("2026-09-08"), 112, day("2026-12-29")),
        Step("due_on", "ga_anchor", day("2026-09-08"), 126, day("2027-01-12")),
        Step("closes_on", "ga_anchor", day("2026-09-08"), 146, day("2027-02-01")),
        Step("overdue_from", "closes_on", day("2027-02-01"), 1, day("2027-02-02")),
        Step("severity.red", "close", day("2027-02-01"), 1, day("2027-02-02")),
    )
    assert (due.rule, due.rule_version, due.village_code, due.form_id) == ("ANC2", 1, VILLAGE, "antenatal_check")


def test_where_the_latest_of_two_days_counts_both_sums_are_told() -> None:
    due = standing(woman(pregnancies=(pregnancy("2026-09-01", "2026-12-10"),)), "2026-12-10")["ANC1"]
    assert [(step.fact, str(step.gives), step.counts) for step in due.why if step.what == "due_on"] == [
        ("ga_anchor", "2026-11-24", False),
        ("registered_on", "2026-12-13", True),
    ]


def test_an_answer_is_told_with_its_event() -> None:
    due = standing(
        woman(pregnancies=(pregnancy("2026-09-01", "2026-10-20"),), visits=(check("2027-01-05"),)), "2027-02-01"
    )["ANC2"]
    assert due.why[-1] == Step("answered_on", "check 2027-01-05", day("2027-01-05"), 0, day("2027-01-05"))


def test_follow_ups_come_by_target_day() -> None:
    facts = woman(
        pregnancies=(pregnancy("2026-09-01", "2026-10-20"),),
        contraception=(method("dmpa", injections=injections("2026-11-01")),),
    )
    days = [due.due_on for due in due_for(facts, RULES, day("2026-11-01"))]
    assert days == sorted(days) and len(days) == 7


def test_the_edd_is_280_days_after_the_anchor_over_a_leap_day() -> None:
    due = standing(woman(pregnancies=(pregnancy("2027-10-25", "2027-12-20"),)), "2028-01-01")["ANC2"]
    assert due.why[0] == Step("ga_anchor", "edd.lmp", day("2028-07-31"), -280, day("2027-10-25"))
