from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.access.roles import BENEFIT_OFFICER
from server.db import Database
from server.followups.before_breaks import (
    break_ahead,
    break_of,
    closing_by_person,
    count_closing,
    list_closing,
    tell_before_breaks,
)
from server.followups.calendar_files import calendar_with
from server.followups.digests import numbers_of
from server.followups.notice_words import say_break, say_counts
from server.followups.plain_notices import BEFORE_BREAK, SENTENCES
from server.followups.queries import Reached
from server.followups.smtp import SmtpPost
from server.models import Assignment, Notification, Project, Woman
from tests.server.followups.posting import send_all
from tests.server.followups.samples import day
from tests.server.followups.staff import LIUWAN, MORNING, SHIQIAO, Staff, a_follow_up, a_person, disable
from tests.server.followups.test_digests import summarise
from tests.server.followups.told import a_woman
from tests.smtp_sink import Sink

KNOWN = calendar_with()
PULL = day("2026-09-23")  # five working days before 2026-10-01
NATIONAL_DAY = KNOWN.break_around(day("2026-10-01"))
assert NATIONAL_DAY


@pytest.mark.parametrize(
    ("today", "first"),
    [
        ("2026-02-09", None),
        ("2026-02-10", "2026-02-15"),  # five working days: 10, 11, 12, 13 and the Saturday 14
        ("2026-02-14", "2026-02-15"),
        ("2026-02-15", None),  # it has begun
        ("2026-02-23", None),
        ("2026-09-22", None),
        ("2026-09-23", "2026-10-01"),  # Mid-Autumn lies between
        ("2026-09-30", "2026-10-01"),
        ("2026-10-01", None),
        ("2025-01-22", "2025-01-28"),
        ("2025-01-21", None),
        ("2025-09-25", "2025-10-01"),
        ("2026-04-28", None),  # Labour Day is told of to nobody
        ("2027-01-29", None),  # nothing is known of 2027
    ],
)
def test_a_long_break_is_told_of_from_the_fifth_working_day_before_it(today: str, first: str | None) -> None:
    found = break_ahead(KNOWN, day(today))
    assert (found and str(found.first)) == first


def closing(db: Session, staff: Staff, on: str = "2026-10-03", **given: object) -> None:
    dates = {"opens_on": day("2026-09-01"), "due_on": day(on), "closes_on": day(on), "proposed_on": day(on)}
    a_follow_up(db, staff, **{**dates, "overdue_from": day(on) + timedelta(days=1), **given})


def told(db: Session) -> list[tuple[int, str]]:
    rows = db.scalars(select(Notification).where(Notification.kind == BEFORE_BREAK).order_by(Notification.id))
    return [(one.recipient_id, one.occasion) for one in rows]


def test_whoever_is_responsible_is_told_once_and_nobody_else(db: Session, staff: Staff) -> None:
    closing(db, staff)
    closing(db, staff)
    assert tell_before_breaks(db, PULL - timedelta(days=1), MORNING) == 0
    for today in (PULL, PULL, PULL + timedelta(days=1), day("2026-09-30"), day("2026-10-01")):
        tell_before_breaks(db, today, MORNING)
    assert told(db) == [(staff.chen, f"break:{staff.project.id}:2026-10-01:before_break")]
    row = db.scalars(select(Notification)).one()
    assert (row.channel, row.state, row.follow_up_id) == ("inbox", "waiting", None)


def test_a_day_that_was_missed_is_made_up_for_until_the_break_begins(db: Session, staff: Staff) -> None:
    closing(db, staff)
    assert tell_before_breaks(db, day("2026-09-29"), MORNING) == 1
    assert [person for person, _ in told(db)] == [staff.chen]


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ({}, 1),
        ({"on": "2026-10-01"}, 1),  # its first day
        ({"on": "2026-10-07"}, 1),  # its last day
        ({"on": "2026-09-30"}, 0),
        ({"on": "2026-10-08"}, 0),
        ({"opens_on": day("2026-10-02")}, 1),  # opens in the break, too
        ({"ended": True, "state": "done_on_time"}, 0),
        ({"inside": "another"}, 0),
        ({"village_code": LIUWAN}, 0),
    ],
)
def test_what_counts_is_still_to_be_done_and_has_its_last_day_in_the_break(
    db: Session, staff: Staff, given: dict[str, object], number: int
) -> None:
    closing(db, staff, **given)  # type: ignore[arg-type]
    assert NATIONAL_DAY and closing_by_person(db, staff.project.id, NATIONAL_DAY, PULL).get(staff.chen, 0) == number


def test_whom_she_chose_is_told_instead_and_nobody_after_her_consent(db: Session, staff: Staff) -> None:
    assert NATIONAL_DAY
    hers = a_woman(db, staff.project, "w9", assigned_worker=str(staff.luo))
    closing(db, staff, subject=hers.uuid)
    assert closing_by_person(db, staff.project.id, NATIONAL_DAY, PULL) == {staff.luo: 1}
    db.execute(update(Woman).values(consent_until=PULL - timedelta(days=1)))
    assert closing_by_person(db, staff.project.id, NATIONAL_DAY, PULL) == {}


