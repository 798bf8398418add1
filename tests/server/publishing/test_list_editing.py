"""A list of the town that is edited while somebody publishes, and the files that its past is read from."""

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.library import read_library_form
from server.access.people import create_user
from server.blobs import BlobStore, sweep_orphans
from server.db import Database
from server.models import FormAttachment, Project
from server.publishing.definition import definition_of_xml
from server.publishing.draft import put_draft
from server.publishing.list_checking import check_rows
from server.publishing.list_editing import edits_of, list_now, our_rows, rows_of, save_list, undo_last
from server.publishing.list_files import write_rows
from server.publishing.list_history import history_of
from server.publishing.list_kinds import CLINICS, THRESHOLDS
from server.publishing.publish import publish_draft
from tests.conftest import MORNING, PASSWORD
from tests.making import a_town

KEY, SOON, LATER = bytes(32), MORNING + timedelta(hours=1), MORNING + timedelta(hours=2)


@pytest.fixture
def town_id(database: Database) -> int:
    with database.transaction() as db:
        return a_town(db).id


@pytest.fixture
def lea(database: Database) -> int:
    with database.transaction() as db:
        return create_user(db, "lea@example.test", PASSWORD, "lea", None, MORNING).actor_id


def edit(db: Session, store: BlobStore, town: Project, by: int, label: str) -> None:
    rows = [{"name": "c1", "label": label, "phone": "0825-5550120"}]
    save_list(db, store, town, CLINICS, rows, list_now(db, store, town, CLINICS).sha256, by, SOON)


def publish(db: Session, store: BlobStore, town: Project) -> None:
    """A form that has clinics.csv."""
    definition = definition_of_xml(read_library_form("referral_outcome"))
    form = put_draft(db, town, None, definition, None, LATER, KEY, ignore_warnings=True)
    publish_draft(db, store, town, form, None, None, LATER)


def test_a_list_that_is_saved_while_a_form_goes_out_is_in_that_form(
    database: Database, store: BlobStore, town_id: int, lea: int
) -> None:
    def save(label: str) -> None:
        with database.transaction() as db:
            edit(db, store, db.get_one(Project, town_id), lea, label)

    save("旧名")
    with database.writing() as db:
        publish(db, store, db.get_one(Project, town_id))
        saving = Thread(target=save, args=("新名",))
        saving.start()
        saving.join(1)
        db.commit()
    saving.join()

    with database.reading() as db:
        now = list_now(db, store, db.get_one(Project, town_id), CLINICS)
        on_phones = db.scalars(select(FormAttachment.blob_sha256).where(FormAttachment.name == "clinics.csv")).all()
        assert ([row["label"] for row in now.rows], on_phones) == (["新名"], [now.sha256])


def test_what_stood_before_the_first_edit_stays_to_be_read_and_put_back(
    db: Session, store: BlobStore, town_id: int, lea: int
) -> None:
    """Lists are filled before any form has them: nothing else speaks of that file."""
    town = db.get_one(Project, town_id)
    list_now(db, store, town, CLINICS)
    assert list(store.names(LATER + timedelta(days=9999))) == [], "to look writes nothing"
    edit(db, store, town, lea, "镇卫生院")

    sweep_orphans(db, store, LATER + timedelta(days=9999))

    (change,) = history_of(db, store, town, CLINICS)
    assert change.rows is not None
    undo_last(db, store, town, CLINICS, edits_of(db, town, CLINICS)[0].id, lea, LATER)
    assert list_now(db, store, town, CLINICS).is_placeholder


def test_a_row_that_came_after_the_town_filled_its_list_is_ours_so_that_it_can_be_saved_again(store: BlobStore) -> None:
    own = [{**row, "value": "130"} if row["name"] == "bp_sys_red" else row for row in our_rows(THRESHOLDS)]
    older = store.put(write_rows(THRESHOLDS, [row for row in own if row["name"] != "quiz_pass"])).sha256

    assert rows_of(store, THRESHOLDS, older) == own
    assert check_rows(THRESHOLDS, rows_of(store, THRESHOLDS, older) or [], ()) == []


def test_a_list_of_which_forms_read_no_row_by_name_stays_as_it_is(store: BlobStore) -> None:
    rows = [{"name": "town", "label": "镇卫生院", "phone": "0825-5550120"}]

    assert rows_of(store, CLINICS, store.put(write_rows(CLINICS, rows)).sha256) == rows


def test_a_damaged_file_of_the_past_leaves_the_rest_to_be_read(
    db: Session, store: BlobStore, town_id: int, lea: int
) -> None:
    town = db.get_one(Project, town_id)
    for label in ("旧名", "新名"):
        edit(db, store, town, lea, label)
    before, _ = edits_of(db, town, CLINICS)
    damaged = store.path((before.details or {})["before"])
    damaged.write_bytes(damaged.read_bytes()[:-9])

    assert [change.rows is None for change in history_of(db, store, town, CLINICS)] == [True, True]
    assert [row["label"] for row in list_now(db, store, town, CLINICS).rows] == ["新名"]
