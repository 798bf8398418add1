"""What a draft changes, by HTTP."""

import pytest

from server.publishing import definition
from tests.client import Client
from tests.making import an_xform

XML = {"content_type": "application/xml"}


@pytest.fixture(autouse=True)
def without_java(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(definition, "read_warnings_of_validate", lambda xml: [])


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
