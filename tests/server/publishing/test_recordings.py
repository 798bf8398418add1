"""The town's own recording of the notice: on phones as long as the notice reads so, with an undo, in no version of a form."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.caller import ANONYMOUS
from server.access.people import create_user
from server.blobs import BlobStore
from server.errors import ListChanged, NotFound, UnexpectedValue
from server.models import Audit, Form, FormVersion, Project
from server.publishing import recordings
from server.publishing.draft import copy_published, put_draft
from server.publishing.library import publish_library
from server.publishing.media import put_file
from server.publishing.phone import made_files, md5_of, offered_files
from server.publishing.publish import publish_draft
from server.publishing.recordings import FILES, hash_of_words, notice_in, put_recording, remove_recording, undo_last
from server.registry.consent_texts import NOTICE, publish_text
from server.registry.reach import reach_of
from tests.conftest import MORNING, PASSWORD

KEY = bytes(32)
LATER = MORNING + timedelta(days=1)
VOICE, OTHER_VOICE = b"ID3\x04voice", b"OggS\x00voice"


@pytest.fixture
def town(db: Session, store: BlobStore, town: Project) -> Project:
    """With the form that names recordings."""
    publish_library(db, store, town, None, MORNING, KEY, chosen=["woman_consent"])
    return town


@pytest.fixture
def lea(db: Session) -> int:
    return create_user(db, "lea@example.test", PASSWORD, "Lea", None, MORNING).actor_id


def consent_form(db: Session, town: Project) -> Form:
    return db.scalars(select(Form).where(Form.project_id == town.id, Form.xml_form_id == "woman_consent")).one()


def on_phones(db: Session, town: Project) -> dict[str, str]:
    """Name to MD5 of what a phone's manifest lists of the consent form."""
    version = db.get_one(FormVersion, consent_form(db, town).current_version_id)
    return {one.name: one.md5 for one in offered_files(db, ANONYMOUS, town, version, MORNING.date())}


def told_to_phones(db: Session, town: Project) -> list[str]:
    """What consent_texts.csv says of the notice's recordings: in Chinese, in English."""
    version = db.get_one(FormVersion, consent_form(db, town).current_version_id)
    reach = reach_of(ANONYMOUS, town, MORNING.date())
    made = made_files(db, ANONYMOUS, town, version, reach, ["consent_texts.csv"])["consent_texts.csv"]
    assert md5_of(made) == on_phones(db, town)["consent_texts.csv"]
    (row,) = (line for line in made.decode().splitlines() if line.startswith("notice,"))
    return row.split(",")[-2:]


def put(db, store, town, lea, voice=VOICE, language="zh", was="") -> str:
    stored = store.put(voice)
    words = hash_of_words(notice_in(db, town, language))
    assert put_recording(db, town, language, stored, "audio/mpeg", words, was, lea, LATER)
    return stored.sha256


def test_without_a_recording_the_manifest_has_no_file_and_the_list_says_so(db, store, town):
    assert set(FILES.values()).isdisjoint(on_phones(db, town))
    assert told_to_phones(db, town) == ["", ""]


def test_a_recording_is_on_phones_by_its_hash_without_a_new_version(db, store, town, lea):
    version = consent_form(db, town).current_version_id

    put(db, store, town, lea)

    assert on_phones(db, town)[FILES["zh"]] == md5_of(VOICE)
    assert FILES["en"] not in on_phones(db, town)
    assert told_to_phones(db, town) == ["yes", ""]
    assert consent_form(db, town).current_version_id == version


def test_a_recording_of_other_words_is_not_played_and_comes_back_with_its_words(db, store, town, lea):
    first = notice_in(db, town, "zh")
    english = notice_in(db, town, "en")
    put(db, store, town, lea)
    put(db, store, town, lea, OTHER_VOICE, "en")

    publish_text(db, town, NOTICE, "别的说明。", english, lea, LATER)
    recordings.refresh_recordings(db, town, LATER)
    assert told_to_phones(db, town) == ["", "yes"]  # the English words are as they were
    assert FILES["zh"] not in on_phones(db, town)
    state = recordings.recording_state(db, town, "zh")
    assert (state["is_there"], state["is_current"]) == (True, False)

    publish_text(db, town, NOTICE, first, english, lea, LATER)
    recordings.refresh_recordings(db, town, LATER)
    assert told_to_phones(db, town) == ["yes", "yes"]


