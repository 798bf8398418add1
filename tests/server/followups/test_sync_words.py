"""A phone that is silent is asked after instead of the visits that may be on it. Monday is 2 March 2026; times are Shanghai's."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import clock
from server.db import Database
from server.followups.digests import Numbers, numbers_of
from server.followups.notices import follow_up_changed
from server.followups.outbox import deliver_inbox
from server.followups.sync_words import Silent, known_of, settle_syncs, silences_told, what_is_meant
from server.models import AppUser, FollowUp, Notification
from tests.plans import plan_of
from tests.server.followups.staff import LIUWAN, SHIQIAO, Staff, a_follow_up, a_staff, red_from
from tests.server.followups.test_syncing import a_silent_phone

RED_FROM = date(2026, 3, 2)
BEFORE = datetime.fromisoformat("2026-02-20T18:00+08:00")  # the window opens on 23 February


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}+08:00")


@pytest.fixture
def staff(db: Session) -> Staff:
    return a_staff(db)


@pytest.fixture
def phone(db: Session, staff: Staff) -> AppUser:
    return db.get_one(AppUser, a_silent_phone(db, staff.project, staff.chen, SHIQIAO, BEFORE))


def a_red_one(db: Session, staff: Staff, **given: object) -> FollowUp:
    values = {"state": "overdue", "severity": "red", "why_json": red_from(RED_FROM), **given}
    return a_follow_up(db, staff, **values)


def stand(db: Session, staff: Staff, row: FollowUp, now: datetime, **given: object) -> None:
    """The follow-up as it stands that day, and the timetable's look at silent phones."""
    for name, value in {**given, "stands_on": clock.today(now)}.items():
        setattr(row, name, value)
    db.flush()
    follow_up_changed(db, staff.project, row, now)
    look(db, now)


def look(db: Session, now: datetime) -> None:
    settle_syncs(db, now)
    deliver_inbox(db, now, with_mail=False)


def told(db: Session, staff: Staff) -> set[str]:
    """Who was told what and has not had it taken back: `chen overdue`."""
    names = {one: name for name, one in vars(staff).items() if isinstance(one, int)}
    rows = db.scalars(select(Notification).where(Notification.state == "sent"))
    return {f"{names[row.recipient_id]} {row.occasion.rpartition(':')[2]}" for row in rows}


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("02T09:00", {"chen overdue", "chen sync_worker"}),
        ("03T20:59", {"chen overdue", "chen sync_worker"}),
        ("04T07:59", {"chen overdue", "chen sync_worker"}),
        ("04T08:00", {"chen overdue", "chen sync_worker", "lead sync_lead"}),
        ("20T09:00", {"chen overdue", "chen sync_worker", "lead sync_lead"}),
    ],
)
def test_the_worker_is_asked_first_and_the_lead_hears_after_two_working_days(
    db: Session, staff: Staff, phone: AppUser, now: str, said: set[str]
) -> None:
    """Neither clinician nor lead hears of the visit, however late it is: it may be done."""
    row = a_red_one(db, staff)
    stand(db, staff, row, at("02T09:00"))
    look(db, at(now))
    if now != "02T09:00":
        stand(db, staff, row, at(now))
    assert told(db, staff) == said


def test_a_weekend_is_no_working_day(db: Session, staff: Staff, phone: AppUser) -> None:
    stand(db, staff, a_red_one(db, staff), at("06T09:00"))
    look(db, at("09T20:00"))
    assert "lead sync_lead" not in told(db, staff)
    look(db, at("10T08:00"))
    assert "lead sync_lead" in told(db, staff)


def test_each_is_told_once_however_many_visits_wait_and_however_often_it_is_looked(
    db: Session, staff: Staff, phone: AppUser
) -> None:
    rows = [a_red_one(db, staff) for _ in range(3)]
    for day in ("02T09:00", "02T09:01", "03T09:00", "04T09:00", "05T09:00"):
        for row in rows:
            stand(db, staff, row, at(day))
    kinds = [row.kind for row in db.scalars(select(Notification)) if row.kind.startswith("sync")]
    assert sorted(kinds) == ["sync_lead", "sync_worker"]


