import json
import os
import signal
from datetime import datetime
from pathlib import Path

import pytest

from server.cli.serving import prepare_aside
from server.clock import now
from server.config import Config
from server.demo.people import Demo, DemoPhone, Login, write_demo
from server.jobs import TIMETABLE
from server.upgrading import UpgradeRefused
from tests.server.cli.running import run


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


def test_what_prepares_is_a_process_that_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.cli.serving.prepare", lambda _config, _at: str(os.getpid()))
    code, told = prepare_aside(Config(tmp_path), now())
    assert code == 0
    assert told is not None and int(told) != os.getpid()
    assert not Path("/proc", told).exists()


def test_a_preparation_that_was_killed_serves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("server.cli.serving.prepare", lambda _config, _at: os.kill(os.getpid(), signal.SIGKILL))
    assert prepare_aside(Config(tmp_path), now()) == (1, None)
    assert "signal 9" in capfd.readouterr().err


def test_a_preparation_that_fails_says_why_and_gives_its_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(_config: Config, _at: datetime) -> None:
        raise UpgradeRefused("made by a newer one")

    monkeypatch.setattr("server.cli.serving.prepare", refuse)
    assert prepare_aside(Config(tmp_path), now()) == (2, None)
    assert "made by a newer one" in capfd.readouterr().err


def test_a_demo_never_takes_a_folder_with_a_towns_data(
    tmp_path: Path, made: list[Config], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fangshi.db").write_text("records")
    assert run("demo", "--port", "0", "--fresh", "--data", str(tmp_path)) == 2
    assert "no demo made" in capsys.readouterr().err
    assert made == []


def test_the_timetable_runs_once_as_of_an_instant(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("jobs", "--once", "--as-of", "2026-03-02T09:00:00+08:00", "--data", str(data)) == 0
    assert json.loads(capsys.readouterr().out) == {job.name: "0" for job in TIMETABLE}
