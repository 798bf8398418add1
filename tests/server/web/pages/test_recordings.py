"""The page on which a town puts in its own recording of the consent notice: who may, what is taken, what a phone then gets."""

import io
import re

import pytest
from lxml import etree
from sqlalchemy import select

from server.clock import now
from server.models import Audit, Project
from server.publishing.library import publish_library
from server.publishing.recordings import FILES, RECORDED
from server.registry.consent_texts import SHIPPED
from tests.client import Client
from tests.server.web.pages.conftest import make_project, text_of

PAGE = "/library/recordings/zh"
VOICE, OTHER_VOICE = b"ID3\x04\x00" + b"v" * 3000, b"\x00\x00\x00\x20ftypM4A " + b"o" * 2000


@pytest.fixture
def lea(town, browse):
    """Who may change forms, in a town that has the consent form."""
    with town.database.transaction() as db:
        blobs, key = town.app.extensions["fangshi.blobs"], town.app.extensions["fangshi.key"]
        publish_library(db, blobs, db.get_one(Project, town.project_id), None, now(), key, chosen=["woman_consent"])
    return browse("lea")


def hidden(page, name: str) -> str:
    return re.search(rf'name="{name}" value="([0-9a-f]*)"', page.get_data(as_text=True))[1]


def put(lea, content: bytes = VOICE, name: str = "录音.mp3", **more):
    page = lea.see(PAGE)
    sent = {"was": hidden(page, "was"), "words": hidden(page, "words"), "file": (io.BytesIO(content), name)}
    return lea.send(PAGE, {**sent, **more})


def on_phone(town, name: str = FILES["zh"]) -> tuple[bytes | None, str]:
    """What a phone gets of the consent form's file (None where the manifest has none), and of what type."""
    phone, base = Client(town.app, key=town.key), f"/projects/{town.project_id}/forms/woman_consent"
    answer = phone.get(f"{base}/manifest", headers={"X-OpenRosa-Version": "1.0"})
    listed = [one.findtext("{*}filename") for one in etree.fromstring(answer.data).findall("{*}mediaFile")]
    got = phone.get(f"{base}/attachments/{name}")
    assert (name in listed) == (got.status_code == 200)
    return (got.data, got.mimetype) if got.status_code == 200 else (None, "")


def test_the_page_has_the_words_to_read_aloud_in_each_language(lea):
    for language, words in zip(("zh", "en"), SHIPPED["notice"], strict=True):
        page = lea.see(f"/library/recordings/{language}")
        assert words in text_of(page) and page.status_code == 200
    assert "还没有录音" in text_of(lea.see(PAGE))
    assert "说明的录音（中文）" in text_of(lea.see("/library/lists"))
    assert lea.see("/library/recordings/fr").status_code == 404


def test_a_recording_is_put_in_heard_replaced_taken_out_and_put_back(town, lea):
    assert on_phone(town) == (None, "")
    assert put(lea).status_code == 303
    assert on_phone(town) == (VOICE, "audio/mpeg")
    assert lea.see(PAGE + "/file").data == VOICE

    assert put(lea, OTHER_VOICE, "a.m4a").status_code == 303
    assert on_phone(town) == (OTHER_VOICE, "audio/mp4")

    assert lea.send(PAGE + "/remove", {"was": hidden(lea.see(PAGE), "was")}).status_code == 303
    assert on_phone(town) == (None, "") and lea.see(PAGE + "/file").status_code == 404

    change = re.search(r'name="change" value="(\d+)"', lea.see(PAGE).get_data(as_text=True))[1]
    assert lea.send(PAGE + "/undo", {"change": change}).status_code == 303
    assert on_phone(town) == (OTHER_VOICE, "audio/mp4")
    assert lea.send(PAGE + "/undo", {"change": change}).status_code == 409  # it was taken back already


def test_what_is_no_sound_or_too_large_is_refused_and_nothing_changes(town, lea, monkeypatch):
    monkeypatch.setattr("server.web.pages.recordings.LARGEST", 4000)
    put(lea)
    for content, why in (
        (b"<html>" + b"x" * 50, "这不是 MP3"),
        (b"#!AMR\n" + b"x" * 50, "这不是 MP3"),
        (b"ID3\x04" + b"x" * 4000, "超过 3 MB"),
    ):
        answer = put(lea, content)
        assert answer.status_code == 400 and why in text_of(answer)
    assert lea.send(PAGE, {"was": "", "words": ""}).status_code == 400
    assert on_phone(town) == (VOICE, "audio/mpeg")


def test_who_recorded_words_that_were_changed_meanwhile_is_told(town, lea):
    page = lea.see(PAGE)
    sent = {"zh": "别的说明。", "en": SHIPPED["notice"][1]}
    assert lea.send("/consents/texts/notice", sent).status_code == 303

    answer = put(lea, words=hidden(page, "words"))

    assert answer.status_code == 409 and "别的说明" in text_of(answer)
    assert on_phone(town) == (None, "")


def test_new_words_take_the_recording_off_the_phones_until_it_is_made_anew(town, lea):
    put(lea)
    lea.send("/consents/texts/notice", {"zh": "别的说明。", "en": SHIPPED["notice"][1]})

    assert on_phone(town) == (None, "")
    assert "说明改过了" in text_of(lea.see(PAGE)) and "念的是以前的说明" in text_of(lea.see("/library/lists"))
    assert put(lea, OTHER_VOICE).status_code == 303
    assert on_phone(town)[0] == OTHER_VOICE


@pytest.mark.parametrize("name", ["rita", "vera"])
def test_who_may_not_change_forms_may_not_change_the_recording(town, lea, browse, name):
    put(lea)
    other = browse(name)

    assert other.see(PAGE).status_code == other.see(PAGE + "/file").status_code == 403
    for path, sent in (("", {"file": (io.BytesIO(OTHER_VOICE), "a.m4a")}), ("/remove", {"was": "0"}), ("/undo", {})):
        assert other.send(PAGE + path, sent).status_code == 403, path
    assert on_phone(town)[0] == VOICE


def test_a_plain_project_has_no_such_page(lea, browse):
    ada = browse("ada")
    plain = make_project(ada)

    assert ada.see(f"{PAGE}?project={plain}").status_code == 403


def test_each_change_is_in_the_audit(town, lea, database):
    put(lea)
    lea.send(PAGE + "/remove", {"was": hidden(lea.see(PAGE), "was")})

    with database.reading() as db:
        rows = list(db.scalars(select(Audit).where(Audit.action == RECORDED).order_by(Audit.id)))
    assert [(row.details["before"] is None, row.details["after"] is None) for row in rows] == [
        (True, False),
        (False, True),
    ]
    assert all(row.actor_id for row in rows)
