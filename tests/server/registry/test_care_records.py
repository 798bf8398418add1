"""A record that the office rejected or deleted tells nothing, and it stays hers: it goes by what she agreed to."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import select

from server.db import Database
from server.followups.restricting import keep_unused, use_again
from server.models import CareEvent, Project, SubmissionVersion
from tests.client import Client
from tests.conftest import MORNING
from tests.server.registry.caring import Care, a_clinician, a_uuid


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


@pytest.fixture
def clinician(care: Care, as_bob: Client, cast: dict[str, int]) -> Client:
    """Bob, who manages the project and so may delete, is a clinician of the whole town too."""
    a_clinician(care, cast["bob"])
    return as_bob


def checks(care: Care) -> str:
    return f"/projects/{care.project_id}/forms/antenatal_check/submissions"


def a_rejected_check(care: Care, clinician: Client) -> tuple[str, str]:
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy)
    check = care.check(pregnancy)
    assert clinician.patch(f"{checks(care)}/{check}", json={"reviewState": "rejected"}).status_code == 200
    return woman, check


def listed(care: Care, clinician: Client) -> list[bool]:
    return [
        len(clinician.get(checks(care)).json) > 0,
        "SECRETWORD" in clinician.get(f"{checks(care)}.csv").get_data(as_text=True),
    ]


@pytest.mark.parametrize("scope", ["share_clinic", "service"])
def test_what_was_rejected_leaves_the_clinic_when_she_takes_her_consent_back(
    care: Care, clinician: Client, scope: str
) -> None:
    woman, _check = a_rejected_check(care, clinician)
    assert listed(care, clinician) == [True, True], "who rejected it may think again"
    care.withdraw(woman, "2026-03-01", scope=scope)
    assert listed(care, clinician) == [False, False]
    care.renew(woman, "2026-03-02", "2027-03-02", base=2, consent_share_clinic="yes")
    assert listed(care, clinician) == [True, True]


def test_what_was_rejected_is_kept_unused_with_the_rest(
    care: Care, clinician: Client, database: Database, cast: dict[str, int]
) -> None:
    woman, _check = a_rejected_check(care, clinician)
    with database.transaction() as db:
        keep_unused(db, db.get_one(Project, care.project_id), woman, cast["alice"], MORNING)
    assert listed(care, clinician) == [False, False]
    with database.transaction() as db:
        use_again(db, db.get_one(Project, care.project_id), woman, cast["alice"], MORNING)
    assert listed(care, clinician) == [True, True]


def test_what_was_rejected_or_deleted_is_emptied_with_her(care: Care, clinician: Client, database: Database) -> None:
    woman, check = a_rejected_check(care, clinician)
    deleted = care.method(woman)
    here = f"/projects/{care.project_id}/forms/contraception_followup/submissions/{deleted}"
    assert clinician.delete(here).status_code == 200
    care.withdraw(woman, "2026-03-01", erase="erase")
    with database.reading() as db:
        left = select(SubmissionVersion.instance_id, SubmissionVersion.xml)
        kept = {row.instance_id: bytes(row.xml) for row in db.execute(left)}
    assert (kept[check], kept[deleted]) == (b"", b"")
    assert care.rows(CareEvent) == []


def test_nothing_follows_from_what_was_set_aside(care: Care, clinician: Client) -> None:
    _woman, check = a_rejected_check(care, clinician)
    (row,) = [one for one in care.rows(CareEvent) if one.event == check]
    assert (row.subject_list, row.episode, row.data_json) == ("set aside", None, "{}")
    clinician.patch(f"{checks(care)}/{check}", json={"reviewState": "approved"})
    (row,) = [one for one in care.rows(CareEvent) if one.event == check]
    assert (row.subject_list, "ongoing" in row.data_json) == ("women", True)


@pytest.mark.parametrize(
    ("kind", "most"), [("consent", 64), ("pregnancy", 73), ("check", 46), ("method", 40), ("birth", 43), ("home", 22)]
)
def test_what_a_record_costs_does_not_grow(
    care: Care, count_queries: Callable[[], AbstractContextManager[list[str]]], kind: str, most: int
) -> None:
    """Everybody of a town waits for each record of a care project: one more question of each is one more for all."""
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy)
    send = {
        "consent": lambda: care.register(a_uuid()),
        "pregnancy": lambda: care.pregnancy(woman, a_uuid()),
        "check": lambda: care.check(pregnancy),
        "method": lambda: care.method(woman),
        "birth": lambda: care.report(pregnancy),
        "home": lambda: care.post("household_visit", {"household": woman, "visit_date": "2026-02-20"}),
    }[kind]
    send()
    with count_queries() as asked:
        send()
    own = [one for one in asked if not one.startswith("BEGIN") and "advisory" not in one]
    assert len(own) <= most, "\n".join(own)
