import resource
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from server.deploy import start
from server.deploy.refusal import Refusal

ROOT = Path(__file__).parents[3]
BARE = {"PATH": "/usr/bin:/bin"}
AS_OLD_PYTHON = (
    "import sys, runpy; sys.version_info = (3, 9, 2); sys.argv = {argv}; "
    "runpy.run_path(sys.orig_argv[-1], run_name='__main__')"
)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What a new clone has that --help and --version may use, in a folder with a space and Chinese in its name."""
    folder = tmp_path / "新的 clone"
    shutil.copytree(ROOT / "server" / "deploy", folder / "server" / "deploy")
    for name in ("fangshi", "pyproject.toml", "server/commands.py", "server/__init__.py"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def run(script: Path, *words: str, cwd: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", str(script), *words], cwd=cwd, env={**BARE, **environ}, capture_output=True, text=True
    )


@pytest.mark.parametrize("words", [["--version"], ["serve", "--version"], ["test", "--version"]])
def test_the_version_is_told_before_anything_is_installed(clone: Path, words: list[str]) -> None:
    done = run(clone / "fangshi", *words)
    assert (done.returncode, done.stdout) == (0, f"fangshi {start.read_version(ROOT)}\n")
    assert not (clone / ".venv").exists()


@pytest.mark.parametrize("home", [{}, {"HOME": ""}, {"HOME": "/nonexistent"}])
def test_help_is_told_through_a_symlink_from_any_folder_with_any_home(
    clone: Path, tmp_path: Path, home: dict[str, str]
) -> None:
    link = tmp_path / "fangshi"
    link.symlink_to(clone / "fangshi")
    done = run(link, "serve", "--help", cwd=Path("/"), **home)
    assert done.returncode == 0
    assert "--tls-cert" in done.stdout


def test_nothing_typed_is_answered_with_help_and_2(clone: Path) -> None:
    done = run(clone / "fangshi")
    assert done.returncode == 2
    assert "serve" in done.stdout


def test_a_wrong_argument_costs_no_installing(clone: Path) -> None:
    done = run(clone / "fangshi", "serve", "--port", "70000")
    assert done.returncode == 2
    assert "70000" in done.stderr
    assert not (clone / ".venv").exists()


def test_a_python_that_is_too_old_gets_one_sentence(clone: Path) -> None:
    trick = AS_OLD_PYTHON.format(argv=["fangshi"])
    done = subprocess.run(
        [sys.executable, "-c", trick, str(clone / "fangshi")], env={"PATH": ""}, capture_output=True, text=True
    )
    assert done.returncode == 4
    assert "Fangshi needs Python 3.11 or newer; this is 3.9. Type: apt-get install python3.11" in done.stderr


def test_a_newer_python_on_the_path_is_used_instead(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3.12").symlink_to(sys.executable)
    trick = AS_OLD_PYTHON.format(argv=["fangshi", "--version"])
    done = subprocess.run(
        [sys.executable, "-c", trick, str(clone / "fangshi")],
        env={"PATH": str(tmp_path / "bin")},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout[:8]) == (0, "fangshi ")


def test_a_disk_with_less_than_2_gb_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage(10 * 1024**3, 9 * 1024**3, 1024**3))
    with pytest.raises(Refusal, match=r"has 1\.0 GB left and installing takes 2 GB") as refusal:
        start.check_disk(tmp_path)
    assert "请腾出空间" in refusal.value.zh


def test_a_clone_that_cannot_be_written_to_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".fangshi").write_text("a file where a folder belongs")
    with pytest.raises(Refusal, match="cannot be written to"), start.only_one_at_a_time(tmp_path):
        pass


def test_only_missing_parts_are_got_and_in_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    there = {"a": True, "b": False, "c": False}
    got: list[str] = []
    parts = [start.Part(n, n, lambda n=n: there[n], lambda n=n: got.append(n)) for n in there]
    monkeypatch.setattr(start, "parts_of", lambda *_: parts)
    start.make_sure(tmp_path, "serve", {"HOME": str(tmp_path)})
    assert got == ["b", "c"]


def test_nothing_is_written_when_everything_is_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(start, "parts_of", lambda *_: [start.Part("a", "a", lambda: True, lambda: None)])
    start.make_sure(tmp_path, "serve", {"HOME": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []


def test_children_see_a_home_and_our_code_only(tmp_path: Path) -> None:
    environ = start.clean_environment(
        tmp_path,
        {"HOME": "", "PYTHONPATH": "/elsewhere", "PYTHONHOME": "/x", "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C"},
    )
    assert environ["HOME"] == str(tmp_path / ".fangshi" / "home")
    assert environ["PYTHONPATH"] == str(tmp_path)
    assert not {"PYTHONHOME", "PYTHONDONTWRITEBYTECODE"} & environ.keys()
    assert environ["LANG"] == "C"


def test_a_second_call_starts_within_three_seconds(tmp_path: Path) -> None:
    script = [sys.executable, str(ROOT / "fangshi"), "upgrade", "--data", str(tmp_path)]
    subprocess.run(script, check=True, capture_output=True)
    # Seconds of work: what else the machine does is not counted, and nothing of it is waiting.
    assert any(seconds_of_work(script) < 3 for _ in range(3))


def seconds_of_work(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
