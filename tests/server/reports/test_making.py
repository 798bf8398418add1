"""Exports in the making lie in the data folder, and nothing of one that broke off stays there."""

import io
import os
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from server.cli.serving import prepare
from server.config import Config
from server.db import Database
from server.jobs import sweep_files
from server.reports import xlsx
from server.reports.making import FOLDER, folder_to_make_in, sweep_exports
from tests.client import Client
from tests.conftest import MORNING, Clock
from tests.server.reports.census import Send


def leave_behind(data_dir: Path, name: str) -> Path:
    """An export as a server leaves it that is killed meanwhile."""
    left = data_dir / FOLDER / name
    left.mkdir(parents=True)
    (left / "export.xlsx").write_bytes(b"WORDLEFT")
    return left


def test_a_workbook_is_made_in_the_data_folder_alone_and_leaves_nothing_there(
    as_bob: Client, send: Send, records: str, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(note="甲")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    seen: list[tuple[int, int]] = []
    write_row = xlsx.write_row

    def look(*row: object) -> None:
        write_row(*row)
        seen.append((len(list(elsewhere.iterdir())), len(list((config.data_dir / FOLDER).iterdir()))))

    monkeypatch.setattr(xlsx, "write_row", look)
    reply = as_bob.get(records + ".xlsx")
    assert load_workbook(io.BytesIO(reply.data)).sheetnames == ["Submissions", "member", "toy"]
    assert set(seen) == {(0, 1)}
    assert list((config.data_dir / FOLDER).iterdir()) == []


def test_a_workbook_has_no_name_any_more_while_it_is_sent(
    as_bob: Client, send: Send, records: str, config: Config
) -> None:
    send(note="甲")
    reply = as_bob.inner.get(f"/v1{records}.xlsx", headers=as_bob.headers, buffered=False)
    assert list((config.data_dir / FOLDER).iterdir()) == []
    reply.close()


def test_who_makes_one_shares_the_folder_with_no_other_account(tmp_path: Path) -> None:
    with folder_to_make_in(tmp_path) as folder:
        assert [oct(one.stat().st_mode & 0o777) for one in (folder, folder.parent)] == ["0o700", "0o700"]
    assert not folder.exists()


def test_what_broke_off_goes_at_the_next_start(tmp_path: Path) -> None:
    left = leave_behind(tmp_path, "young")
    prepare(Config(tmp_path), MORNING)
    assert not left.exists()


def test_what_broke_off_goes_after_a_day_of_the_timetable(database: Database, config: Config, clock: Clock) -> None:
    young, old = (leave_behind(config.data_dir, name) for name in ("young", "old"))
    for one, age in ((young, timedelta(hours=1)), (old, timedelta(hours=25))):
        at = (clock.now() - age).timestamp()
        os.utime(one, (at, at))
    assert sweep_files(database, config, clock.now()) == 1
    assert (young.exists(), old.exists()) == (True, False)
    assert sweep_exports(config.data_dir) == 1
    assert sweep_exports(config.data_dir / "nowhere") == 0


def test_no_stray_file_in_the_folder_keeps_the_server_from_starting(tmp_path: Path) -> None:
    left = leave_behind(tmp_path, "young")
    (left.parent / ".DS_Store").write_bytes(b"")
    (left.parent / "away").symlink_to(tmp_path / "kept")
    (tmp_path / "kept").mkdir()
    assert sweep_exports(tmp_path) == 3
    assert list(left.parent.iterdir()) == [] and (tmp_path / "kept").exists()
