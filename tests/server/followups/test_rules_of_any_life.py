"""What holds for all facts: properties over invented lives (lives.py)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from server.followups.calendar_files import calendar_with
from server.followups.due import END_STATES, TASK_STATES
from server.followups.elsewhere import Transfer
from server.followups.facts import STOP_KINDS, Consent, Facts, Stop
from server.followups.pregnancies import Outcome, Pregnancy
from server.followups.rules import due_for, extra_contacts, stopped_for
from server.followups.ruleset import Rule
from server.followups.windows import add_months
from tests.server.followups.lives import START, TOLD_OF_METHOD, numbers, on, shuffled, subjects, todays, up_to, women
from tests.server.followups.samples import RULES, WITH_CN
from tests.sizes import size

PROPERTY = settings(max_examples=size("follow_up_cases"))
rule_sets = st.sampled_from((RULES, WITH_CN))
"""As they ship, and with what a town may switch on."""
GESTATIONAL = (
    *("ANC2", "ANC3", "ANC3b", "ANC4", "ANC4b", "ANC4c", "ANC5", "ANC5b", "ANC6", "PPFP"),
    *(f"ANC-C{number}" for number in range(2, 8)),
)


@PROPERTY
@given(subjects, todays, st.integers(0, 9), rule_sets)
def test_the_order_of_events_does_not_matter_and_a_second_run_changes_nothing(
    facts: Facts, today: date, seed: int, rules: Sequence[Rule]
) -> None:
    first = repr(due_for(facts, rules, today)).encode()
    assert repr(due_for(facts, rules, today)).encode() == first
    assert repr(due_for(shuffled(facts, seed), rules[::-1], today)).encode() == first


@PROPERTY
@given(subjects, todays, rule_sets)
def test_no_window_is_inverted_no_key_is_made_twice_and_every_state_is_known(
    facts: Facts, today: date, rules: Sequence[Rule]
) -> None:
    dues = due_for(facts, rules, today)
    assert len({due.key for due in dues}) == len(dues)
    for due in dues:
        assert due.opens_on <= due.due_on <= due.closes_on < due.overdue_from
        assert due.state in TASK_STATES + END_STATES
        assert (due.state == "overdue") == (due.is_task and today >= due.overdue_from)
        assert due.severity == "info" or due.is_task


@PROPERTY
@given(subjects, todays, rule_sets)
def test_no_task_opens_before_its_anchor(facts: Facts, today: date, rules: Sequence[Rule]) -> None:
    known = {
        **{one.event: first_told_of(one, today) for one in facts.pregnancies},
        **{extra.event: extra.on for one in facts.pregnancies for extra in one.extra_contacts},
        **{
            one.uuid: min((day for day in (one.started_on, one.noted_on) if day), default=None)
            for one in facts.contraception
        },
        **{one.ended_by: one.ended_on for one in facts.contraception},
        **{
            one.event: one.on
            for episode in facts.contraception
            for name in TOLD_OF_METHOD
            for one in getattr(episode, name)
        },
        **{one.event: one.reported_on for one in facts.danger_signs},
        **{one.uuid: one.referred_on for one in facts.referrals},
        **{one.event: one.on for referral in facts.referrals for one in referral.wishes},
        **{one.event: one.on for one in (*facts.household_visits, *facts.folic_acid)},
        **{one.uuid: began(one) for one in facts.transfers},
    }
    for due in due_for(facts, rules, today):
        anchored = known[due.anchor_event]
        assert anchored is not None and due.opens_on >= anchored


def began(transfer: Transfer) -> date | None:
    """Out from her consent, in from the package or from her coming, whichever was first."""
    told = (transfer.agreed,) if transfer.direction == "out" else (transfer.received, transfer.started)
    return min((one[0] for one in told if one), default=None)


def first_told_of(one: Pregnancy, today: date) -> date:
    """Its weeks, its birth or its loss: what was told of them need not fit together."""
    ends = (one.outcome.on if one.outcome else None, one.birth.on if one.birth else None)
    weeks = dating_day(one, today) if one.datings else one.registered_on
    return min((weeks, *(day for day in ends if day)))


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
            replace(one, registered_on=START, outcome=None, first_check_on=None, schedule=(), talks=())
            for one in facts.pregnancies
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
    calendar, counted = calendar_with(), {(rule.id, rule.version) for rule in RULES if rule.in_working_days}
    for due in due_for(facts, RULES, today, calendar):
        for step in due.why:
            worked = (due.rule, due.rule_version) in counted and step.what in ("opens_on", "due_on", "closes_on")
            on = add_months(step.on, step.months)
            gives = calendar.add_working_days(on, step.days) if worked else on + timedelta(days=step.days)
            assert gives == step.gives
        used = {step.what: step.gives for step in due.why if step.counts}
        assert (used["opens_on"], used["due_on"], used["closes_on"]) == (due.opens_on, due.due_on, due.closes_on)
        assert used["overdue_from"] == due.overdue_from
        assert used.get("proposed_on", due.due_on) == due.proposed_on
        assert used.get("answered_on") == due.answered_on
        assert due.severity == "info" or used[f"severity.{due.severity}"] <= today


@PROPERTY
@given(subjects, todays, rule_sets)
def test_nothing_changes_by_itself_before_the_day_that_is_foretold(
    facts: Facts, today: date, rules: Sequence[Rule]
) -> None:
    """What has happened by today is all that is known: events of later days would be new facts."""
    known = up_to(facts, today)
    now = due_for(known, rules, today)
    foretold = min((due.changes_on for due in now if due.changes_on), default=today + timedelta(days=700))
    for later in range(1, min((foretold - today).days, 60)):
        then = due_for(known, rules, today + timedelta(days=later))
        assert then == now
    assert all(due.changes_on is None or due.changes_on > today for due in now)
    assert all(due.changes_on is None for due in now if not due.is_task)


@PROPERTY
@given(subjects, todays)
def test_what_is_stopped_and_what_stands_never_overlap(facts: Facts, today: date) -> None:
    standing_keys = {due.key for due in due_for(facts, RULES, today)}
    assert not standing_keys & {one.key for one in stopped_for(facts, RULES, today)}


def followed_on(one: Pregnancy, today: date) -> str:
    """Written without the engine: the last choice that has begun, else the first schedule."""
    begun = [(day, profile) for day, profile in one.schedule if day <= today]
    return max(begun)[1] if begun else one.profile


@PROPERTY
@given(women(), todays)
def test_nothing_of_a_schedule_that_she_does_not_follow_waits(facts: Facts, today: date) -> None:
    profiles = {rule.id: rule.profiles for rule in RULES}
    for one in facts.pregnancies:
        waiting = {due.rule for due in due_for(facts, RULES, today) if due.episode == one.uuid and due.is_task}
        others = {rule for rule in waiting if not {"any", followed_on(one, today)} & set(profiles[rule])}
        assert others == set()


@PROPERTY
@given(women(), todays, st.sampled_from(("CN5", "CN5+WHO", "CN-clinic")))
def test_what_was_answered_by_a_schedule_stays_so_when_she_comes_to_follow_another(
    facts: Facts, today: date, profile: str
) -> None:
    known = up_to(facts, today)
    tomorrow = today + timedelta(days=1)
    pregnancies = tuple(replace(one, schedule=(*one.schedule, (tomorrow, profile))) for one in known.pregnancies)
    after = {due.key: due for due in due_for(replace(known, pregnancies=pregnancies), RULES, tomorrow)}
    for due in due_for(known, RULES, tomorrow):
        if due.answered_on:
            there = after[due.key]
            assert (there.state, there.answered_on, there.answered_by) == (due.state, due.answered_on, due.answered_by)


@PROPERTY
@given(women(), todays)
def test_what_never_rises_above_info_hides_nothing_that_does(facts: Facts, today: date) -> None:
    """A question that is asked at a visit stands inside that, whichever it is."""
    rises = {rule.id for rule in RULES if rule.severity and rule.answer != "mood_check"}
    dues = {due.key: due for due in due_for(facts, RULES, today)}
    for due in dues.values():
        if due.inside and due.rule in rises:
            assert dues[due.inside].rule in rises
