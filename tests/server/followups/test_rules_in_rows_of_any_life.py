"""What holds for the rows of all lives: what is corrected and corrected back, and what the database counts."""

from collections import Counter
from datetime import date, timedelta
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.followups.gathering import facts_of
from server.followups.queries import Counts, count_by_village
from server.followups.rules import due_for
from server.models import CareEvent, CriticalWatch, FollowUp, Project
from tests.making import a_town
from tests.server.followups.samples import RULES, VILLAGE
from tests.server.followups.told import a_woman, checked, correct, injected, registered, reported, work_out
from tests.sizes import size

PROPERTY = settings(
    max_examples=size("follow_up_cases"),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
BEGIN: Final = date(2027, 6, 1)
STAMPS: Final = ("id", "project_id", "visit_key", "made_at", "changed_at")
OTHERWISE: Final = {
    "lmp_date": "2027-05-11",
    "still_pregnant": "ended",
    "last_injection": "2027-08-01",
    "report_type": "loss",
    "danger": "fever",
    "method": "coc",
    "wants_registration": "no",
    "contact_ok": "none",
}
"""Answers that a correction may put in the place of others; each decides of tasks."""

days = st.integers(0, 300)
edits = st.tuples(st.integers(0, 20), st.sampled_from(sorted(OTHERWISE)), st.integers(-40, 40))


def as_text(days_on: int) -> str:
    return (BEGIN + timedelta(days=days_on)).isoformat()


@st.composite
def records(draw: st.DrawFn) -> list[tuple[str, int]]:
    """Kinds of records with their days; the first registers a pregnancy."""
    kinds = st.sampled_from(("check", "scan", "sign", "injection", "birth", "visit"))
    return [("registration", draw(st.integers(0, 60))), *draw(st.lists(st.tuples(kinds, days), max_size=4))]


def told_in(db: Session, town: Project, life: list[tuple[str, int]]) -> list[CareEvent]:
    return [tell_one(db, town, kind, on, f"{kind} {at}") for at, (kind, on) in enumerate(life)]


def tell_one(db: Session, town: Project, kind: str, on: int, event: str) -> CareEvent:
    day = as_text(on)
    match kind:
        case "registration":
            return registered(db, town, day, as_text(on - 60), event=event)
        case "check":
            return checked(db, town, day, event=event)
        case "scan":
            return checked(db, town, day, us_new="yes", us_date=day, us_weeks="11", us_days="2", event=event)
        case "sign":
            return checked(db, town, day, danger="bleeding", done_by="worker", event=event)
        case "injection":
            return injected(db, town, day, event=event)
        case "birth":
            return reported(db, town, day, report_type="birth", birth_date=day, live_births="1", event=event)
        case _:
            return reported(db, town, day, event=event)


def rows_as_bytes(db: Session, town: Project) -> bytes:
    """All that rows say, but for what names them and when they were written."""
    query = select(FollowUp).where(FollowUp.project_id == town.id).order_by(FollowUp.key)
    names = [one.key for one in FollowUp.__table__.columns if one.key not in STAMPS]
    return repr([[getattr(row, name) for name in names] for row in db.scalars(query)]).encode()


@PROPERTY
@given(records(), edits, st.integers(30, 330))
def test_what_is_corrected_and_corrected_back_leaves_the_bytes_as_they_were(
    db: Session, life: list[tuple[str, int]], edit: tuple[int, str, int], later: int
) -> None:
    """SORMAS-Foundation/SORMAS-Project#2772, avniproject/avni-client#1315: a correction moves a task and leaves no second one."""
    number, answer, by = edit
    with db.begin_nested() as step:
        town = a_town(db)
        a_woman(db, town)
        told = told_in(db, town, life)
        today = as_text(later)
        work_out(db, town, today)
        before, kept = rows_as_bytes(db, town), {row.key for row in rows_in(db, town)}
        one = told[number % len(told)]
        was: Any = (one.data_json, one.visit_date)
        correct(db, one, (one.visit_date + timedelta(days=by)).isoformat(), **{answer: OTHERWISE[answer]})
        work_out(db, town, today)
        made = {row.key for row in rows_in(db, town)} - kept
        one.data_json, one.visit_date = was
        work_out(db, town, today)
        db.execute(delete(CriticalWatch))
        for row in rows_in(db, town):
            if row.key in made:
                assert (row.state, row.cause) == ("superseded", "reason_gone") or row.ended
                db.delete(row)
        db.flush()
        assert rows_as_bytes(db, town) == before
        step.rollback()
        db.expunge_all()  # ids are used again


def rows_in(db: Session, town: Project) -> list[FollowUp]:
    return list(db.scalars(select(FollowUp).where(FollowUp.project_id == town.id)))


@PROPERTY
@given(records(), st.integers(0, 330))
def test_the_database_counts_what_the_pure_function_says(db: Session, life: list[tuple[str, int]], later: int) -> None:
    """Two ways to say what is overdue are two answers sooner or later (avniproject/avni-client#758)."""
    with db.begin_nested() as step:
        town = a_town(db)
        a_woman(db, town)
        told_in(db, town, life)
        today = BEGIN + timedelta(days=later)
        work_out(db, town, today.isoformat())
        counted = count_by_village(db, town.id, None, today).get(VILLAGE, Counts())
        facts = facts_of(db, town, "women", "w1")
        assert facts
        dues = [one for one in due_for(facts, RULES, today) if one.is_task and not one.inside and one.opens_on <= today]
        pure = Counter([one.state for one in dues] + [one.severity for one in dues])
        names = ("open", "due", "overdue", "red", "critical")
        assert [getattr(counted, name) for name in names] == [pure[name] for name in names]
        step.rollback()
        db.expunge_all()  # ids are used again
