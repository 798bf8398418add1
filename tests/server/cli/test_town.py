import io
import json
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from forms.library import library_forms
from server.access.passwords import password_fits
from server.cli.folders import open_to_read
from server.followups.rule_files import RULES
from server.models import Assignment, Base, BoundarySet, User, Village
from tests.making import a_town
from tests.server.cli.running import looking_into, run
from tests.server.followups.told import a_woman, registered

SQUARE = [[105.0, 30.0], [105.1, 30.0], [105.1, 30.1], [105.0, 30.1], [105.0, 30.0]]


def test_a_user_is_added_with_the_password_from_standard_input(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("three green hills\n"))
    assert run("add-user", "Office@town.lan", "--admin", "--data", str(data)) == 0
    with looking_into(data) as db:
        user = db.scalars(select(User)).one()
        assert user.email == "office@town.lan"
        assert password_fits("three green hills", user.password_hash)
        assert db.scalars(select(Assignment.role_id)).one() == 1


def test_with_nothing_on_standard_input_a_password_is_made_up_and_shown_once(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert run("add-user", "a@town.lan", "--data", str(data)) == 0
    email, password = capsys.readouterr().out.split()
    assert email == "a@town.lan" and len(password) >= 16


@pytest.mark.parametrize(("email", "password"), [("nobody", "three green hills"), ("a@town.lan", "short")])
def test_a_user_that_cannot_be_is_2_and_nothing_is_stored(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], email: str, password: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    assert run("add-user", email, "--data", str(data)) == 2
    assert capsys.readouterr().err.startswith("fangshi: ")
    with looking_into(data) as db:
        assert db.scalars(select(User)).all() == []


@pytest.fixture
def boundaries(tmp_path: Path) -> Path:
    feature = {
        "type": "Feature",
        "properties": {"code": "510999101201", "name": "石坎村"},
        "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
    }
    path = tmp_path / "villages.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return path


def test_a_dry_run_of_boundaries_changes_nothing(
    data: Path, project: int, boundaries: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["import-boundaries", str(boundaries), "--project", str(project), "--crs", "EPSG:4326", "--data", str(data)]
    capsys.readouterr()
    assert run(*words, "--dry-run", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["dry_run"], report["villages"], report["added"]) == (True, 1, ["510999101201"])
    with looking_into(data) as db:
        assert db.scalars(select(Village)).all() == []


def test_boundaries_are_imported_and_told_in_both_languages(
    data: Path, project: int, boundaries: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["import-boundaries", str(boundaries), "--project", str(project), "--crs", "EPSG:4326", "--data", str(data)]
    assert run(*words) == 0
    said = capsys.readouterr().out
    assert "石坎村" in said and "new" in said
    with looking_into(data) as db:
        assert db.scalars(select(BoundarySet)).one()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"--crs": "EPSG:0"}, "EPSG:0"),
        ({"--project": "999999999"}, "no such project"),
        ({"file": "none.geojson"}, "none.geojson"),
    ],
)
def test_boundaries_that_cannot_be_imported_are_2(
    data: Path, project: int, boundaries: Path, capsys: pytest.CaptureFixture[str], change: dict[str, str], says: str
) -> None:
    words = {"file": str(boundaries), "--project": str(project), "--crs": "EPSG:4326"} | change
    options = [word for name in ("--project", "--crs") for word in (name, words[name])]
    assert run("import-boundaries", words["file"], *options, "--data", str(data)) == 2
    assert says in capsys.readouterr().err


