"""What people do with visits by hand, over invented lives: order, undoing, stops, and that done stays done."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from server.followups.acts import CLOSING, snoozed_until
from server.followups.due import TASK_STATES, Due
from server.followups.facts import Act, Facts, Stop
from server.followups.rules import due_for, stopped_for
from server.followups.ruleset import ANSWERS
from tests.server.followups.lives import START, on, received, shuffled, subjects, todays
from tests.server.followups.samples import RULES, day, pregnancy, standing, woman
from tests.sizes import size

PROPERTY = settings(max_examples=size("follow_up_cases"))


@st.composite
def acts(draw: st.DrawFn, keys: list[str]) -> Act:
    kind = draw(st.sampled_from(("snooze", *CLOSING, "wrong_record", "reassign")))
    n, name = draw(st.integers(0, 500)), f"act {draw(st.integers(0, 10**6))}"
    days = draw(st.integers(1, 14))
    day_of = {"snooze": on(n + days), "done_elsewhere": on(n - days)}.get(kind)
    never = draw(st.none() | st.sampled_from(sorted(ANSWERS))) if kind == "declined" else None
    given_to = draw(st.integers(1, 3)) if kind == "reassign" else None
    until = draw(st.none() | st.just(on(n + days))) if kind == "reassign" else None
    key = draw(st.sampled_from(keys))
    return Act(name, key, kind, on(n), received(n), day_of, draw(st.booleans()), never, None, given_to, until)


@st.composite
def lives_with_acts(draw: st.DrawFn) -> tuple[Facts, date]:
    """A life, and up to four acts on its follow-ups; those that are on no list yet are acted on, too."""
    facts, today = draw(subjects), draw(todays)
    keys = sorted({due.key for due in due_for(facts, RULES, START + timedelta(days=400))})
    if not keys:
        return facts, today
    return replace(facts, acts=tuple(draw(st.lists(acts(keys), max_size=4, unique_by=lambda one: one.event)))), today


@PROPERTY
@given(lives_with_acts(), st.integers(0, 9))
def test_acts_in_any_order_give_the_same(life: tuple[Facts, date], seed: int) -> None:
    facts, today = life
    mixed = replace(shuffled(facts, seed), acts=facts.acts[::-1])
    assert repr(due_for(mixed, RULES, today)) == repr(due_for(facts, RULES, today))
    assert repr(stopped_for(mixed, RULES, today)) == repr(stopped_for(facts, RULES, today))


@PROPERTY
@given(lives_with_acts())
def test_an_act_of_another_day_than_today_and_before_changes_nothing(life: tuple[Facts, date]) -> None:
    facts, today = life
    known = replace(facts, acts=tuple(one for one in facts.acts if one.on <= today))
    assert due_for(facts, RULES, today) == due_for(known, RULES, today)


@PROPERTY
@given(lives_with_acts())
def test_no_act_moves_a_window_or_a_key(life: tuple[Facts, date]) -> None:
    facts, today = life
    before = {due.key: days_of(due) for due in due_for(replace(facts, acts=()), RULES, today)}
    after = {due.key: days_of(due) for due in due_for(facts, RULES, today)}
    assert all(days == before[key] for key, days in after.items() if key in before)


def days_of(due: Due) -> tuple[date, ...]:
    return due.opens_on, due.due_on, due.closes_on, due.overdue_from


@PROPERTY
@given(lives_with_acts())
def test_what_was_done_on_time_stays_done_whatever_is_said_later(life: tuple[Facts, date]) -> None:
    facts, today = life
    done = {
        due.key: due
        for due in due_for(replace(facts, acts=()), RULES, today)
        if due.state == "done_on_time" and due.answered_on
    }
    later = replace(facts, acts=tuple(one for one in facts.acts if is_later(one, done.get(one.key))))
    after = {due.key: due for due in due_for(later, RULES, today)}
    assert all(after[key].state == "done_on_time" for key in done)


def is_later(act: Act, due: Due | None) -> bool:
    return due is None or due.answered_on is None or act.moment >= due.answered_on


@PROPERTY
@given(lives_with_acts(), st.integers(0, 500))
def test_acts_after_a_stop_change_nothing(life: tuple[Facts, date], n: int) -> None:
    facts, today = life
    stopped = replace(facts, stops=(Stop("died", on(n), "stop"),))
    later = replace(stopped, acts=tuple(one for one in facts.acts if one.moment >= on(n)))
    none = replace(stopped, acts=())
    assert due_for(later, RULES, today) == due_for(none, RULES, today)


@PROPERTY
@given(lives_with_acts())
def test_with_acts_too_nothing_changes_by_itself_before_the_day_that_is_foretold(life: tuple[Facts, date]) -> None:
    facts, today = life
    facts = replace(facts, visits=(), stops=(), acts=tuple(one for one in facts.acts if one.on <= today))
    shown = by_hand(due_for(facts, RULES, today))
    foretold = min((due.changes_on for due in shown.values() if due.changes_on), default=today)
    for later in range(1, min((foretold - today).days, 20)):
        then = by_hand(due_for(facts, RULES, today + timedelta(days=later)))
        assert {key: said_of(due) for key, due in then.items() if key in shown} == {
            key: said_of(due) for key, due in shown.items() if key in then
        }


def by_hand(dues: tuple[Due, ...]) -> dict[str, Due]:
    return {due.key: due for due in dues if due.state in TASK_STATES}


def said_of(due: Due) -> tuple[object, ...]:
    return due.snoozed_until, due.given_to, due.given_until


def test_an_act_outlives_a_moved_window() -> None:
    """A scan moves her weeks by eight days after she had said no: it stays said."""
    early = woman(pregnancies=(pregnancy("2026-09-01", "2026-10-20"),))
    key = standing(early, "2027-01-05")["ANC2"].key
    said = Act("act", key, "declined", day("2027-01-05"), received(0))
    moved = replace(early, pregnancies=(pregnancy("2026-09-01", "2026-10-20", ("2027-01-06", "2026-09-09")),))
    due = standing(replace(moved, acts=(said,)), "2027-01-10")["ANC2"]
    assert (due.key, due.state, due.opens_on) == (key, "declined", day("2026-12-30"))


def test_one_that_turns_red_while_it_is_put_off_comes_back_after_its_last_day() -> None:
    facts = woman(pregnancies=(pregnancy("2026-09-01", "2026-10-20"),))
    due = standing(facts, "2027-01-24")["ANC2"]  # amber in its last week, closes 2027-01-25, red from the 26th
    put_off = Act("act", due.key, "snooze", day("2027-01-24"), received(0), day("2027-01-30"))
    for today, until in (("2027-01-25", day("2027-01-30")), ("2027-01-26", None)):
        assert standing(replace(facts, acts=(put_off,)), today)["ANC2"].snoozed_until == until
    by_doctor = replace(put_off, by_supervisor=True)
    assert standing(replace(facts, acts=(by_doctor,)), "2027-01-29")["ANC2"].snoozed_until == day("2027-01-30")
    assert standing(replace(facts, acts=(by_doctor,)), "2027-01-30")["ANC2"].snoozed_until is None


def test_the_latest_of_those_that_hold_says_whose_it_is() -> None:
    facts = woman(pregnancies=(pregnancy("2026-09-01", "2026-10-20"),))
    key = standing(facts, "2026-12-22")["ANC2"].key
    always = Act("near", "", "reassign", day("2026-12-01"), received(0), to=7)
    for_days = Act("away", key, "reassign", day("2026-12-22"), received(9), to=8, until=day("2026-12-24"))
    found = {
        on: standing(replace(facts, acts=(for_days, always)), on)["ANC2"].given_to
        for on in ("2026-12-21", "2026-12-22", "2026-12-24", "2026-12-25")
    }
    assert found == {"2026-12-21": 7, "2026-12-22": 8, "2026-12-24": 8, "2026-12-25": 7}
    assert snoozed_until(facts, key, None, "info", day("2026-12-22")) is None  # type: ignore[arg-type]
