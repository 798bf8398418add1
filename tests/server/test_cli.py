import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from forms.library import library_forms
from server.access.passwords import password_fits
from server.access.projects import create_project
from server.cli import main
from server.cli.folders import open_to_read
from server.clock import now
from server.config import Config
from server.db import Database
from server.demo.people import Demo, DemoPhone, Login, write_demo
from server.jobs import TIMETABLE
from server.keys import read_keys, replace_keys
from server.models import Assignment, Base, BoundarySet, User, Village, Woman
from tests.making import a_town
from tests.server.followups.told import a_woman, registered

SQUARE = [[105.0, 30.0], [105.1, 30.0], [105.1, 30.1], [105.0, 30.1], [105.0, 30.0]]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_database_url: Callable[[], str]) -> Path:
    """A data folder that was never served; its database is the run's kind."""
    monkeypatch.delenv("FANGSHI_DATABASE_URL", raising=False)
    url = make_database_url()
    if not url.startswith("sqlite"):
        monkeypatch.setenv("FANGSHI_DATABASE_URL", url)
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@contextmanager
def looking_into(data: Path) -> Iterator[Session]:
    """A session on the folder's database, committed at the end."""
    config = Config.from_env(data)
    database = Database(config.sqlalchemy_url, config.key_file)
    try:
        with database.transaction() as db:
            yield db
    finally:
        database.dispose()


def run(*words: str) -> int:
    return main(list(words))


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


def test_a_second_upgrade_has_nothing_to_do(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("upgrade", "--data", str(data)) == 0
    assert run("upgrade", "--data", str(data)) == 0
    assert "up to date" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["serve", "upgrade"])
def test_a_newer_schema_is_refused_with_a_sentence(
    data: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert run("upgrade", "--data", str(data)) == 0
    with looking_into(data) as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999_from_the_future'"))
    assert run(command, "--data", str(data), *(["--port", "0"] if command == "serve" else [])) == 2
    assert "newer Fangshi" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["publish-library", "--project", "1"], ["upgrade"], ["jobs", "--once"]])
def test_a_folder_that_is_not_there_is_not_made_by_a_typing_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    monkeypatch.delenv("FANGSHI_DATABASE_URL", raising=False)
    assert run(*words, "--data", str(tmp_path / "dta")) == 2
    assert "there is no data folder" in capsys.readouterr().err
    assert not (tmp_path / "dta").exists()


def test_a_database_that_does_not_answer_is_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FANGSHI_DATABASE_URL", f"postgresql://nobody@/none?host={tmp_path}")
    assert run("upgrade", "--data", str(tmp_path / "data")) == 2
    assert "cannot be reached" in capsys.readouterr().err


def test_a_database_file_that_is_none_is_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("FANGSHI_DATABASE_URL", raising=False)
    (tmp_path / "fangshi.db").write_text("overwritten by mistake " * 100)
    assert run("upgrade", "--data", str(tmp_path)) == 2
    assert "file is not a database" in capsys.readouterr().err


def test_the_timetable_runs_once_as_of_an_instant(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("jobs", "--once", "--as-of", "2026-03-02T09:00:00+08:00", "--data", str(data)) == 0
    assert json.loads(capsys.readouterr().out) == {job.name: "0" for job in TIMETABLE}


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


@pytest.fixture
def project(data: Path) -> int:
    assert run("upgrade", "--data", str(data)) == 0
    with looking_into(data) as db:
        return create_project(db, "禾川镇", None, None, now()).id


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
        ({"--project": "99"}, "no such project"),
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


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Config]:
    """Every demo that is made, without its months of visits; nothing is served."""
    demos: list[Config] = []

    def make(config: Config, at: datetime) -> Demo:
        demos.append(config)
        demo = Demo(
            1, "禾川镇（演示）", [Login("admin", "管理员", "admin@demo.test", "x")], [DemoPhone("赵秀兰", "k" * 64)]
        )
        write_demo(config.data_dir, demo)
        return demo

    monkeypatch.setattr("server.demo.make.make_demo", make)
    monkeypatch.setattr("server.cli.serving.supervise", lambda _config, _reserved, _listening, more: print(more) or 0)
    return demos


def test_a_demo_is_made_once_and_again_only_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: list[Config], capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FANGSHI_DATABASE_URL", "postgresql://the.town/its_own_records")
    words = ["demo", "--port", "0", "--data", str(tmp_path / "demo")]
    assert run(*words) == run(*words) == 0
    assert [config.database_url for config in made] == [None], "a demo goes into its folder and nowhere else"
    assert run(*words, "--fresh") == 0
    assert len(made) == 2
    assert "admin@demo.test" in capsys.readouterr().out


