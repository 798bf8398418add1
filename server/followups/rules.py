"""Who is due, and why: a pure function of facts, rules and a day. Same facts in any order, same bytes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from server.followups.answers import Asked, Ending, ending_of
from server.followups.antenatal import Settled, settle_contacts
from server.followups.due import TASK_STATES, Due, Step, Stopped, key_of
from server.followups.facts import Facts, Pregnancy, Visit
from server.followups.finding_occasions import occasions_of
from server.followups.occasions import Occasion, dating_on
from server.followups.occurrences import each_occurrence
from server.followups.pins import NO_PINS, Pins, Versions
from server.followups.ruleset import Rule
from server.followups.stops import Cause, cause_of_stop
from server.followups.windows import (
    RestDay,
    Window,
    next_change,
    propose_day,
    severity_on,
    state_on,
    window_steps,
)

GESTATION_DAYS = 280
"""EDD - 280 days is the day that weeks count from (domain.md 2.1); never nine months and a week."""


def due_for(
    facts: Facts, rules: Sequence[Rule], today: date, is_rest_day: RestDay | None = None, pins: Pins = NO_PINS
) -> tuple[Due, ...]:
    """The follow-ups of one subject as they stand that day (Asia/Shanghai), by target day.

    Tasks that a stop ended are left out (`stopped_for` names them); those that were answered before it stay, as done.
    Without valid consent there is nothing. `is_rest_day` is the calendar for the proposed day; without it the target
    day is proposed. `pins` are the tasks that keep a version. Raises nothing for facts that contradict each other.
    """
    judged = _judge_all(facts, Versions(rules, today, pins), today, is_rest_day)
    return _stand_inside(sorted((due for due, stop in judged if stop is None), key=_order), rules)


def stopped_for(facts: Facts, rules: Sequence[Rule], today: date, pins: Pins = NO_PINS) -> tuple[Stopped, ...]:
    """The follow-ups that `due_for` leaves out, each with what ended it."""
    judged = sorted(_judge_all(facts, Versions(rules, today, pins), today, None), key=lambda one: _order(one[0]))
    return tuple(Stopped(due.key, due.rule, stop.cause, stop.on, stop.event) for due, stop in judged if stop)


def extra_contacts(facts: Facts, rules: Sequence[Rule], today: date) -> tuple[Visit, ...]:
    """The antenatal contacts that no rule waited for: extra ones, with thanks (ui.md section 11, decision 4)."""
    if not facts.consent.holds_on(today):
        return ()
    settled = _settle_all(facts, Versions(rules, today), today)
    return tuple(visit for one in settled.values() for visit in one.extra)


def _order(due: Due) -> tuple[date, str, str]:
    return due.due_on, due.rule, due.key


def _judge_all(
    facts: Facts, versions: Versions, today: date, is_rest_day: RestDay | None
) -> Iterator[tuple[Due, Cause | None]]:
    """Every follow-up with the stop that ended it, if one did."""
    settled = _settle_all(facts, versions, today)
    has_consent = facts.consent.holds_on(today)
    for rule, occasion, number, window in _each_time(versions.used(), facts, today):
        key = key_of(rule.id, facts.subject, occasion.episode, occasion.event, number)
        if not versions.judges(rule, key):
            continue
        asked = Asked(key, occasion, window, rule.answers_before_open, today, number)
        ending = None
        if rule.answer != "antenatal_contact":
            ending = ending_of(rule.answer, facts, asked)
        elif rule.id in (contacts := settled[occasion.episode or ""]).asked:
            ending = contacts.endings.get(rule.id)
        else:
            continue
        stop = None if ending and ending.is_answer else cause_of_stop(facts, rule, occasion, window, today)
        due = _due(facts, rule, asked, ending, is_rest_day)
        yield due, stop if has_consent else Cause("no_consent", facts.consent.until)


def _each_time(rules: Sequence[Rule], facts: Facts, today: date) -> Iterator[tuple[Rule, Occasion, int, Window]]:
    """Every occasion of every rule with its number and its window: one each, or as often as the rule repeats it."""
    for rule in rules:
        for occasion in occasions_of(rule, facts, today):
            for one, number, window in each_occurrence(rule, occasion.days, today):
                yield one, occasion, number, window


def _settle_all(facts: Facts, versions: Versions, today: date) -> dict[str, Settled]:
    """The contacts of each pregnancy, judged by the very versions that its tasks are judged by."""
    ordered = sorted(facts.pregnancies, key=lambda one: one.uuid)
    used = versions.used()
    return {one.uuid: settle_contacts(facts, one, _judging(facts, one, versions, used), today) for one in ordered}


def _judging(facts: Facts, pregnancy: Pregnancy, versions: Versions, used: tuple[Rule, ...]) -> list[Rule]:
    keys = {rule.id: key_of(rule.id, facts.subject, pregnancy.uuid, pregnancy.event) for rule in used}
    return [rule for rule in used if versions.judges(rule, keys[rule.id])]


def _due(facts: Facts, rule: Rule, asked: Asked, ending: Ending | None, is_rest_day: RestDay | None) -> Due:
    occasion, window = asked.occasion, asked.window
    state = ending.state if ending else state_on(asked.today, window)
    reached = severity_on(asked.today, rule, occasion.days, window) if state in TASK_STATES else None
    proposed_on = propose_day(rule.kind, window, is_rest_day)
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
        severity=reached[0].level if reached else "info",
        advice=reached[0].advice if reached else None,
        answered_on=ending.on if ending else None,
        answered_by=ending.event if ending else None,
        inside=None,
        merged_into=ending.merged_into if ending else None,
        changes_on=_next_change(rule, asked) if state in TASK_STATES else None,
        why=(
            *_dating_steps(occasion, asked.today),
            *window_steps(rule, occasion.days, window),
            *_proposed_steps(window, proposed_on),
            *(reached[1] if reached else ()),
            *_answer_steps(ending),
        ),
    )


def _next_change(rule: Rule, asked: Asked) -> date | None:
    days = (next_change(asked.today, rule, asked.occasion.days, asked.window), asked.occasion.over_on)
    return min((day for day in days if day and day > asked.today), default=None)


def _proposed_steps(window: Window, proposed_on: date) -> Iterator[Step]:
    if proposed_on != window.due_on:
        yield Step("proposed_on", "due_on", window.due_on, (proposed_on - window.due_on).days, proposed_on)


def _answer_steps(ending: Ending | None) -> Iterator[Step]:
    if ending and ending.on:
        yield Step("answered_on", ending.event or "", ending.on, 0, ending.on)


def _dating_steps(occasion: Occasion, today: date) -> Iterator[Step]:
    dating = dating_on(occasion.pregnancy, today) if occasion.pregnancy and "ga_anchor" in occasion.days else None
    if dating:
        edd = dating.ga_anchor + timedelta(days=GESTATION_DAYS)
        yield Step("ga_anchor", f"edd.{dating.method}", edd, -GESTATION_DAYS, dating.ga_anchor)


def _stand_inside(dues: list[Due], rules: Sequence[Rule]) -> tuple[Due, ...]:
    """Of several contacts of one pregnancy that wait, the first on the list stands for the others (domain.md 2.3).

    So do visits after a birth; what is asked at one of them never stands for a visit.
    """
    contacts = {rule.id: _CONTACTS[rule.answer] for rule in rules if rule.answer in _CONTACTS}
    asked = {rule.id for rule in rules if rule.answer == "mood_check"}
    waiting = [due for due in dues if due.rule in contacts and due.state in ("open", "due", "overdue")]
    first: dict[tuple[str | None, str], str] = {}
    for due in waiting:
        if due.rule not in asked:
            first.setdefault((due.episode, contacts[due.rule]), due.key)
    heads = {due.key: first.get((due.episode, contacts[due.rule]), due.key) for due in waiting}
    return tuple(replace(due, inside=heads[due.key]) if heads.get(due.key, due.key) != due.key else due for due in dues)


_CONTACTS: Final = {
    "antenatal_contact": "before",
    "postnatal_visit": "after",
    "home_visit": "after",
    "mood_check": "after",
}
"""What answers a contact of a pregnancy, and whether that is one before the birth or after it."""