def test_a_recording_is_replaced_and_removed_and_each_change_is_taken_back(db, store, town, lea):
    first = put(db, store, town, lea)
    second = put(db, store, town, lea, OTHER_VOICE, was=first)
    assert on_phones(db, town)[FILES["zh"]] == md5_of(OTHER_VOICE)

    remove_recording(db, town, "zh", second, lea, LATER)
    assert told_to_phones(db, town) == ["", ""] and FILES["zh"] not in on_phones(db, town)

    undo_last(db, town, "zh", recordings.changes_of(db, town, "zh")[0].id, lea, LATER)
    assert on_phones(db, town)[FILES["zh"]] == md5_of(OTHER_VOICE)
    undo_last(db, town, "zh", recordings.changes_of(db, town, "zh")[0].id, lea, LATER)
    assert FILES["zh"] not in on_phones(db, town)  # an undo is taken back like any change


def test_every_change_is_in_the_audit_with_who_made_it(db, store, town, lea):
    sha256 = put(db, store, town, lea)

    (row,) = db.scalars(select(Audit).where(Audit.action == recordings.RECORDED))
    assert (row.actor_id, row.project_id) == (lea, town.id)
    assert (row.details["name"], row.details["before"], row.details["after"]) == (FILES["zh"], None, sha256)


def test_who_was_overtaken_changes_nothing(db, store, town, lea):
    sha256 = put(db, store, town, lea)
    stored, words = store.put(OTHER_VOICE), hash_of_words(notice_in(db, town, "zh"))

    with pytest.raises(ListChanged):
        put_recording(db, town, "zh", stored, "audio/ogg", words, "", lea, LATER)
    with pytest.raises(ListChanged):
        put_recording(db, town, "zh", stored, "audio/ogg", hash_of_words("昨天的说明"), sha256, lea, LATER)
    with pytest.raises(ListChanged):
        remove_recording(db, town, "zh", stored.sha256, lea, LATER)
    with pytest.raises(ListChanged):
        undo_last(db, town, "zh", 0, lea, LATER)
    with pytest.raises(NotFound):
        remove_recording(db, town, "en", "", lea, LATER)
    with pytest.raises(NotFound):
        notice_in(db, town, "fr")
    assert on_phones(db, town)[FILES["zh"]] == md5_of(VOICE)


def test_the_same_file_again_is_no_change(db, store, town, lea):
    sha256, words = put(db, store, town, lea), hash_of_words(notice_in(db, town, "zh"))

    assert not put_recording(db, town, "zh", store.put(VOICE), "audio/mpeg", words, sha256, lea, LATER)


def test_a_version_of_the_towns_own_has_the_recording_and_nobody_puts_one_beside_it_by_hand(db, store, town, lea):
    put(db, store, town, lea)
    form = consent_form(db, town)
    put_draft(db, town, form, copy_published(db, form), None, LATER, KEY, ignore_warnings=True)
    with pytest.raises(UnexpectedValue, match="page of its own"):
        put_file(db, form, FILES["en"], store.put(OTHER_VOICE), "audio/ogg", (), lea, LATER)
    publish_draft(db, store, town, form, "2026-town", None, LATER)

    assert on_phones(db, town)[FILES["zh"]] == md5_of(VOICE)
    assert told_to_phones(db, town) == ["yes", ""]


def test_a_recording_that_was_there_before_the_form_is_beside_it_when_it_comes(db, store, lea):
    project = Project(name="禾川镇", kind="care", created_at=MORNING)
    db.add(project)
    db.flush()
    put(db, store, project, lea)

    publish_library(db, store, project, None, LATER, KEY, chosen=["woman_consent"])

    assert on_phones(db, project)[FILES["zh"]] == md5_of(VOICE)
