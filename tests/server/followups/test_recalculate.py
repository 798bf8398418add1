"""Follow-ups as rows: made, moved, answered, ended and asked for again, through care events."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from itertools import permutations
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.roles import VILLAGE_WORKER
from server.clock import SHANGHAI
from server.db import Database
from server.followups import recalculate as module
from server.followups.recalculate import recalculate, recalculate_many
from server.models import FollowUp, Notification, Project, Woman
from tests.making import a_town
from tests.server.followups.samples import at_noon, day
from tests.server.followups.staff import a_person
from tests.server.followups.told import (
    F1,
    F3,
    F6,
    a_home,
    a_woman,
    checked,
    correct,
    injected,
    pass_days,
    registered,
    rows_by_rule,
    states,
    states_of,
    tell,
    work_out,
)


def everything(db: Session) -> list[dict[str, object]]:
    rows = db.scalars(select(FollowUp).order_by(FollowUp.key))
    return [{column.key: getattr(row, column.key) for column in FollowUp.__table__.columns} for row in rows]


def test_a_registered_pregnancy_makes_its_follow_ups(db: Session, woman: Project) -> None:
    registered(db, woman, "2026-10-20", "2026-09-01")
    work_out(db, woman, "2026-10-20")
    assert states(db) == {
        "ANC1": "open",
        **dict.fromkeys(("ANC2", "ANC3", "ANC4", "ANC5", "ANC6", "PPFP"), "scheduled"),
    }
    row = rows_by_rule(db)["ANC2"]
    assert (row.opens_on, row.due_on, row.closes_on, row.overdue_from) == tuple(
        map(day, ("2026-12-22", "2027-01-05", "2027-01-25", "2027-01-26"))
    )
    assert (row.episode, row.anchor_event, row.form_id) == ("p1", "registration", "antenatal_check")
    assert UUID(row.visit_key).version == 4
    assert row.look_on == day("2026-12-22") and not row.ended


def test_a_second_run_writes_nothing_and_tells_nobody(
    db: Session, woman: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(db, woman, "2026-10-20", "2026-09-01")
    work_out(db, woman, "2026-10-20")
    before, told = everything(db), []
    monkeypatch.setattr(module, "follow_ups_changed", lambda _db, _project, rows, *_: told.extend(rows))
    recalculate(db, woman, "women", "w1", day("2026-10-20"), at_noon("2026-10-21"))
    db.flush()
    assert everything(db) == before and told == []


def test_what_is_new_changed_or_ended_is_told_with_its_id(
    db: Session, woman: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str]] = []

    def note(_db: Session, _project: Project, rows: list[FollowUp], _new: set[int], _now: object) -> None:
        assert all(row.id for row in rows)
        told.extend((row.rule, row.state) for row in rows)

    monkeypatch.setattr(module, "follow_ups_changed", note)
    registered(db, woman, "2026-12-10", "2026-09-01")
    work_out(db, woman, "2026-12-10")
    assert sorted(told) == [("ANC1", "open"), *((f"ANC{n}", "scheduled") for n in range(2, 7)), ("PPFP", "scheduled")]
    told.clear()
    checked(db, woman, "2026-12-12")
    work_out(db, woman, "2026-12-12")
    assert told == [("ANC1", "done_on_time")]
    told.clear()
    checked(db, woman, "2026-12-20", still_pregnant="ended")
    work_out(db, woman, "2026-12-20")
    assert sorted(told) == [*((f"ANC{n}", "superseded") for n in range(2, 7)), ("PL1", "open"), ("PPFP", "superseded")]


def test_whoever_is_unknown_has_none(db: Session, town: Project) -> None:
    registered(db, town, "2026-10-20", "2026-09-01")
    work_out(db, town, "2026-10-20")
    assert states(db) == {}


def test_a_visit_in_the_window_that_is_uploaded_late_completes_on_time(db: Session, woman: Project) -> None:
    registered(db, woman, "2026-10-20", "2026-09-01", first_check_date="2026-10-18")
    work_out(db, woman, "2026-10-20")
    pass_days(db, "2027-01-30")
    assert states(db)["ANC2"] == "overdue red"
    checked(db, woman, "2027-01-25", received="2027-02-01", event="late")
    work_out(db, woman, "2027-02-01")
    row = rows_by_rule(db)["ANC2"]
    assert (row.state, row.severity, row.answered_on, row.answered_by) == (
        "done_on_time",
        "info",
        day("2027-01-25"),
        "late",
    )
    assert row.ended and row.look_on is None


def test_a_visit_whose_record_is_deleted_is_asked_for_again(db: Session, woman: Project) -> None:
    """Elsewhere a deleted report leaves its task answered for ever (medic/cht-core#3189)."""
    registered(db, woman, "2026-10-20", "2026-09-01", first_check_date="2026-10-18")
    visit = checked(db, woman, "2027-01-05")
    work_out(db, woman, "2027-01-06")
    before = rows_by_rule(db)["ANC2"]
    assert before.state == "done_on_time"
    db.delete(visit)
    db.flush()
    work_out(db, woman, "2027-01-06")
    after = rows_by_rule(db)["ANC2"]
    assert (after.id, after.state, after.answered_on, after.answered_by) == (before.id, "due", None, None)
    assert after.look_on == day("2027-01-19") and not after.ended


@pytest.mark.parametrize("received", ["2027-01-05 00:00:01", "2027-01-05 07:59:59", "2027-01-05 23:59:59"])
def test_the_hour_of_a_record_moves_no_day(db: Session, woman: Project, received: str) -> None:
    """Elsewhere the hour of a report leaks into the day that a task is due (medic/cht-core#3097). Hours are Shanghai's."""
    row = registered(db, woman, "2027-01-05", "2026-09-01")
    row.received_at = datetime.fromisoformat(received).replace(tzinfo=SHANGHAI).astimezone(UTC)
    db.flush()
    work_out(db, woman, "2027-01-05")
    days = {rule: (one.opens_on, one.due_on, one.closes_on) for rule, one in rows_by_rule(db).items()}
    assert days["ANC2"] == (day("2026-12-22"), day("2027-01-05"), day("2027-01-25"))
    assert days["ANC3"] == (day("2027-01-26"), day("2027-02-02"), day("2027-02-22"))


def test_a_visit_after_the_window_completes_late(db: Session, woman: Project) -> None:
    registered(db, woman, "2026-10-20", "2026-09-01", first_check_date="2026-10-18")
    checked(db, woman, "2027-04-01")
    injected(db, woman, "2026-11-01")
    injected(db, woman, "2027-02-01")
    work_out(db, woman, "2027-04-02")
    ended = {row.state for row in db.scalars(select(FollowUp).where(FollowUp.rule == "INJ-DMPA"))}
    assert "done_late" in ended
    assert states_of(db, "ANC4") == ["done_on_time"]


@pytest.mark.parametrize(
    ("status", "cause"), [("ended", "pregnancy_ended"), ("gave_birth", "gave_birth")], ids=["loss", "birth"]
)
def test_the_end_of_a_pregnancy_ends_all_its_tasks_at_once(
    db: Session, woman: Project, status: str, cause: str
) -> None:
    registered(db, woman, "2026-10-20", "2026-09-01", first_check_date="2026-10-18")
    checked(db, woman, "2027-01-05", danger="bleeding")
    work_out(db, woman, "2027-01-05")
    assert states(db)["ANC-D"] == "done_on_time"  # the midwife who heard of it had seen her
    checked(db, woman, "2027-01-20", danger="headache_vision", done_by="worker")
    work_out(db, woman, "2027-01-20")
    before = {row.key for row in db.scalars(select(FollowUp).where(FollowUp.ended.is_(False)))}
    assert len(before) >= 6
    checked(db, woman, "2027-01-21", still_pregnant=status, done_by="worker")
    work_out(db, woman, "2027-01-21")
    left = sorted(row.rule for row in db.scalars(select(FollowUp).where(FollowUp.ended.is_(False))))
    after_birth = ["BIRTH", "NB28", "PN-M", "PN1", "PN1-H", "PN42", "PPFP-1", "PPFP-42", "REF-U", "REF-U"]
    assert left == (["PL1"] if status == "ended" else after_birth)
    ended = list(db.scalars(select(FollowUp).where(FollowUp.key.in_(before), FollowUp.ended)))
    assert {(row.state, row.cause) for row in ended} == {("superseded", cause)}
    assert states_of(db, "ANC1") == states_of(db, "ANC2") == ["done_on_time"]


def test_a_loss_that_was_a_mistake_is_corrected_and_everything_is_asked_for_again(db: Session, woman: Project) -> None:
    registered(db, woman, "2026-10-20", "2026-09-01")
    work_out(db, woman, "2026-12-22")
    before = {key: row.visit_key for key, row in rows_by_rule(db).items()}
    loss = checked(db, woman, "2026-12-22", still_pregnant="ended")
    work_out(db, woman, "2026-12-22")
    offer = states(db).pop("PL1")
    assert (offer, set(states(db).values())) == ("open", {"superseded pregnancy_ended", "open"})
    correct(db, loss, still_pregnant="ongoing")
    work_out(db, woman, "2026-12-23")
    assert states(db)["ANC2"] == "done_on_time" and states(db)["ANC3"] == "scheduled"
    assert states(db)["PL1"] == "superseded reason_gone"
    assert {key: row.visit_key for key, row in rows_by_rule(db).items() if key != "PL1"} == before
    assert {row.cause for key, row in rows_by_rule(db).items() if key != "PL1"} == {None}


def test_a_dating_that_a_scan_corrects_moves_tasks_and_doubles_none(db: Session, woman: Project) -> None:
    registered(db, woman, "2026-10-20", "2026-09-01", first_check_date="2026-10-18")
    work_out(db, woman, "2026-10-20")
    before = {rule: (row.key, row.visit_key, row.due_on) for rule, row in rows_by_rule(db).items()}
    checked(
        db, woman, "2026-11-10", us_new="yes", us_date="2026-11-10", us_weeks="11", us_days="2"
    )  # 10+0 by last period
    work_out(db, woman, "2026-11-10")
    rows = rows_by_rule(db)
    assert rows.keys() == before.keys()
    assert [(row.key, row.visit_key) for row in rows.values()] == [one[:2] for one in before.values()]
    moved = {rule: (row.due_on - before[rule][2]).days for rule, row in rows.items()}
    assert moved == {**dict.fromkeys(("ANC2", "ANC3", "ANC4", "ANC5", "ANC6", "PPFP"), -9), "ANC1": -9}
    assert rows["ANC1"].state == "done_on_time"


def test_a_correction_that_moves_the_day_moves_the_row(db: Session, woman: Project) -> None:
    injection = injected(db, woman, "2027-12-02")
    work_out(db, woman, "2027-12-02")
    before = rows_by_rule(db)["INJ-DMPA"]
    key, due_on = before.visit_key, before.due_on
    correct(db, injection, last_injection="2027-11-30")
    work_out(db, woman, "2027-12-02")
    row = rows_by_rule(db)["INJ-DMPA"]
    assert row.visit_key == key and (due_on - row.due_on).days == 2


def test_what_a_correction_takes_away_is_superseded_and_kept(db: Session, woman: Project) -> None:
    registration = registered(db, woman, "2026-10-20", "2026-09-01")
    work_out(db, woman, "2026-10-20")
    db.delete(registration)
    db.flush()
    work_out(db, woman, "2026-10-21")
    assert set(states(db).values()) == {"superseded reason_gone"}
    assert all(row.ended and row.look_on is None for row in rows_by_rule(db).values())


def test_withdrawn_consent_ends_what_is_to_be_done_and_leaves_what_was_done(db: Session, woman: Project) -> None:
    registered(db, woman, "2026-10-20", "2026-09-01", first_check_date="2026-10-18")
    work_out(db, woman, "2026-10-20")
    person = a_woman_row(db)
    person.consent_service, person.withdrawn_on = False, day("2026-10-25")
    work_out(db, woman, "2026-10-25")
    assert states(db).pop("ANC1") == "done_on_time"
    assert {state for rule, state in states(db).items() if rule != "ANC1"} == {"superseded no_consent"}
    person.consent_service, person.withdrawn_on = True, None
    work_out(db, woman, "2026-10-26")
    assert states(db)["ANC2"] == "scheduled"


def a_woman_row(db: Session) -> Woman:
    return db.scalars(select(Woman)).one()


def test_of_whom_the_registry_forgot_it_stays_only_that_a_visit_was_asked_for(db: Session, woman: Project) -> None:
    registered(db, woman, "2026-10-20", "2026-09-01", first_check_date="2026-10-18")
    work_out(db, woman, "2026-10-20")
    before = {rule: row.visit_key for rule, row in rows_by_rule(db).items()}
    db.delete(a_woman_row(db))
    work_out(db, woman, "2026-10-21")
    rows = rows_by_rule(db)
    assert set(states(db).values()) == {"superseded subject_gone"}
    told = {(row.episode, row.anchor_event, row.answered_by, row.why_json) for row in rows.values()}
    assert told == {(None, "", None, "[]")}
    a_woman(db, woman)
    work_out(db, woman, "2026-10-22")
    assert states(db)["ANC1"] == "done_on_time" and rows_by_rule(db)["ANC2"].episode == "p1"
    assert {rule: row.visit_key for rule, row in rows_by_rule(db).items()} == before


def test_slips_of_the_year_are_no_days_and_break_nothing(db: Session, town: Project) -> None:
    for subject in ("w1", "w2"):
        a_woman(db, town, subject, consent_until=day("9999-12-31"))
    pills = {"method": "coc", "packs_given": "1", "reminder_wish": "phone", "subject": "w2"}
    scan = {"us_done": "yes", "us_weeks": "12", "us_days": "0"}
    registered(db, town, "2026-10-20", "2026-09-01", us_date="0001-01-01", **scan)
    tell(db, town, F3, "0001-02-01", "2026-10-20", episode="p2", wants_registration="yes", us_date="0001-01-20", **scan)
    for end in ("9999-12-31", "0001-01-01"):
        tell(db, town, F6, "2026-10-20", supply_end=end, **pills)
    tell(db, town, F6, "2026-10-20", method="iud_cu", start_date="0001-01-01", reminder_wish="phone", episode="c2")
    for subject in ("w1", "w2"):
        work_out(db, town, "2026-10-20", subject)
    assert states_of(db, "ANC2") == ["scheduled"]
    assert states_of(db, "PILL-R") == ["scheduled"]
    assert states_of(db, "IUD-1") == []


def test_the_order_in_which_records_arrive_does_not_matter(db: Session) -> None:
    def registers(town: Project) -> None:
        registered(db, town, "2026-10-20", "2026-09-01")

    def is_scanned(town: Project) -> None:
        checked(
            db,
            town,
            "2026-11-10",
            received="2027-02-10",
            us_new="yes",
            us_date="2026-11-10",
            us_weeks="11",
            us_days="2",
            event="scan",
        )

    def is_checked(town: Project) -> None:
        checked(db, town, "2027-01-05", received="2027-02-10", event="check", danger="fever", done_by="worker")

    def takes_injection(town: Project) -> None:
        injected(db, town, "2026-08-01", received="2027-02-10", event="injection")

    results = set()
    for at, order in enumerate(permutations((registers, is_scanned, is_checked, takes_injection))):
        town = a_town(db, f"镇{at}")
        a_woman(db, town)
        for act in order:
            act(town)
            work_out(db, town, "2027-02-10")
        rows = db.scalars(select(FollowUp).where(FollowUp.project_id == town.id))
        results.add(
            tuple(
                sorted(
                    (row.key, row.state, str(row.due_on), str(row.answered_by), str(row.inside), row.why_json)
                    for row in rows
                    if row.state != "superseded"
                )
            )
        )
    assert len(results) == 1


def test_a_visit_answers_by_its_visit_key_what_it_would_not_answer_by_itself(db: Session, woman: Project) -> None:
    """A worker heard of the sign; the midwife's visit of the same day counts because it was made for it."""
    registered(db, woman, "2026-10-20", "2026-09-01")
    checked(db, woman, "2026-12-01", danger="fever", done_by="worker")
    work_out(db, woman, "2026-12-01")
    sign = rows_by_rule(db)["ANC-D"]
    assert sign.state == "due"
    same_day = checked(db, woman, "2026-12-01")
    work_out(db, woman, "2026-12-01")
    assert sign.state == "due"
    correct(db, same_day, visit_key=sign.visit_key)
    work_out(db, woman, "2026-12-01")
    assert sign.state == "done_on_time" and sign.answered_by == same_day.event


def test_a_household_is_asked_for_again_after_half_a_year(db: Session, town: Project) -> None:
    a_home(db, town)
    tell(db, town, F1, "2027-10-10", visit_result="met", consent_household="yes")
    work_out(db, town, "2027-10-10", "h1", "households")
    assert states(db, "h1") == {"HH-V": "scheduled"}
    tell(db, town, F1, "2028-03-10", visit_result="declined")
    work_out(db, town, "2028-03-10", "h1", "households")
    assert states(db, "h1") == {"HH-V": "declined"}


def test_two_subjects_ask_the_database_as_often_as_ten(
    db: Session, woman: Project, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    def reads(names: list[str]) -> int:
        for name in names:
            a_woman(db, woman, name)
            injected(db, woman, "2026-11-01", subject=name, episode=f"c-{name}")
        db.flush()
        with count_queries() as statements:
            recalculate_many(db, woman, [("women", name) for name in names], day("2026-11-02"), at_noon("2026-11-02"))
        return len(
            [
                one
                for one in statements
                if one.startswith("SELECT") and "notification" not in one and "advisory" not in one
            ]
        )

    assert reads(["a", "b"]) == reads([f"n{n}" for n in range(10)])


def test_two_workers_on_one_subject_make_each_row_once(database: Database) -> None:
    with database.transaction() as db:
        town = a_town(db)
        a_woman(db, town)
        registered(db, town, "2026-10-20", "2026-09-01")
        project_id = town.id

    def work(_at: int) -> None:
        with database.transaction() as db:
            recalculate(db, db.get_one(Project, project_id), "women", "w1", day("2026-10-20"), at_noon("2026-10-20"))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(12)))
    with database.reading() as db:
        assert len(rows_by_rule(db)) == 7


def test_who_chooses_a_worker_is_told_to_that_one_alone_from_the_next_record_on(db: Session, woman: Project) -> None:
    chen, luo = (a_person(db, woman, name, VILLAGE_WORKER, None) for name in ("chen", "luo"))
    registered(db, woman, "2026-10-20", "2026-09-01")
    work_out(db, woman, "2027-01-20")
    waiting = select(Notification.recipient_id).where(Notification.taken_back_at.is_(None)).distinct()
    assert set(db.scalars(waiting)) == {chen, luo}
    a_woman_row(db).assigned_worker = str(luo)
    work_out(db, woman, "2027-01-20")
    assert set(db.scalars(waiting)) == {luo}
