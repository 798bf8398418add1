"""Drafts, by HTTP: a new definition, its files, publishing, going back."""

import io

import pytest
from flask import Flask
from sqlalchemy import func, select

from server.db import Database
from server.models import FormAttachment, FormVersion, Submission, SubmissionVersion
from tests.client import Client
from tests.making import a_record, an_xform

XML = {"content_type": "application/xml"}

pytestmark = pytest.mark.usefixtures("without_java")


@pytest.fixture
def forms(project_id: int) -> str:
    return f"/projects/{project_id}/forms"


def with_files(version: str = "1", names: tuple[str, ...] = ("jr://file/homes.csv", "jr://images/map.png")) -> bytes:
    instances = "".join(f'<instance id="i{number}" src="{name}"/>' for number, name in enumerate(names))
    return an_xform(version=version).replace(b"</instance>", b"</instance>" + instances.encode(), 1)


def test_a_draft_must_keep_the_forms_name(as_bob: Client, forms: str) -> None:
    as_bob.post(forms, data=an_xform(), **XML)
    answer = as_bob.post(forms + "/visit/draft", data=an_xform("other"), **XML)

    assert (answer.json["code"], answer.json["details"]["field"]) == (400.8, "xmlFormId")


def test_an_empty_body_makes_the_published_form_a_draft_again(as_bob: Client, forms: str) -> None:
    as_bob.post(forms + "?publish=true", data=an_xform(), **XML)

    assert as_bob.post(forms + "/visit/draft?ignoreWarnings=True").json == {"success": True}
    assert as_bob.get(forms + "/visit/draft.xml").data == an_xform()
    assert as_bob.get(forms + "/visit").json["publishedAt"] is not None


def test_an_empty_body_needs_something_published(as_bob: Client, forms: str) -> None:
    as_bob.post(forms, data=an_xform(), **XML)
    assert as_bob.post(forms + "/visit/draft").json["code"] == 404.1


def test_a_published_version_is_published_once(as_bob: Client, forms: str) -> None:
    as_bob.post(forms + "?publish=true", data=an_xform(), **XML)
    as_bob.post(forms + "/visit/draft")
    answer = as_bob.post(forms + "/visit/draft/publish")

    assert answer.json["code"] == 409.6
    assert answer.json["details"] == {"form": "visit", "version": "1"}
    assert as_bob.get(forms + "/visit/draft").status_code == 200, "the draft is still there"


def test_a_new_version_string_is_written_into_the_xml_and_nothing_else(as_bob: Client, forms: str) -> None:
    as_bob.post(forms + "?publish=true", data=an_xform(), **XML)
    as_bob.post(forms + "/visit/draft")

    assert as_bob.post(forms + "/visit/draft/publish?version=2%C2%B7%E7%94%B2%20%22%26").json == {"success": True}
    form = as_bob.get(forms + "/visit").json
    assert form["version"] == '2·甲 "&'
    assert len(as_bob.get(forms + "/visit/versions").json) == 2
    assert b"<h:title>" in as_bob.get(forms + "/visit.xml").data


@pytest.mark.parametrize(("version", "code"), [("%00", 400.8), ("v" * 300, 400.13), ("a%0Ab", 400.8)])
def test_a_version_that_cannot_be_used_publishes_nothing(as_bob: Client, forms: str, version: str, code: float) -> None:
    as_bob.post(forms, data=an_xform(), **XML)

    assert as_bob.post(f"{forms}/visit/draft/publish?version={version}").json["code"] == code
    assert as_bob.get(forms + "/visit").json["publishedAt"] is None


def test_publishing_without_a_draft_is_not_found(as_bob: Client, forms: str) -> None:
    as_bob.post(forms + "?publish=true", data=an_xform(), **XML)
    assert as_bob.post(forms + "/visit/draft/publish").json["code"] == 404.1


