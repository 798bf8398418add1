from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.roles import BENEFIT_OFFICER, REVIEWER, VILLAGE_WORKER
from server.followups.notices import follow_up_changed, is_late, told_to_others
from server.followups.wishes import Wishes, save_wishes
from server.followups.working_days import WEEKENDS_ONLY
from server.models import FollowUp, HandOver, HandOverVillage, Notification, Village
from tests.server.followups.staff import (
    LIUWAN,
    MORNING,
    SHIQIAO,
    TODAY,
    Staff,
    a_carried_phone,
    a_follow_up,
    a_person,
    a_staff,
    disable,
    red_from,
)
from tests.server.followups.told import a_woman


@pytest.fixture
def staff(db: Session) -> Staff:
    return a_staff(db)


def told(db: Session) -> list[tuple[int, str]]:
    """Who has which word, taken-back ones left out."""
    rows = db.scalars(select(Notification).where(Notification.taken_back_at.is_(None)).order_by(Notification.id))
    return [(row.recipient_id, row.occasion.partition(":")[2]) for row in rows]


def change(db: Session, staff: Staff, row: FollowUp, now: datetime = MORNING, **given: object) -> None:
    for name, value in given.items():
        setattr(row, name, value)
    db.flush()
    follow_up_changed(db, staff.project, row, now)


def test_the_worker_of_the_village_hears_that_a_visit_is_due(db: Session, staff: Staff) -> None:
    row = a_follow_up(db, staff)
    follow_up_changed(db, staff.project, row, MORNING)
    assert told(db) == [(staff.chen, "due")]
    [notice] = db.scalars(select(Notification))
    assert (notice.kind, notice.channel, notice.state, notice.follow_up_id) == ("due", "inbox", "waiting", row.id)


@pytest.mark.parametrize("state", ["scheduled", "open"])
def test_nobody_hears_of_what_is_not_due_yet(db: Session, staff: Staff, state: str) -> None:
    follow_up_changed(db, staff.project, a_follow_up(db, staff, state=state), MORNING)
    assert told(db) == []


def test_an_occasion_is_told_once_however_often_it_is_looked_at(db: Session, staff: Staff) -> None:
    row = a_follow_up(db, staff)
    for _ in range(3):
        follow_up_changed(db, staff.project, row, MORNING)
    change(db, staff, row, state="overdue", severity="red", why_json=red_from(TODAY))
    change(db, staff, row, now=MORNING + timedelta(days=1))
    assert told(db) == [(staff.chen, "due"), (staff.chen, "overdue"), (staff.doctor, "red")]


def test_who_was_away_hears_only_the_weightiest(db: Session, staff: Staff) -> None:
    follow_up_changed(db, staff.project, a_follow_up(db, staff, state="overdue", severity="critical"), MORNING)
    assert sorted(told(db)) == sorted((one, "critical") for one in (staff.chen, staff.doctor, staff.lead))


def test_what_is_a_clinicians_alone_is_told_to_clinicians_and_to_nobody_else(db: Session, staff: Staff) -> None:
    row = a_follow_up(db, staff, rule="PL1")
    follow_up_changed(db, staff.project, row, MORNING)
    assert told(db) == [(staff.doctor, "due")]
    change(db, staff, row, state="overdue", severity="amber")
    assert told(db) == [(staff.doctor, "due"), (staff.doctor, "overdue")]
    keeps = a_woman(db, staff.project, "keeps", village_code=SHIQIAO, consent_share_clinic=False)
    follow_up_changed(db, staff.project, a_follow_up(db, staff, rule="PL1", subject=keeps.uuid), MORNING)
    assert len(told(db)) == 2, "of one who does not share with the clinic no clinician could look"


def test_the_lead_hears_of_a_red_one_after_three_working_days(db: Session, staff: Staff) -> None:
    friday = date(2026, 3, 6)
    row = a_follow_up(db, staff, state="overdue", severity="red", stands_on=friday, why_json=red_from(friday))
    follow_up_changed(db, staff.project, row, MORNING)
    change(db, staff, row, stands_on=date(2026, 3, 10))
    assert (staff.lead, "late") not in told(db)
    change(db, staff, row, stands_on=date(2026, 3, 11))
    assert (staff.lead, "late") in told(db)