def test_what_is_a_clinician_s_is_told_to_no_worker(db: Session, staff: Staff) -> None:
    assert NATIONAL_DAY
    hers = a_woman(db, staff.project, "w9")
    closing(db, staff, subject=hers.uuid, rule="PL1")
    assert closing_by_person(db, staff.project.id, NATIONAL_DAY, PULL) == {staff.doctor: 1}
    db.execute(update(Woman).values(consent_share_clinic=False))
    assert closing_by_person(db, staff.project.id, NATIONAL_DAY, PULL) == {}


def test_a_case_is_told_to_its_officer(db: Session, staff: Staff) -> None:
    assert NATIONAL_DAY
    officer = a_person(db, staff.project, "officer", BENEFIT_OFFICER, None)
    closing(db, staff, subject_list="benefit_cases", rule="BEN-REN")
    assert closing_by_person(db, staff.project.id, NATIONAL_DAY, PULL) == {officer: 1}


def test_who_left_is_not_told(db: Session, staff: Staff) -> None:
    closing(db, staff)
    disable(db, staff.chen)
    assert tell_before_breaks(db, PULL, MORNING) == 0


@pytest.mark.parametrize("change", [{"archived": True}, {"deleted_at": MORNING}, {"kind": "plain"}])
def test_a_town_that_is_not_in_use_is_told_nothing(db: Session, staff: Staff, change: dict[str, object]) -> None:
    closing(db, staff)
    db.execute(update(Project).where(Project.id == staff.project.id).values(**change))
    assert tell_before_breaks(db, PULL, MORNING) == 0


def test_two_towns_of_one_person_are_two_occasions(db: Session, staff: Staff) -> None:
    closing(db, staff)
    assert NATIONAL_DAY and break_of(KNOWN, f"break:{staff.project.id}:2026-10-01:before_break") == NATIONAL_DAY
    assert break_of(KNOWN, "break:1:2027-02-05:before_break") is None


def test_the_day_s_summary_counts_them_on_that_day_alone(db: Session, staff: Staff) -> None:
    closing(db, staff)
    counts = {str(one): numbers_of(db, staff.chen, one).closing for one in (PULL - timedelta(days=1), PULL)}
    assert counts == {"2026-09-22": 0, "2026-09-23": 1}
    assert numbers_of(db, staff.chen, PULL + timedelta(days=1)).closing == 0
    assert numbers_of(db, staff.luo, PULL).closing == 0


def test_the_mail_says_the_number(database: Database, staff: Staff, sink: Sink, post: SmtpPost) -> None:
    with database.transaction() as db:
        closing(db, staff)
    half_past_eight = datetime.fromisoformat("2026-09-23T08:30:00+08:00")
    summarise(database, half_past_eight)
    send_all(database, post, half_past_eight)
    [mail] = sink.mails
    assert mail["To"] == "chen@town.test"
    assert mail.get_content().startswith("到期 0 个，超期 0 个。最后一天在长假里的 1 个。")


def test_the_words_are_numbers_alone_in_both_languages() -> None:
    assert NATIONAL_DAY
    assert say_break(NATIONAL_DAY, 3, english=False) == "国庆节（10月1日–10月7日）：3 个。"
    assert say_break(NATIONAL_DAY, 3, english=True) == "National Day, 1 Oct – 7 Oct: 3."
    both = KNOWN.break_around(day("2025-10-06"))
    assert both and say_break(both, 1, english=False) == "国庆节、中秋节（10月1日–10月8日）：1 个。"
    assert say_counts(1, 2, True, 3) == "Due: 1. Overdue: 2. Last day in the coming break: 3."
    assert all(SENTENCES[BEFORE_BREAK])


@pytest.mark.parametrize(
    ("codes", "number"), [(None, 2), ([SHIQIAO], 1), ([SHIQIAO, LIUWAN], 2), ([], 0), (["519901201009"], 0)]
)
def test_the_list_is_of_the_villages_that_are_reached_by_last_day(
    db: Session, staff: Staff, codes: Reached, number: int
) -> None:
    assert NATIONAL_DAY
    closing(db, staff, on="2026-10-05")
    closing(db, staff, on="2026-10-02", village_code=LIUWAN)
    which = staff.project.id, codes, NATIONAL_DAY, PULL
    rows = [one.row for one in list_closing(db, *which, 0, 50)]
    assert count_closing(db, *which) == number == len(rows)
    assert [row.closes_on for row in rows] == sorted(row.closes_on for row in rows)
    assert len(list_closing(db, *which, 1, 50)) == max(number - 1, 0)


def test_a_role_that_was_taken_away_is_told_nothing(db: Session, staff: Staff) -> None:
    closing(db, staff)
    db.execute(update(Assignment).where(Assignment.actor_id == staff.chen).values(project_id=None))
    assert tell_before_breaks(db, PULL, MORNING) == 0
