"""What was deleted thirty days ago goes for good; what a phone may still ask about is remembered by id or hash."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.blobs import BlobStore
from server.config import Config
from server.db import Database
from server.followups.restricting import keep_unused
from server.intake import purging
from server.intake.purging import Purge, plan_purge, run_purge
from server.intake.review import delete_submission
from server.models import (
    Audit,
    Blob,
    CareEvent,
    Dataset,
    Entity,
    EntityVersion,
    Form,
    FormAttachment,
    FormVersion,
    Project,
    PurgedEntity,
    RightsRequest,
    Seal,
    Submission,
    SubmissionComment,
    SubmissionVersion,
)
from server.registry import emptying, permitted
from server.registry.rights_desk import open_request
from tests.client import Client
from tests.conftest import Clock
from tests.making import a_dataset, a_form, a_phone, a_record, an_xform, new_id
from tests.server.registry.caring import Care, a_uuid

PHOTO = b"\xff\xd8\xff\xe0" + b"photo" * 50
START = datetime(2027, 3, 2, 1, 0, tzinfo=UTC)  # after the files of this test were written
Run = Callable[[], Purge]


@pytest.fixture
def phone(app: Flask, database: Database, project_id: int, clock: Clock) -> Client:
    clock.set(START)
    with database.transaction() as db:
        form = a_form(db, project_id)
        a_dataset(db, project_id, "wells", ["depth"])
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    return Client(app, key=token)


@pytest.fixture
def office(app: Flask, phone: Client, cast: dict[str, int], database: Database) -> Client:
    return Client.signed_in(app, database, cast["bob"])


@pytest.fixture
def base(project_id: int) -> str:
    return f"/projects/{project_id}/forms/visit/submissions"


@pytest.fixture
def run(database: Database, config: Config, clock: Clock) -> Run:
    """The trash is emptied as of the clock's instant; what the plan says is what goes."""

    def purge() -> Purge:
        with database.reading() as db:
            planned = plan_purge(db, clock.now())
        done = run_purge(database, BlobStore(config.blob_dir, database.keys), clock.now())
        assert (planned.submissions, planned.entities, planned.forms) == (done.submissions, done.entities, done.forms)
        return done

    return purge


def count(database: Database, model: type) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def deleted(phone: Client, office: Client, project_id: int, base: str) -> bytes:
    """A record with a photo and a comment, corrected once, then deleted; beside one that stands. Its bytes at first."""
    first = new_id()
    xml = a_record(instance_id=first, photo="1.jpg", note="SENTINEL")
    assert phone.send(project_id, xml, {"1.jpg": PHOTO}).status_code == 201
    edit = a_record(instance_id=new_id(), deprecated_id=first, photo="1.jpg", note="SENTINEL again")
    assert phone.send(project_id, edit, {"1.jpg": PHOTO}).status_code == 201
    assert phone.send(project_id, a_record(photo="2.jpg"), {"2.jpg": b"other"}).status_code == 201
    office.post(f"{base}/{first}/comments", json={"body": "SENTINEL"})
    assert office.delete(f"{base}/{first}").status_code == 200
    return xml


def root_of(xml: bytes) -> str:
    return xml.decode().partition("<orx:instanceID>")[2].partition("<")[0]


def test_nothing_goes_before_thirty_days_are_over(
    app: Flask, deleted: bytes, cast: dict[str, int], base: str, database: Database, clock: Clock, run: Run
) -> None:
    clock.forward(days=30)
    assert run().number == 0
    office = Client.signed_in(app, database, cast["bob"])
    assert office.post(f"{base}/{root_of(deleted)}/restore").status_code == 200


def test_a_record_goes_with_its_answers_files_and_comments(
    deleted: bytes,
    app: Flask,
    base: str,
    project_id: int,
    cast: dict[str, int],
    database: Database,
    config: Config,
    clock: Clock,
    run: Run,
) -> None:
    clock.forward(days=30, seconds=1)
    done = run()
    assert (done.submissions, done.entities, done.forms, len(done.files)) == (1, 0, 0, 1)

    one = f"{base}/{root_of(deleted)}"
    office = Client.signed_in(app, database, cast["bob"])
    assert office.get(base + "?deleted=true").json == []
    assert office.post(one + "/restore").json["code"] == 404.1
    assert office.get(one + ".xml").json["code"] == 404.1
    table = f"/projects/{project_id}/forms/visit.svc/Submissions?$filter=__system/deletedAt ne null"
    assert office.get(table).json["value"] == []
    assert len(office.get(base).json) == 1
    assert count(database, SubmissionComment) == 0
    with database.reading() as db:
        gone = db.scalars(select(SubmissionVersion).join(Submission).where(Submission.purged_at.is_not(None))).all()
        assert [(bytes(row.xml), row.values_json, row.submitter_id) for row in gone] == [(b"", None, None)] * 2
        assert db.scalar(select(func.count()).select_from(Blob)) == 1
        acts = db.execute(select(Audit.action, Audit.details).where(Audit.action.endswith(".purge"))).all()
    assert [tuple(one) for one in acts] == [("submission.purge", {"count": 1})]
    assert not any(BlobStore(config.blob_dir, database.keys).has(sha) for sha in done.files)
    assert run().number == 0


