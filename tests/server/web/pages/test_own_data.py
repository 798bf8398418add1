"""The copy that is printed for a woman holds nothing of another, and says who goes through that with her."""

import json
from typing import Any

import pytest
from flask import Flask

from server.access.people import create_user
from server.access.roles import DPO
from server.db import Database
from server.models import Assignment, VillageScope
from server.registry.rights_desk import open_request
from tests.conftest import MORNING, PASSWORD, Clock
from tests.server.registry.caring import Care
from tests.server.registry.naming import a_care_with_talk, registered, talk
from tests.server.web.pages.conftest import Browser, text_of


@pytest.fixture
def care(paged: Flask, database: Database, project_id: int) -> Care:
    return a_care_with_talk(paged, database, project_id)


@pytest.fixture
def officer(paged: Flask, database: Database, project_id: int) -> Any:
    """The data protection officer, reading in one language or the other."""
    with database.transaction() as db:
        actor_id = create_user(db, "dora@example.test", PASSWORD, "dora", None, MORNING).actor_id
        db.add(Assignment(actor_id=actor_id, role_id=DPO, project_id=project_id))
        db.add(VillageScope(actor_id=actor_id, project_id=project_id, village_id=None))
    return lambda language: Browser(paged, language).sign_in("dora@example.test")


def wish_of(care: Care, woman: str) -> str:
    with care.database.transaction() as db:
        return f"/rights/{open_request(db, care.project_id, 'export', woman, None, MORNING).id}/data"


def test_what_names_another_woman_is_told_of_in_both_languages_and_not_written(
    care: Care, officer: Any, clock: Clock
) -> None:
    woman, other = registered(care, 2)
    talk(care, women=f"{other} {woman}")
    address = wish_of(care, woman)
    chinese, english = officer("zh_Hans").see(address), officer("en").see(address)
    assert "负责数据的人会和她一起看" in text_of(chinese)
    assert "It names others, too" in text_of(english) and "cannot be read here" not in text_of(english)
    copy = officer("en").see(f"{address}.json")
    assert "goes through it with her" in json.loads(copy.data)["goes_through_with_her"]["en"]
    for page in (chinese, english, copy):
        assert "WORDTALK" not in page.text and other not in page.text


def test_why_a_record_of_hers_alone_is_sealed_is_said(care: Care, officer: Any, clock: Clock) -> None:
    (woman,) = registered(care, 1)
    talk(care, "2026-02-20", women=woman)
    clock.forward(minutes=1)
    care.withdraw(woman, "2026-02-10")
    page = text_of(officer("en").see(wish_of(care, woman)))
    assert "Her consent does not cover it" in page and "WORDTALK" in page
