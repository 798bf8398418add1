"""Who is due, and why: a pure function of facts, rules and a day. Same facts in any order, same bytes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from server.followups.acts import (
    causes_by_hand,
    ending_by_hand,
    first_of,
    given_to,
    next_change_by_hand,
    snoozed_until,
)
from server.followups.answers import ending_of
from server.followups.antenatal import Settled, settle_contacts
from server.followups.due import TASK_STATES, Due, Step, Stopped, key_of
from server.followups.endings import Asked, Ending
from server.followups.facts import Facts, Visit
from server.followups.finding_occasions import occasions_of
from server.followups.occasions import Occasion, dating_on
from server.followups.occurrences import each_occurrence
from server.followups.pins import NO_PINS, Pins, Versions
from server.followups.pregnancies import Pregnancy
from server.followups.rules_of_day import RulesOfDay
from server.followups.ruleset import Rule
from server.followups.schedules import as_it_counts, left_on
from server.followups.stops import Cause, causes_of_stop
from server.followups.windows import (
    Window,
    next_change,
    propose_day,
    proposed_step,
    severity_on,
    state_on,
    window_steps,
)
from server.followups.working_days import WEEKENDS_ONLY, Calendar

GESTATION_DAYS = 280
"""EDD - 280 days is the day that weeks count from (domain.md 2.1); never nine months and a week."""


@dataclass(frozen=True)
class Judged:
    """The follow-ups of one subject, by target day; and those that a stop ended, each with what ended it."""

    dues: tuple[Due, ...] = ()
    stopped: tuple[Stopped, ...] = ()


NOTHING: Final = Judged()


def judge_all(
    facts: Facts, rules: Sequence[Rule], today: date, calendar: Calendar | None = None, pins: Pins = NO_PINS
) -> Judged:
    """The follow-ups of one subject as they stand that day (Asia/Shanghai), by target day.

    Tasks that a stop ended are left out (`stopped_for` names them); those that were answered before it stay, as done.
    Without valid consent there is nothing. Without a calendar the target day is proposed, and working days are those of
    the week. `pins` are the tasks that keep a version. Raises nothing for facts that contradict each other.
    """
    return judge_by(facts, Versions(RulesOfDay(rules, today), pins), calendar)


def judge_by(facts: Facts, versions: Versions, calendar: Calendar | None = None) -> Judged:
    """The same by rules of a day that are prepared already, as they are for a whole town."""
    judged = sorted(_judge_each(facts, versions, calendar), key=lambda one: _order(one[0]))
    stopped = (Stopped(due.key, due.rule, stop.cause, stop.on, stop.event) for due, stop in judged if stop)
    return Judged(_stand_inside([due for due, stop in judged if stop is None], versions.day), tuple(stopped))


def due_for(
    facts: Facts, rules: Sequence[Rule], today: date, calendar: Calendar | None = None, pins: Pins = NO_PINS
) -> tuple[Due, ...]:
    """The tasks and what was done, of `judge_all`."""
    return judge_all(facts, rules, today, calendar, pins).dues


def stopped_for(
    facts: Facts, rules: Sequence[Rule], today: date, calendar: Calendar | None = None, pins: Pins = NO_PINS
) -> tuple[Stopped, ...]:
    """The follow-ups that `due_for` leaves out, each with what ended it."""
    return judge_all(facts, rules, today, calendar, pins).stopped


def extra_contacts(facts: Facts, rules: Sequence[Rule], today: date) -> tuple[Visit, ...]:
    """The antenatal contacts that no rule waited for: extra ones, with thanks (ui.md section 11, decision 4)."""
    if not facts.consent.holds_on(today):
        return ()
    settled = _settle_all(facts, Versions(RulesOfDay(rules, today)))
    return tuple(visit for one in settled.values() for visit in one.extra)


def _order(due: Due) -> tuple[date, str, str]:
    return due.due_on, due.rule, due.key


def _judge_each(facts: Facts, versions: Versions, calendar: Calendar | None) -> Iterator[tuple[Due, Cause | None]]:
    """Every follow-up with the stop that ended it, if one did."""
    today = versions.day.today
    settled = _settle_all(facts, versions)
    has_consent = facts.consent.holds_on(today)
    for rule, occasion, number, window in _each_time(versions.used, facts, today, calendar or WEEKENDS_ONLY):
        key = key_of(rule.id, *facts.named_by(occasion.event, occasion.episode), occasion.event, number)
        if not versions.judges(rule, key):
            continue
        asked = Asked(key, occasion, window, rule.answers_before_open, today, number)
        ending = None
        if rule.answer != "antenatal_contact":
            ending = ending_of(rule.answer, facts, asked)
        elif rule.id in (contacts := settled[occasion.episode or ""]).asked or left_on(occasion.pregnancy, rule, today):
            ending = contacts.endings.get(rule.id)
        else:
            continue
        ending = _by_then(ending, rule, occasion, today)
        stops = (
            *causes_of_stop(facts, rule, occasion, window, today),
            *causes_by_hand(facts, rule, key, occasion, today),
        )
        ending = first_of(ending, ending_by_hand(facts, key, today), stops)
        stop = None if ending and ending.is_answer else next(iter(stops), None)
        due = _due(facts, rule, asked, ending, calendar)
        yield due, stop if has_consent else Cause("no_consent", facts.consent.until)


def _each_time(
    rules: Sequence[Rule], facts: Facts, today: date, calendar: Calendar
) -> Iterator[tuple[Rule, Occasion, int, Window]]:
    """Every occasion of every rule with its number and its window: one each, or as often as the rule repeats it."""
    for rule in rules:
        for occasion in occasions_of(rule, facts, today):
            counted = as_it_counts(rule, occasion.pregnancy)
            for one, number, window in each_occurrence(counted, occasion.days, today, calendar):
                yield one, occasion, number, window


def _by_then(ending: Ending | None, rule: Rule, occasion: Occasion, today: date) -> Ending | None:
    """What was answered before her pregnancy came to follow another schedule stays; nothing answers it later."""
    left = left_on(occasion.pregnancy, rule, today)
    return ending if left is None or (ending and ending.is_answer and ending.on and ending.on < left) else None


def _settle_all(facts: Facts, versions: Versions) -> dict[str, Settled]:
    """The contacts of each pregnancy, judged by the very versions that its tasks are judged by."""
    ordered = sorted(facts.pregnancies, key=lambda one: one.uuid)
    used = tuple(rule for rule in versions.used if rule.answer == "antenatal_contact")
    today = versions.day.today
    return {one.uuid: settle_contacts(facts, one, _judging(facts, one, versions, used), today) for one in ordered}


def _judging(facts: Facts, pregnancy: Pregnancy, versions: Versions, used: tuple[Rule, ...]) -> list[Rule]:
    return [rule for rule in used if versions.settles(rule, facts.named_by(pregnancy.event, None)[0], pregnancy)]


def _due(facts: Facts, rule: Rule, asked: Asked, ending: Ending | None, calendar: Calendar | None) -> Due:
    occasion, window = asked.occasion, asked.window
    state = ending.state if ending else state_on(asked.today, window)
    reached = severity_on(asked.today, rule, occasion.days, window) if state in TASK_STATES else None
    severity, is_task = reached[0].level if reached else "info", state in TASK_STATES
    proposed_on = propose_day(rule.kind, window, calendar.is_rest_day if calendar else None)
    snoozed = snoozed_until(facts, asked.key, window, severity, asked.today) if is_task else None
    given = given_to(facts, asked.key, asked.today) if is_task else None
    return Due(
        key=asked.key,
        rule=rule.id,
        rule_version=rule.version,
        rule_hash=rule.content_hash,
        subject_list=facts.subject_list,
        subject=facts.subject,
        episode=occasion.episode,
        anchor_event=occasion.event,
        occurrence=asked.occurrence,
        village_code=facts.village_code,
        form_id=rule.form_id,
        opens_on=window.opens_on,
        due_on=window.due_on,
        closes_on=window.closes_on,
        grace=window.grace,
        overdue_from=window.overdue_from,
        proposed_on=proposed_on,
        state=state,
        severity=severity,
        advice=reached[0].advice if reached else None,
        answered_on=ending.on if ending else None,
        answered_by=ending.event if ending else None,
        inside=None,
        merged_into=ending.merged_into if ending else None,
        changes_on=_next_change(rule, asked, *next_change_by_hand(snoozed, given)) if is_task else None,
        why=(
            *_dating_steps(occasion, asked.today),
            *window_steps(rule, occasion.days, window, calendar or WEEKENDS_ONLY),
            *_proposed_steps(window, proposed_on, calendar),
            *(reached[1] if reached else ()),
            *_answer_steps(ending),
        ),
        latest_on=window.latest_on,
        snoozed_until=snoozed,
        given_to=given.to if given else None,
        given_until=given.until if given else None,
    )


def _next_change(rule: Rule, asked: Asked, *by_hand: date) -> date | None:
    days = (next_change(asked.today, rule, asked.occasion.days, asked.window), asked.occasion.over_on, *by_hand)
    return min((day for day in days if day and day > asked.today), default=None)


def _proposed_steps(window: Window, proposed_on: date, calendar: Calendar | None) -> Iterator[Step]:
    step = proposed_step(window, proposed_on, calendar) if calendar else None
    if step:
        yield step


def _answer_steps(ending: Ending | None) -> Iterator[Step]:
    if ending and ending.on:
        yield Step("answered_on", ending.event or "", ending.on, 0, ending.on)


def _dating_steps(occasion: Occasion, today: date) -> Iterator[Step]:
    dating = dating_on(occasion.pregnancy, today) if occasion.pregnancy and "ga_anchor" in occasion.days else None
    if dating:
        edd = dating.ga_anchor + timedelta(days=GESTATION_DAYS)
        yield Step("ga_anchor", f"edd.{dating.method}", edd, -GESTATION_DAYS, dating.ga_anchor)


def _stand_inside(dues: list[Due], day: RulesOfDay) -> tuple[Due, ...]:
    """Of several contacts of one pregnancy that wait, the first on the list stands for the others (domain.md 2.3).

    So do visits after a birth; what is asked at one of them never stands for a visit, nor what never rises above info for
    what does.
    """
    contacts, asked, rises = day.contacts, day.asked_there, day.rising
    waiting = [due for due in dues if due.rule in contacts and due.state in ("open", "due", "overdue")]
    if len(waiting) < 2:
        return tuple(dues)
    first: dict[tuple[str | None, str], str] = {}
    for due in sorted(waiting, key=lambda one: one.rule not in rises):
        if due.rule not in asked:
            first.setdefault((due.episode, contacts[due.rule]), due.key)
    heads = {due.key: first.get((due.episode, contacts[due.rule]), due.key) for due in waiting}
    return tuple(replace(due, inside=heads[due.key]) if heads.get(due.key, due.key) != due.key else due for due in dues)
