"""What a woman is given of her data is hers: what names another woman, too, is gone through with her, not handed out."""

from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from server.db import Database
from server.models import Project, Seal, Submission, SubmissionComment
from server.registry.own_data import as_json, collect
from tests.conftest import MORNING, Clock
from tests.server.registry.caring import Care, a_uuid
from tests.server.registry.naming import a_care_with_talk, correct, registered, restrict, talk
from tests.server.registry.test_moving import move_pregnancy


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return a_care_with_talk(app, database, project_id)


def copy_of(care: Care, woman: str) -> tuple[bytes, dict[str, Any]]:
    with care.database.reading() as db:
        written = as_json(collect(db, db.get_one(Project, care.project_id), woman, MORNING))
    return written, orjson.loads(written)


def talks(copy: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in copy["records"] if one["form_id"] == "talk"]


def comment(care: Care, instance_id: str, actor_id: int) -> None:
    with care.database.transaction() as db:
        record = db.scalars(select(Submission.id).where(Submission.instance_id == instance_id)).one()
        db.add(SubmissionComment(submission_id=record, actor_id=actor_id, body="WORDCOMMENT", created_at=MORNING))


def test_of_a_record_that_names_another_woman_she_is_given_that_it_is_there(care: Care, cast: dict[str, int]) -> None:
    woman, other = registered(care, 2)
    sent = talk(care, women=f"{other} {woman}")
    comment(care, sent, cast["alice"])
    for one, nobody in ((woman, other), (other, woman)):
        written, copy = copy_of(care, one)
        (given,) = talks(copy)
        assert (given["form_id"], given["state"], given["names_others"]) == ("talk", None, True)
        assert given["received_at"].startswith("2026")
        assert [(each["values"], each["files"], each["names_others"]) for each in given["versions"]] == [
            (None, [], True)
        ]
        assert given["comments"] == []
        assert set(copy["goes_through_with_her"]) == {"zh", "en"}
        assert nobody.encode() not in written and b"WORDTALK" not in written


def test_a_record_that_names_her_alone_is_hers_whole(care: Care, cast: dict[str, int]) -> None:
    (woman,) = registered(care, 1)
    pregnancy, method = a_uuid(), a_uuid()
    care.pregnancy(woman, pregnancy)
    care.method(woman, method)
    care.check(pregnancy)
    sent = talk(care, women=woman, pregnancies=pregnancy, contraception_episodes=method)
    comment(care, sent, cast["alice"])
    written, copy = copy_of(care, woman)
    assert not any(one["names_others"] for one in copy["records"])
    assert copy["goes_through_with_her"] is None
    assert b"WORDTALK" in written and b"WORDCOMMENT" in written and b"SECRETWORD" in written
    assert not any(version["names_others"] for one in copy["lists"] for version in one["versions"])


def test_a_pregnancy_of_another_woman_or_of_nobody_known_names_her_as_well(care: Care) -> None:
    woman, other = registered(care, 2)
    pregnancy = a_uuid()
    care.pregnancy(other, pregnancy)
    talk(care, women=woman, pregnancies=pregnancy)
    talk(care, women=woman, pregnancies=a_uuid())
    written, copy = copy_of(care, woman)
    assert [one["names_others"] for one in talks(copy)] == [True, True]
    assert pregnancy.encode() not in written and b"WORDTALK" not in written


def test_also_when_it_is_sealed_or_kept_unused_and_not_by_whose_word(care: Care, clock: Clock) -> None:
    woman, other = registered(care, 2)
    sent = talk(care, "2026-02-20", women=f"{woman} {other}")
    restrict(care, other)
    clock.forward(minutes=1)
    care.withdraw(other, "2026-02-10")
    assert care.seal_of(sent) == "no_consent"
    assert [one.submission_id for one in care.rows(Seal)]
    written, copy = copy_of(care, woman)
    assert other.encode() not in written and b"WORDTALK" not in written
    for given in talks(copy):
        assert (given["names_others"], given["sealed"], given["versions"][0]["values"]) == (True, None, None)


def test_no_version_of_the_towns_own_form_is_given_where_one_names_another(care: Care) -> None:
    woman, other = registered(care, 2)
    sent = talk(care, women=woman)
    correct(care, sent, women=f"{woman} {other}")
    written, copy = copy_of(care, woman)
    assert [one["values"] for one in talks(copy)[0]["versions"]] == [None, None]
    assert b"WORDTALK" not in written and b"WORDLATER" not in written


def test_what_was_another_womans_before_a_correction_is_not_in_her_copy(care: Care) -> None:
    wrong, meant = registered(care, 2)
    pregnancy = a_uuid()
    first = care.pregnancy(wrong, pregnancy, lmp_date="2025-11-11")
    move_pregnancy(care, first, pregnancy, meant)
    written, copy = copy_of(care, meant)
    assert wrong.encode() not in written and b"2025-11-11" not in written
    (given,) = [one for one in copy["records"] if one["form_id"] == "pregnancy_registration"]
    assert [one["names_others"] for one in given["versions"]] == [False, True], "the newest is hers"
    assert given["versions"][0]["values"]["woman"] == meant
    (listed,) = [one for one in copy["lists"] if one["list"] == "pregnancies"]
    assert [(one["data"] is None, one["label"] is None) for one in listed["versions"]] == [(False, False), (True, True)]
    assert pregnancy.encode() not in copy_of(care, wrong)[0]