def test_of_one_that_is_overdue_and_not_red_the_phone_is_asked_for_too(
    db: Session, staff: Staff, phone: AppUser
) -> None:
    stand(db, staff, a_red_one(db, staff, severity="amber"), at("02T09:00"))
    assert told(db, staff) == {"chen overdue", "chen sync_worker"}


def test_of_one_that_is_only_due_nobody_is_asked_to_synchronise(db: Session, staff: Staff, phone: AppUser) -> None:
    stand(db, staff, a_follow_up(db, staff), at("02T09:00"))
    assert told(db, staff) == {"chen due"}


@pytest.mark.parametrize("synced", ["02T08:59", None])
def test_without_a_silent_phone_the_ladder_is_as_ever(
    db: Session, staff: Staff, phone: AppUser, synced: str | None
) -> None:
    phone.last_used_at = at(synced) if synced else None
    db.flush()
    stand(db, staff, a_red_one(db, staff), at("02T09:00"))
    assert told(db, staff) == {"chen overdue", "doctor red"}


def test_when_it_synchronises_and_the_visit_was_made_every_word_is_taken_back(
    db: Session, staff: Staff, phone: AppUser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="fangshi.followups")
    row = a_red_one(db, staff)
    stand(db, staff, row, at("02T09:00"))
    look(db, at("04T09:00"))
    phone.last_used_at = at("04T10:00")
    stand(db, staff, row, at("04T10:00"), state="done_on_time", ended=True)
    look(db, at("04T10:01"))
    assert told(db, staff) == set()
    assert len(list(db.scalars(select(Notification).where(Notification.taken_back_at.is_not(None))))) == 3
    assert caplog.text.count("is taken back") == 3
    assert row.waits_for_sync is False


def test_a_silence_is_known_from_the_last_sync_on_once_somebody_was_told_until_it_is_over(
    db: Session, staff: Staff, phone: AppUser
) -> None:
    row = a_red_one(db, staff)
    assert silences_told(db, staff.project.id, phone.actor_id) == []
    stand(db, staff, row, at("02T09:00"))
    assert silences_told(db, staff.project.id, phone.actor_id) == [Silent(BEFORE, None)]
    assert silences_told(db, staff.project.id, phone.actor_id + 1) == []
    phone.last_used_at = at("03T10:00")
    stand(db, staff, row, at("03T10:00"), state="done_on_time", ended=True)
    assert silences_told(db, staff.project.id, phone.actor_id) == [Silent(BEFORE, at("03T10:00"))]


def test_a_silence_of_which_nobody_heard_is_not_known(db: Session, staff: Staff, phone: AppUser) -> None:
    phone.person_id = None
    row = a_red_one(db, staff)
    stand(db, staff, row, at("02T09:00"))
    assert silences_told(db, staff.project.id, phone.actor_id) == [], "a lead hears after two working days"
    look(db, at("04T09:00"))
    assert silences_told(db, staff.project.id, phone.actor_id) == [Silent(BEFORE, None)]


def test_when_it_synchronises_and_the_visit_was_not_made_the_ladder_goes_on_from_where_it_stands(
    db: Session, staff: Staff, phone: AppUser
) -> None:
    """Red for three working days: the lead hears of that too. A minute after the phone's first word it may still be sending."""
    row = a_red_one(db, staff)
    stand(db, staff, row, at("02T09:00"))
    row.stands_on = date(2026, 3, 5)
    phone.last_used_at = at("05T10:00")
    db.flush()
    look(db, at("05T10:01"))
    assert told(db, staff) == {"chen overdue"}
    look(db, at("05T10:12"))
    assert told(db, staff) == {"chen overdue", "doctor red", "lead late"}
    assert row.waits_for_sync is False


