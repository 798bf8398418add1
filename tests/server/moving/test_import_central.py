"""From one of our own servers to another, over HTTP: nothing is lost, and nothing is twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.access.projects import count_on_from_there
from server.access.roles import APP_USER, PROJECT_MANAGER, PROJECT_VIEWER
from server.access.tokens import hash_token, unseal
from server.db import Database
from server.errors import UnexpectedValue
from server.intake.purging import run_purge
from server.intake.rederiving import rederive
from server.models import (
    Actor,
    AppUser,
    Assignment,
    Audit,
    Dataset,
    Entity,
    EntityVersion,
    Form,
    FormAttachment,
    FormVersion,
    Project,
    Submission,
    SubmissionAttachment,
    SubmissionComment,
    SubmissionGeometry,
    SubmissionVersion,
    User,
)
from server.moving.bringing import Bringing
from server.moving.central_client import SourceAway, SourceRefuses
from server.moving.central_source import CentralSource
from server.moving.import_central import import_central
from server.moving.planning import plan
from tests.conftest import Clock
from tests.making import a_record, new_id
from tests.server.moving.conftest import KEY, PHOTO, SLASHED, WELLS, entity, rows_of, why_left

Bring = Callable[..., Bringing]


@pytest.fixture
def bring(town: dict[str, Any], bring_it: Bring) -> Bring:
    """One run of the command over the whole town, with an account of the other server."""
    return bring_it


def all_of(db: Session, model: Any, *order: Any) -> list[Any]:
    return list(db.scalars(select(model).order_by(*order)))


def test_a_project_comes_over_whole(bring: Bring) -> None:
    bringing = bring()
    report = bringing.report
    assert report.is_whole, list(report.as_lines())
    assert (
        dict(+report.here)
        == dict(+report.there)
        == {
            "app_users": 2,
            "assignments": 6,
            "forms": 4,
            "form_versions": 6,
            "form_files": 1,
            "datasets": 2,
            "entities": 2,
            "entity_versions": 5,
            "submissions": 7,
            "submission_versions": 8,
            "submission_files": 5,
            "comments": 2,
        }
    )
    assert all(theirs == ours for theirs, ours in report.digests.values())
    assert why_left(bringing) == {("users", "no_password"), ("submissions", "trash"), ("assignments", "site_role")}
    assert orjson.loads(orjson.dumps(report.as_json()))["whole"] is True


def test_progress_is_told_of_the_records_and_then_of_the_comparison(
    town: dict[str, Any], new_server: Callable[[], Bringing], source: Callable[..., CentralSource]
) -> None:
    bringing, told = new_server(), []
    bringing.progress = lambda done, of: told.append((done, of))
    import_central(bringing, source(bringing), KEY)
    assert (told[0], told.count((7, 7)) >= 1) == ((0, 7), True)
    compared = told[told.index((0, 9)) :]
    assert compared[-1] == (9, 9), "seven records and two entities"
    assert compared == sorted(compared)


def test_records_keep_bytes_ids_times_and_authors(bring: Bring, database: Database, town: dict[str, Any]) -> None:
    bringing = bring()
    with database.reading() as there, bringing.database.reading() as here:
        wanted = {
            one.instance_id: one
            for one in all_of(there, SubmissionVersion, SubmissionVersion.id)
            if one.instance_id != town["gone"]
        }
        found = {one.instance_id: one for one in all_of(here, SubmissionVersion, SubmissionVersion.id)}
        assert found.keys() == wanted.keys()
        for name, one in found.items():
            same = wanted[name]
            assert bytes(one.xml) == bytes(same.xml)
            for column in ("is_current", "deprecated_id", "device_id", "user_agent", "values_json", "encrypted"):
                assert getattr(one, column) == getattr(same, column), column
            assert one.created_at == same.created_at
            assert here.get_one(Actor, one.submitter_id).display_name == "赵秀兰的手机"
        record = here.scalars(select(Submission).where(Submission.instance_id == town["first"])).one()
        theirs = there.scalars(select(Submission).where(Submission.instance_id == town["first"])).one()
        assert (record.review_state, record.created_at) == ("approved", theirs.created_at)
        comments = all_of(here, SubmissionComment, SubmissionComment.created_at)
        assert [(one.body, one.submission_id) for one in comments] == [("看过了", record.id), ("再看", record.id)]
        assert here.get_one(User, comments[0].actor_id).email == "alice@example.test"


def test_what_went_out_of_the_trash_here_does_not_come_again(bring: Bring, clock: Clock) -> None:
    """Phones were told that it is gone, and that nobody makes it anew."""
    bringing = bring()
    with bringing.database.transaction() as db:
        record, gone = (db.scalars(select(one).order_by(one.id)).first() for one in (Submission, Entity))
        record.deleted_at = gone.deleted_at = clock.now()
        instance_id, uuid = record.instance_id, gone.uuid
    done = run_purge(bringing.database, bringing.store, clock.now() + timedelta(days=31))
    assert (done.submissions, done.entities) == (1, 1)
    again = bring()
    assert {("submissions", "changed_here"), ("entities", "changed_here")} <= why_left(again)
    with again.database.reading() as db:
        assert db.scalar(select(Entity.id).where(Entity.uuid == uuid)) is None
        kept = select(SubmissionVersion.xml).join(Submission).where(Submission.instance_id == instance_id)
        assert set(db.scalars(kept)) == {b""}


def test_files_come_along_and_what_never_arrived_stays_missing(bring: Bring, town: dict[str, Any]) -> None:
    bringing = bring()
    with bringing.database.reading() as db:
        files = {
            (one.name, one.blob_sha256 and bringing.store.read(one.blob_sha256))
            for one in all_of(db, SubmissionAttachment, SubmissionAttachment.id)
        }
        secret = db.scalars(select(SubmissionVersion).where(SubmissionVersion.instance_id == town["hidden"])).one()
        names = select(SubmissionAttachment.name).filter_by(submission_version_id=secret.id)
        assert db.scalars(names.order_by(SubmissionAttachment.id)).all() == [
            "b.jpg.enc",
            "a.jpg.enc",
            "submission.xml.enc",
        ]
    assert files == {
        ("p.png", PHOTO),
        ("late.png", None),
        ("a.jpg.enc", b"aaaa"),
        ("b.jpg.enc", b"bbbb"),
        ("submission.xml.enc", b"cccc"),
    }


def test_forms_keep_versions_workbooks_files_states_and_the_address_of_their_draft(
    bring: Bring, database: Database
) -> None:
    bringing = bring()
    with database.reading() as there, bringing.database.reading() as here:

        def told(db: Session) -> list[tuple[object, ...]]:
            rows = all_of(db, FormVersion, FormVersion.sha256)
            return [
                (one.form.xml_form_id, one.version, bytes(one.xml), one.xls_sha256, one.published_at is None)
                for one in rows
            ]

        assert told(here) == told(there)
        current = {one.xml_form_id: (one.current_version.version, one.state) for one in all_of(here, Form, Form.id)}
        assert current == {
            "visit": ("2 [新]", "open"),
            SLASHED: ("", "open"),
            "home": ("1", "open"),
            "secret": ("1", "closing"),
        }
        theirs, ours = (db.scalars(select(Form).where(Form.xml_form_id == "visit")).one() for db in (there, here))
        assert theirs.draft_token_hash == ours.draft_token_hash
        wells = here.scalars(select(FormAttachment).where(FormAttachment.name == "wells.csv")).one()
        assert wells.blob_sha256 is not None
        assert bringing.store.read(wells.blob_sha256) == WELLS


def test_phones_keep_their_keys_and_people_their_roles(
    bring: Bring, town: dict[str, Any], cast: dict[str, int]
) -> None:
    bringing = bring()
    with bringing.database.reading() as db:
        assert bringing.project_id == cast["project"], "it is in every address that a phone has"
        phones = {db.get_one(Actor, one.actor_id).display_name: one for one in all_of(db, AppUser, AppUser.actor_id)}
        phone, stopped = phones["赵秀兰的手机"], phones["丢了的手机"]
        assert phone.token_hash == hash_token(town["phone"]["token"])
        assert unseal(KEY, phone.token_sealed) == town["phone"]["token"]
        assert stopped.token_hash is None and stopped.revoked_at is not None
        emails = {one.actor_id: one.email for one in all_of(db, User, User.actor_id)}
        given = {
            (emails.get(one.actor_id, "phone"), one.role_id, one.form_id is None)
            for one in all_of(db, Assignment, Assignment.id)
        }
        assert given == {
            ("bob@example.test", PROJECT_MANAGER, True),
            ("chelsea@example.test", PROJECT_VIEWER, True),
            ("phone", APP_USER, False),
        }
        assert all(one.password_hash is None for one in all_of(db, User, User.actor_id))


def test_entities_keep_their_versions_and_the_record_that_made_each(bring: Bring, town: dict[str, Any]) -> None:
    bringing = bring()
    with bringing.database.reading() as db:
        home = db.scalars(select(Entity).where(Entity.uuid == town["home"])).one()
        assert (home.version, home.conflict, home.village_code, home.label) == (3, "hard", "A3", "一户")
        versions = db.scalars(select(EntityVersion).filter_by(entity_id=home.id).order_by(EntityVersion.version)).all()
        makers = [db.get_one(SubmissionVersion, one.submission_version_id) for one in versions]
        assert [orjson.loads(one.values_json or "")["village_code"] for one in makers] == ["A1", "A2", "A3"]
        ward = db.scalars(select(Entity).where(Entity.uuid == town["ward"])).one()
        assert (ward.version, orjson.loads(ward.data_json)) == (2, {"别名": "南"})
        wards = db.scalars(select(Dataset).where(Dataset.name == "wards")).one()
        assert wards.approval_required


def test_what_is_worked_out_of_records_is_there_and_nothing_is_made_of_them_twice(bring: Bring, clock: Clock) -> None:
    bringing = bring()
    with bringing.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(SubmissionGeometry)) == 0, "the corrected record has no point"
    before = rows_of(bringing.database)
    rederive(bringing.database, None, clock.now(), lambda done, of: None)
    after = rows_of(bringing.database)
    different = {name for name in before if before[name] != after[name] and not name.startswith("quality")}
    assert different <= {"audit", "audit_link", "change"}, "the one record whose entity failed says so"


def test_a_second_run_changes_nothing(bring: Bring) -> None:
    before = rows_of(bring().database)
    bringing = bring()
    assert not +bringing.report.came
    assert bringing.report.is_whole
    assert rows_of(bringing.database) == before
    assert (
        rows_of(bring(thorough=True).database).items()
        >= {name: before[name] for name in before if name != "quality_wait"}.items()
    )


def test_the_audit_says_what_came_and_by_which_command(bring: Bring) -> None:
    bringing = bring()
    with bringing.database.reading() as db:
        rows = all_of(db, Audit, Audit.id)
    assert {one.notes for one in rows} == {"import-central there"}
    assert {one.actor_id for one in rows} == {None}
    assert sum(one.action == "submission.create" for one in rows) == 7


def test_one_that_broke_off_goes_on(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, seen = CentralSource.read_record, []

    def read(self: CentralSource, *args: Any) -> Any:
        seen.append(args)
        if len(seen) == 5:
            raise SourceAway("it broke off")
        return whole(self, *args)

    with monkeypatch.context() as patched:
        patched.setattr(CentralSource, "read_record", read)
        with pytest.raises(SourceAway):
            bring()
    bringing = bring()
    assert bringing.report.is_whole, list(bringing.report.as_lines())
    assert 0 < bringing.report.came["submissions"] <= 7


def test_the_next_run_brings_what_is_new_there_and_keeps_what_was_done_here(
    bring: Bring, town: dict[str, Any], cast: dict[str, int], clock: Clock
) -> None:
    bringing = bring()
    late = new_id()
    town["send"](a_record(instance_id=late, photo="x.png"))
    town["send"](a_record("home", village="A5", entity=entity(town["home"], 'update="1" baseVersion="3"')))
    town["send"](a_record(instance_id=new_id(), deprecated_id=town["second"], note="又改"))
    clock.forward(seconds=9)
    town["alice"].patch(
        f"{town['project']}/forms/secret/submissions/{town['hidden']}", json={"reviewState": "rejected"}
    )
    with bringing.database.transaction() as db:
        mine = db.scalars(select(Submission).where(Submission.instance_id == town["hidden"])).one()
        clock.forward(seconds=9)
        mine.review_state, mine.updated_at = "hasIssues", clock.now()
    bringing = bring()
    came = bringing.report.came
    assert (came["submissions"], came["submission_versions"], came["entity_versions"]) == (2, 3, 1)
    assert ("submissions", "changed_here") in why_left(bringing)
    assert not bringing.report.is_whole, "the state of one record is another here"
    with bringing.database.reading() as db:
        assert db.scalars(select(Submission).where(Submission.instance_id == town["hidden"])).one().review_state == (
            "hasIssues"
        )
        first = db.scalars(select(Submission).where(Submission.instance_id == town["first"])).one()
        versions = db.scalars(
            select(SubmissionVersion)
            .filter_by(submission_id=first.id)
            .order_by(SubmissionVersion.created_at, SubmissionVersion.id)
        ).all()
        assert [one.is_current for one in versions] == [False, False, True]
        assert first.review_state == "edited"
    town["send"](a_record(instance_id=late, photo="x.png"), {"x.png": b"late"})
    assert bring().report.came["submission_files"] == 1


def test_a_number_that_is_taken_gives_another_and_says_so(
    bring: Bring, new_server: Callable[[], Bringing], cast: dict[str, int], clock: Clock
) -> None:
    with new_server().database.transaction() as db:
        db.add(Project(id=cast["project"], name="别的", created_at=clock.now()))
        db.flush()
        count_on_from_there(db)
    bringing = bring()
    assert bringing.project_id != cast["project"]
    assert ("projects", "new_code") in why_left(bringing)
    assert bringing.report.is_whole
    with bringing.database.transaction() as db:
        db.add(Project(name="又一个", created_at=clock.now()))  # numbers go on behind it


def test_a_manager_brings_what_he_may_see(bring: Bring) -> None:
    bringing = bring("bob@example.test")
    assert bringing.report.is_whole, list(bringing.report.as_lines())
    assert {("api", "refused"), ("assignments", "unknown_person")} <= why_left(bringing)


def test_a_dry_run_counts_and_writes_nothing(
    town: dict[str, Any], new_server: Callable[[], Bringing], source: Callable[..., CentralSource]
) -> None:
    bringing = new_server()
    before = rows_of(bringing.database)
    plan(source(bringing))
    there = bringing.report.there
    assert (there["forms"], there["form_versions"], there["submissions"], there["entities"]) == (4, 6, 7, 2)
    assert ("submissions", "trash") in why_left(bringing)
    assert rows_of(bringing.database) == before


def test_what_is_not_the_same_on_both_sides_is_found_and_named(bring: Bring, town: dict[str, Any]) -> None:
    bringing = bring()
    with bringing.database.transaction() as db:
        row = db.scalars(select(SubmissionVersion).where(SubmissionVersion.instance_id == town["second"])).one()
        row.xml = bytes(row.xml).replace("改".encode(), "政".encode())
        version = db.scalars(select(EntityVersion).order_by(EntityVersion.id)).first()
        assert version is not None
        version.label = "另一户"
        lost = db.scalars(
            select(SubmissionAttachment.blob_sha256).where(SubmissionAttachment.name == "a.jpg.enc")
        ).one()
    assert lost is not None
    bringing.store.path(lost).unlink()
    bringing = bring()
    differs = {(one.what, one.which) for one in bringing.report.left if one.why == "differs"}
    assert differs == {
        ("submission_versions", f"visit {town['second']}"),
        ("submission_files", f"secret {town['hidden']} a.jpg.enc"),
        ("entities", f"homes {town['home']}"),
    }
    assert {what: theirs == ours for what, (theirs, ours) in bringing.report.digests.items()} == {
        "forms": True,
        "access": True,
        "submissions": False,
        "entities": False,
    }
    assert not bringing.report.is_whole


def test_one_record_that_the_other_server_cannot_give_keeps_no_other_out(
    bring: Bring, town: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = CentralSource.read_record

    def read(self: CentralSource, form_id: str, told: Any, store: Any) -> Any:
        if told["instanceId"] == town["hidden"]:
            raise SourceRefuses(500, "500.1", "something went wrong")
        return whole(self, form_id, told, store)

    monkeypatch.setattr(CentralSource, "read_record", read)
    bringing = bring()
    assert (bringing.report.there["submissions"], bringing.report.here["submissions"]) == (7, 6)
    assert ("submissions", "refused") in why_left(bringing)
    assert not bringing.report.is_whole


def test_a_form_that_cannot_be_kept_is_named_with_its_records(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = CentralSource.read_version

    def read(self: CentralSource, form_id: str, *args: Any) -> Any:
        found = whole(self, form_id, *args)
        return replace(found, xml=b"<not-a-form/>") if form_id == "secret" else found

    monkeypatch.setattr(CentralSource, "read_version", read)
    bringing = bring()
    assert {("form_versions", "unreadable"), ("submissions", "no_form")} <= why_left(bringing)
    assert (bringing.report.there["forms"], bringing.report.here["forms"]) == (4, 3)
    assert (bringing.report.there["submissions"], bringing.report.here["submissions"]) == (7, 6)


def test_records_move_into_a_plain_project_alone(bring: Bring) -> None:
    bringing = bring()
    with bringing.database.transaction() as db:
        db.get_one(Project, bringing.project_id).kind = "care"
    with pytest.raises(UnexpectedValue):
        bring()