def test_a_phone_that_sends_it_again_is_told_that_it_was_deleted(
    deleted: bytes, phone: Client, project_id: int, database: Database, clock: Clock, run: Run
) -> None:
    clock.forward(days=31)
    run()
    again = phone.send(project_id, deleted, {"1.jpg": PHOTO})
    assert (again.status_code, b"OpenRosaResponse" in again.data) == (409, True)
    edit = a_record(deprecated_id=root_of(deleted))
    assert phone.send(project_id, edit).status_code == 409
    assert count(database, Submission) == 2
    with database.reading() as db:
        assert not [xml for xml in db.scalars(select(SubmissionVersion.xml)) if b"SENTINEL" in xml]


def test_a_link_for_one_record_takes_no_second_when_its_record_is_gone(
    app: Flask, office: Client, project_id: int, base: str, clock: Clock, run: Run
) -> None:
    links = base.removesuffix("/submissions") + "/public-links"
    once, many = (office.post(links, json={"displayName": "x", "once": once}).json["token"] for once in (True, False))
    for token in (once, many):
        first = new_id()
        assert Client(app, key=token).send(project_id, a_record(instance_id=first)).status_code == 201
        office.delete(f"{base}/{first}")
    clock.forward(days=31)
    assert run().submissions == 2
    assert [Client(app, key=token).send(project_id, a_record()).status_code for token in (once, many)] == [403, 201]


def test_a_file_that_another_record_has_stays(
    phone: Client, office: Client, project_id: int, base: str, clock: Clock, run: Run
) -> None:
    ids = [new_id(), new_id()]
    for one in ids:
        phone.send(project_id, a_record(instance_id=one, photo="1.jpg"), {"1.jpg": PHOTO})
    office.delete(f"{base}/{ids[0]}")
    clock.forward(days=31)
    assert run().files == set()


@pytest.fixture
def wells(office: Client, project_id: int) -> list[str]:
    """Two entities of a list, the first of them deleted."""
    where = f"/projects/{project_id}/datasets/wells/entities"
    made = [office.post(where, json={"label": name, "data": {"depth": "3"}}).json["uuid"] for name in "东西"]
    office.delete(f"{where}/{made[0]}")
    return made


def test_an_entity_goes_with_its_versions_and_phones_are_told_that_it_is_gone(
    app: Flask,
    wells: list[str],
    project_id: int,
    cast: dict[str, int],
    database: Database,
    clock: Clock,
    run: Run,
) -> None:
    clock.forward(days=31)
    assert run().entities == 1
    office = Client.signed_in(app, database, cast["bob"])
    where = f"/projects/{project_id}/datasets/wells"
    assert (count(database, Entity), count(database, EntityVersion), count(database, PurgedEntity)) == (1, 1, 1)
    assert office.get(f"{where}/entities?deleted=true").json == []
    assert office.post(f"{where}/entities/{wells[0]}/restore").json["code"] == 404.1
    told = office.get(f"{where}/integrity?id={wells[0]}%2C{wells[1]}%2C{new_id()[5:]}").data.decode()
    assert f'<entity id="{wells[0]}"><deleted>true</deleted></entity>' in told
    assert f'<entity id="{wells[1]}"><deleted>false</deleted></entity>' in told
    assert told.count("<entity ") == 2
    again = office.post(f"{where}/entities", json={"uuid": wells[0], "label": "东", "data": {}})
    assert again.json["code"] == 409.19
    assert run().number == 0


def test_what_was_done_to_an_entry_that_went_is_not_told_of_one_that_comes_after_it(
    wells: list[str],
    office: Client,
    app: Flask,
    project_id: int,
    cast: dict[str, int],
    database: Database,
    clock: Clock,
    run: Run,
) -> None:
    """SQLite gives its number away again."""
    where = f"/projects/{project_id}/datasets/wells/entities"
    office.delete(f"{where}/{wells[1]}")
    clock.forward(days=31)
    assert run().entities == 2
    office = Client.signed_in(app, database, cast["bob"])
    made = office.post(where, json={"label": "新", "data": {}}).json["uuid"]
    assert [one["action"] for one in office.get(f"{where}/{made}/audits").json] == ["entity.create"]


