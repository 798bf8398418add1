"""A form of KoboToolbox with its records, from the files that its API gave."""

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
from server.moving.import_kobo import import_kobo
from server.moving.kobo_folder import KoboUnusable, read_folder
from tests.making import a_town, an_xform
from tests.server.moving.kobo import FIRST, SECOND, THIRD, UID, fill
from tests.server.moving.test_import_central import rows_of, why_left

Bring = Callable[..., Bringing]


@pytest.fixture
def bring(new_server: Callable[[], Bringing], tmp_path: Path) -> Bring:
    kobo = fill(tmp_path / "kobo")

    def run(into: int | None = None, **how: Any) -> Bringing:
        bringing = new_server()
        import_kobo(bringing, read_folder(kobo), into, **how)
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


def test_a_dry_run_counts_and_writes_nothing(bring: Bring) -> None:
    bringing = bring(dry_run=True)
    assert (bringing.report.there["submissions"], bringing.report.there["submission_files"]) == (3, 2)
    with bringing.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Project)) == 0


def test_a_definition_of_another_form_is_refused(new_server: Callable[[], Bringing], tmp_path: Path) -> None:
    kobo = fill(tmp_path / "kobo")
    (kobo / "asset.xml").write_bytes(an_xform("other"))
    with pytest.raises(KoboUnusable, match="other"):
        import_kobo(new_server(), read_folder(kobo), None)
