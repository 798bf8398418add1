from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy.orm import Session

from server.followups import simulating
from server.followups.due import END_STATES, TASK_STATES
from server.followups.ruleset import LEVELS as ALL_LEVELS
from server.followups.simulating import LEVELS, STATES, as_json, as_lines, standing_on
from server.models import Project
from tests.making import a_town
from tests.server.followups.samples import VILLAGE, day
from tests.server.followups.told import F1, F12, a_case, a_home, a_woman, checked, injected, registered, tell


@pytest.fixture
def town(db: Session) -> Project:
    town = a_town(db)
    a_woman(db, town)
    registered(db, town, "2026-10-20", "2026-09-01")
    return town


def standing(db: Session, town: Project, today: str) -> dict[str, str]:
    return {due.rule: due.state for due in standing_on(db, town, day(today))}


def test_a_day_to_come_is_judged_by_what_is_known_now(db: Session, town: Project) -> None:
    assert standing(db, town, "2026-12-22")["ANC2"] == "open"
    assert standing(db, town, "2027-01-26")["ANC2"] == "overdue"


def test_visits_of_later_days_do_not_count_and_late_uploads_do(db: Session, town: Project) -> None:
    checked(db, town, "2027-01-10", received="2027-02-20")
    checked(db, town, "2027-02-01", still_pregnant="ended")
    assert standing(db, town, "2027-01-09")["ANC2"] == "due"
    assert standing(db, town, "2027-01-10")["ANC2"] == "done_on_time"
    assert "ANC4" in standing(db, town, "2027-01-31")
    assert "ANC4" not in standing(db, town, "2027-02-01")


def test_nothing_is_printed_of_a_woman_who_took_her_consent_back(db: Session, town: Project) -> None:
    a_woman(db, town, "w2", consent_service=False, withdrawn_on=day("2027-01-01"))
    injected(db, town, "2026-11-01", subject="w2", episode="c2")
    assert "INJ-DMPA" not in standing(db, town, "2026-11-02")


def test_other_towns_are_left_out(db: Session, town: Project) -> None:
    other = a_town(db, "另一镇")
    a_home(db, other)
    tell(db, other, F1, "2026-06-01", visit_result="met", consent_household="yes")
    assert "HH-V" not in standing(db, town, "2026-11-02")
    assert standing(db, other, "2026-11-02") == {"HH-V": "open"}


def test_benefit_cases_are_asked_for_as_well(db: Session, town: Project) -> None:
    a_case(db, town)
    tell(db, town, F12, "2026-11-02", step="asked")
    assert standing(db, town, "2026-11-03")["BEN-STEP"] == "open"


def test_subjects_are_read_in_batches_and_none_is_left_out(
    db: Session,
    town: Project,
    monkeypatch: pytest.MonkeyPatch,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    for name in ("a", "b", "c", "d"):
        a_woman(db, town, name)
        injected(db, town, "2026-11-01", subject=name, episode=f"c-{name}")
    monkeypatch.setattr(simulating, "BATCH", 2)
    with count_queries() as few:
        found = [due.subject for due in standing_on(db, town, day("2026-11-02")) if due.rule == "INJ-DMPA"]
    assert found == ["a", "b", "c", "d"]
    monkeypatch.setattr(simulating, "BATCH", 100)
    with count_queries() as fewer:
        assert len(list(standing_on(db, town, day("2026-11-02")))) == 11
    assert len(fewer) < len(few) <= 28


def test_json_names_the_days_and_the_sums(db: Session, town: Project) -> None:
    due = next(one for one in standing_on(db, town, day("2027-01-19")) if one.rule == "ANC2")
    said = as_json(due)
    assert {
        name: said[name] for name in ("rule", "subject", "village", "open", "due", "close", "state", "severity")
    } == {
        "rule": "ANC2",
        "subject": "w1",
        "village": VILLAGE,
        "open": "2026-12-22",
        "due": "2027-01-05",
        "close": "2027-01-25",
        "state": "due",
        "severity": "amber",
    }
    why = {one["what"]: one for one in said["why"]}
    assert why["due_on"] == {
        "what": "due_on",
        "fact": "ga_anchor",
        "on": "2026-09-01",
        "days": 126,
        "gives": "2027-01-05",
        "counts": True,
    }


def test_lines_say_it_in_both_languages_with_the_sums_below(db: Session, town: Project) -> None:
    due = next(one for one in standing_on(db, town, day("2027-01-26")) if one.rule == "ANC2")
    first, *sums = as_lines(due)
    assert first == f"ANC2      w1  {VILLAGE}  2026-12-22  2027-01-05  2027-01-25  过期 overdue  要紧 red"
    assert "    due_on 2027-01-05 = ga_anchor 2026-09-01 + 126" in sums


def test_every_state_and_level_has_its_words() -> None:
    assert set(STATES) == {*TASK_STATES, *END_STATES}
    assert set(LEVELS) == set(ALL_LEVELS)
