"""Lists and counts of follow-ups, by village, subject and visit key."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import false, select, update
from sqlalchemy.orm import Session

from server.access.allow import Scope
from server.db import Database
from server.errors import NotFound
from server.followups.lists_for_pages import Wanted, count_visits, list_visits
from server.followups.queries import (
    Counts,
    Officers,
    Whose,
    codes_within,
    count_by_village,
    counting_by_village,
    due_for_villages,
    for_subject,
    get_by_visit_key,
    state_at,
)
from server.followups.recalculate import recalculate_many
from server.models import FollowUp, Project, Village, Woman
from tests.conftest import MORNING
from tests.making import a_town
from tests.plans import plan_of
from tests.server.followups.samples import VILLAGE, at_noon, day
from tests.server.followups.told import F1, F12, a_case, a_home, a_woman, checked, injected, registered, tell

HERE, THERE = VILLAGE, "510121001003"
TODAY = day("2027-02-03")


@pytest.fixture
def town(db: Session) -> Project:
    """w1 is overdue (ANC2) with a due one inside (ANC3); w2, of another village and worker, is due; h1's is open."""
    town = a_town(db)
    a_woman(db, town, "w1")
    registered(db, town, "2026-10-20", "2026-09-01", first_check_date="2026-10-18")
    a_woman(db, town, "w2", village_code=THERE, assigned_worker="worker-7", label="W-0300 李*")
    injected(db, town, "2026-11-04", subject="w2", episode="c2")
    a_home(db, town)
    tell(db, town, F1, "2026-08-20", visit_result="met", consent_household="yes")
    everybody = [("women", "w1"), ("women", "w2"), ("households", "h1")]
    recalculate_many(db, town, everybody, TODAY, at_noon("2027-02-03"))
    return town


def listed(db: Session, town: Project, *codes: str) -> list[tuple[str, str, str | None]]:
    rows = due_for_villages(db, town.id, codes or None, TODAY)
    return [(one.row.rule, one.label, one.worker) for one in rows]


def test_overdue_ones_come_first_then_by_target_day(db: Session, town: Project) -> None:
    assert listed(db, town) == [
        ("ANC2", "W-0231 王*", None),
        ("INJ-DMPA", "W-0300 李*", "worker-7"),
        ("HH-V", "12 河湾", None),
    ]


def test_an_overdue_one_comes_before_one_whose_target_day_was_earlier(db: Session, town: Project) -> None:
    a_woman(db, town, "w3")
    injected(db, town, "2026-11-20", subject="w3", episode="c3")
    later = day("2027-02-20")
    recalculate_many(db, town, [("women", "w3")], later, at_noon("2027-02-20"))
    found = [(one.row.rule, str(one.row.due_on)) for one in due_for_villages(db, town.id, [HERE], later)]
    assert found[-2:] == [("INJ-DMPA", "2027-02-19"), ("HH-V", "2027-02-16")]


def test_a_village_sees_its_own_alone_and_no_village_sees_none(db: Session, town: Project) -> None:
    assert [one[0] for one in listed(db, town, THERE)] == ["INJ-DMPA"]
    assert [one[0] for one in listed(db, town, HERE)] == ["ANC2", "HH-V"]
    assert due_for_villages(db, town.id, [], TODAY) == []
    assert due_for_villages(db, a_town(db, "另一镇").id, None, TODAY) == []


def test_what_stands_inside_another_is_on_no_list(db: Session, town: Project) -> None:
    inside = db.scalars(select(FollowUp).where(FollowUp.inside.is_not(None))).one()
    assert (inside.rule, inside.state) == ("ANC3", "due")
    assert "ANC3" not in [one[0] for one in listed(db, town)]


def test_an_ended_one_is_on_no_list_and_still_in_her_own(db: Session, town: Project) -> None:
    rules = [row.rule for row in for_subject(db, town.id, None, "women", "w1")]
    assert rules[:3] == ["ANC1", "ANC2", "ANC3"]
    assert for_subject(db, town.id, [THERE], "women", "w1") == []
    assert "ANC1" not in [one[0] for one in listed(db, town)]


