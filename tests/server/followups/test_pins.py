"""An open task keeps its version until it is moved: over invented lives, and for one pregnancy by its days."""

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.followups.due import Due
from server.followups.facts import Facts
from server.followups.judging import judge
from server.followups.rules import due_for, stopped_for
from server.followups.ruleset import Offset, Repeat, Rule, newest_of
from server.followups.town_rules import TownRules
from server.models import FollowUp
from tests.server.followups.lives import subjects, todays
from tests.server.followups.samples import RULES, check, day, method, pregnancy, woman
from tests.sizes import size

NEWEST = tuple(newest_of(RULES, date.max).values())
PROPERTY = settings(max_examples=size("follow_up_cases"))


def later_by(rule: Rule, days: int) -> Rule:
    """Its next version, by which all comes so many days later."""

    def moved(offsets: tuple[Offset, ...]) -> tuple[Offset, ...]:
        return tuple(replace(one, days=one.days + days) for one in offsets)

    edges = {name: moved(getattr(rule, name)) for name in ("open", "due", "close", "latest")}
    return replace(rule, version=rule.version + 1, content_hash=f"{rule.id} {days}", **edges)


def rows_from(dues: Iterable[Due]) -> dict[str, FollowUp]:
    return {
        one.key: FollowUp(key=one.key, rule=one.rule, rule_version=one.rule_version, ended=not one.is_task)
        for one in dues
    }


def town_of(newer: Iterable[Rule], moved: bool) -> TownRules:
    newer = tuple(newer)
    return TownRules((*RULES, *newer), {one.id: one.version for one in newer} if moved else {}, {})


def of_itself(due: Due) -> Due:
    """Without what its neighbours on the list decide."""
    return replace(due, inside=None)


def is_contact(due: Due) -> bool:
    return due.form_id == "antenatal_check" and due.rule.startswith("ANC")


days_later = st.integers(1, 60)
chosen = st.sets(st.sampled_from(sorted(one.id for one in RULES)), min_size=1)


@PROPERTY
@given(subjects, todays, days_later, chosen)
def test_a_task_keeps_its_bytes_when_a_new_version_is_published(
    facts: Facts, today: date, days: int, ids: set[str]
) -> None:
    before = judge(facts, town_of((), moved=False), {}, today).dues
    newer = [later_by(one, days) for one in NEWEST if one.id in ids]
    after = {one.key: one for one in judge(facts, town_of(newer, moved=False), rows_from(before), today).dues}
    for due in before:
        kept = after[due.key]
        if not is_contact(due):
            assert repr(of_itself(kept)) == repr(of_itself(due))
        days_of = (kept.rule_version, kept.rule_hash, kept.opens_on, kept.due_on, kept.closes_on, kept.overdue_from)
        assert days_of == (due.rule_version, due.rule_hash, due.opens_on, due.due_on, due.closes_on, due.overdue_from)
        if due.state == "done_on_time":
            assert (kept.state, kept.answered_by, kept.answered_on) == (due.state, due.answered_by, due.answered_on)


@PROPERTY
@given(subjects, todays, days_later, chosen)
def test_after_its_move_a_task_stands_as_the_new_version_alone_has_it_and_what_was_done_stays(
    facts: Facts, today: date, days: int, ids: set[str]
) -> None:
    before = due_for(facts, RULES, today)
    newer = [later_by(one, days) for one in NEWEST if one.id in ids]
    town = town_of(newer, moved=True)
    after = judge(facts, town, rows_from(before), today).dues
    wanted = {one.key: one for one in judge(facts, town, {}, today).dues}
    known = {one.key: one for one in before}
    for due in after:
        if due.is_task and not is_contact(due):
            assert repr(of_itself(due)) == repr(of_itself(wanted[due.key]))
        if due.key in known and known[due.key].state == "done_on_time":
            assert (due.state, due.rule_version) == ("done_on_time", known[due.key].rule_version)
    assert judge(facts, town, rows_from(after), today).dues == after, "a second look changes nothing"


@PROPERTY
@given(subjects, todays, days_later)
def test_a_version_that_begins_later_or_was_never_published_changes_nothing(
    facts: Facts, today: date, days: int
) -> None:
    before = due_for(facts, RULES, today)
    to_come = [replace(later_by(one, days), effective_from=today + timedelta(days=1)) for one in NEWEST]
    assert due_for(facts, (*RULES, *to_come), today) == before
    rows = rows_from(before)
    assert judge(facts, town_of((), moved=False), rows, today) == judge(facts, town_of((), True), {}, today)


@PROPERTY
@given(subjects, todays, days_later)
def test_what_is_pinned_stands_or_is_stopped_and_never_both(facts: Facts, today: date, days: int) -> None:
    newer = tuple(later_by(one, days) for one in NEWEST)
    pins = {one.key: one.rule_version for one in due_for(facts, RULES, today)}
    standing = {one.key for one in due_for(facts, (*RULES, *newer), today, pins=pins)}
    assert not standing & {one.key for one in stopped_for(facts, (*RULES, *newer), today, pins=pins)}