def test_a_form_goes_with_its_records_and_files(
    app: Flask,
    phone: Client,
    office: Client,
    project_id: int,
    cast: dict[str, int],
    base: str,
    database: Database,
    clock: Clock,
    run: Run,
    without_java: None,
) -> None:
    form = base.removesuffix("/submissions")
    phone.send(project_id, a_record(photo="1.jpg"), {"1.jpg": PHOTO})
    with database.transaction() as db:
        number = db.scalars(select(Form.id)).one()
        row = db.scalars(select(FormVersion)).one()
        blob = BlobStore(app.config["CONFIG"].blob_dir, database.keys).put(io.BytesIO(b"map"))
        db.add(Blob(sha256=blob.sha256, md5=blob.md5, size=3, content_type="image/png", created_at=START))
        db.flush()
        db.add(FormAttachment(form_version_id=row.id, name="map.png", type="image", blob_sha256=blob.sha256))
    token = office.post(form + "/public-links", json={"displayName": "x"}).json["token"]
    office.delete(form)
    clock.forward(days=31)
    done = run()
    assert (done.submissions, done.forms, len(done.files)) == (1, 1, 2)
    office = Client.signed_in(app, database, cast["bob"])
    assert office.get(f"/projects/{project_id}/forms?deleted=true").json == []
    assert office.post(f"/projects/{project_id}/forms/{number}/restore").json["code"] == 404.1
    assert count(database, FormAttachment) == 0
    assert Client(app, key=token).get(form + ".xml").json["code"] == 403.1
    again = f"/projects/{project_id}/forms?publish=true"
    made = office.post(again, data=an_xform(), content_type="application/xml")
    assert made.status_code == 200, "its name and its version are free, and nobody is warned of it"
    assert run().number == 0