def test_without_a_sum_red_counts_from_the_first_overdue_day(db: Session, staff: Staff) -> None:
    row = a_follow_up(db, staff, severity="red", overdue_from=TODAY, stands_on=TODAY + timedelta(days=2))
    assert not is_late(row, WEEKENDS_ONLY)
    row.stands_on = TODAY + timedelta(days=3)
    assert is_late(row, WEEKENDS_ONLY)


def test_an_ended_one_is_taken_back_in_the_same_transaction(db: Session, staff: Staff) -> None:
    row = a_follow_up(db, staff, state="overdue")
    follow_up_changed(db, staff.project, row, MORNING)
    later = MORNING + timedelta(hours=1)
    change(db, staff, row, later, state="superseded", ended=True)
    [notice] = db.scalars(select(Notification))
    assert (notice.state, notice.taken_back_at, notice.sent_at) == ("taken_back", later, None)


def test_one_that_was_sent_keeps_its_instant_when_it_is_taken_back(db: Session, staff: Staff) -> None:
    row = a_follow_up(db, staff, state="overdue")
    follow_up_changed(db, staff.project, row, MORNING)
    [notice] = db.scalars(select(Notification))
    notice.state, notice.sent_at = "sent", MORNING
    change(db, staff, row, MORNING + timedelta(days=1), state="done_late", ended=True)
    assert (notice.state, notice.sent_at) == ("taken_back", MORNING)


def test_one_that_moved_to_a_later_day_takes_back_only_what_no_longer_holds(db: Session, staff: Staff) -> None:
    row = a_follow_up(db, staff)
    follow_up_changed(db, staff.project, row, MORNING)
    change(db, staff, row, state="overdue")
    change(db, staff, row, state="due")
    assert told(db) == [(staff.chen, "due")]
    change(db, staff, row, state="scheduled")
    assert told(db) == []


def test_a_level_that_is_reached_anew_is_said_again_by_the_same_row(db: Session, staff: Staff) -> None:
    row = a_follow_up(db, staff, state="overdue")
    follow_up_changed(db, staff.project, row, MORNING)
    [notice] = db.scalars(select(Notification))
    notice.state, notice.sent_at, notice.read_at = "sent", MORNING, MORNING
    change(db, staff, row, state="done_late", ended=True)
    change(db, staff, row, state="overdue", ended=False)
    [notice] = db.scalars(select(Notification))
    assert (notice.state, notice.taken_back_at, notice.read_at) == ("waiting", None, None)


def test_one_that_another_stands_for_is_not_told_beside_it(db: Session, staff: Staff) -> None:
    row = a_follow_up(db, staff, state="overdue", severity="red", inside="another")
    follow_up_changed(db, staff.project, row, MORNING)
    assert told(db) == []
    change(db, staff, row, inside=None)
    assert (staff.chen, "overdue") in told(db)


def test_what_comes_at_night_waits_until_the_person_s_quiet_hours_end(db: Session, staff: Staff) -> None:
    midnight = datetime.fromisoformat("2026-03-02T00:05:00+08:00")
    save_wishes(db, staff.chen, Wishes(quiet_until=datetime.fromisoformat("2026-03-02T06:30").time()), MORNING)
    follow_up_changed(db, staff.project, a_follow_up(db, staff), midnight)
    [notice] = db.scalars(select(Notification))
    assert notice.not_before == datetime.fromisoformat("2026-03-02T06:30:00+08:00")


def test_the_worker_she_chose_is_told_instead_of_the_village_s_others(db: Session, staff: Staff) -> None:
    he = a_person(db, staff.project, "he", VILLAGE_WORKER, None)
    row = a_follow_up(db, staff)
    a_woman(db, staff.project, row.subject, village_code=SHIQIAO, assigned_worker=str(he))
    follow_up_changed(db, staff.project, row, MORNING)
    assert told(db) == [(he, "due")]


def test_what_was_told_to_others_before_she_chose_is_found_and_goes_to_the_worker_she_chose(
    db: Session, staff: Staff
) -> None:
    row = a_follow_up(db, staff)
    woman = a_woman(db, staff.project, row.subject, village_code=SHIQIAO)
    follow_up_changed(db, staff.project, row, MORNING)
    assert told_to_others(db, [row]) == [], "she chose nobody"
    woman.assigned_worker = str(staff.luo)
    db.flush()
    assert told_to_others(db, [row]) == [row.id]
    follow_up_changed(db, staff.project, row, MORNING)
    waiting = db.scalars(select(Notification.recipient_id).where(Notification.taken_back_at.is_(None)))
    assert list(waiting) == [staff.luo]
    assert told_to_others(db, [row]) == []


