"""What an edited form changes, looked at on a phone and at a desk."""

import pytest
from sqlalchemy import select

from server.models import User
from server.publishing import definition
from tests.browser.looking import look_at_pages
from tests.client import Client
from tests.server.web.pages.test_form_changes import CHOICES, FIRST, a_book


@pytest.fixture(autouse=True)
def without_java(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(definition, "read_warnings_of_validate", lambda xml: [])


def edited() -> bytes:
    rows = [
        ["text", "subject", *FIRST[0][2:]],
        FIRST[1],
        ["date", "day", "约在哪一天", "Which day was agreed", ""],
        ["note", "thanks", "谢谢您。下次见！", "Thank you. See you next time!", "${again} = 'yes' and ${day} != ''"],
    ]
    return a_book(
        rows, "2", [*CHOICES[:2], ["yn", "no", "不来了", "Not any more"], ["yn", "later", "以后再说", "Later"]]
    )


def test_what_an_edited_form_changes_is_readable_everywhere(town, open_tab, database):
    tab = open_tab("lea")
    with database.reading() as db:
        number = db.scalars(select(User.actor_id).where(User.email == "lea@example.test")).one()
    lea = Client.signed_in(town.app, database, number)
    of_form = f"/projects/{town.project_id}/forms"
    kind = {"content_type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
    assert lea.post(f"{of_form}?publish=true&ignoreWarnings=true", data=a_book(FIRST, "1"), **kind).status_code == 200
    assert lea.post(f"{of_form}/talk/draft?ignoreWarnings=true", data=edited(), **kind).status_code == 200

    pages = {
        "forms-changes": "/forms/talk/draft/changes",
        "forms-draft": "/forms/talk",
        "forms-again": "/forms/talk/draft",
    }
    look_at_pages(tab, pages)