def test_a_demo_never_takes_a_folder_with_a_towns_data(
    tmp_path: Path, made: list[Config], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fangshi.db").write_text("records")
    assert run("demo", "--port", "0", "--fresh", "--data", str(tmp_path)) == 2
    assert "no demo made" in capsys.readouterr().err
    assert made == []


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
    assert run("follow-ups", "--data", str(data), "--project", "99") == 2
    assert "there is no such project" in capsys.readouterr().err


def test_follow_ups_make_no_database_and_upgrade_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FANGSHI_DATABASE_URL", raising=False)
    assert run("follow-ups", "--data", str(tmp_path), "--project", "1") == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [["keys", "show"], ["keys", "rotate", "--dry-run"], ["keys", "forget", "--dry-run"], ["retention", "--dry-run"]],
    ids=" ".join,
)
def test_a_command_that_only_looks_makes_no_database_and_upgrades_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.delenv("FANGSHI_DATABASE_URL", raising=False)
    assert run(*words, "--data", str(tmp_path)) == 2
    assert list(tmp_path.iterdir()) == []


def test_rederive_tells_how_far_it_is_and_what_there_was(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with looking_into(data) as db:
        db.execute(text("SELECT 1"))
    assert run("rederive", "--data", str(data), "--project", "7") == 2
    assert run("rederive", "--data", str(data)) == 0
    said = capsys.readouterr()
    assert said.out == "0 份记录，0 个对象 / 0 records, 0 subjects\n"
    assert said.err.endswith(f"[{'#' * 40}] 0/0\n")


def test_the_audit_is_verified_and_its_first_wrong_link_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("upgrade", "--data", str(data))
    with looking_into(data) as db:
        create_project(db, "禾川镇", None, None, now())
        create_project(db, "柳河镇", None, None, now())
    assert run("jobs", "--once", "--data", str(data)) == 0
    capsys.readouterr()
    assert run("audit", "verify", "--data", str(data)) == 0
    told = capsys.readouterr().out
    assert "the audit is whole: 2 links" in told
    head = told.splitlines()[1]
    assert run("audit", "verify", "--data", str(data), "--json", "--head", head) == 0
    assert json.loads(capsys.readouterr().out)["head"]["position"] == 2

    assert run("audit", "verify", "--data", str(data), "--head", "1:" + "0" * 64) == 1
    assert "link 1 is wrong" in capsys.readouterr().out
    with looking_into(data) as db:
        db.execute(text("UPDATE audit SET notes = 'x' WHERE id = (SELECT max(id) FROM audit)"))
    assert run("audit", "verify", "--data", str(data), "--json") == 1
    told_of = json.loads(capsys.readouterr().out)
    assert (told_of["whole"], told_of["broken"]["position"], told_of["broken"]["why"]) == (False, 2, "content_changed")


def test_a_file_of_heads_that_somebody_scribbled_in_is_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("upgrade", "--data", str(data))
    (data / "audit-heads.txt").write_text("2 abc\n")
    assert run("audit", "verify", "--data", str(data)) == 1
    assert "line 1 of audit-heads.txt" in capsys.readouterr().err


def test_keys_are_shown_changed_and_forgotten(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("upgrade", "--data", str(data)) == 0
    with looking_into(data) as db:
        project = create_project(db, "禾川镇", None, None, now(), "care")
        a_woman(db, project, "w1", label="W-0001 王*")
    capsys.readouterr()
    before = shown_keys(data, capsys, "show")
    assert [one["in_use"] for one in before] == [True] and before[0]["values"] > 0
    assert shown_keys(data, capsys, "rotate", "--dry-run") == before
    changed = shown_keys(data, capsys, "rotate")
    assert [one["in_use"] for one in changed] == [True, False]
    assert changed[1] == {**before[0], "values": 0, "in_use": False} and changed[0]["values"] == before[0]["values"]
    assert shown_keys(data, capsys, "forget", "--dry-run") == changed
    assert shown_keys(data, capsys, "forget") == changed[:1]
    with looking_into(data) as db:
        assert db.scalars(select(Woman.label)).one() == "W-0001 王*"


def shown_keys(data: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, object]]:
    assert run("keys", *words, "--data", str(data), "--json") == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize(
    "command", [["serve", "--port", "0"], ["upgrade"], ["keys", "rotate"], ["jobs", "--once"], ["jobs"]], ids=" ".join
)
def test_with_another_key_file_nothing_is_done_and_the_sentence_names_it(
    data: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert run("upgrade", "--data", str(data)) == 0
    (data / "secret.key").write_text("ab" * 32)
    assert run(*command, "--data", str(data)) == 2
    said = capsys.readouterr().err
    assert str(data / "secret.key") in said and "sealed under" in said and "封存" in said


def test_an_old_key_that_is_in_use_is_not_forgotten(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("upgrade", "--data", str(data)) == 0
    with looking_into(data) as db:
        a_woman(db, create_project(db, "禾川镇", None, None, now(), "care"), "w1", label="W-0001 王*")
    replace_keys(data / "secret.key", [bytes(32), *read_keys(data / "secret.key")])
    assert run("keys", "forget", "--data", str(data)) == 2
    assert "keys rotate" in capsys.readouterr().err
    assert len(read_keys(data / "secret.key")) == 2