def test_a_draft_is_taken_back_to_what_is_published(as_bob: Client, forms: str, database: Database) -> None:
    as_bob.post(forms + "?publish=true", data=an_xform(), **XML)
    as_bob.post(forms + "/visit/draft", data=an_xform(version="2"), **XML)

    assert as_bob.delete(forms + "/visit/draft").json == {"success": True}
    assert as_bob.delete(forms + "/visit/draft").json["code"] == 404.1
    assert as_bob.get(forms + "/visit").json["version"] == "1"
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(FormVersion)) == 1


def test_the_only_draft_of_a_form_stays(as_bob: Client, forms: str) -> None:
    as_bob.post(forms, data=an_xform(), **XML)
    assert as_bob.delete(forms + "/visit/draft").json["code"] == 409.7


def test_a_field_that_has_answers_may_become_text_and_nothing_else(as_bob: Client, forms: str) -> None:
    as_bob.post(forms + "?publish=true", data=an_xform(), **XML)
    to_date = an_xform(version="2").replace(b'size" type="int"', b'size" type="date"')
    to_text = an_xform(version="2").replace(b'size" type="int"', b'size" type="string"')
    back = an_xform(version="3")

    refused = as_bob.post(forms + "/visit/draft", data=to_date, **XML)
    assert refused.json["code"] == 400.17
    assert (refused.json["details"]["path"], refused.json["details"]["type"]) == ("/size", "int")
    assert as_bob.post(forms + "/visit/draft", data=to_text, **XML).json == {"success": True}
    as_bob.post(forms + "/visit/draft/publish")
    assert as_bob.post(forms + "/visit/draft", data=back, **XML).json["code"] == 400.17


def test_fields_that_are_gone_are_warned_of(as_bob: Client, forms: str) -> None:
    as_bob.post(forms + "?publish=true", data=an_xform(), **XML)
    smaller = an_xform(version="2").replace(b"<size/>", b"").replace(b'<bind nodeset="/data/size" type="int"/>', b"")
    answer = as_bob.post(forms + "/visit/draft", data=smaller, **XML)

    assert answer.json["details"]["warnings"]["workflowWarnings"] == [
        {"type": "structureChanged", "details": ["/size"]}
    ]
    assert as_bob.post(forms + "/visit/draft?ignoreWarnings=true", data=smaller, **XML).json == {"success": True}


def test_a_draft_says_which_files_it_waits_for_and_takes_those_only(as_bob: Client, forms: str) -> None:
    as_bob.post(forms, data=with_files(), **XML)
    base = forms + "/visit/draft/attachments"

    assert as_bob.get(base).json == [
        {"name": "homes.csv", "type": "file", "hash": None, "exists": False, "blobExists": False, "datasetExists": False,
         "updatedAt": None, "size": None},
        {"name": "map.png", "type": "image", "hash": None, "exists": False, "blobExists": False, "datasetExists": False,
         "updatedAt": None, "size": None},
    ]  # fmt: skip
    sent = as_bob.post(base + "/map.png", data=b"\x89PNG\r\n\x1a\n...", content_type="image/png")
    assert (sent.json["exists"], sent.json["blobExists"], sent.json["size"], sent.json["name"]) == (
        True,
        True,
        11,
        "map.png",
    )
    assert sent.json["updatedAt"] == "2026-03-02T01:00:00.000Z"
    assert as_bob.post(base + "/other.png", data=b"x").json["code"] == 404.1
    assert as_bob.post(base + "/..%2Fmap.png", data=b"x").json["code"] == 404.1
    assert as_bob.get(base + "/homes.csv").json["code"] == 404.1


def test_a_file_is_given_back_with_its_tag_and_never_runs(as_bob: Client, forms: str) -> None:
    as_bob.post(forms, data=with_files(), **XML)
    path = forms + "/visit/draft/attachments/homes.csv"
    put = as_bob.post(path, data="name,label\n1,一\n".encode(), content_type="text/html")
    got = as_bob.get(path)

    assert got.data.decode() == "name,label\n1,一\n"
    assert got.headers["ETag"] == f'"{put.json["hash"]}"'
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in got.headers["Content-Security-Policy"] and got.headers["X-Content-Type-Options"] == "nosniff"
    assert as_bob.get(path, headers={"If-None-Match": f'W/"{put.json["hash"]}"'}).status_code == 304
    assert as_bob.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_file_comes_in_chunks_without_a_length(as_bob: Client, forms: str, app: Flask) -> None:
    as_bob.post(forms, data=with_files(), **XML)
    answer = as_bob.post(
        forms + "/visit/draft/attachments/map.png",
        input_stream=io.BytesIO(b"chunked"),
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )
    assert (answer.json["size"], answer.json["exists"]) == (7, True)


