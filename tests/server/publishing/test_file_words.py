"""A red line in a file beside a form is one in the form: refused in a care project when it comes and when it goes out."""

from typing import Any

import pytest

from forms.lint_files import lint_file
from server.db import Database
from server.models import Project
from server.publishing import file_words
from tests.client import Client
from tests.making import XLSX, a_workbook, an_xform

CLEAN, FORBIDDEN = "name,label\n1,上湾\n".encode(), "name,label\n1,上湾\n2,查环对象\n".encode()
NEED = '<instance id="x" src="jr://file-csv/choices.csv"/>'
FORM = an_xform().decode().replace("<bind", NEED + "<bind", 1).encode()


def make_care(database: Database, project_id: int) -> None:
    with database.transaction() as db:
        db.get_one(Project, project_id).kind = "care"


@pytest.fixture
def draft(as_bob: Client, project_id: int) -> str:
    forms = f"/projects/{project_id}/forms"
    assert as_bob.post(forms + "?ignoreWarnings=true", data=FORM, content_type="application/xml").status_code == 200
    return forms + "/visit/draft"


def findings(reply: Any) -> list[tuple[str, str, int]]:
    assert (reply.status_code, reply.json["code"]) == (400, 400.8), reply.json
    assert "choices.csv 3" in reply.json["message"]
    return [(one["term"], one["file"], one["line"]) for one in reply.json["details"]["findings"]]


def test_such_a_file_is_not_taken_in_a_care_project(
    as_bob: Client, draft: str, database: Database, project_id: int
) -> None:
    make_care(database, project_id)
    file = draft + "/attachments/choices.csv"
    assert as_bob.post(file, data=CLEAN).status_code == 200
    assert findings(as_bob.post(file, data=FORBIDDEN))[0] == ("查环", "choices.csv", 3)
    assert as_bob.get(file).data == CLEAN


def test_one_from_before_the_project_was_one_that_cares_does_not_go_out(
    as_bob: Client, draft: str, database: Database, project_id: int
) -> None:
    assert as_bob.post(draft + "/attachments/choices.csv", data=FORBIDDEN).status_code == 200
    make_care(database, project_id)
    assert findings(as_bob.post(draft + "/publish"))[0] == ("查环", "choices.csv", 3)
    with database.transaction() as db:
        db.get_one(Project, project_id).kind = "plain"
    assert as_bob.post(draft + "/publish").status_code == 200


@pytest.mark.parametrize("door", ["programs", "page"])
def test_files_are_read_before_the_database_is_held_for_writing(
    as_bob: Client, draft: str, database: Database, project_id: int, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    assert as_bob.post(draft + "/attachments/choices.csv", data=CLEAN).status_code == 200
    make_care(database, project_id)
    file_words.words_in.cache_clear()  # it was uploaded before this server started
    read: list[str] = []

    def read_while_a_phone_sends(name: str, source: Any) -> list[Any]:
        read.append(name)
        with database.transaction() as db:
            db.get_one(Project, project_id).description = "written meanwhile"
        return lint_file(name, source)

    monkeypatch.setattr(file_words, "lint_file", read_while_a_phone_sends)
    as_bob.prefix = "" if door == "page" else as_bob.prefix
    path = f"/forms/visit/publish?project={project_id}" if door == "page" else draft + "/publish"
    assert as_bob.post(path).status_code in (200, 303)
    assert read == ["choices.csv"], "once"


def test_the_table_of_choices_in_a_workbook_is_read_too(as_bob: Client, database: Database, project_id: int) -> None:
    survey = [
        ["type", "name", "label", "choice_filter"],
        ["text", "county", "县", ""],
        ["select_one_external towns", "town", "镇", "county=${county}"],
    ]
    outside = [["list_name", "name", "label", "county"], ["towns", "a", "甲", "x"], ["towns", "b", "查环", "x"]]
    body = a_workbook(survey, [["form_id"], ["towns"]], external_choices=outside)
    forms = f"/projects/{project_id}/forms"
    warned = as_bob.post(forms, data=body, content_type=XLSX).json
    assert warned["code"] == 400.16 and "查环 itemsets.csv 3" in str(warned["details"])
    make_care(database, project_id)
    refused = as_bob.post(forms + "?ignoreWarnings=true", data=body, content_type=XLSX).json
    assert [(one["file"], one["line"]) for one in refused["details"]["findings"]] == [("itemsets.csv", 3)]
