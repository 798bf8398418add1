"""pyODK, unchanged, against a live server: what it does with records (odk-contract.md 11, rows 15 to 23), and errors by code."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyodk.client import Client
from pyodk.errors import PyODKError

from server.db import Database
from tests.making import a_form, a_record, new_id
from tests.walks.test_pyodk_talks_to_us import address, odk  # noqa: F401 - the fixtures come with the import

PHOTO = b"\xff\xd8\xff\xe0" + b"photo" * 5000  # more than one piece of pyODK's chunked upload
Ask = Callable[[Client, str], object]


@pytest.fixture
def sent(odk: Client, database: Database) -> str:  # noqa: F811
    with database.transaction() as db:
        a_form(db, odk.project_id)
    instance_id = new_id()
    odk.submissions.create(a_record(instance_id=instance_id, note="原文", size="3").decode(), form_id="visit")
    return instance_id


def test_pyodk_sends_a_record_with_its_files_in_pieces(odk: Client, sent: str, tmp_path: Path) -> None:  # noqa: F811
    photo, instance_id = tmp_path / "照片.jpg", new_id()
    photo.write_bytes(PHOTO)
    xml = a_record(instance_id=instance_id, photo="照片.jpg").decode()
    made = odk.submissions.create(xml, form_id="visit", device_id="laptop", attachments=[photo])

    assert (made.instanceId, made.deviceId) == (instance_id, "laptop")
    assert [(one.name, one.exists) for one in made.attachments or []] == [("照片.jpg", True)]
    served = odk.get(f"projects/{odk.project_id}/forms/visit/submissions/{instance_id}/attachments/照片.jpg")
    assert served.content == PHOTO


def test_pyodk_is_told_which_files_of_a_record_are_still_missing(odk: Client, sent: str) -> None:  # noqa: F811
    made = odk.submissions.create(a_record(photo="late.jpg").decode(), form_id="visit")
    assert [(one.name, one.exists) for one in made.attachments or []] == [("late.jpg", False)]


def test_pyodk_lists_and_gets_records(odk: Client, sent: str) -> None:  # noqa: F811
    second = odk.submissions.create(a_record().decode(), form_id="visit").instanceId

    assert [one.instanceId for one in odk.submissions.list(form_id="visit")] == [second, sent]
    got = odk.submissions.get(sent, form_id="visit")
    assert (got.instanceId, got.reviewState, got.updatedAt) == (sent, None, None)
    assert got.userAgent is not None and got.userAgent.startswith("pyodk v")


def test_pyodk_corrects_a_record_and_says_why(odk: Client, sent: str) -> None:  # noqa: F811
    second = new_id()
    corrected = a_record(instance_id=second, deprecated_id=sent, note="改正").decode()
    odk.submissions.edit(sent, corrected, form_id="visit", comment="写错了")

    assert odk.submissions.get(sent, form_id="visit").reviewState == "edited"
    assert [one.body for one in odk.submissions.list_comments(sent, form_id="visit")] == ["写错了"]
    (row,) = odk.submissions.get_table(form_id="visit")["value"]
    assert (row["__id"], row["note"], row["__system"]["edits"]) == (sent, "改正", 1)


@pytest.mark.parametrize("state", ["approved", "hasIssues", "rejected"])
def test_pyodk_reviews_a_record_and_comments_on_it(odk: Client, sent: str, state: str) -> None:  # noqa: F811
    odk.submissions.review(sent, state, form_id="visit", comment="看过了")
    assert odk.submissions.get(sent, form_id="visit").reviewState == state
    assert [one.body for one in odk.submissions.list_comments(sent, form_id="visit")] == ["看过了"]


def test_pyodk_adds_comments_and_reads_the_newest_first(odk: Client, sent: str) -> None:  # noqa: F811
    first = odk.submissions.add_comment(sent, "一", form_id="visit")
    odk.submissions.add_comment(sent, "二", form_id="visit")
    assert first.body == "一"
    assert [one.body for one in odk.submissions.list_comments(sent, form_id="visit")] == ["二", "一"]


def send_again(central: Client, sent: str) -> object:
    return central.submissions.create(a_record(instance_id=sent).decode(), form_id="visit")


def send_a_foreign_form(central: Client, sent: str) -> object:
    return central.submissions.create(a_record("other").decode(), form_id="visit")


def send_an_unknown_version(central: Client, sent: str) -> object:
    return central.submissions.create(a_record(version="9").decode(), form_id="visit")


def send_half(central: Client, sent: str) -> object:
    return central.submissions.create(a_record().decode()[:200], form_id="visit")


def correct_without_naming_it(central: Client, sent: str) -> object:
    return central.submissions.edit(sent, a_record().decode(), form_id="visit")


def correct_what_was_corrected(central: Client, sent: str) -> object:
    central.submissions.edit(sent, a_record(deprecated_id=sent).decode(), form_id="visit")
    return central.submissions.edit(sent, a_record(deprecated_id=sent).decode(), form_id="visit")


def correct_under_a_known_id(central: Client, sent: str) -> object:
    other = central.submissions.create(a_record().decode(), form_id="visit").instanceId
    return central.submissions.edit(sent, a_record(instance_id=other, deprecated_id=sent).decode(), form_id="visit")


def send_to_a_closed_form(central: Client, sent: str) -> object:
    central.patch(f"projects/{central.project_id}/forms/visit", json={"state": "closed"})
    return central.submissions.create(a_record().decode(), form_id="visit")


ERRORS: dict[str, tuple[Ask, str]] = {
    "sent twice": (send_again, "409.3"),
    "of another form": (send_a_foreign_form, "400.8"),
    "of a version that is not here": (send_an_unknown_version, "404.6"),
    "cut short": (send_half, "400.1"),
    "to a form that takes none": (send_to_a_closed_form, "409.2"),
    "a correction that names no record": (correct_without_naming_it, "400.19"),
    "a correction of an earlier version": (correct_what_was_corrected, "409.9"),
    "a correction under the id of another record": (correct_under_a_known_id, "409.8"),
    "a state that is none": (lambda central, sent: central.submissions.review(sent, "fine", form_id="visit"), "400.8"),
    "an empty comment": (lambda central, sent: central.submissions.add_comment(sent, " ", form_id="visit"), "400.2"),
    "a record that is not here": (lambda central, sent: central.submissions.get(new_id(), form_id="visit"), "404.1"),
    "a form that is not here": (lambda central, sent: central.submissions.list(form_id="other"), "404.1"),
    "a table that is not here": (
        lambda central, sent: central.submissions.get_table(form_id="visit", table_name="Submissions.wells"),
        "404.1",
    ),
    "a filter that is none": (
        lambda central, sent: central.submissions.get_table(form_id="visit", filter="size gt"),
        "400.18",
    ),
    "a field that is not here": (
        lambda central, sent: central.submissions.get_table(form_id="visit", select="wells"),
        "400.23",
    ),
    "fields of what is expanded": (
        lambda central, sent: central.submissions.get_table(form_id="visit", expand="*", select="note"),
        "501.11",
    ),
}


@pytest.mark.parametrize("asked", ERRORS)
def test_pyodk_tells_what_is_wrong_by_its_code(odk: Client, sent: str, asked: str) -> None:  # noqa: F811
    ask, code = ERRORS[asked]
    with pytest.raises(PyODKError) as caught:
        ask(odk, sent)
    assert caught.value.is_central_error(code), caught.value.args


def test_what_pyodk_refuses_itself_has_no_code_of_ours(odk: Client, sent: str) -> None:  # noqa: F811
    with pytest.raises(PyODKError) as caught:
        odk.submissions.list()
    assert not any(caught.value.is_central_error(code) for _ask, code in ERRORS.values())