def test_files_are_carried_over_to_the_next_version_by_name_and_type(
    as_bob: Client, forms: str, database: Database
) -> None:
    as_bob.post(forms, data=with_files(), **XML)
    as_bob.post(forms + "/visit/draft/attachments/map.png", data=b"picture")
    as_bob.post(forms + "/visit/draft", data=with_files("2"), **XML)
    as_bob.post(forms + "/visit/draft/publish")
    as_bob.post(forms + "/visit/draft", data=with_files("3", ("jr://file/homes.csv", "jr://video/map.png")), **XML)

    assert as_bob.get(forms + "/visit/attachments/map.png").data == b"picture"
    assert as_bob.get(forms + "/visit/versions/2/attachments/map.png").data == b"picture"
    assert as_bob.get(forms + "/visit/draft/attachments/map.png").json["code"] == 404.1, "a video now"
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(FormAttachment)) == 4, "the replaced draft's are gone"


def test_a_file_is_cleared(as_bob: Client, forms: str) -> None:
    as_bob.post(forms, data=with_files(), **XML)
    path = forms + "/visit/draft/attachments/map.png"
    as_bob.post(path, data=b"x")

    assert as_bob.delete(path).json == {"success": True}
    assert as_bob.delete(path).json["code"] == 404.1
    assert as_bob.get(path).json["code"] == 404.1


