import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from server.deploy import python_packages
from server.deploy.python_packages import explain_pip, fingerprint, is_filled, lock_for, make_venv, stamp_file


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A clone with both locks and a .venv that has a Python in it."""
    (tmp_path / "requirements.lock").write_text("flask==1\n")
    (tmp_path / "requirements-test.lock").write_text("flask==1\npytest==1\n")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    return tmp_path


def stamp(root: Path, lock: str) -> None:
    stamp_file(root, lock).write_text(fingerprint(root, lock))


def test_a_venv_without_its_stamp_is_not_filled(root: Path) -> None:
    assert not is_filled(root, "requirements.lock")


def test_a_changed_lock_asks_for_filling_again(root: Path) -> None:
    stamp(root, "requirements.lock")
    assert is_filled(root, "requirements.lock")
    (root / "requirements.lock").write_text("flask==2\n")
    assert not is_filled(root, "requirements.lock")


def test_a_venv_filled_for_tests_serves_too_but_not_the_other_way_round(root: Path) -> None:
    stamp(root, "requirements-test.lock")
    assert is_filled(root, lock_for("serve"))
    stamp_file(root, "requirements-test.lock").unlink()
    stamp(root, "requirements.lock")
    assert not is_filled(root, lock_for("test"))


def test_a_venv_whose_python_is_gone_is_not_filled(root: Path) -> None:
    stamp(root, "requirements.lock")
    (root / ".venv" / "bin" / "python").unlink()
    (root / ".venv" / "bin" / "python").symlink_to(root / "gone")
    assert not is_filled(root, "requirements.lock")


def test_a_python_without_venv_gets_debians_package_first(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(python_packages.importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setattr(python_packages, "install_packages", lambda names, _environ: asked.append(names))
    make_venv(root, {"PATH": "/usr/bin:/bin"})
    assert asked and asked[0][0].startswith("python3.") and asked[0][0].endswith("-venv")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "not the one in the lock file"),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("Failed to establish a new connection: NameResolutionError", "Go online"),
        ("ERROR: No matching distribution found for flask==1 (from versions: none)", "Go online"),
        ("something else", "Type the same command again"),
    ],
)
def test_pips_failure_becomes_one_sentence(tmp_path: Path, words: str, says: str) -> None:
    log = tmp_path / "install.log"
    log.write_text(f"Collecting flask\n{words}\n", encoding="utf-8")
    refusal = explain_pip(log)
    assert says in refusal.en
    assert "\n" not in refusal.en + refusal.zh


def test_locks_name_hashes_and_no_hosts() -> None:
    here = Path(__file__).parents[3]
    for name in ("requirements.lock", "requirements-test.lock"):
        text = (here / name).read_text()
        assert "://" not in text and "--index" not in text
        assert text.count("--hash=sha256:") > text.count("==")


def test_the_test_lock_holds_the_serving_lock_at_the_same_versions() -> None:
    here = Path(__file__).parents[3]
    pins = [
        {line.split()[0] for line in (here / name).read_text().splitlines() if "==" in line}
        for name in ("requirements.lock", "requirements-test.lock")
    ]
    assert pins[0] < pins[1]


def pins_of(lock: str) -> dict[str, set[str]]:
    """Names to the versions that a lock names for them (more than one where Pythons differ)."""
    found: dict[str, set[str]] = {}
    for line in (Path(__file__).parents[3] / lock).read_text().splitlines():
        if "==" in line:
            name, version = line.split(";")[0].rstrip(" \\").split("==")
            found.setdefault(canonicalize_name(name), set()).add(version.strip())
    return found


@pytest.mark.parametrize(
    ("lock", "extras"), [("requirements.lock", ("build",)), ("requirements-test.lock", ("build", "test"))]
)
def test_a_lock_holds_everything_that_the_project_asks_for(lock: str, extras: tuple[str, ...]) -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(one for extra in extras for one in project["optional-dependencies"][extra])]
    pins = pins_of(lock)
    for requirement in map(Requirement, wanted):
        versions = pins.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement.name} is not in {lock}; see docs/commands.md"
        for version in versions:
            assert requirement.specifier.contains(version), f"{lock} has {requirement.name} {version}"
