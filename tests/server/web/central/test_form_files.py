"""A form's fields, and what a draft changes, by HTTP."""

import pytest

from tests.client import Client
from tests.making import an_xform

XML = {"content_type": "application/xml"}

pytestmark = pytest.mark.usefixtures("without_java")


@pytest.fixture
def forms(project_id: int) -> str:
    return f"/projects/{project_id}/forms"


def test_a_draft_is_told_against_what_is_out(as_bob: Client, forms: str) -> None:
    as_bob.post(forms + "?publish=true", data=an_xform(), **XML)
    renamed = an_xform(version="2").replace(b"<size/>", b"<amount/>").replace(b"/data/size", b"/data/amount")
    changed = renamed.replace(b"<label>Note</label>", b"<label>Remark</label>")
    as_bob.post(forms + "/visit/draft?ignoreWarnings=true", data=changed, **XML)

    told = as_bob.get(forms + "/visit/draft/diff").json
    assert (told["published"], told["draft"]) == ("1", "2")
    gone, words, new = told["differences"]
    assert (gone["kind"], gone["weight"], gone["paths"], gone["old"]) == (
        "question_removed",
        "loses",
        ["/size"],
        "integer",
    )
    assert words == {
        "kind": "words_changed",
        "weight": "harmless",
        "paths": ["/note"],
        "labels": {"default": "Remark"},
        "what": "label",
        "language": "default",
        "old": "Note",
        "new": "Remark",
        "whyZh": words["whyZh"],
        "whyEn": words["whyEn"],
    }
    assert (new["kind"], new["weight"], new["paths"]) == ("question_added", "harmless", ["/amount"])


def test_without_a_published_version_nothing_differs_and_without_a_draft_there_is_nothing(
    as_bob: Client, as_chelsea: Client, forms: str
) -> None:
    as_bob.post(forms, data=an_xform(), **XML)
    assert as_bob.get(forms + "/visit/draft/diff").json == {"published": None, "draft": "1", "differences": []}
    assert as_chelsea.get(forms + "/visit/draft/diff").json["code"] == 403.1
    as_bob.post(forms + "/visit/draft/publish")
    assert as_bob.get(forms + "/visit/draft/diff").json["code"] == 404.1


def test_fields_are_listed_in_order_with_their_types(as_bob: Client, project_id: int) -> None:
    as_bob.post(f"/projects/{project_id}/forms", data=an_xform(), **XML)
    fields = as_bob.get(f"/projects/{project_id}/forms/visit/fields").json

    assert fields[1] == {"name": "gps", "path": "/gps", "type": "geopoint", "binary": None, "selectMultiple": None}
    assert fields[2]["binary"] is True
    assert [one["path"] for one in fields if one["type"] == "repeat"] == ["/member"]
    assert as_bob.get(f"/projects/{project_id}/forms/visit/draft/fields").json == fields


def test_fields_for_odata_have_odata_names(as_bob: Client, project_id: int) -> None:
    xml = an_xform().replace(b"<note/>", b"<note-1.x/>").replace(b"/data/note", b"/data/note-1.x")
    as_bob.post(f"/projects/{project_id}/forms?ignoreWarnings=true", data=xml, **XML)
    fields = as_bob.get(f"/projects/{project_id}/forms/visit/fields?odata=TRUE").json

    assert ("note_1_x", "/note_1_x") in [(one["name"], one["path"]) for one in fields]