def test_what_arrives_while_the_phone_is_still_sending_calls_nobody(db: Session, staff: Staff, phone: AppUser) -> None:
    row = a_red_one(db, staff)
    stand(db, staff, row, at("02T09:00"))
    phone.last_used_at = at("02T10:00")
    db.flush()
    look(db, at("02T10:01"))
    stand(db, staff, row, at("02T10:03"), state="done_on_time", ended=True)
    look(db, at("02T10:30"))
    assert told(db, staff) == set()
    [notice] = db.scalars(select(Notification).where(Notification.recipient_id == staff.doctor))
    assert (notice.state, notice.sent_at) == ("taken_back", None)


def test_words_of_other_silences_and_other_kinds_are_not_read_at_every_look(database: Database) -> None:
    if not database.is_sqlite:
        return  # its planner goes by how much there is
    plan = plan_of(database, known_of(1, {"sync:1:2026-03-02T00:00:00:sync_worker"}))
    assert plan and not any(one.startswith("SCAN") for one in plan), plan


def test_a_second_silence_of_the_phone_is_another_occasion(db: Session, staff: Staff, phone: AppUser) -> None:
    stand(db, staff, a_red_one(db, staff), at("02T09:00"))
    phone.last_used_at = at("02T10:00")
    db.flush()
    look(db, at("02T10:01"))
    assert "chen sync_worker" not in told(db, staff)
    later = a_red_one(db, staff, opens_on=date(2026, 3, 4), why_json=red_from(date(2026, 3, 9)))
    stand(db, staff, later, at("09T09:00"))
    assert "chen sync_worker" in told(db, staff)


def test_a_critical_one_waits_for_no_phone(db: Session, staff: Staff, phone: AppUser) -> None:
    row = a_red_one(db, staff)
    stand(db, staff, row, at("02T09:00"))
    stand(db, staff, row, at("02T09:30"), severity="critical")
    assert told(db, staff) == {"chen overdue", "chen critical", "doctor critical", "lead critical"}
    assert row.waits_for_sync is False


def test_a_phone_that_nobody_with_an_account_carries_is_told_to_the_lead_alone(db: Session, staff: Staff) -> None:
    a_silent_phone(db, staff.project, None, LIUWAN, BEFORE)
    stand(db, staff, a_red_one(db, staff, village_code=LIUWAN), at("02T09:00"))
    look(db, at("04T08:00"))
    assert told(db, staff) == {"luo overdue", "lead sync_lead"}


def test_a_word_to_the_lead_says_which_phone_by_its_villages_and_since_when(
    db: Session, staff: Staff, phone: AppUser, count_queries: Callable[..., object]
) -> None:
    stand(db, staff, a_red_one(db, staff), at("02T09:00"))
    occasions = list(db.scalars(select(Notification.occasion)))
    [(occasion, meant)] = what_is_meant(db, occasions).items()
    assert occasion.endswith("sync_lead")
    assert (meant.since, meant.villages) == (BEFORE, ("石桥村",))
    assert what_is_meant(db, ["w1:overdue", "sync:1:2026-03-01T00:00:00:sync_worker"]) == {}


def test_a_town_that_is_put_away_says_nothing_of_its_phones(db: Session, staff: Staff, phone: AppUser) -> None:
    row = a_red_one(db, staff)
    staff.project.archived = True
    stand(db, staff, row, at("02T09:00"))
    assert told(db, staff) == set()


def test_the_clinician_s_summary_counts_it_only_once_the_phone_has_synchronised(
    db: Session, staff: Staff, phone: AppUser
) -> None:
    stand(db, staff, a_red_one(db, staff), at("02T09:00"))
    assert numbers_of(db, staff.doctor, date(2026, 3, 2)) == Numbers()
    assert numbers_of(db, staff.chen, date(2026, 3, 2)).due == 1
    phone.last_used_at = at("02T10:00")
    db.flush()
    look(db, at("02T10:01"))
    assert numbers_of(db, staff.doctor, date(2026, 3, 2)).due == 1
