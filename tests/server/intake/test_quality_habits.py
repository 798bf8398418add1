"""What is asked about a record beside its worker's earlier ones: every rule at its limit and one short of it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from server.db import Database
from server.intake.quality_habits import percentile
from server.intake.quality_queue import wait_for_look
from server.models import QualityFlag, Submission
from tests.conftest import Clock
from tests.server.intake.quality_town import CAME, MONDAY, QualityTown

DAY = timedelta(days=1)
SAME = {"one": "a", "two": "b", "three": "c", "four": "d", "five": "e", "six": "f"}


@pytest.fixture
def town(app: Flask, database: Database, project_id: int, clock: Clock) -> QualityTown:
    clock.set(CAME)
    return QualityTown(app, database, project_id)


def test_the_nearest_rank() -> None:
    assert [percentile(list(range(1, 21)), one) for one in (5, 50, 95, 100)] == [1, 10, 19, 20]
    assert percentile([7], 5) == 7


def spaced(town: QualityTown, spent: list[int]) -> list[int]:
    """Records on days of their own, long ago, so that nothing else is asked about them."""
    return [town.send(MONDAY - (40 + at) * DAY, seconds) for at, seconds in enumerate(spent)]


def test_quicker_or_slower_than_the_worker_s_own_last_ones(town: QualityTown) -> None:
    spaced(town, [200 + 10 * at for at in range(20)])
    quick, usual, slow = (town.send(MONDAY, one, **SAME | {"six": str(one)}) for one in (199, 200, 391))
    short = town.send(MONDAY, 10, one="absent")
    town.judge()
    assert town.asked(short) == {}, "with few answers it is quick for a reason"
    assert town.asked(quick) == {"too_fast": {"seconds": 199, "usual": 290, "records": 20}}
    assert town.asked(usual) == {}
    assert town.asked(slow)["too_slow"]["seconds"] == 391


def test_with_nineteen_records_nothing_is_said_of_pace_nor_by_another_worker_s(town: QualityTown) -> None:
    spaced(town, [300] * 19)
    quick = town.send(MONDAY, 20, **SAME)
    town.judge()
    assert town.asked(quick) == {}
    _, other = town.a_phone("二号")
    theirs = town.send(MONDAY, 20, phone=other, **SAME)
    town.judge()
    assert town.asked(theirs) == {}


@pytest.mark.parametrize(
    ("seconds", "left_out", "asked"), [(89, "", {"too_fast": {"seconds": 89}}), (90, "", {}), (20, "six", {})]
)
def test_a_check_in_pregnancy_under_ninety_seconds_is_asked_about_at_once_but_not_one_that_ended_early(
    town: QualityTown, seconds: int, left_out: str, asked: dict[str, dict[str, int]]
) -> None:
    _, phone = town.a_phone("三号", "antenatal_check")
    answers = {name: text for name, text in SAME.items() if name != left_out}
    record = town.send(MONDAY, seconds, phone=phone, form_id="antenatal_check", **answers)
    town.judge()
    assert town.asked(record) == asked


def test_three_in_a_row_that_answer_everything_alike(town: QualityTown) -> None:
    first, second = town.send(**SAME), town.send(**SAME)
    third = town.send(**SAME)
    other = town.send(**{**SAME, "six": "g"})
    fourth = town.send(**SAME)
    town.judge()
    assert [town.asked(one) for one in (first, second, other, fourth)] == [{}, {}, {}, {}]
    assert town.asked(third) == {"same_answers": {"records": 3, "record": second}}


def test_few_answers_are_alike_by_chance(town: QualityTown) -> None:
    records = [town.send(one="a", two="b", three="c", four="d", five="e") for _ in range(3)]
    town.judge()
    assert [town.asked(one) for one in records] == [{}, {}, {}]


def test_blood_pressures_in_fives_are_asked_about_once(town: QualityTown) -> None:
    for at in range(9):
        town.send(MONDAY - at * DAY, bp_sys="120", bp_dia="80")
    ninth = town.send(MONDAY - 10 * DAY, bp_sys="118", bp_dia="80")
    next_one = town.send(MONDAY - 11 * DAY, bp_sys="125", bp_dia="78")
    town.judge()
    assert town.asked(ninth)["digits"] == {"percent": 95, "readings": 20}
    assert "digits" not in town.asked(next_one)


def test_readings_to_the_millimetre_are_never_asked_about(town: QualityTown) -> None:
    pairs = [("118", "72"), ("124", "80"), ("131", "77"), ("120", "76"), ("116", "74")] * 3
    records = [town.send(MONDAY - at * DAY, bp_sys=a, bp_dia=b) for at, (a, b) in enumerate(pairs)]
    town.judge()
    assert [one for one in records if "digits" in town.asked(one)] == []


def test_the_twenty_sixth_of_a_day_and_only_that_one(town: QualityTown) -> None:
    records = [town.send(MONDAY + at * timedelta(minutes=10), 60) for at in range(27)]
    town.judge()
    assert {one: town.asked(one).get("many_a_day") for one in records if "many_a_day" in town.asked(one)} == {
        records[25]: {"records": 26}
    }


@pytest.mark.parametrize(("before", "asked"), [(10, True), (11, False)])
def test_half_of_a_month_on_its_last_day(town: QualityTown, before: int, asked: bool) -> None:
    last = MONDAY - 2 * DAY
    assert (last + DAY).day == 1
    for at in range(before):
        town.send(last - (at % 20 + 1) * DAY)
    records = [town.send(last + at * timedelta(minutes=30)) for at in range(10)]
    town.judge()
    assert [bool(town.asked(one).get("last_day")) for one in records] == [*[False] * 9, asked]


def test_on_the_first_of_a_month_nobody_is_asked(town: QualityTown) -> None:
    records = [town.send(MONDAY - DAY + at * timedelta(minutes=30)) for at in range(12)]
    town.judge()
    assert [town.asked(one) for one in records] == [{}] * 12


@pytest.mark.parametrize(
    ("days_after", "note", "asked"),
    [(-14, "", {"holiday": {}}), (-14, "她约的", {}), (-16, "", {}), (-2, "", {}), (-1, "", {})],
)
def test_a_public_holiday_without_a_remark(
    town: QualityTown, days_after: int, note: str, asked: dict[str, dict[str, int]]
) -> None:
    """16 February 2026 is in the Spring Festival's break, Saturday 14 February is worked instead; a weekend is no holiday."""
    record = town.send(MONDAY + days_after * DAY, note=note)
    town.judge()
    assert town.asked(record) == asked


