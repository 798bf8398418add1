"""What changes by the mere passing of days, and every rule on every day of the table, told by records."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import Database
from server.followups import recalculate as module
from server.followups.daily import due_by, recalculate_due
from server.followups.facts import Facts
from server.followups.known_rows import Known
from server.followups.notices import level_of
from server.followups.recalculate import recalculate, recalculate_many
from server.models import FollowUp, Notification, Project
from server.registry.referrals import referral_uuid
from tests.making import a_town
from tests.plans import plan_of
from tests.server.followups.samples import at_noon, day
from tests.server.followups.staff import a_staff
from tests.server.followups.stories_of_methods import TOLD, UNTOLD
from tests.server.followups.table import STORIES, TABLE
from tests.server.followups.table_after_birth import ANSWERS, ON, STORIES_AFTER_BIRTH
from tests.server.followups.table_of_benefits import CASE_ON, RENEWED_BY, STORIES_OF_BENEFITS, TOLD_ON
from tests.server.followups.table_of_offers import EXTRA, UNDATED
from tests.server.followups.table_of_schedules import ON_SCHEDULE
from tests.server.followups.table_of_transfers import STORIES_OF_TRANSFERS, told_in
from tests.server.followups.table_of_wishes import TOLD_OF_WISHES
from tests.server.followups.told import (
    F1,
    F3,
    F6,
    F12,
    a_case,
    a_home,
    a_woman,
    checked,
    choose,
    injected,
    pass_days,
    registered,
    reported,
    rows_by_rule,
    states,
    tell,
    transferred,
    work_out,
)


def test_consent_that_runs_out_ends_tasks_on_the_next_day_by_itself(db: Session, town: Project) -> None:
    a_woman(db, town, consent_until=day("2026-11-05"))
    registered(db, town, "2026-10-20", "2026-09-01")
    work_out(db, town, "2026-10-20")
    assert pass_days(db, "2026-11-05") == 0
    assert pass_days(db, "2026-11-06") == 1
    assert set(states(db).values()) == {"superseded no_consent"}


def test_rows_follow_the_calendar_by_the_daily_step_alone(db: Session, woman: Project) -> None:
    registered(db, woman, "2026-10-20", "2026-09-01", first_check_date="2026-10-18")
    work_out(db, woman, "2026-10-20")
    seen = []
    for today in ("2026-12-21", "2026-12-22", "2027-01-04", "2027-01-05", "2027-01-19", "2027-01-25", "2027-01-26"):
        pass_days(db, today)
        seen.append(states(db)["ANC2"])
    assert seen == ["scheduled", "open", "open", "due", "due amber", "due amber", "overdue red"]


def test_a_quiet_day_looks_by_its_day_and_reads_no_other_follow_up(database: Database) -> None:
    if not database.is_sqlite:
        return  # its planner goes by how much there is
    plan = plan_of(database, due_by(day("2026-10-20")))
    looks = [one for one in plan if "follow_up" in one]
    assert looks and all("ix_follow_up_look_on" in one and "look_on<" in one for one in looks), plan


def test_the_daily_step_comes_to_an_end_and_leaves_no_day_behind(db: Session, woman: Project) -> None:
    registered(db, woman, "2026-10-20", "2026-09-01")
    a_woman(db, woman, "w2")
    injected(db, woman, "2026-10-20", subject="w2", episode="c2")
    a_home(db, woman)
    tell(db, woman, F1, "2026-06-01", visit_result="met", consent_household="yes")
    recalculate_many(
        db, woman, [("women", "w1"), ("women", "w2"), ("households", "h1")], day("2026-10-20"), at_noon("2026-10-20")
    )
    assert pass_days(db, "2027-12-31") == 3
    looks = [row.look_on for row in db.scalars(select(FollowUp)) if row.look_on]
    assert all(look > day("2027-12-31") for look in looks)


def test_one_that_cannot_be_read_holds_up_no_other_and_is_tried_again_the_next_day(
    db: Session, woman: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_woman(db, woman, "w2")
    for subject in ("w1", "w2"):
        injected(db, woman, "2026-10-20", subject=subject, episode=f"c-{subject}")
        work_out(db, woman, "2026-10-20", subject)
    real = module.bring_in_line

    def fail(db_: Session, round_: module.Round, facts: Facts, rows: Known) -> list[FollowUp]:
        if facts.subject == "w1":
            raise OverflowError
        return real(db_, round_, facts, rows)

    with monkeypatch.context() as patch:
        patch.setattr(module, "bring_in_line", fail)
        assert pass_days(db, "2027-01-05") == 2
        assert (states(db, "w1"), states(db, "w2")) == ({"INJ-DMPA": "scheduled"}, {"INJ-DMPA": "open"})
    assert pass_days(db, "2027-01-06") == 1
    assert states(db, "w1") == {"INJ-DMPA": "open"}


def test_what_is_red_is_looked_at_again_after_three_working_days(
    db: Session, woman: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the town's lead hears of it, although nothing else about it changes."""
    registered(db, woman, "2026-10-20", "2026-09-01", first_check_date="2026-10-18")
    work_out(db, woman, "2027-01-26")  # a Tuesday: overdue and red
    row = rows_by_rule(db)["ANC2"]
    assert (row.state, row.severity, row.look_on) == ("overdue", "red", day("2027-01-29"))
    told: list[str] = []
    monkeypatch.setattr(module, "follow_ups_changed", lambda _db, _project, rows, *_: told.extend(r.rule for r in rows))
    pass_days(db, "2027-01-29")
    assert "ANC2" in told


