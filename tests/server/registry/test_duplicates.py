"""The look at who may be registered twice: what is compared, what is left alone, and that one failure stops nobody."""

import pytest
from flask import Flask
from sqlalchemy import select

from server.db import Database
from server.models import PersonPair, PersonWait, PersonWord
from server.registry import duplicates
from server.registry.duplicates import MOST_SHARING, look_at_waiting
from tests.conftest import Clock
from tests.server.registry.caring import Care, a_uuid, created


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


def add(care: Care, name: str, **answers: str) -> str:
    woman = a_uuid()
    given = {"action": "register", "visit_date": "2026-02-01", "consent_until": "2027-02-01", "keeps": "1"}
    given |= {f"consent_{one}": "yes" for one in ("service", "reminder", "share_clinic", "location", "stats")}
    given |= {"display_name": name, "village_code": "519901201001"} | answers
    care.post("woman_consent", given, created("women", woman, f"W-{len(care.rows(PersonWait)):04} {name[:1]}*"))
    return woman


def test_who_changed_waits_and_waits_no_longer_once_looked_at(care: Care, database: Database, clock: Clock) -> None:
    one = add(care, "王小燕", phone_safe="13800000001")
    other = add(care, "王晓艳", phone_safe="13800000001")
    assert look_at_waiting(database, 100, clock.now()) == 2
    assert look_at_waiting(database, 100, clock.now()) == 0
    (pair,) = care.rows(PersonPair)
    assert {pair.first_uuid, pair.second_uuid} == {one, other}
    assert pair.reasons == "phone sound"
    care.renew(other, "2026-02-20", "2027-02-20", keeps="1", display_name="李梅", village_code="519901201001")
    look_at_waiting(database, 100, clock.now())
    assert care.rows(PersonPair) == []


def test_a_number_that_many_share_tells_nothing_of_any(care: Care, database: Database, clock: Clock) -> None:
    for number in range(MOST_SHARING + 1):
        add(care, "", phone_safe="13800000001", visit_date=f"2026-02-{1 + number % 20:02}")
    look_at_waiting(database, 1000, clock.now())
    assert care.rows(PersonPair) == []


def test_words_say_nothing_and_go_with_her_consent(care: Care, database: Database, clock: Clock) -> None:
    woman = add(care, "王小燕", phone_safe="13800000001")
    look_at_waiting(database, 100, clock.now())
    words = [row.word for row in care.rows(PersonWord)]
    assert len(words) > 5
    assert all(0 <= one < 1 << 63 for one in words)
    care.withdraw(woman, "2026-02-20")
    assert care.rows(PersonWord) == []
    assert care.rows(PersonWait) == []


def test_one_who_cannot_be_compared_keeps_up_nobody(
    care: Care, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    women = [add(care, name) for name in ("王小燕", "李梅", "张秀英")]
    really = duplicates.look_at

    def fails(db, project_id, uuids, now):  # type: ignore[no-untyped-def]
        if women[1] in uuids:
            raise ValueError
        really(db, project_id, uuids, now)

    monkeypatch.setattr(duplicates, "look_at", fails)
    assert look_at_waiting(database, 100, clock.now()) == 3
    with database.reading() as db:
        assert set(db.scalars(select(PersonWord.woman_uuid))) == {women[0], women[2]}