@pytest.mark.parametrize("chosen", ["999999", "王医生", "²", "", None])
def test_a_choice_that_names_no_worker_falls_back_to_the_village_s(
    db: Session, staff: Staff, chosen: str | None
) -> None:
    row = a_follow_up(db, staff)
    a_woman(db, staff.project, row.subject, village_code=SHIQIAO, assigned_worker=chosen)
    follow_up_changed(db, staff.project, row, MORNING)
    assert told(db) == [(staff.chen, "due")]


def test_the_worker_she_chose_is_told_wherever_that_one_works(db: Session, staff: Staff) -> None:
    row = a_follow_up(db, staff)
    a_woman(db, staff.project, row.subject, village_code=SHIQIAO, assigned_worker=str(staff.luo))
    follow_up_changed(db, staff.project, row, MORNING)
    assert told(db) == [(staff.luo, "due")]


def test_who_carries_a_phone_of_the_village_is_told(db: Session, staff: Staff) -> None:
    village = db.scalar(select(Village).where(Village.code == LIUWAN))
    assert village is not None
    carrier = a_person(db, staff.project, "carrier", REVIEWER, None)
    left = a_person(db, staff.project, "left", None, None)  # the phone only sends: she has no role here any more
    for person in (carrier, left):
        a_carried_phone(db, staff.project, person, village.id)
    follow_up_changed(db, staff.project, a_follow_up(db, staff, village_code=LIUWAN), MORNING)
    assert sorted(told(db)) == sorted([(staff.luo, "due"), (carrier, "due")])


@pytest.mark.parametrize(("works", "hears"), [("by_role", True), ("by_phone", True), ("no_more", False)])
def test_who_stands_in_is_told_while_she_works_in_the_town(db: Session, staff: Staff, works: str, hears: bool) -> None:
    liuwan = db.scalars(select(Village).where(Village.code == LIUWAN)).one()
    role = {"by_role": VILLAGE_WORKER, "by_phone": REVIEWER, "no_more": None}[works]
    stand_in = a_person(db, staff.project, "stand-in", role, liuwan.id)
    if works != "by_role":
        a_carried_phone(db, staff.project, stand_in, liuwan.id)
    stand_in_for(db, staff, stand_in)
    follow_up_changed(db, staff.project, a_follow_up(db, staff), MORNING)
    assert sorted(told(db)) == sorted((one, "due") for one in ([staff.chen, stand_in] if hears else [staff.chen]))


def test_in_a_part_of_a_village_those_are_told_who_have_the_village(db: Session, staff: Staff) -> None:
    villages = {one.code: one for one in db.scalars(select(Village))}
    db.add(
        Village(project_id=staff.project.id, code="P1", name="上湾", parent_id=villages[SHIQIAO].id, created_at=MORNING)
    )
    db.flush()
    carrier = a_person(db, staff.project, "carrier", REVIEWER, villages[LIUWAN].id)
    a_carried_phone(db, staff.project, carrier, villages[SHIQIAO].id)
    stand_in_for(db, staff, staff.luo)
    follow_up_changed(db, staff.project, a_follow_up(db, staff, village_code="P1"), MORNING)
    assert sorted(told(db)) == sorted((one, "due") for one in (staff.chen, staff.luo, carrier))


def stand_in_for(db: Session, staff: Staff, person: int) -> None:
    """Shiqiao is handed over to this person, today and tomorrow."""
    days = {"from_day": TODAY, "until_day": TODAY + timedelta(days=1), "given_at": MORNING, "given_by_id": staff.lead}
    here = {"project_id": staff.project.id, "care_role": "village_worker", "note": "学习两天"}
    db.add(row := HandOver(from_id=staff.chen, to_id=person, **here, **days))
    db.flush()
    village = db.scalars(select(Village.id).where(Village.code == SHIQIAO)).one()
    db.add(HandOverVillage(hand_over_id=row.id, village_id=village))
    db.flush()


def test_an_account_that_was_closed_is_told_nothing(db: Session, staff: Staff) -> None:
    disable(db, staff.chen)
    follow_up_changed(db, staff.project, a_follow_up(db, staff), MORNING)
    assert told(db) == []


