"""What records of F7 say was handed out, through the phone's own door: in any order, corrected, deleted, replayed and rebuilt."""

from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from server.db import Database
from server.followups.supply_acts import Doer, NewLot, receive
from server.followups.supply_ledger import Handout
from server.followups.supply_reading import ALL, read_store
from server.intake.rederiving import rederive
from server.intake.review import delete_submission, restore_submission, set_review_state
from server.models import Project, Submission, SupplyHandout, Village
from server.registry.erasing import erase_person, plan_erasure
from tests.conftest import MORNING, Clock
from tests.server.followups.samples import day
from tests.server.registry.caring import OTHER, VILLAGE, Care, a_care_of_two_villages, a_care_record, a_uuid


@pytest.fixture
def care(app: Flask, database: Database, project_id: int, clock: Clock) -> Care:
    return a_care_of_two_villages(app, database, project_id)


def village(care: Care, code: str = VILLAGE) -> int:
    with care.database.reading() as db:
        return db.scalars(select(Village.id).where(Village.code == code)).one()


def come(care: Care, person: int, quantity: int = 40, number: str = "B7", item: str = "coc") -> int:
    """A lot at the village's point, from the first of February; its id."""
    with care.database.transaction() as db:
        doer = Doer(person, db.get_one(Project, care.project_id), ALL, MORNING)
        new = NewLot(item, number, day("2027-03-31"), day("2026-02-01"), quantity, village(care))
        return receive(db, doer, new).lot_id


def handed_out(care: Care) -> list[Handout]:
    with care.database.reading() as db:
        return read_store(db, care.project_id, ALL).handouts


def left(care: Care, lot: int) -> int:
    with care.database.reading() as db:
        return read_store(db, care.project_id, ALL).stock.left[lot]


@pytest.fixture
def person(care: Care) -> int:
    with care.database.reading() as db:
        return db.scalars(select(Submission.submitter_id).limit(1)).first() or first_actor(care)


def first_actor(care: Care) -> int:
    care.pick_up_without_a_name(item="leaflet")
    with care.database.reading() as db:
        found = db.scalars(select(Submission.submitter_id).limit(1)).one()
        assert found is not None
        return found


@pytest.mark.parametrize(
    ("answers", "shelf"),
    [
        ({"stock_point": VILLAGE}, (VILLAGE, "coc")),
        ({"stock_point": "town"}, (None, "coc")),
        ({"point_village": OTHER}, (OTHER, "coc")),
        ({"stock_point": OTHER, "point_village": VILLAGE}, (OTHER, "coc")),
        ({"stock_point": "elsewhere"}, None),
        ({}, None),
        ({"item": "condom", "qty": "500", "stock_point": VILLAGE}, (VILLAGE, "condom")),
    ],
)
def test_a_record_without_a_name_lowers_the_point_that_it_tells(
    care: Care, answers: dict[str, str], shelf: tuple[str | None, str] | None
) -> None:
    care.pick_up_without_a_name(**answers)
    (one,) = handed_out(care)
    wanted = None if shelf is None else (village(care, shelf[0]) if shelf[0] else None, shelf[1])
    assert one.shelf == wanted and one.quantity == int(answers.get("qty", "3"))


@pytest.mark.parametrize(
    "answers",
    [{"item": "leaflet"}, {"item": "gold"}, {"qty": "0"}, {"qty": "501"}, {"qty": "-3"}, {"qty": "３"}, {"item": ""}],
)
def test_what_is_no_package_lowers_nothing(care: Care, answers: dict[str, str]) -> None:
    care.pick_up_without_a_name(stock_point=VILLAGE, **answers)
    assert handed_out(care) == []


@pytest.mark.parametrize(
    ("answers", "at"),
    [
        ({"end": "2026-02-22T10:30:00.000+08:00"}, "2026-02-22T02:30:00+00:00"),
        ({"end": "2026-02-23T10:30:00.000+08:00"}, "2026-02-22T04:00:00+00:00"),  # written down a day later: noon
        ({"end": "9999-12-31T23:59:00.000-08:00"}, "2026-02-22T04:00:00+00:00"),
        ({}, "2026-02-22T04:00:00+00:00"),
        ({"visit_date": "2199-01-01"}, MORNING.isoformat()),  # never after receipt
        ({"visit_date": "0001-01-01", "end": "0001-01-01T00:00:00+08:00"}, MORNING.isoformat()),
    ],
)
def test_it_happened_when_the_record_was_filled_in_if_that_was_the_day(
    care: Care, answers: dict[str, str], at: str
) -> None:
    told = {"day": answers["visit_date"]} if "visit_date" in answers else {}
    care.pick_up_without_a_name(stock_point=VILLAGE, **told, end=answers.get("end", ""))
    assert handed_out(care)[0].at.isoformat() == at