ANC2 = next(one for one in RULES if one.id == "ANC2")
WEEK_LATER = later_by(ANC2, 7)
EXPECTING = woman(pregnancies=(pregnancy("2026-09-01", "2026-10-20", first_check_on=day("2026-10-18")),))


@pytest.mark.parametrize(
    ("pinned", "moved", "due_on", "version"),
    [
        (None, False, "2027-01-12", 2),  # asked for after the publication
        (1, False, "2027-01-05", 1),  # open since before it
        (1, True, "2027-01-12", 2),  # moved
        (2, False, "2027-01-12", 2),
        (9, False, "2027-01-12", 2),  # a version that nobody knows holds nothing
    ],
)
def test_the_days_of_one_task_by_what_it_is_pinned_to(
    pinned: int | None, moved: bool, due_on: str, version: int
) -> None:
    rows = {}
    if pinned:
        (known,) = (one for one in due_for(EXPECTING, [ANC2], day("2026-12-01")))
        rows = rows_from([replace(known, rule_version=pinned)])
    dues = judge(EXPECTING, town_of([WEEK_LATER], moved), rows, day("2026-12-01")).dues
    (found,) = (one for one in dues if one.rule == "ANC2")
    assert (str(found.due_on), found.rule_version) == (due_on, version)


def test_contacts_of_one_pregnancy_are_settled_by_the_versions_that_they_are_pinned_to() -> None:
    """The check of 27 January is late by the old ANC2 (to the 25th) and in time by the new (to 1 February)."""
    facts = replace(EXPECTING, visits=(check("2027-01-24"),))
    late = replace(EXPECTING, visits=(check("2027-01-27"),))
    today = day("2027-01-28")
    pins = {one.key: 1 for one in due_for(EXPECTING, RULES, today)}
    both = (*RULES, WEEK_LATER)

    def state(facts: Facts, given: dict[str, int]) -> str:
        return next(one.state for one in due_for(facts, both, today, pins=given) if one.rule == "ANC2")

    assert (state(facts, pins), state(facts, {})) == ("done_on_time", "done_on_time")
    assert (state(late, pins), state(late, {})) == ("missed_merged", "done_on_time")


def test_a_due_date_never_changes_by_itself_when_something_else_is_edited() -> None:
    """dhis2/dhis2-core#13087: there a due date was worked out anew when any other value of the event was edited."""
    today = day("2026-12-01")
    (before,) = (one for one in due_for(EXPECTING, RULES, today) if one.rule == "ANC2")
    others = [later_by(one, 9) for one in NEWEST if one.id != "ANC2"]
    edited = replace(EXPECTING, village_code="510121001009", visits=(check("2026-11-20", status="ongoing"),))
    (after,) = (one for one in due_for(edited, (*RULES, *others), today) if one.rule == "ANC2")
    days = ("key", "rule_version", "opens_on", "due_on", "closes_on", "overdue_from", "proposed_on", "why")
    assert {name: getattr(after, name) for name in days} == {name: getattr(before, name) for name in days}


PRINT = """
from tests.server.followups.test_pins import EXPECTING, RULES, WEEK_LATER, day, due_for
pins = {one.key: 1 for one in due_for(EXPECTING, RULES, day("2026-12-01"))}
print(due_for(EXPECTING, (*RULES, WEEK_LATER), day("2027-01-20"), pins=pins))
"""


def test_the_same_tasks_come_before_and_after_a_reload_in_whatever_process() -> None:
    """medic/cht-core#5866: there the same report gave different tasks before and after a reload."""
    root = Path(__file__).parents[3]
    said = set()
    for seed in ("0", "4711"):
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(root), "TZ": "America/Los_Angeles", "PATH": ""}
        done = subprocess.run(
            [sys.executable, "-c", PRINT], cwd=root, env=environment, capture_output=True, text=True, check=True
        )
        said.add(done.stdout)
    assert len(said) == 1 and "ANC2" in said.pop()


def test_each_time_of_a_rule_that_repeats_is_pinned_by_itself() -> None:
    """The first time, open since before the publication, keeps its days; the second, new, goes by the newer version."""
    first = next(one for one in RULES if one.id == "IUD-1")
    again = replace(first, id="AGAIN", latest=(), repeat=Repeat(0, 12, None))
    newer = later_by(again, 5)
    life = woman(contraception=(method("iud_cu", started_on=day("2026-03-01")),))
    (task,) = due_for(life, [again], day("2026-03-10"))
    dues = due_for(life, [again, newer], day("2026-05-01"), pins={task.key: 1})
    assert [(one.occurrence, one.rule_version) for one in dues] == [(1, 1), (2, 2)]
    assert (dues[0].due_on, dues[1].due_on) == (task.due_on, day("2027-03-01") + timedelta(days=33))