PICTURE = b"\xff\xd8\xff\xe0" + bytes(40)


def test_the_same_picture_again_is_asked_about_on_the_later_record(town: QualityTown) -> None:
    first = town.send(photo="a.jpg", files={"a.jpg": PICTURE})
    other = town.send(photo="b.jpg", files={"b.jpg": PICTURE + b"\x01"})
    again = town.send(photo="c.jpg", files={"c.jpg": PICTURE})
    town.judge()
    assert [town.asked(one) for one in (first, other)] == [{}, {}]
    assert town.asked(again) == {"doubled_file": {"record": first}}


def test_a_picture_is_not_compared_with_that_of_a_record_that_nobody_reads(
    town: QualityTown, database: Database
) -> None:
    first = town.send(photo="a.jpg", files={"a.jpg": PICTURE})
    with database.transaction() as db:
        db.execute(update(Submission).where(Submission.id == first).values(sealed=True))
    again = town.send(photo="c.jpg", files={"c.jpg": PICTURE})
    town.judge()
    assert town.asked(again) == {}


def test_a_picture_that_comes_later_is_looked_at_when_it_comes(town: QualityTown) -> None:
    first = town.send(photo="a.jpg", files={"a.jpg": PICTURE})
    again = town.send(instance_id="uuid:later", photo="c.jpg")
    town.judge()
    assert town.asked(again) == {}
    town.send(instance_id="uuid:later", photo="c.jpg", files={"c.jpg": PICTURE})
    assert town.judge() == 1
    assert town.asked(again) == {"doubled_file": {"record": first}}


def test_what_is_asked_does_not_hang_on_the_order_of_judging(town: QualityTown, database: Database) -> None:
    records = [town.send(MONDAY + at * timedelta(minutes=10), 60, **SAME) for at in range(27)]
    town.judge()
    before = {one: town.asked(one) for one in records}
    with database.transaction() as db:
        db.execute(delete(QualityFlag))
        for one in reversed(records):
            wait_for_look(db, one)
    town.judge()
    assert {one: town.asked(one) for one in records} == before
    with database.reading() as db:
        assert db.scalars(select(QualityFlag.kind)).all()
