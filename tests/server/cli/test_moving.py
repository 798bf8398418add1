"""The commands that bring a project here, as they are typed."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from server.models import Submission
from tests.conftest import PASSWORD
from tests.server.cli.running import looking_into, run
from tests.server.moving.conftest import address, town
from tests.server.moving.kobo import fill

__all__ = ["address", "town"]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_database_url: Callable[[], str]) -> Path:
    """A data folder beside that of the server which is read."""
    monkeypatch.delenv("FANGSHI_DATABASE_URL", raising=False)
    url = make_database_url()
    if not url.startswith("sqlite"):
        monkeypatch.setenv("FANGSHI_DATABASE_URL", url)
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


@pytest.fixture
def type_password(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("FANGSHI_OUTBOUND_ALLOW", "127.0.0.1")

    def type_it(password: str = PASSWORD) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))

    type_it()
    return type_it


def words(address: str, cast: dict[str, int], data: Path, *more: str) -> list[str]:
    told = ["import-central", address, "--project", str(cast["project"]), "--email", "alice@example.test"]
    return [*told, "--data", str(data), *more]


def test_a_project_is_brought_and_the_report_printed(
    address: str, cast: dict[str, int], town: Any, data: Path, type_password: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words(address, cast, data, "--dry-run", "--json")) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["submissions"] == {"there": 7, "here": 0, "came": 0}
    type_password()
    assert run(*words(address, cast, data)) == 0
    printed = capsys.readouterr().out
    assert "SHA-256 submissions" in printed and "≠" not in printed
    with looking_into(data) as db:
        assert db.scalar(select(func.count()).select_from(Submission)) == 7


def test_a_wrong_password_and_a_plain_address_are_said(
    address: str,
    cast: dict[str, int],
    data: Path,
    type_password: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    type_password("wrong")
    assert run(*words(address, cast, data)) == 2
    assert "401.2" in capsys.readouterr().err
    monkeypatch.delenv("FANGSHI_OUTBOUND_ALLOW")
    type_password()
    assert run(*words(address, cast, data)) == 2
    assert "https" in capsys.readouterr().err


def test_a_form_of_kobo_is_brought(tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kobo = fill(tmp_path / "kobo")
    assert run("import-kobo", str(kobo), "--data", str(data), "--dry-run", "--json") == 0
    assert json.loads(capsys.readouterr().out)["counts"]["submissions"] == {"there": 3, "here": 0, "came": 0}
    assert not list(data.iterdir()), "it makes no data and brings none up to date"
    assert run("import-kobo", str(kobo), "--data", str(data), "--project", "999999999") == 2
    assert "no such project" in capsys.readouterr().err
    assert run("import-kobo", str(kobo), "--data", str(data), "--json") == 0
    assert json.loads(capsys.readouterr().out)["whole"] is True
    assert run("import-kobo", str(tmp_path / "nothing"), "--data", str(data)) == 2
    assert "asset.json" in capsys.readouterr().err