def test_the_lead_hears_once_of_one_that_is_red_though_its_advice_changes_later(db: Session) -> None:
    """An injection is red from 15 days late on; from 29 days on its advice is another, and it is red as before."""
    staff = a_staff(db)
    a_woman(db, staff.project)
    injected(db, staff.project, "2027-12-02")
    work_out(db, staff.project, "2027-12-02")
    heard = []
    for today in ("2028-03-17", "2028-03-22", "2028-03-31", "2028-04-05"):
        pass_days(db, today)
        told = db.scalars(select(Notification).where(Notification.recipient_id == staff.lead))
        heard.append([(level_of(one), one.taken_back_at) for one in told])
    assert heard == [[], [("late", None)], [("late", None)], [("late", None)]]


def test_the_daily_step_leaves_a_subject_that_somebody_works_on(database: Database) -> None:
    """On SQLite there is one writer and nothing to leave; on PostgreSQL the step must not wait."""
    with database.transaction() as db:
        town = a_town(db)
        a_woman(db, town)
        registered(db, town, "2026-10-20", "2026-09-01")
        recalculate(db, town, "women", "w1", day("2026-10-20"), at_noon("2026-10-20"))
        project_id = town.id
    if database.is_sqlite:
        with database.transaction() as db:
            assert recalculate_due(db, day("2026-12-22"), at_noon("2026-12-22")) == 1
        return
    with database.transaction() as busy:
        project = busy.get_one(Project, project_id)
        recalculate(busy, project, "women", "w1", day("2026-10-20"), at_noon("2026-10-20"))
        with database.transaction() as db:
            assert recalculate_due(db, day("2026-12-22"), at_noon("2026-12-22")) == 0
    with database.transaction() as db:
        assert recalculate_due(db, day("2026-12-22"), at_noon("2026-12-22")) == 1


PREGNANCIES = {
    # story: (registered on, last period)
    "LEAP": ("2027-12-20", "2027-10-25"),
    "NEW_YEAR": ("2026-10-20", "2026-09-01"),
    "LATE": ("2026-12-10", "2026-09-01"),
    "VERY_LATE": ("2027-06-18", "2026-09-01"),
    "EARLY_LEAP": ("2028-01-20", "2027-12-07"),
    "WEEKS_LEAP": ("2027-12-20", "2027-10-25"),
    "WEEKS_NEW_YEAR": ("2026-10-20", "2026-09-01"),
    **dict.fromkeys(EXTRA, ("2026-10-20", "2026-09-01")),
    "SIGN": ("2026-10-20", "2026-09-01"),
    "SIGN_LEAP": ("2028-01-20", "2027-12-07"),
    "SIGN_FESTIVAL": ("2027-01-20", "2026-12-01"),
}
SIGNS = {"SIGN": "2026-12-31", "SIGN_LEAP": "2028-02-28", "SIGN_FESTIVAL": "2027-02-05"}
REFERRALS = {
    "URGENT": ("2028-02-27", "urgent"),
    "URGENT_NEW_YEAR": ("2026-12-30", "urgent"),
    "URGENT_FESTIVAL": ("2027-02-05", "urgent"),
    "ROUTINE": ("2026-12-20", "routine"),
    "ROUTINE_LEAP": ("2028-02-20", "routine"),
    "ROUTINE_FESTIVAL": ("2028-01-24", "routine"),
}
WISHES = {"HELP": "2026-12-28", "HELP_LEAP": "2028-02-24", "HELP_FESTIVAL": "2027-02-01"}
REMOVALS = {"REMOVAL": "2028-02-24", "REMOVAL_NEW_YEAR": "2026-12-28", "REMOVAL_FESTIVAL": "2027-02-01"}
COILS = {"COIL": "2028-01-25", "COIL_NEW_YEAR": "2026-12-20"}


