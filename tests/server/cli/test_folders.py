from pathlib import Path

import pytest
from sqlalchemy import text

from server.db import Database
from tests.server.cli.running import looking_into, run


@pytest.mark.parametrize("command", ["serve", "upgrade"])
def test_a_newer_schema_is_refused_with_a_sentence(data: Path, capfd: pytest.CaptureFixture[str], command: str) -> None:
    assert run("upgrade", "--data", str(data)) == 0
    with looking_into(data) as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999_from_the_future'"))
    assert run(command, "--data", str(data), *(["--port", "0"] if command == "serve" else [])) == 2
    assert "newer Fangshi" in capfd.readouterr().err


@pytest.mark.parametrize("words", [["publish-library", "--project", "1"], ["upgrade"], ["jobs", "--once"]])
def test_a_folder_that_is_not_there_is_not_made_by_a_typing_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], words: list[str]
) -> None:
    monkeypatch.delenv("FANGSHI_DATABASE_URL", raising=False)
    assert run(*words, "--data", str(tmp_path / "dta")) == 2
    assert "there is no data folder" in capfd.readouterr().err
    assert not (tmp_path / "dta").exists()


def test_a_database_that_does_not_answer_is_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FANGSHI_DATABASE_URL", f"postgresql://nobody@/none?host={tmp_path}")
    assert run("upgrade", "--data", str(tmp_path / "data")) == 2
    assert "cannot be reached" in capfd.readouterr().err


@pytest.mark.parametrize("words", [["upgrade"], ["rederive"], ["backup"], ["jobs"], ["serve", "--port", "0"]])
def test_a_pooler_alone_is_2_and_says_what_to_set(
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    words: list[str],
) -> None:
    """Behind it a lock is on whose connection ever, and what pg_dump sets for itself stays there for others."""
    if database.is_sqlite:
        return
    address = database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("FANGSHI_DATABASE_URL", address)
    monkeypatch.setattr("server.postgresql.is_pooled", lambda _connection: True)
    monkeypatch.setattr("server.timetable.Timetable.run", lambda _timetable: pytest.fail("it runs"))
    assert run(*words, "--data", str(tmp_path / "data")) == 2
    assert "FANGSHI_DATABASE_DIRECT_URL" in capfd.readouterr().err


def test_a_database_file_that_is_none_is_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("FANGSHI_DATABASE_URL", raising=False)
    (tmp_path / "fangshi.db").write_text("overwritten by mistake " * 100)
    assert run("upgrade", "--data", str(tmp_path)) == 2
    assert "file is not a database" in capfd.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["keys", "show"],
        ["keys", "rotate", "--dry-run"],
        ["keys", "forget", "--dry-run"],
        ["retention", "--dry-run"],
        ["purge", "--dry-run"],
    ],
    ids=" ".join,
)
def test_a_command_that_only_looks_makes_no_database_and_upgrades_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.delenv("FANGSHI_DATABASE_URL", raising=False)
    assert run(*words, "--data", str(tmp_path)) == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command", [["serve", "--port", "0"], ["upgrade"], ["keys", "rotate"], ["jobs", "--once"], ["jobs"]], ids=" ".join
)
def test_with_another_key_file_nothing_is_done_and_the_sentence_names_it(
    data: Path, capfd: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert run("upgrade", "--data", str(data)) == 0
    (data / "secret.key").write_text("ab" * 32)
    assert run(*command, "--data", str(data)) == 2
    said = capfd.readouterr().err
    assert str(data / "secret.key") in said and "sealed under" in said and "封存" in said


WRITE = [["keys", "rotate"], ["upgrade"], ["jobs", "--once"], ["backup"], ["backup", "new-key", "key.txt"]]


@pytest.mark.parametrize("words", WRITE, ids=" ".join)
def test_root_writes_nothing_that_the_account_of_the_server_could_not_read(
    data: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], words: list[str]
) -> None:
    """The keys, the photos and the backup's key were the administrator's alone after it: the server could open none."""
    assert run("upgrade", "--data", str(data)) == 0
    monkeypatch.chdir(data)
    before = sorted(data.iterdir()), (data / "secret.key").read_bytes()
    monkeypatch.setattr("server.cli.folders.os.geteuid", lambda: 0)
    monkeypatch.setattr("server.cli.folders.owner_of", lambda _path: 4_000_000)
    assert run(*words, "--data", str(data)) == 2
    assert "sudo -u '#4000000'" in capfd.readouterr().err
    assert (sorted(data.iterdir()), (data / "secret.key").read_bytes()) == before


def test_root_may_write_where_root_serves_or_nobody_did(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.cli.folders.os.geteuid", lambda: 0)
    monkeypatch.setattr("server.cli.folders.owner_of", lambda _path: 0)
    assert [run("upgrade", "--data", str(data)) for _ in range(2)] == [0, 0]


def test_another_account_than_root_is_told_by_the_system_what_it_may_not(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("upgrade", "--data", str(data)) == 0
    monkeypatch.setattr("server.cli.folders.os.geteuid", lambda: 1000)
    monkeypatch.setattr("server.cli.folders.owner_of", lambda _path: 4_000_000)
    assert run("upgrade", "--data", str(data)) == 0