def test_a_correction_a_rejection_and_a_deletion_move_the_stock_with_them(care: Care, person: int) -> None:
    lot = come(care, person)
    sent = care.pick_up_without_a_name(stock_point=VILLAGE, lot="b 7")
    assert left(care, lot) == 37
    newer = care.pick_up_without_a_name(stock_point=VILLAGE, lot="B7", qty="5", deprecated_id=sent)
    assert newer != sent and left(care, lot) == 35
    for change, expected in (
        (lambda db, one: set_review_state(db, one, "rejected", person, MORNING), 40),
        (lambda db, one: set_review_state(db, one, "approved", person, MORNING), 35),
        (lambda db, one: delete_submission(db, one, person, MORNING), 40),
        (lambda db, one: restore_submission(db, one, person, MORNING), 35),
    ):
        with care.database.transaction() as db:
            change(db, db.scalars(select(Submission).where(Submission.instance_id == sent)).one())
        assert left(care, lot) == expected
    assert len(handed_out(care)) == 1


def test_what_was_handed_out_beside_her_name_stays_gone_when_she_withdraws_or_is_erased(
    care: Care, person: int
) -> None:
    lot, woman = come(care, person), a_uuid()
    care.register(woman)
    care.pick_up(woman, "coc", "3", stock_point=VILLAGE)
    assert left(care, lot) == 37
    care.withdraw(woman, "2026-02-25")
    assert left(care, lot) == 37
    care.pick_up(
        woman, "coc", "2", stock_point=VILLAGE, day="2026-02-26"
    )  # it was on a phone: sealed, and gone all the same
    assert left(care, lot) == 35
    rederive(care.database, None, MORNING, lambda *_: None)
    assert left(care, lot) == 35
    with care.database.transaction() as db:
        erase_person(db, plan_erasure(db, care.project_id, woman), None, MORNING)
    assert left(care, lot) == 35
    with care.database.reading() as db:
        assert list(db.scalars(select(SupplyHandout.submission_id))) == [None, None]
    rederive(care.database, None, MORNING, lambda *_: None)
    assert left(care, lot) == 35


def test_a_plain_project_has_no_store(care: Care) -> None:
    with care.database.transaction() as db:
        db.get_one(Project, care.project_id).kind = "plain"
    care.pick_up_without_a_name(stock_point=VILLAGE)
    assert handed_out(care) == []


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["send", "send", "again", "correct", "delete", "restore", "reject"]),
        st.integers(0, 5),
        st.integers(1, 13),
        st.sampled_from(["", "B7", "b 7", "C1", "?"]),
    ),
    max_size=8,
)


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=ACTS)
def test_stock_is_what_came_less_what_the_records_say_that_stand(care: Care, person: int, acts: list) -> None:
    """Sent, sent once more, corrected, deleted, put back and rejected in any order; a rebuild of nothing gives the same."""
    with care.database.transaction() as db:
        db.execute(delete(SupplyHandout))
        for one in db.scalars(select(Submission).where(Submission.deleted_at.is_(None))):
            delete_submission(db, one, person, MORNING)
    lots = [come(care, person, 10), come(care, person, 10, "C1")]
    before = {one: left(care, one) for one in lots}
    sent: list[dict] = []
    for what, which, many, number in acts:
        if what == "send" or not sent:
            told = {"pickup_mode": "anonymous", "item": "coc", "qty": str(many), "visit_date": "2026-02-22"}
            told |= {"stock_point": VILLAGE, "lot": number}
            instance = care.post("supplies", told)
            sent.append({"first": instance, "last": instance, "many": many, "told": told, "stands": True})
            continue
        one = sent[which % len(sent)]
        if what == "again":  # refused where the record was corrected or deleted since: either way nothing changes
            again = a_care_record("supplies", one["told"], instance_id=one["first"])
            assert care.phone.send(care.project_id, again).status_code in (201, 409)
        elif what == "correct" and one["stands"]:
            told = {"qty": str(many), "lot": number, "stock_point": VILLAGE}
            one["last"] = care.pick_up_without_a_name(**told, deprecated_id=one["last"])
            one["many"] = many
        elif what in ("delete", "restore", "reject"):
            with care.database.transaction() as db:
                row = db.scalars(select(Submission).where(Submission.instance_id == one["first"])).one()
                change(db, row, what, person)
                one["stands"] = row.deleted_at is None and row.review_state != "rejected"
    expected = sum(before.values()) - sum(one["many"] for one in sent if one["stands"])
    assert total(care) == expected
    rederive(care.database, None, MORNING, lambda *_: None)
    assert total(care) == expected
    known = sorted((one.quantity, one.at, one.number) for one in handed_out(care))
    with care.database.transaction() as db:
        db.execute(delete(SupplyHandout))
    rederive(care.database, None, MORNING, lambda *_: None)
    assert sorted((one.quantity, one.at, one.number) for one in handed_out(care)) == known


def change(db, row: Submission, what: str, person: int) -> None:
    if what == "delete" and row.deleted_at is None:
        delete_submission(db, row, person, MORNING + timedelta(hours=1))
    elif what == "restore" and row.deleted_at is not None:
        restore_submission(db, row, person, MORNING + timedelta(hours=1))
    elif what == "reject" and row.deleted_at is None:
        set_review_state(db, row, "rejected", person, MORNING + timedelta(hours=1))


def total(care: Care) -> int:
    with care.database.reading() as db:
        stock = read_store(db, care.project_id, ALL).stock
        return sum(stock.left.values()) - sum(stock.missing.values())
