"""A form of KoboToolbox with its records, from the files that its API gave."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from server.models import (
    Actor,
    Form,
    FormVersion,
    Project,
    Submission,
    SubmissionAttachment,
    SubmissionComment,
    SubmissionGeometry,
    SubmissionVersion,
)
from server.moving.bringing import Bringing
from server.moving.import_kobo import import_kobo, plan_kobo
from server.moving.kobo_folder import KoboUnusable, read_folder
from server.moving.report import Report
from tests.making import a_town, an_xform
from tests.server.moving.kobo import FIRST, SECOND, THIRD, UID, a_row, fill
from tests.server.moving.test_import_central import rows_of, why_left

Bring = Callable[..., Bringing]


@pytest.fixture
def bring(new_server: Callable[[], Bringing], tmp_path: Path) -> Bring:
    kobo = fill(tmp_path / "kobo")

    def run(into: int | None = None) -> Bringing:
        bringing = new_server()
        import_kobo(bringing, read_folder(kobo), into)
        return bringing

    return run


def test_a_form_comes_with_its_records_files_decisions_and_notes(bring: Bring) -> None:
    bringing = bring()
    report = bringing.report
    assert report.is_whole, list(report.as_lines())
    assert (report.here["submissions"], report.here["submission_files"], report.here["comments"]) == (3, 2, 1)
    with bringing.database.reading() as db:
        assert db.get_one(Project, bringing.project_id).name == "走访"
        form = db.scalars(select(Form)).one()
        versions = {one.version: one for one in db.scalars(select(FormVersion))}
        assert versions.keys() == {"1 (2023-04-01)", "2 (2023-05-01)"}
        assert form.xml_form_id == UID
        assert form.current_version_id == versions["2 (2023-05-01)"].id
        records = {one.instance_id: one for one in db.scalars(select(Submission))}
        first, second, third = (records[f"uuid:{one}"] for one in (FIRST, SECOND, THIRD))
        assert str(first.created_at) == "2023-05-02 10:00:00+00:00"
        assert [one.review_state for one in (first, second, third)] == ["approved", "edited", None]
        assert db.get_one(Actor, first.submitter_id).display_name == "zhao"
        assert third.submitter_id is None
        answers = dict(db.execute(select(SubmissionVersion.submission_id, SubmissionVersion.form_version_id)).all())
        assert answers[first.id] == versions["1 (2023-04-01)"].id
        assert answers[second.id] == versions["2 (2023-05-01)"].id
        comment = db.scalars(select(SubmissionComment)).one()
        assert (comment.body, db.get_one(Actor, comment.actor_id).display_name) == ("看过了", "qian")
        files = {
            one.blob_sha256 and bringing.store.read(one.blob_sha256) for one in db.scalars(select(SubmissionAttachment))
        }
        assert files == {b"\x89PNG\r\n\x1a\none", b"\x89PNG\r\n\x1a\ntwo"}
        assert db.scalar(select(func.count()).select_from(SubmissionGeometry)) == 2
    assert why_left(bringing) == {
        ("form_versions", "todays_definition"),
        ("submissions", "only_newest"),
        ("submissions", "made_of_json"),
    }


def test_a_second_run_changes_nothing(bring: Bring) -> None:
    before = rows_of(bring().database)
    bringing = bring()
    assert not +bringing.report.came
    assert rows_of(bringing.database) == before


def test_several_forms_go_into_one_project(bring: Bring, new_server: Callable[[], Bringing]) -> None:
    with new_server().transaction() as db:
        into = a_town(db, kind="plain").id
    assert bring(into).project_id == into


def test_a_plan_counts(tmp_path: Path) -> None:
    report = Report("kobo")
    plan_kobo(report, read_folder(fill(tmp_path / "kobo")))
    assert (report.there["submissions"], report.there["submission_files"]) == (3, 2)


def rewrite(kobo: Path, change: Callable[[list[dict[str, Any]]], object], name: str = "data.json") -> None:
    told = json.loads((kobo / name).read_text())
    change(told["results"])
    (kobo / name).write_text(json.dumps(told))


def test_a_record_that_was_corrected_there_since_is_its_next_version(bring: Bring, tmp_path: Path) -> None:
    bring()
    newer = f"{FIRST[:-1]}7"
    for name in ("data.json", "data.xml"):
        path = tmp_path / "kobo" / name
        path.write_text(
            path.read_text().replace(f"uuid:{FIRST}", f"uuid:{newer}").replace(f'_uuid": "{FIRST}', f'_uuid": "{newer}')
        )
    rewrite(tmp_path / "kobo", lambda rows: rows[0].update({"meta/deprecatedID": f"uuid:{FIRST}"}))
    bringing = bring()
    assert bringing.report.is_whole, list(bringing.report.as_lines())
    assert (bringing.report.came["submissions"], bringing.report.came["submission_versions"]) == (0, 1)
    with bringing.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Submission)) == 3
        first = db.scalars(select(Submission).where(Submission.instance_id == f"uuid:{FIRST}")).one()
        versions = select(SubmissionVersion).filter_by(submission_id=first.id).order_by(SubmissionVersion.id)
        assert [(one.instance_id, one.is_current, one.deprecated_id) for one in db.scalars(versions)] == [
            (f"uuid:{FIRST}", False, None),
            (f"uuid:{newer}", True, f"uuid:{FIRST}"),
        ]
        photos = select(SubmissionAttachment.blob_sha256).join(SubmissionVersion).filter_by(submission_id=first.id)
        assert len(set(db.scalars(photos))) == 1, "its files stay in the folder of its first version"
    bringing = bring()
    assert bringing.report.is_whole and not +bringing.report.came


def test_an_older_export_changes_nothing_of_what_is_newer_here(bring: Bring, tmp_path: Path) -> None:
    bringing = bring()
    with bringing.database.transaction() as db:
        row = db.scalars(select(SubmissionVersion).where(SubmissionVersion.instance_id == f"uuid:{FIRST}")).one()
        row.is_current = False
        db.flush()
        told = {one.key: getattr(row, one.key) for one in SubmissionVersion.__mapper__.column_attrs if one.key != "id"}
        db.add(
            SubmissionVersion(
                **{**told, "instance_id": "uuid:mine", "is_current": True, "deprecated_id": row.instance_id}
            )
        )
    bringing = bring()
    assert ("submissions", "changed_here") in why_left(bringing)
    assert not +bringing.report.came


def test_odd_rows_keep_no_other_out_and_are_named(bring: Bring, tmp_path: Path) -> None:
    def spoil(rows: list[dict[str, Any]]) -> None:
        rows[0]["_submission_time"] = None
        rows[1].update(
            {
                "_validation_status": {"uid": "validation_status_approved", "timestamp": 10**18},
                "_notes": [{"note": "谁写的"}],
            },
            _submitted_by=None,
        )
        rows.append({**rows[1], "_id": 8})
        rows.append(a_row(f"{FIRST[:-1]}5", "2023-06-04T10:00:00", member="none", _id=9))
        rows.append(a_row(f"{FIRST[:-1]}6", "2023-06-05T10:00:00", note="a\x00b\x0b", _id=10))

    rewrite(tmp_path / "kobo", spoil)
    rewrite(tmp_path / "kobo", lambda rows: rows.__delitem__(0), "data-2.json")
    bringing = bring()
    report = bringing.report
    assert {("submissions", "unreadable"), ("submissions", "twice")} <= why_left(bringing)
    assert (report.there["submissions"], report.here["submissions"], report.here["comments"]) == (6, 3, 1)
    assert not report.is_whole
    with bringing.database.reading() as db:
        record = select(SubmissionVersion).where(SubmissionVersion.instance_id == f"uuid:{FIRST[:-1]}6")
        assert b"<note>ab</note>" in bytes(db.scalars(record).one().xml)


def test_what_the_export_itself_lacks_is_said(bring: Bring, tmp_path: Path) -> None:
    rewrite(tmp_path / "kobo", lambda rows: rows.__delitem__(0))
    bringing = bring()
    assert ("submissions", "no_json") in why_left(bringing)
    assert not bringing.report.is_whole
    (tmp_path / "kobo" / "data-2.json").unlink()
    bringing = bring()
    assert ("submissions", "pages_missing") in why_left(bringing)
    assert not bringing.report.is_whole


def test_a_definition_that_changed_under_the_same_version_is_named(bring: Bring, tmp_path: Path) -> None:
    bring()
    path = tmp_path / "kobo" / "asset.xml"
    path.write_bytes(path.read_bytes().replace(b"<h:title>", b"<h:title>x"))
    bringing = bring()
    assert ("form_versions", "differs") in why_left(bringing)
    assert not bringing.report.is_whole


def test_a_definition_of_another_form_is_refused(new_server: Callable[[], Bringing], tmp_path: Path) -> None:
    kobo = fill(tmp_path / "kobo")
    (kobo / "asset.xml").write_bytes(an_xform("other"))
    with pytest.raises(KoboUnusable, match="other"):
        import_kobo(new_server(), read_folder(kobo), None)
