"""What is critical is said again in hours of work, up the ladder, until one person has it; then to nobody."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select

from server.db import Database
from server.errors import NotFound
from server.followups.acknowledging import repeat_one, take_on, taken_of
from server.followups.ladder import ladder
from server.followups.notices import follow_up_changed
from server.followups.recipients import Recipients
from server.models import Audit, CriticalWatch, FollowUp, Notification, User, VillageScope
from tests.server.followups.posting import MINUTE, deliver, end, rows, states, tell
from tests.server.followups.staff import MORNING, Staff

HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+08:00")


def repeat(database: Database, now: datetime) -> int:
    done = 0
    with database.transaction() as db:
        while repeat_one(db, now):
            done += 1
    return done


def again(database: Database) -> list[tuple[str, int]]:
    """(who, the how manieth time) of what was said again."""
    with database.reading() as db:
        found = db.execute(
            select(User.email, Notification.occasion)
            .join(User, User.actor_id == Notification.recipient_id)
            .where(Notification.occasion.like("%:%:critical"))
            .order_by(Notification.id)
        )
        return [(email.partition("@")[0], int(occasion.split(":")[1])) for email, occasion in found]


@pytest.mark.parametrize(
    ("said", "next_one"),
    [
        ("2026-03-02T08:00", "2026-03-02T09:00"),
        ("2026-03-02T10:59", "2026-03-02T11:59"),
        ("2026-03-02T11:00", "2026-03-02T14:00"),  # noon is quiet
        ("2026-03-02T16:59", "2026-03-02T17:59"),
        ("2026-03-02T17:00", "2026-03-03T08:00"),
        ("2026-03-02T23:30", "2026-03-03T08:00"),
        ("2026-03-02T02:00", "2026-03-02T08:00"),
        ("2026-02-28T17:30", "2026-03-01T08:00"),
        ("2026-12-31T18:00", "2027-01-01T08:00"),
    ],
)
def test_it_is_said_again_every_hour_of_work(said: str, next_one: str) -> None:
    assert ladder().next_after(at(said)) == at(next_one)


def test_the_ladder_climbs_and_leaves_out_steps_where_nobody_stands() -> None:
    told = Recipients(frozenset({1}), frozenset({2}), frozenset({3}))
    assert [set(ladder().people(told, times)) for times in range(6)] == [{1}, {1}, {1, 2}, {1, 2}, {1, 2, 3}, {1, 2, 3}]
    nobody = frozenset[int]()
    assert ladder().people(Recipients(nobody, nobody, frozenset({3})), 0) == {3}
    assert ladder().people(Recipients(nobody, nobody, nobody), 0) == nobody


def test_it_is_said_again_until_somebody_has_it(database: Database, staff: Staff) -> None:
    row = tell(database, staff, severity="critical")
    assert repeat(database, MORNING + HOUR - MINUTE) == 0
    for _ in range(2):  # a timetable that runs twice says it once
        repeat(database, MORNING + HOUR)
    assert again(database) == [("chen", 1)]
    for hours in (4, 5, 6):
        repeat(database, MORNING + hours * HOUR)
    assert again(database) == [("chen", 1), ("chen", 2), ("chen", 3), ("doctor", 3), ("chen", 4), ("doctor", 4)]
    with database.transaction() as db:
        take_on(db, row.visit_key, staff.doctor, MORNING + 6 * HOUR)
    assert [repeat(database, MORNING + hours * HOUR) for hours in (7, 22, 46)] == [0, 0, 0]


def test_what_is_red_is_said_once(database: Database, staff: Staff) -> None:
    tell(database, staff, severity="red")
    assert repeat(database, MORNING + 30 * HOUR) == 0


def test_hours_in_which_nothing_ran_are_not_made_up_for(database: Database, staff: Staff) -> None:
    tell(database, staff, severity="critical")
    assert repeat(database, MORNING + 30 * HOUR) == 1
    assert again(database) == [("chen", 1)]


def test_the_first_word_and_the_second_are_an_hour_apart_after_a_night(database: Database, staff: Staff) -> None:
    night = at("2026-03-02T00:05")
    tell(database, staff, night, severity="critical")
    assert repeat(database, at("2026-03-02T08:00")) == 0
    assert repeat(database, at("2026-03-02T09:00")) == 1


def test_every_time_goes_by_all_ways_of_its_reader_once(database: Database, staff: Staff) -> None:
    tell(database, staff, severity="critical")
    deliver(database, MORNING)
    for minute in range(3):
        repeat(database, MORNING + HOUR + minute * MINUTE)
        deliver(database, MORNING + HOUR + minute * MINUTE)
    assert len(rows(database, "email")) == 3 + 1


def test_who_has_it_takes_back_what_still_waits_and_the_rest_counts_as_read(database: Database, staff: Staff) -> None:
    row = tell(database, staff, severity="critical")
    deliver(database, MORNING)
    repeat(database, MORNING + HOUR)
    deliver(database, MORNING + HOUR)
    with database.transaction() as db:
        take_on(db, row.visit_key, staff.lead, MORNING + HOUR)
    mails = [one for one in rows(database, "email") if one.occasion.count(":") == 2]
    said = [one for one in rows(database, "inbox") if one.occasion.count(":") == 2]
    assert [one.state for one in mails] == ["taken_back"]
    assert [(one.state, one.read_at) for one in said] == [("sent", MORNING + HOUR)]
    assert states(database)[:3] == ["waiting"] * 3  # the first word is everybody's all the same


def test_the_first_who_has_it_is_shown_and_stands_in_the_audit(database: Database, staff: Staff) -> None:
    row = tell(database, staff, severity="critical")
    with database.transaction() as db:
        assert taken_of(db, {row.id})[row.id].by == ""
        take_on(db, row.visit_key, staff.chen, MORNING + MINUTE)
        take_on(db, row.visit_key, staff.lead, MORNING + HOUR)
        assert taken_of(db, {row.id})[row.id].by == "chen"
        assert taken_of(db, {row.id})[row.id].at == MORNING + MINUTE
        acts = db.scalars(select(Audit).where(Audit.action == "notice.take")).all()
        assert [(act.actor_id, act.details) for act in acts] == [(staff.chen, {"follow_up": row.id})]


def test_whose_matter_it_is_not_cannot_take_it(database: Database, staff: Staff) -> None:
    critical, red = tell(database, staff, severity="critical"), tell(database, staff, severity="red")
    for key, person in ((critical.visit_key, staff.luo), (red.visit_key, staff.chen), ("no such key", staff.chen)):
        with database.transaction() as db, pytest.raises(NotFound):
            take_on(db, key, person, MORNING)


def test_what_ended_is_not_said_again_and_nothing_of_it_waits(database: Database, staff: Staff) -> None:
    row = tell(database, staff, severity="critical")
    repeat(database, MORNING + HOUR)
    end(database, staff, row, MORNING + HOUR)
    assert {one.state for one in rows(database, "inbox")} == {"taken_back"}
    assert repeat(database, MORNING + 30 * HOUR) == 0


def test_what_becomes_critical_anew_needs_somebody_anew(database: Database, staff: Staff) -> None:
    row = tell(database, staff, severity="critical")
    with database.transaction() as db:
        take_on(db, row.visit_key, staff.chen, MORNING)
    end(database, staff, row, MORNING)
    with database.transaction() as db:
        anew = db.get_one(FollowUp, row.id)
        anew.ended, anew.state = False, "overdue"
        follow_up_changed(db, staff.project, anew, MORNING + MINUTE)
        watch = db.get_one(CriticalWatch, row.id)
        assert (watch.taken_at, watch.next_at) == (None, MORNING + MINUTE + HOUR)
    assert repeat(database, MORNING + 2 * HOUR) == 1


def test_where_no_worker_stands_the_next_step_is_told_at_once(database: Database, staff: Staff) -> None:
    tell(database, staff, severity="critical")
    with database.transaction() as db:
        db.execute(delete(VillageScope).where(VillageScope.actor_id == staff.chen))
    repeat(database, MORNING + HOUR)
    assert again(database) == [("doctor", 1)]