def test_a_list_is_linked_by_name_when_it_is_there_or_comes(as_bob: Client, forms: str, project_id: int) -> None:
    as_bob.post(forms, data=with_files(), **XML)
    assert not as_bob.get(forms + "/visit/draft/attachments").json[0]["datasetExists"]
    as_bob.post(f"/projects/{project_id}/datasets", json={"name": "homes"})
    as_bob.post(forms + "/visit/draft/publish")

    (homes, _) = as_bob.get(forms + "/visit/attachments").json
    assert (homes["exists"], homes["datasetExists"], homes["blobExists"]) == (True, True, False)
    csv = as_bob.get(forms + "/visit/attachments/homes.csv")
    assert (csv.data, csv.mimetype) == (b"name,label,__version\n", "text/csv")
    assert csv.headers["ETag"] == f'"{homes["hash"]}"'
    again = as_bob.get(forms + "/visit/attachments/homes.csv", headers={"If-None-Match": csv.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_plain_file_may_not_have_a_lists_name(as_bob: Client, forms: str, project_id: int) -> None:
    as_bob.post(f"/projects/{project_id}/datasets", json={"name": "homes"})
    as_bob.post(forms, data=with_files(), **XML)

    assert as_bob.post(forms + "/visit/draft/attachments/homes.csv", data=b"name,label").json["code"] == 400.8


@pytest.mark.parametrize(
    ("name", "sent", "code"),
    [
        ("map.png", {"dataset": True}, 400.26),
        ("homes.csv", {"dataset": True}, 404.1),
        ("other.csv", {"dataset": True}, 404.1),
        ("homes.csv", {"dataset": "yes"}, 400.11),
        ("homes.csv", {}, 400.2),
    ],
)
def test_a_link_that_cannot_be_made_is_told_by_number(
    as_bob: Client, forms: str, name: str, sent: dict, code: float
) -> None:
    as_bob.post(forms, data=with_files(), **XML)
    assert as_bob.patch(f"{forms}/visit/draft/attachments/{name}", json=sent).json["code"] == code


def test_a_list_is_linked_and_unlinked_by_hand(as_bob: Client, forms: str, project_id: int) -> None:
    as_bob.post(forms, data=with_files(), **XML)
    as_bob.post(f"/projects/{project_id}/datasets", json={"name": "homes"})
    path = forms + "/visit/draft/attachments/homes.csv"

    assert as_bob.patch(path, json={"dataset": True}).json["datasetExists"] is True
    assert as_bob.patch(path, json={"dataset": False}).json["exists"] is False


def test_what_tried_a_draft_is_gone_with_it_and_other_records_stay(
    as_bob: Client, as_nobody: Client, forms: str, database: Database
) -> None:
    as_bob.post(forms + "?publish=true", data=an_xform(), **XML)
    as_bob.post(forms + "/visit/draft", data=an_xform(version="2"), **XML)
    project_id = int(forms.split("/")[2])
    token = as_bob.get(forms + "/visit/draft").json["draftToken"]
    path = f"/test/{token}{forms}/visit/draft/submission"
    tried = as_nobody.send(project_id, a_record(version="2", photo="a.jpg"), {"a.jpg": b"x"}, path=path)
    kept = as_bob.send(project_id, a_record())
    assert (tried.status_code, kept.status_code) == (201, 201)

    as_bob.post(forms + "/visit/draft", data=an_xform(version="3"), **XML)

    with database.reading() as db:
        assert [row.draft for row in db.scalars(select(Submission))] == [False]
        assert [row.draft for row in db.scalars(select(SubmissionVersion))] == [False]
    assert as_nobody.send(project_id, a_record(version="2"), path=path).status_code == 404, "the test address is over"


def test_publishing_makes_the_lists_a_form_declares(as_bob: Client, forms: str, project_id: int) -> None:
    as_bob.post(forms, data=an_xform(entities=True), **XML)
    assert as_bob.get(f"/projects/{project_id}/datasets").json == []
    assert as_bob.get(forms + "/visit/draft/dataset-diff").json == [
        {"name": "homes", "isNew": True, "properties": [{"name": "village_code", "isNew": True, "inForm": True}]}
    ]
    as_bob.post(forms + "/visit/draft/publish")
    assert [one["name"] for one in as_bob.get(f"/projects/{project_id}/datasets").json] == ["homes"]
    assert as_bob.get(forms + "/visit/dataset-diff").json == [
        {"name": "homes", "isNew": False, "properties": [{"name": "village_code", "isNew": False, "inForm": True}]}
    ]


@pytest.mark.parametrize(
    ("list_name", "property_name", "code"), [("Homes", "x", 409.16), ("homes", "Village_Code", 409.17)]
)
def test_a_list_in_other_capitals_stops_the_publishing(
    as_bob: Client, forms: str, project_id: int, list_name: str, property_name: str, code: float
) -> None:
    datasets = f"/projects/{project_id}/datasets"
    as_bob.post(datasets, json={"name": list_name})
    as_bob.post(f"{datasets}/{list_name}/properties", json={"name": property_name})
    as_bob.post(forms, data=an_xform(entities=True), **XML)

    assert as_bob.post(forms + "/visit/draft/publish").json["code"] == code
    assert as_bob.get(forms + "/visit").json["publishedAt"] is None
    assert len(as_bob.get(datasets).json) == 1


def test_who_has_no_right_to_change_forms_touches_no_draft(
    as_chelsea: Client, as_nobody: Client, as_bob: Client, forms: str
) -> None:
    as_bob.post(forms, data=with_files(), **XML)
    for client, code in ((as_chelsea, 403.1), (as_nobody, 401.2)):
        for method, path in (
            ("GET", "/draft"), ("GET", "/draft.xml"), ("POST", "/draft"), ("DELETE", "/draft"), ("POST", "/draft/publish"),
            ("POST", "/draft/attachments/map.png"), ("PATCH", "/draft/attachments/map.png"),
            ("DELETE", "/draft/attachments/map.png"), ("GET", "/draft/fields"), ("GET", "/draft/dataset-diff"),
        ):  # fmt: skip
            assert client.open(method, f"{forms}/visit{path}").json["code"] == code, path
