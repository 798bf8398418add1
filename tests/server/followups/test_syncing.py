"""Whether a task is perhaps done, with every instant written out. Days and times are Shanghai's."""

from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from server.followups.recipients import CLINICIAN, WORKER, Duty, Staff, StandIn
from server.followups.syncing import Carried, Syncing, may_wait, silences_of, silent_since
from server.followups.town_rules import shipped
from server.models import AppUser, FollowUp, Village
from tests.server.followups.staff import LIUWAN, SHIQIAO, TODAY, a_carried_phone, a_follow_up, a_staff
from tests.server.followups.told import a_woman


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+08:00")


@pytest.mark.parametrize(
    ("opens", "synced", "today", "since"),
    [
        ("03-02", ["03-01T23:59:59"], "03-02", "03-01T23:59:59"),
        ("03-02", ["03-02T00:00:00"], "03-02", None),
        ("03-02", ["03-01T18:00"], "03-01", None),
        ("03-02", ["02-10T18:00"], "04-20", "02-10T18:00"),
        ("03-02", ["02-10T18:00", "02-20T18:00"], "03-09", "02-20T18:00"),
        ("03-02", ["02-10T18:00", "03-05T07:00"], "03-09", None),
        ("03-02", [], "03-09", None),
        ("03-02", ["03-20T07:00"], "03-09", None),
    ],
)
def test_a_task_is_perhaps_done_while_no_phone_has_synchronised_since_it_opened(
    opens: str, synced: list[str], today: str, since: str | None
) -> None:
    """From midnight of the day on which it opens; without a phone nothing is, and the clock may have been set back."""
    found = silent_since(
        date.fromisoformat(f"2026-{opens}"), [shanghai(one) for one in synced], date.fromisoformat(f"2026-{today}")
    )
    assert found == (shanghai(since) if since else None)


CHEN, LUO, HE, WEB, DOCTOR = 1, 2, 3, 4, 5
EARLY, LATE = shanghai("02-10T18:00"), shanghai("03-05T07:00")
STAFF = Staff(
    [
        Duty(CHEN, WORKER, SHIQIAO),
        Duty(LUO, WORKER, LIUWAN),
        Duty(HE, WORKER, LIUWAN),
        Duty(WEB, WORKER, "another"),
        Duty(DOCTOR, CLINICIAN, None),
    ],
    [StandIn(CHEN, LUO, SHIQIAO)],
)
PHONES = (
    Carried(11, CHEN, frozenset({SHIQIAO}), EARLY),
    Carried(12, LUO, frozenset({LIUWAN}), EARLY),
    Carried(13, HE, frozenset({LIUWAN}), LATE),
    Carried(14, None, frozenset({SHIQIAO}), EARLY),
    Carried(15, DOCTOR, None, EARLY),
)


@pytest.mark.parametrize(
    ("village", "chosen", "phones"),
    [
        (SHIQIAO, None, {11, 12, 14}),
        (SHIQIAO, str(CHEN), {11, 12}),
        (SHIQIAO, str(HE), {13}),
        (SHIQIAO, str(WEB), set()),
        (SHIQIAO, "999", {11, 12, 14}),
        (LIUWAN, None, {12, 13}),
        ("another", None, set()),
    ],
)
def test_the_phones_are_those_of_whoever_goes_there(village: str, chosen: str | None, phones: set[int]) -> None:
    """Her chosen worker's, else the village's, one that nobody with an account carries too; and the stand-in's."""
    assert {one.id for one in Syncing(STAFF, PHONES).phones_for(village, chosen)} == phones


@pytest.mark.parametrize(
    ("village", "chosen", "waits"),
    [
        (SHIQIAO, None, True),
        (LIUWAN, None, False),
        (LIUWAN, str(LUO), True),
        (LIUWAN, str(HE), False),
        ("another", None, False),
    ],
)
def test_one_phone_that_has_synchronised_is_enough_not_to_wait(village: str, chosen: str | None, waits: bool) -> None:
    silence = Syncing(STAFF, PHONES).silence_for(village, chosen, date(2026, 3, 2), date(2026, 3, 9))
    assert (silence is not None) == waits


@pytest.mark.parametrize(
    ("given", "waits"),
    [
        ({}, True),
        ({"subject_list": "households"}, True),
        ({"subject_list": "benefit_cases"}, False),
        ({"rule": "PL1"}, False),
        ({"ended": True, "state": "done_late"}, False),
    ],
)
def test_only_a_village_worker_s_task_waits_for_a_phone(db: Session, given: dict[str, object], waits: bool) -> None:
    assert may_wait(a_follow_up(db, a_staff(db), **given), shipped().of_clinicians) == waits


def a_silent_phone(db: Session, project, person: int | None, code: str, synced_at: datetime | None) -> int:  # type: ignore[no-untyped-def]
    village = db.query(Village.id).filter(Village.code == code).scalar()
    phone = a_carried_phone(db, project, person, village)
    db.get_one(AppUser, phone).last_used_at = synced_at
    db.flush()
    return phone


def test_silences_are_read_for_many_rows_in_as_many_queries_as_for_one(db: Session, count_queries) -> None:  # type: ignore[no-untyped-def]
    staff = a_staff(db)
    a_silent_phone(db, staff.project, staff.chen, SHIQIAO, EARLY)
    a_silent_phone(db, staff.project, staff.luo, LIUWAN, LATE)
    a_silent_phone(db, staff.project, staff.luo, LIUWAN, None)
    rows: list[FollowUp] = [a_follow_up(db, staff, village_code=code) for code in (SHIQIAO, LIUWAN) for _ in range(10)]
    rows += [a_follow_up(db, staff, village_code=SHIQIAO)]
    a_woman(db, staff.project, rows[-1].subject, village_code=SHIQIAO, assigned_worker=str(staff.luo))
    db.flush()
    with count_queries() as few:
        assert set(silences_of(db, staff.project.id, rows[:1], TODAY)) == {rows[0].id}
    with count_queries() as many:
        found = silences_of(db, staff.project.id, rows, TODAY)
    assert set(found) == {row.id for row in rows[:10]}
    assert len(many) == len(few) > 2
