"""What a calendar program reads: numbers a day and village, nobody's name, and only what is asked of its owner today."""

import re
from datetime import date, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import delete, select, update

from server.db import Database
from server.errors import NotFound, TooManyFetches
from server.followups.calendars import MOST_FETCHES, make_address, note_fetch, remove_address, write_calendar
from server.models import Assignment, CalendarAddress, HandOver, HandOverVillage, User, Village, Woman
from tests.server.followups.staff import LIUWAN, MORNING, SHIQIAO, TODAY, Staff, a_follow_up, disable
from tests.server.followups.told import a_woman


def ask(database: Database, staff: Staff, due_on: date, village: str = SHIQIAO, **given: object) -> None:
    with database.transaction() as db:
        row = a_follow_up(db, staff, due_on=due_on, village_code=village, **given)
        a_woman(db, staff.project, row.subject, village_code=village)


def read(database: Database, person: int, today: date = TODAY) -> list[tuple[date, str]]:
    with database.reading() as db:
        calendar = Calendar.from_ical(write_calendar(db, person, today))
    return [(event["dtstart"].dt, str(event["summary"])) for event in calendar.walk("VEVENT")]


def test_a_day_and_village_is_one_event_with_a_number(database: Database, staff: Staff) -> None:
    for due_on in (TODAY, TODAY - timedelta(days=9), TODAY + timedelta(days=3), TODAY + timedelta(days=61)):
        ask(database, staff, due_on)
    ask(database, staff, TODAY, LIUWAN)
    assert read(database, staff.chen) == [(TODAY, "随访 2 件 · 村 1001"), (date(2026, 3, 5), "随访 1 件 · 村 1001")]
    assert read(database, staff.luo) == [(TODAY, "随访 1 件 · 村 1002")]
    assert read(database, staff.lead) == []


def test_it_is_in_its_reader_s_language_and_names_nobody(database: Database, staff: Staff) -> None:
    ask(database, staff, TODAY)
    with database.transaction() as db:
        db.execute(update(User).where(User.actor_id == staff.chen).values(language="en"))
    with database.reading() as db:
        text = re.sub("UID:.*", "", write_calendar(db, staff.chen, TODAY).decode())  # 32 signs of chance
    assert "SUMMARY:Visits: 1 · village 1001" in text.replace("\\,", ",")
    assert not [word for word in ("王", "0231", "ANC", "visit_key", "antenatal", "W-") if word in text]


def test_an_event_stays_the_same_one_when_its_number_changes(database: Database, staff: Staff) -> None:
    def uids() -> list[str]:
        with database.reading() as db:
            calendar = Calendar.from_ical(write_calendar(db, staff.chen, TODAY))
        return [str(event["uid"]) for event in calendar.walk("VEVENT")]

    ask(database, staff, TODAY + timedelta(days=2))
    before = uids()
    ask(database, staff, TODAY + timedelta(days=2))
    ask(database, staff, TODAY + timedelta(days=4))
    assert uids()[0] == before[0]
    assert len(set(uids())) == 2


def test_the_same_day_gives_the_same_bytes(database: Database, staff: Staff) -> None:
    ask(database, staff, TODAY)
    with database.reading() as db:
        assert write_calendar(db, staff.chen, TODAY) == write_calendar(db, staff.chen, TODAY)


def test_who_took_her_consent_back_is_counted_no_more(database: Database, staff: Staff) -> None:
    ask(database, staff, TODAY)
    assert len(read(database, staff.chen)) == 1
    with database.transaction() as db:
        db.execute(update(Woman).values(consent_until=TODAY - timedelta(days=1)))
    assert read(database, staff.chen) == []


def test_a_village_that_is_handed_over_is_seen_at_the_next_look(database: Database, staff: Staff) -> None:
    ask(database, staff, TODAY)
    assert read(database, staff.luo) == []
    with database.transaction() as db:
        village = db.scalars(select(Village.id).where(Village.code == SHIQIAO)).one()
        row = HandOver(
            project_id=staff.project.id,
            from_id=staff.chen,
            to_id=staff.luo,
            care_role="village_worker",
            from_day=TODAY,
            until_day=TODAY,
            note="",
            given_by_id=staff.lead,
            given_at=MORNING,
        )
        db.add(row)
        db.flush()
        db.add(HandOverVillage(hand_over_id=row.id, village_id=village))
    assert read(database, staff.luo) == [(TODAY, "随访 1 件 · 村 1001")]
    assert read(database, staff.luo, TODAY + timedelta(days=1)) == []


def test_who_lost_the_role_or_the_account_has_no_calendar(database: Database, staff: Staff) -> None:
    with database.transaction() as db:
        db.execute(delete(Assignment).where(Assignment.actor_id == staff.chen))
        disable(db, staff.luo)
    for person in (staff.chen, staff.luo):
        with pytest.raises(NotFound):
            read(database, person)


def test_an_address_is_good_until_it_is_renewed_or_taken_away(database: Database, staff: Staff) -> None:
    with database.transaction() as db:
        old = make_address(db, staff.chen, MORNING)
        new = make_address(db, staff.chen, MORNING)
        assert note_fetch(db, new, MORNING) == staff.chen
        stored = db.scalars(select(CalendarAddress.token_hash)).one()
        assert new.encode() not in stored
        for wrong in (old, new[:-1], new + "a", ""):
            with pytest.raises(NotFound):
                note_fetch(db, wrong, MORNING)
        remove_address(db, staff.chen, MORNING)
        for gone in (lambda: note_fetch(db, new, MORNING), lambda: remove_address(db, staff.chen, MORNING)):
            with pytest.raises(NotFound):
                gone()


def test_a_program_that_asks_without_end_is_told_when_to_ask_again(database: Database, staff: Staff) -> None:
    with database.transaction() as db:
        token = make_address(db, staff.chen, MORNING)
        for _ in range(MOST_FETCHES):
            note_fetch(db, token, MORNING)
        with pytest.raises(TooManyFetches) as caught:
            note_fetch(db, token, MORNING + timedelta(minutes=10))
        assert caught.value.details["seconds"] == 3000
        assert note_fetch(db, token, MORNING + timedelta(hours=1)) == staff.chen
        assert note_fetch(db, token, MORNING - timedelta(days=1)) == staff.chen  # a clock that was set back


def test_a_merged_village_s_tasks_are_of_the_village_it_is_now(database: Database, staff: Staff) -> None:
    for village in (SHIQIAO, LIUWAN):
        ask(database, staff, TODAY, village)
    with database.transaction() as db:
        new, old = (db.scalars(select(Village).where(Village.code == code)).one() for code in (SHIQIAO, LIUWAN))
        old.successor_id = old.parent_id = new.id
    assert read(database, staff.chen) == [(TODAY, "随访 2 件 · 村 1001")]
    assert read(database, staff.luo) == [(TODAY, "随访 1 件 · 村 1001")]
