"""Who is named in a comment hears of it, once, without a word of it."""

import pytest
from sqlalchemy import select

from server.access.allow import Scope
from server.db import Database
from server.intake.mentions import people_named, record_of, tell_mentioned
from server.intake.review import add_comment
from server.models import Notification, Project, Submission
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_record


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@陈月 请看一下", [1]),
        ("@陈月华，@李敏", [2, 3]),
        ("陈月", []),
        ("@", []),
        ("@陈月@陈月华", [1, 2]),
    ],
)
def test_names_behind_a_sign(text: str, named: list[int]) -> None:
    assert people_named(text, {1: "陈月", 2: "陈月华", 3: "李敏", 4: ""}) == named


def test_a_colleague_is_told_and_nobody_else(
    phone: Client, project_id: int, cast: dict[str, int], database: Database
) -> None:
    phone.send(project_id, a_record())
    everything = Scope(project_id, everything=True)
    with database.transaction() as db:
        project, record = db.get_one(Project, project_id), db.get_one(Submission, 1)
        for body in ("@bob look", "no sign", "@alice @chelsea"):
            comment = add_comment(db, record, body, cast["alice"], MORNING)
            tell_mentioned(db, project, comment, cast["alice"], MORNING)
        [told] = db.scalars(select(Notification))
        assert (told.recipient_id, told.kind, told.channel) == (cast["bob"], "mentioned", "inbox")
        assert record_of(db, told.occasion, everything) == 1
        assert record_of(db, told.occasion, Scope(project_id, everything=False)) is None
        assert record_of(db, told.occasion, None) is None
        assert record_of(db, "record:x:y", everything) is None