def tell_story(db: Session, town: Project, story: str) -> tuple[str, str]:
    """Records that tell what the facts of a story say: (subject list, subject)."""
    a_woman(db, town)
    if story == "HOME":
        a_home(db, town)
        tell(db, town, F1, "2027-10-10", visit_result="met", consent_household="yes")
        return "households", "h1"
    if story in STORIES_OF_BENEFITS:
        a_case(db, town)
        if story == "RENEWED":
            tell(db, town, F12, TOLD_ON, step="paid", renewal_date=RENEWED_BY)
        else:
            tell(db, town, F12, CASE_ON[story.removeprefix("ASKED_")], step="asked")
        return "benefit_cases", "b1"
    if story in PREGNANCIES:
        registered(db, town, *PREGNANCIES[story])
    if story in STORIES_AFTER_BIRTH:
        what, on = next((what, on) for what in ANSWERS for name, on in ON.items() if story == f"{what}_{name}")
        registered(db, town, "2026-10-20", "2026-09-01")
        reported(db, town, on, event="birth report", **ANSWERS[what])
    if story.startswith(("WATCHED", "LAYER")):
        what, _, name = story.partition("_")
        registered(db, town, "2026-10-20", "2026-09-01")
        reported(db, town, ON[name], report_type="birth", **({"baby_state": "concern"} if what == "WATCHED" else {}))
        choose(db, town, "CN5+WHO" if what == "LAYER" else "CN5", "2026-01-01")
    if story in ON_SCHEDULE:
        on, last_period, profile = ON_SCHEDULE[story]
        risk = {"risk_heard": "heart", "my_role": "clinician"} if "RISK" in story else {}
        registered(db, town, on, last_period, **risk)
        choose(db, town, profile, "2026-01-01")
    if story in UNDATED:
        tell(db, town, F3, UNDATED[story], event="registration", wants_registration="yes", lmp_known="no")
    if story in EXTRA:
        set_on, wanted_on = EXTRA[story]
        checked(db, town, set_on, extra_date=wanted_on, my_role="clinician", event="check")
    if story in STORIES_OF_TRANSFERS:
        on, answers, status = told_in(story)
        transferred(db, town, on, status, **answers)
    if story in SIGNS:
        checked(db, town, SIGNS[story], danger="bleeding", done_by="worker", event="sign")
    if story in REFERRALS:
        on, urgency = REFERRALS[story]
        checked(db, town, on, refer="yes", refer_urgency=urgency)
    if story in WISHES:
        check = checked(db, town, WISHES[story], refer="yes", refer_urgency="routine")
        told_of = {"episode": referral_uuid(check.event), "arrived": "yes", "needs_more": "yes"}
        tell(db, town, "referral_outcome", WISHES[story], **told_of)
    if story in REMOVALS:
        tell(db, town, F6, REMOVALS[story], reason="check", wish="remove_device")
    if story in COILS:
        tell(db, town, F6, COILS[story], method="iud_cu", start_date=COILS[story], reminder_wish="phone")
    if story == "THREE_MONTHS":
        injected(db, town, "2027-12-02")
    if story == "FOLIC":
        tell(db, town, "supplies", "2027-12-10", item="folic_acid", qty="84")
    if story == "PILLS":
        tell(db, town, F6, "2027-12-10", method="coc", packs_given="3", reminder_wish="phone")
    if story in TOLD_OF_WISHES and story.startswith("MISSED"):
        a_home(db, town)
    for form_id, on, answers in TOLD.get(story, TOLD_OF_WISHES.get(story, ())):
        tell(db, town, form_id, on, **answers)
    return ("households", "h1") if story.startswith("MISSED") else ("women", "w1")


@pytest.mark.parametrize("name", [one for one in STORIES if one not in UNTOLD])
def test_every_rule_stands_as_in_the_table_when_it_is_worked_out_from_records(
    db: Session, town: Project, name: str
) -> None:
    """Worked out once, then brought from day to day by the daily step alone."""
    rows = sorted((row for row in TABLE if row[1] is STORIES[name]), key=lambda row: row[2])
    subject_list, subject = tell_story(db, town, name)
    work_out(db, town, rows[0][2], subject, subject_list)
    for rule, _, today, state, severity in rows:
        pass_days(db, today)
        row = db.scalars(select(FollowUp).where(FollowUp.rule == rule)).one()
        assert (rule, today, row.state, row.severity) == (rule, today, state, severity)
