"""Pictures that come with our forms: on phones with the form, one file for all, the town's own kept in the town's version."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.library.pictures import read_picture
from server.access.caller import ANONYMOUS
from server.blobs import BlobStore, remember
from server.models import Blob, Form, FormAttachment, FormVersion, Project
from server.publishing import pictures
from server.publishing.definition import definition_of_xml
from server.publishing.draft import copy_published, put_draft
from server.publishing.library import publish_library
from server.publishing.media import get_slot, put_file
from server.publishing.phone import md5_of, offered_files
from server.publishing.publish import publish_draft
from tests.conftest import MORNING

KEY = bytes(32)
LATER = MORNING + timedelta(days=1)
OTHER = b"\x89PNG\r\n\x1a\nanother"


def published(db: Session, store: BlobStore, town: Project, form_id: str, when=MORNING) -> Form:
    (form,) = publish_library(db, store, town, None, when, KEY, chosen=[form_id])
    return form


def current(db: Session, form: Form) -> FormVersion:
    return db.get_one(FormVersion, form.current_version_id)


def picture_of(db: Session, store: BlobStore, form: Form, name: str) -> bytes:
    row = db.scalars(
        select(FormAttachment).where(
            FormAttachment.form_version_id == form.current_version_id, FormAttachment.name == name
        )
    ).one()
    assert row.blob_sha256 is not None
    return store.read(row.blob_sha256)


def manifest(db: Session, town: Project, form: Form) -> dict[str, str]:
    files = offered_files(db, ANONYMOUS, town, current(db, form), MORNING.date())
    return {one.name: one.md5 for one in files}


def test_a_phones_manifest_lists_every_picture_of_the_form_by_the_hash_of_its_bytes(
    db: Session, store: BlobStore, town: Project
) -> None:
    form = published(db, store, town, "contraception_followup")
    named = {one.name for one in pictures.picture_slots(db, current(db, form))}

    told = manifest(db, town, form)

    assert len(named) > 30
    assert {name: told[name] for name in named} == {name: md5_of(read_picture(name)) for name in named}


def test_a_picture_in_two_forms_is_one_file(db: Session, store: BlobStore, town: Project) -> None:
    for form_id in ("antenatal_check", "pregnancy_registration"):
        form = published(db, store, town, form_id)
        assert picture_of(db, store, form, "fever.png") == read_picture("fever.png")

    used = select(func.count(FormAttachment.blob_sha256.distinct())).where(FormAttachment.name == "fever.png")
    rows = select(func.count(FormAttachment.id)).where(FormAttachment.name == "fever.png")
    assert (db.scalar(used), db.scalar(rows)) == (1, 2)
    assert db.scalar(select(Blob.content_type).where(Blob.md5 == md5_of(read_picture("fever.png")))) == "image/png"


def test_a_picture_that_is_drawn_anew_comes_with_the_next_publishing_of_the_library(
    db: Session, store: BlobStore, town: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = published(db, store, town, "supplies")
    monkeypatch.setattr(pictures, "read_picture", lambda name: OTHER)

    again = published(db, store, town, "supplies", LATER)

    assert current(db, again).id == current(db, form).id
    assert picture_of(db, store, again, "folic_acid.png") == OTHER


def test_a_newer_version_of_ours_carries_its_pictures(db: Session, store: BlobStore, town: Project) -> None:
    form = published(db, store, town, "supplies")
    version = current(db, form)
    older = bytes(version.xml).replace(f'version="{version.version}"'.encode(), b'version="2020010101"')
    put_draft(db, town, form, definition_of_xml(older), None, MORNING, KEY, ignore_warnings=True)
    version.version, version.xml = "2020", older  # as if ours had been another one so far
    publish_draft(db, store, town, form, None, None, MORNING)

    newer = published(db, store, town, "supplies", LATER)

    assert current(db, newer).version != "2020010101"
    assert picture_of(db, store, newer, "folic_acid.png") == read_picture("folic_acid.png")


def test_a_form_that_the_town_edits_keeps_our_pictures_and_the_towns_own(
    db: Session, store: BlobStore, town: Project
) -> None:
    form = published(db, store, town, "supplies")
    put_draft(db, town, form, copy_published(db, form), None, LATER, KEY, ignore_warnings=True)
    put_file(db, form, "leaflet.png", store.put(OTHER), "image/png", (), None, LATER)
    get_slot(db, form, "condom.png").blob_sha256 = None  # as in a form brought back from Excel into another project
    publish_draft(db, store, town, form, "2026-town", None, LATER)

    assert picture_of(db, store, form, "leaflet.png") == OTHER
    assert picture_of(db, store, form, "condom.png") == read_picture("condom.png")
    assert picture_of(db, store, form, "folic_acid.png") == read_picture("folic_acid.png")


def test_another_form_gets_none_of_them(db: Session, store: BlobStore, town: Project) -> None:
    form = published(db, store, town, "supplies")
    slots = pictures.picture_slots(db, current(db, form))
    remember(db, store.put(OTHER), "image/png", MORNING)
    slots[0].blob_sha256 = None
    form.xml_form_id = "wells"
    pictures.offer_pictures(db, store, form, current(db, form), LATER)

    assert slots[0].blob_sha256 is None
