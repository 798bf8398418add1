import os
from pathlib import Path

import pytest

from server.deploy.python_packages import run_logged
from server.deploy.refusal import Refusal
from server.deploy.web_part import find_node, is_built, manifest, run_npm, source_folder, stale_catalogues


def touch(path: Path, at: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (at, at))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A clone whose web part was built at 2000 from sources of 1000."""
    folder = source_folder(tmp_path)
    touch(folder / "package.json", 1000)
    touch(folder / "src" / "map.ts", 1000)
    touch(folder / "node_modules" / "x" / "index.js", 3000)
    os.utime(folder / "src", (1000, 1000))
    touch(manifest(tmp_path), 2000)
    return tmp_path


def test_nothing_is_built_while_the_manifest_is_newer_than_every_source(root: Path) -> None:
    assert is_built(root)


def test_a_newer_source_asks_for_a_build(root: Path) -> None:
    touch(source_folder(root) / "src" / "map.ts", 2001)
    assert not is_built(root)


def test_a_source_that_is_gone_asks_for_a_build(root: Path) -> None:
    (source_folder(root) / "src" / "map.ts").unlink()
    assert not is_built(root)


def test_a_missing_manifest_asks_for_a_build(root: Path) -> None:
    manifest(root).unlink()
    assert not is_built(root)


def test_a_clone_without_a_web_part_needs_no_build(tmp_path: Path) -> None:
    assert is_built(tmp_path)


def test_a_venv_without_node_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"Type: rm -r \.venv"):
        find_node(tmp_path)


def test_an_npm_that_fails_is_one_sentence_that_names_the_log(tmp_path: Path) -> None:
    log = tmp_path / "install.log"
    with pytest.raises(Refusal, match=r"install\.log"):
        run_npm(["sh", "-c", "echo no network; exit 1"], tmp_path, {"PATH": "/usr/bin:/bin"}, log)
    assert log.read_text() == "no network\n"


def test_a_logged_command_runs_where_it_is_told(tmp_path: Path) -> None:
    assert run_logged(["pwd"], {"PATH": "/usr/bin:/bin"}, tmp_path / "log", tmp_path)
    assert (tmp_path / "log").read_text().strip() == str(tmp_path.resolve())


def test_a_catalogue_is_stale_until_its_twin_is_as_new(tmp_path: Path) -> None:
    source = tmp_path / "server" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
    touch(source, 1000)
    assert stale_catalogues(tmp_path) == [source]
    touch(source.with_suffix(".mo"), 1000)
    assert stale_catalogues(tmp_path) == []
    touch(source, 1001)
    assert stale_catalogues(tmp_path) == [source]