def test_a_form_with_many_records_goes_in_short_transactions_and_on_where_it_was_broken_off(
    app: Flask,
    phone: Client,
    office: Client,
    project_id: int,
    cast: dict[str, int],
    base: str,
    database: Database,
    clock: Clock,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Phones wait while one lasts."""
    for _ in range(5):
        phone.send(project_id, a_record(note="SENTINEL"))
    office.delete(base.removesuffix("/submissions"))
    clock.forward(days=31)
    monkeypatch.setattr(emptying, "BATCH", 2)
    sizes: list[int] = []
    whole = purging.empty_records

    def empty(db: Session, batch: list[int]) -> set[str]:
        if len(sizes) == 2:
            raise KeyboardInterrupt
        sizes.append(len(batch))
        return whole(db, batch)

    monkeypatch.setattr(purging, "empty_records", empty)
    with pytest.raises(KeyboardInterrupt):
        run()
    assert sizes == [2, 2]
    office = Client.signed_in(app, database, cast["bob"])
    with database.reading() as db:
        number = db.scalars(select(Form.id)).one()
        assert db.scalar(select(func.count()).where(Submission.purged_at.is_not(None))) == 4
    assert office.post(f"/projects/{project_id}/forms/{number}/restore").json["code"] == 404.1
    monkeypatch.setattr(purging, "empty_records", whole)
    assert (run().submissions, run().number) == (1, 0)
    with database.reading() as db:
        assert not any(db.scalars(select(SubmissionVersion.xml)))


@pytest.mark.parametrize("kind", ["record", "entry", "form"])
def test_what_is_brought_back_while_the_trash_is_emptied_is_there_whole_or_gone(
    kind: str,
    deleted: bytes,
    wells: list[str],
    app: Flask,
    office: Client,
    project_id: int,
    base: str,
    cast: dict[str, int],
    database: Database,
    config: Config,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever brings it back is told so alone where it is true: who comes second waits for the other."""
    form = base.removesuffix("/submissions")
    with database.reading() as db:
        number = db.scalars(select(Form.id)).one()
    back = {
        "record": f"{base}/{root_of(deleted)}/restore",
        "entry": f"/projects/{project_id}/datasets/wells/entities/{wells[0]}/restore",
        "form": f"/projects/{project_id}/forms/{number}/restore",
    }[kind]
    if kind == "form":
        assert office.delete(form).status_code == 200
    clock.forward(days=31)
    office = Client.signed_in(app, database, cast["bob"])
    answers: list[int] = []
    name = {"record": "past_records", "entry": "past_entities", "form": "past_forms"}[kind]
    look = getattr(purging, name)
    brings = Thread(target=lambda: answers.append(office.post(back).status_code))

    def look_and_be_late(*given: Any) -> list[int]:
        found: list[int] = look(*given)
        if found and not brings.ident:
            brings.start()
            brings.join(1)
        return found

    monkeypatch.setattr(purging, name, look_and_be_late)
    run_purge(database, BlobStore(config.blob_dir, database.keys), clock.now())
    brings.join()
    shown = {"record": f"{base}/{root_of(deleted)}.xml", "entry": back.removesuffix("/restore"), "form": form + ".xml"}
    found = office.get(shown[kind])
    assert (answers[0], found.status_code) in ((200, 200), (404, 404))
    assert found.status_code == 404 or b"SENTINEL" in found.data or kind != "record"
    if kind == "form" and found.status_code == 200:
        assert len(office.get(base).json) == 1


def test_a_list_that_a_form_wrote_which_is_gone_goes_on(
    app: Flask,
    phone: Client,
    office: Client,
    project_id: int,
    cast: dict[str, int],
    database: Database,
    clock: Clock,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing of the form is left to read; another process never read it."""
    with database.transaction() as db:
        a_form(db, project_id, "entering", entities=True)
    office.delete(f"/projects/{project_id}/forms/entering")
    clock.forward(days=31)
    assert run().forms == 1
    monkeypatch.setattr(permitted, "_DECLARED", {})
    office = Client.signed_in(app, database, cast["bob"])
    homes = f"/projects/{project_id}/datasets/homes"
    assert office.patch(homes, json={"approvalRequired": False}).status_code == 200
    assert office.get(homes).json["sourceForms"] == []
    assert office.delete(homes).json == {"success": True}


def test_what_an_erasure_emptied_stays_as_it_is(
    deleted: bytes, phone: Client, project_id: int, database: Database, clock: Clock, run: Run
) -> None:
    with database.transaction() as db:
        number = db.scalars(select(Submission.id).where(Submission.deleted_at.is_not(None))).one()
        db.add(Seal(submission_id=number, project_id=project_id, reason="erased", sealed_at=START))
    clock.forward(days=31)
    assert run().submissions == 0


def test_in_a_care_project_nothing_goes_that_somebody_waits_for(
    deleted: bytes, project_id: int, database: Database, clock: Clock, run: Run
) -> None:
    with database.transaction() as db:
        db.execute(update(Project).where(Project.id == project_id).values(kind="care"))
        number = db.scalars(select(Submission.id).where(Submission.deleted_at.is_not(None))).one()
        asked = RightsRequest(
            project_id=project_id,
            kind="correction",
            state="open",
            subject_hash=b"x" * 32,
            submission_id=number,
            received_at=START,
            due_at=START,
        )
        db.add(asked)
    clock.forward(days=31)
    assert run().submissions == 0
    with database.transaction() as db:
        db.execute(update(RightsRequest).values(state="done"))
    assert run().submissions == 1


def test_in_a_care_project_entries_about_people_and_forms_with_records_stay(
    deleted: bytes,
    wells: list[str],
    office: Client,
    project_id: int,
    base: str,
    database: Database,
    config: Config,
    clock: Clock,
    run: Run,
) -> None:
    office.delete(base.removesuffix("/submissions"))
    with database.transaction() as db:
        db.execute(update(Project).where(Project.id == project_id).values(kind="care"))
        db.execute(update(Dataset).values(name="women"))
    clock.forward(days=31)
    done = run()
    assert (done.submissions, done.entities, done.forms) == (1, 0, 0)
    with database.transaction() as db:
        db.execute(update(Dataset).values(name="wells"))
        db.execute(update(Submission).where(Submission.deleted_at.is_(None)).values(deleted_at=START))
    done = run_purge(database, BlobStore(config.blob_dir, database.keys), clock.now())
    assert (done.submissions, done.entities, done.forms) == (1, 1, 1), "the form goes when its last record has gone"


def test_in_a_care_project_no_record_goes_of_who_asked_for_something_or_wishes_her_data_kept_unused(
    app: Flask, database: Database, project_id: int, config: Config, clock: Clock
) -> None:
    care = Care(app, database, project_id)
    asking, unused, gone = (a_uuid() for _ in range(3))
    records = {woman: care.register(woman) for woman in (asking, unused, gone)}
    with database.transaction() as db:
        for record in db.scalars(select(Submission).where(Submission.instance_id.in_(records.values()))):
            delete_submission(db, record, None, clock.now())
        open_request(db, project_id, "export", asking, None, clock.now())
        keep_unused(db, db.get_one(Project, project_id), unused, None, clock.now())
    clock.forward(days=31)
    assert run_purge(database, BlobStore(config.blob_dir, database.keys), clock.now()).submissions == 1
    with database.reading() as db:
        purged = db.scalars(select(Submission.instance_id).where(Submission.purged_at.is_not(None))).all()
        told = set(db.scalars(select(CareEvent.subject).where(CareEvent.project_id == project_id)))
    assert purged == [records[gone]]
    assert told == {asking, unused}, "whose the record was is told no more"