def test_who_left_the_village_s_work_has_the_word_taken_back(db: Session, staff: Staff) -> None:
    row = a_follow_up(db, staff)
    follow_up_changed(db, staff.project, row, MORNING)
    change(db, staff, row, village_code=LIUWAN)
    assert told(db) == [(staff.luo, "due")]


def test_a_row_holds_no_name_and_no_word_of_what_it_is_about(db: Session, staff: Staff) -> None:
    row = a_follow_up(db, staff, state="overdue", village_code=SHIQIAO)
    a_woman(db, staff.project, row.subject, village_code=SHIQIAO)
    follow_up_changed(db, staff.project, row, MORNING)
    [notice] = db.scalars(select(Notification))
    assert {notice.kind, notice.channel, notice.occasion} == {"overdue", "inbox", f"{row.key}:overdue"}


def test_of_a_benefit_the_officers_of_the_village_are_told_and_nobody_else_however_late_it_is(
    db: Session, staff: Staff
) -> None:
    ids = dict(db.execute(select(Village.code, Village.id)).all())
    here, there = (
        a_person(db, staff.project, name, BENEFIT_OFFICER, ids[code])
        for name, code in (("he", SHIQIAO), ("li", LIUWAN))
    )
    a_carried_phone(db, staff.project, staff.chen, ids[SHIQIAO], "benefit_officer")
    row = a_follow_up(db, staff, subject_list="benefit_cases", rule="BEN-STEP", form_id="benefit_case")
    follow_up_changed(db, staff.project, row, MORNING)
    change(db, staff, row, state="overdue", severity="red", why_json=red_from(TODAY - timedelta(days=30)))
    assert told(db) == [(here, "due"), (here, "overdue")]
    assert there not in {one for one, _ in told(db)}
    follow_up_changed(db, staff.project, a_follow_up(db, staff), MORNING)
    assert told(db)[2:] == [(staff.chen, "due")], "and what is a woman's is told to no officer"


def test_of_one_that_was_put_off_nobody_is_reminded_until_it_comes_back(db: Session, staff: Staff) -> None:
    row = a_follow_up(db, staff)
    follow_up_changed(db, staff.project, row, MORNING)
    change(db, staff, row, snoozed_until=TODAY + timedelta(days=3))
    assert told(db) == []
    change(db, staff, row, MORNING + timedelta(days=3), snoozed_until=None, stands_on=TODAY + timedelta(days=3))
    assert told(db) == [(staff.chen, "due")]


def test_a_critical_one_that_was_put_off_is_told_to_doctor_and_lead_all_the_same(db: Session, staff: Staff) -> None:
    row = a_follow_up(db, staff, severity="critical", snoozed_until=TODAY + timedelta(days=1))
    follow_up_changed(db, staff.project, row, MORNING)
    assert told(db) == [(staff.doctor, "critical"), (staff.lead, "critical")]


def test_one_that_was_given_to_a_colleague_of_the_village_is_told_to_her_alone(db: Session, staff: Staff) -> None:
    village = db.scalar(select(Village.id).where(Village.code == SHIQIAO))
    mei = a_person(db, staff.project, "mei", VILLAGE_WORKER, village)
    row = a_follow_up(db, staff)
    follow_up_changed(db, staff.project, row, MORNING)
    assert sorted(told(db)) == sorted([(staff.chen, "due"), (mei, "due")])
    change(db, staff, row, given_to_id=mei)
    assert told(db) == [(mei, "due")]
    change(db, staff, row, given_to_id=staff.luo)
    assert sorted(told(db)) == sorted([(staff.chen, "due"), (mei, "due")]), "who has not the village gets nothing"


def test_her_choice_is_told_and_not_to_whom_it_was_given(db: Session, staff: Staff) -> None:
    village = db.scalar(select(Village.id).where(Village.code == SHIQIAO))
    mei = a_person(db, staff.project, "mei", VILLAGE_WORKER, village)
    a_woman(db, staff.project, "hers", village_code=SHIQIAO, assigned_worker=str(staff.chen))
    follow_up_changed(db, staff.project, a_follow_up(db, staff, subject="hers", given_to_id=mei), MORNING)
    assert told(db) == [(staff.chen, "due")]