def test_where_a_row_stands_is_read_off_its_days_before_the_daily_step_has_run(db: Session, town: Project) -> None:
    row = db.scalars(select(FollowUp).where(FollowUp.rule == "INJ-DMPA")).one()
    days = ("2027-01-19", "2027-01-20", "2027-02-03", "2027-02-04")
    assert [state_at(row, day(one)) for one in days] == ["scheduled", "open", "due", "overdue"]
    done = db.scalars(select(FollowUp).where(FollowUp.rule == "ANC1")).one()
    assert state_at(done, day("2028-01-01")) == "done_on_time"
    assert count_by_village(db, town.id, None, day("2027-02-04"))[THERE] == Counts(overdue=1)


def test_one_is_found_by_its_visit_key_within_the_villages_alone(db: Session, town: Project) -> None:
    row = db.scalars(select(FollowUp).where(FollowUp.rule == "ANC2")).one()
    assert get_by_visit_key(db, town.id, None, row.visit_key).row is row
    assert get_by_visit_key(db, town.id, [HERE], row.visit_key).label == "W-0231 王*"
    for project_id, codes in ((town.id, [THERE]), (town.id + 1, None)):
        with pytest.raises(NotFound):
            get_by_visit_key(db, project_id, codes, row.visit_key)


def test_counts_by_village_add_up_to_the_list(db: Session, town: Project) -> None:
    by_village = count_by_village(db, town.id, None, TODAY)
    assert by_village == {HERE: Counts(open=1, overdue=1, red=1), THERE: Counts(due=1)}
    assert sum(one.all for one in by_village.values()) == len(listed(db, town))
    assert count_by_village(db, town.id, [THERE], TODAY) == {THERE: Counts(due=1)}
    assert count_by_village(db, town.id, [], TODAY) == {}


def test_a_loss_takes_every_task_off_the_lists_at_once(db: Session, town: Project) -> None:
    checked(db, town, "2027-02-03", still_pregnant="ended")
    recalculate_many(db, town, [("women", "w1")], TODAY, at_noon("2027-02-03"))
    assert sorted(one[0] for one in listed(db, town)) == ["HH-V", "INJ-DMPA", "PL1"]
    left = db.scalars(select(FollowUp.rule).where(FollowUp.subject == "w1", FollowUp.ended.is_(False)))
    assert list(left) == ["PL1"]
    assert count_by_village(db, town.id, [HERE], TODAY) == {HERE: Counts(open=2)}


def test_what_is_a_clinicians_alone_is_on_no_workers_list_and_found_by_no_key(db: Session, town: Project) -> None:
    checked(db, town, "2027-02-03", still_pregnant="ended")
    recalculate_many(db, town, [("women", "w1")], TODAY, at_noon("2027-02-03"))
    row = db.scalars(select(FollowUp).where(FollowUp.rule == "PL1")).one()
    worker = Whose(frozenset([HERE]), select(Woman.uuid).where(Woman.village_code == HERE))
    clinician = replace(worker, clinical=True)
    for whose, rules, waiting in ((worker, [], 1), (clinician, ["PL1"], 2)):
        found = due_for_villages(db, town.id, whose, TODAY)
        assert [one.row.rule for one in found if one.row.subject == "w1"] == rules
        assert count_by_village(db, town.id, whose, TODAY) == {HERE: Counts(open=waiting)}
    assert get_by_visit_key(db, town.id, clinician, row.visit_key).row is row
    with pytest.raises(NotFound):
        get_by_visit_key(db, town.id, worker, row.visit_key)


def test_a_scope_is_told_in_village_codes(db: Session, town: Project) -> None:
    here = Village(project_id=town.id, code=HERE, name="河湾村", created_at=MORNING)
    db.add(here)
    db.flush()
    assert codes_within(db, Scope(town.id, everything=True)) is None
    assert codes_within(db, Scope(town.id, False, frozenset({here.id}))) == [HERE]
    assert codes_within(db, Scope(town.id, False)) == []