def test_the_library_is_published_and_names_its_forms(
    data: Path, project: int, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run("publish-library", "--project", str(project), "--data", str(data)) == 0
    assert capsys.readouterr().out.split() == [one.form_id for one in library_forms()]


def a_pregnancy(data: Path) -> int:
    assert run("upgrade", "--data", str(data)) == 0
    with looking_into(data) as db:
        town = a_town(db)
        a_woman(db, town)
        registered(db, town, "2026-10-20", "2026-09-01")
        return town.id


def all_rows(data: Path) -> dict[str, list[object]]:
    with looking_into(data) as db:
        return {
            name: [tuple(row) for row in db.execute(table.select())]
            for name, table in Base.metadata.tables.items()
            if name not in ("spatial_ref_sys",)
        }


def test_follow_ups_of_a_day_are_printed_and_nothing_is_changed(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = str(a_pregnancy(data))
    before = all_rows(data)
    capsys.readouterr()
    assert run("follow-ups", "--data", str(data), "--project", project, "--as-of", "2027-01-26", "--json") == 0
    said = {one["rule"]: one for one in json.loads(capsys.readouterr().out)}
    assert said["ANC2"]["state"] == "overdue" and said["ANC2"]["severity"] == "red"
    assert said["ANC3"]["state"] == "open"
    assert run("follow-ups", "--data", str(data), "--project", project, "--as-of", "2027-01-26") == 0
    assert "过期 overdue" in capsys.readouterr().out
    assert all_rows(data) == before


def test_follow_ups_of_a_town_without_any_are_an_empty_list(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("upgrade", "--data", str(data)) == 0
    with looking_into(data) as db:
        project = str(a_town(db).id)
    capsys.readouterr()
    assert run("follow-ups", "--data", str(data), "--project", project, "--json") == 0
    assert json.loads(capsys.readouterr().out) == []


def test_the_session_that_prints_follow_ups_cannot_write(data: Path) -> None:
    a_pregnancy(data)
    with pytest.raises(DBAPIError), open_to_read(data) as db:
        db.execute(text("DELETE FROM woman"))


@pytest.mark.parametrize("day", ["2027-02-30", "20270101", "tomorrow", "2027-W01-1"])
def test_follow_ups_as_of_no_day_are_2(data: Path, capsys: pytest.CaptureFixture[str], day: str) -> None:
    with pytest.raises(SystemExit) as left:
        run("follow-ups", "--data", str(data), "--project", "1", "--as-of", day)
    assert left.value.code == 2
    assert "不是日期" in capsys.readouterr().err


def test_follow_ups_of_an_unknown_project_are_2(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("upgrade", "--data", str(data)) == 0
    assert run("follow-ups", "--data", str(data), "--project", "999999999") == 2
    assert "there is no such project" in capsys.readouterr().err


def test_follow_ups_make_no_database_and_upgrade_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FANGSHI_DATABASE_URL", raising=False)
    assert run("follow-ups", "--data", str(tmp_path), "--project", "1") == 2
    assert list(tmp_path.iterdir()) == []


def test_drafts_of_rules_are_tried_and_only_what_they_change_is_printed(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = str(a_pregnancy(data))
    text = (RULES / "ANC2.yaml").read_text(encoding="utf-8")
    same, later = tmp_path / "same.yaml", tmp_path / "later.yaml"
    same.write_text(text.replace("version: 1", "version: 2"), encoding="utf-8")
    later.write_text(text.replace("version: 1", "version: 2").replace("due: { ga_anchor: 126", "due: { ga_anchor: 133"))
    before = all_rows(data)
    capsys.readouterr()
    asked = ("follow-ups", "--data", str(data), "--project", project, "--as-of", "2027-01-20", "--rules")
    assert run(*asked, str(same), "--json") == 0
    assert json.loads(capsys.readouterr().out) == []
    assert run(*asked, str(later), "--json") == 0
    (change,) = json.loads(capsys.readouterr().out)
    assert (change["change"], change["before"]["due"], change["after"]["due"]) == ("moved", "2027-01-05", "2027-01-12")
    assert run(*asked, str(later)) == 0
    gone, come = capsys.readouterr().out.splitlines()[1:]
    assert gone.startswith("− ANC2") and come.startswith("+ ANC2") and "2027-01-12" in come
    later.write_text("id: ANC2")
    assert run(*asked, str(later)) == 2
    assert "later.yaml" in capsys.readouterr().err
    assert all_rows(data) == before