def test_a_list_is_one_query(
    db: Session, town: Project, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    with count_queries() as statements:
        due_for_villages(db, town.id, None, TODAY)
        count_by_village(db, town.id, None, TODAY)
    assert len(statements) == 2


@pytest.mark.parametrize("reached", [None, frozenset({"519901201001"})], ids=["the whole town", "a village"])
def test_the_board_of_a_large_town_reads_an_index_and_no_rows(
    database: Database, reached: frozenset[str] | None
) -> None:
    if not database.is_sqlite:
        return  # PostgreSQL goes by how much there is
    lines = plan_of(database, counting_by_village(1, reached, TODAY))
    assert lines[0].startswith("SEARCH follow_up USING COVERING INDEX ix_follow_up_waiting"), lines
    assert not any(line.startswith("SCAN") for line in lines), lines


def test_after_the_last_day_of_her_consent_she_is_on_no_list_before_the_daily_step_has_run(
    db: Session, town: Project
) -> None:
    woman, tomorrow = db.scalars(select(Woman).where(Woman.uuid == "w2")).one(), TODAY + timedelta(days=1)
    woman.consent_until = TODAY
    db.flush()
    assert len(due_for_villages(db, town.id, None, TODAY)) == count_visits(db, town.id, None, TODAY).all == 3
    assert [one.row.subject for one in due_for_villages(db, town.id, None, tomorrow)] == ["w1", "h1"]
    assert [one.woman for one in list_visits(db, town.id, None, Wanted(), tomorrow, 0, 50)] == ["w1", None]
    assert count_visits(db, town.id, None, tomorrow).all == 2
    assert THERE not in count_by_village(db, town.id, None, tomorrow)


@pytest.mark.parametrize(
    "hers", [{"consent_stats": False}, {"consent_service": False}, {"consent_until": TODAY - timedelta(days=1)}]
)
def test_who_does_not_agree_or_no_longer_is_in_no_statistic(db: Session, town: Project, hers: dict[str, Any]) -> None:
    everybody = count_by_village(db, town.id, None, TODAY)
    assert count_by_village(db, town.id, None, TODAY, to_be_counted=True) == everybody
    db.execute(update(Woman).where(Woman.uuid == "w2").values(**hers))
    assert count_by_village(db, town.id, None, TODAY, to_be_counted=True) == {HERE: everybody[HERE]}


def test_cases_are_on_their_officers_lists_and_numbers_alone_and_these_have_nothing_else(
    db: Session, town: Project
) -> None:
    for uuid, village in (("b1", HERE), ("b2", THERE)):
        a_case(db, town, uuid, village_code=village)
        tell(db, town, F12, "2027-01-11", subject=uuid, step="asked")
    recalculate_many(db, town, [("benefit_cases", one) for one in ("b1", "b2")], TODAY, at_noon("2027-02-03"))
    women = select(Woman.uuid)
    officer, town_s = Officers(frozenset({HERE})), Officers(None)

    found = due_for_villages(db, town.id, officer, TODAY)
    assert [(one.row.subject, one.row.rule, one.label) for one in found] == [("b1", "BEN-STEP", "A-0231 #1")]
    assert {one.row.subject for one in due_for_villages(db, town.id, town_s, TODAY)} == {"b1", "b2"}
    assert [one.label for one in list_visits(db, town.id, officer, Wanted(), TODAY, 0, 9)] == ["A-0231 #1"]
    assert count_by_village(db, town.id, officer, TODAY) == {HERE: Counts(due=1)}
    cut = replace(town_s, cut=frozenset({THERE}))
    assert [one.row.subject for one in due_for_villages(db, town.id, cut, TODAY)] == ["b2"]
    assert due_for_villages(db, town.id, replace(officer, is_officer=false()), TODAY) == []

    for reached in (None, {HERE, THERE}, Whose(None, women, clinical=True)):
        rows = [one.row for one in due_for_villages(db, town.id, reached, TODAY)]
        assert rows and {row.subject_list for row in rows} == {"women", "households"}
        with pytest.raises(NotFound):
            get_by_visit_key(db, town.id, reached, found[0].row.visit_key)
    both = Officers(frozenset({HERE}), Whose(None, women))
    assert {one.row.subject for one in due_for_villages(db, town.id, both, TODAY)} == {"b1", "w1", "w2", "h1"}
